// SPDX-License-Identifier: Apache-2.0
package io.tunloop.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tunloop.device.Napi;
import io.tunloop.relay.ForwarderConfig;
import io.tunloop.relay.QueueFull;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** A mode by name or axis by axis, and what is refused. */
class ModeOptionsTest {
    private static ForwarderConfig config(String... flags) {
        var options = new PairOptions();
        Main.configure(new CommandLine(options)).parseArgs(flags);
        return options.config();
    }

    private static ForwarderConfig pair(String flags) {
        return config((flags + " --iface1 tun11 --iface2 tun22").strip().split(" "));
    }

    @ParameterizedTest
    @CsvSource({
        "--mode sync-gso-channel, sync-gso-channel",
        "--engine sync --offload split --handoff queue, sync-gso-channel",
        "--offload split --handoff pooled, async-gso-channel-pool",
        "--handoff queue --framed, async-framed",
        "--engine async, async-normal",
        "--engine io_uring --offload split, io_uring-split-direct",
        "--offload merge, async-merge",
        "--engine sync --offload merge, sync-merge",
        "--offload merge --handoff queue --framed, async-merge-queue-framed",
        "--engine sync --offload whole --concurrent, sync-passthrough-concurrent",
        "--engine sync --offload whole --handoff queue, sync-whole-queue"
    })
    void shouldChooseAMode(String flags, String mode) {
        assertThat(pair(flags).mode().name()).isEqualTo(mode);
    }

    @ParameterizedTest
    @CsvSource({
        "--mode async-gso --engine sync, 'mode async-gso says all'",
        "--mode async-fast, 'unknown mode: async-fast; choose one of async-normal,'",
        "--offload whole --framed, framed needs single packets",
        "--offload whole --concurrent --handoff queue, concurrent has a loop",
        "--mode async-normal --queue-capacity 10, queue-capacity needs a queue",
        "--mode async-normal --queue-full drop, queue-full needs a queue",
        "--handoff pooled --allocator unpooled, allocator unpooled contradicts handoff pooled",
        "--handoff queue --queue-capacity 0, queue capacity must be 1..1048576: 0",
        "--mode sync-gso-concurrent --thread 1, 'threads must be 2..256, for each direction'"
    })
    void shouldRefuseWhatMakesNoSense(String flags, String reason) {
        assertThatThrownBy(() -> pair(flags))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(reason);
    }

    @ParameterizedTest
    @CsvSource({"--mtu=1500, OFF", "--napi, ON", "--napi=on, ON", "--napi=threaded, THREADED"})
    void shouldChooseNapi(String flags, Napi napi) {
        ForwarderConfig config = pair("--mode async-merge " + flags);
        assertThat(config.device1().napi()).isEqualTo(napi);
        assertThat(config.device2().napi()).isEqualTo(napi);
    }

    @Test
    void shouldRefuseNapiOfADeviceThatIsHandedOver() {
        assertThatThrownBy(() -> config("--mode", "async-merge", "--fd1", "3", "--fd2", "4", "--napi"))
                .hasMessageStartingWith("napi has no effect on a device that is handed over");
    }

    @Test
    void shouldSetTheQueue() {
        ForwarderConfig config = pair("--mode async-normal-channel --queue-capacity 10 --queue-full drop");
        assertThat(config.queue().capacity()).isEqualTo(10);
        assertThat(config.queue().full()).isEqualTo(QueueFull.DROP);
    }
}
