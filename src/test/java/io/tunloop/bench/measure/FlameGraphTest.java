// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class FlameGraphTest {
    @Test
    void shouldPutPerfsCountLast() {
        assertThat(FlameGraph.fold(Stream.of(
                        "# Overhead  Command",
                        "",
                        "    99.10%  limit",
                        "120 start;read;[k] vfs_read",
                        "3 start;write")))
                .containsExactly("start;read;[k] vfs_read 120", "start;write 3");
    }

    @Test
    void shouldNameThreadsWithoutNumbersAndTheCompilerAsOneFrame() {
        assertThat(FlameGraph.foldThreads(Stream.of(
                        "[loop-1 tid=77];run_[0];run_[i];read_[k] 5",
                        "[C2 CompilerThre tid=9];A::b;C::d 8",
                        "[VM Thread tid=3];x 1")))
                .containsExactly("[loop-1];run_[j];run_[j];read_[k] 5", "[JIT compiler] 8", "[VM Thread];x 1");
    }
}
