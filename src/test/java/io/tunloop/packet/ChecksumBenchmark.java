// SPDX-License-Identifier: Apache-2.0
package io.tunloop.packet;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
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
 * What a checksum costs, with the way into native code.
 *
 * <pre>
 * ByteBuf ─► Checksum.sum ─► JNI ─► AVX2, SSE2 or NEON ─► 16 bits
 *        20 B: an IPv4 header      1,448 B: a segment      65,483 B: a frame
 * </pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ChecksumBenchmark {
    @Param({"20", "1448", "65483"})
    private int bytes;

    private ByteBuf buf;

    @Setup
    public void allocate() {
        buf = Unpooled.directBuffer(bytes);
        for (int i = 0; i < bytes; i++) {
            buf.writeByte(i * 31);
        }
    }

    @Benchmark
    public int sum() {
        return Checksum.sum(buf, 0, bytes, 0);
    }

    @TearDown
    public void release() {
        buf.release();
    }
}
