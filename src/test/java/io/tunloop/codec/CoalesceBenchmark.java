// SPDX-License-Identifier: Apache-2.0
package io.tunloop.codec;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it costs to split one frame of 45 segments and to merge them again, per frame.
 *
 * <pre>
 * BATCHES   frame ─► split ─► 1 PacketBatch ─► relay ─► coalesce, 3 of 45 headers compared      ─► header + payload
 * PACKETS   frame ─► split ─► 45 buffers    ─► relay ─► coalesce, 45 compared, 65,160 B summed  ─► header + 45 spans
 * </pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Dio.netty.allocator.maxCachedBufferCapacity=131072", "-XX:+UseSerialGC"})
public class CoalesceBenchmark {
    @Param
    private GsoSplitter.Output output;

    private FramePath path;

    @Setup
    public void open() {
        path = FramePath.splitAndCoalesce(output);
    }

    @Benchmark
    public void splitAndCoalesce() {
        path.pass();
    }

    @TearDown
    public void close() {
        path.close();
    }
}
