// SPDX-License-Identifier: Apache-2.0
package io.tunloop.handler;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.tunloop.packet.GatheredPacket;
import io.tunloop.packet.PacketBatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts what passes, both ways.
 *
 * <pre>
 * TrafficMeter.Reading before = meter.read();
 * ...
 * double bitsPerSecond = meter.read().since(before).bitsInPerSecond();
 * </pre>
 * <p>A message counts as one packet, but a {@link PacketBatch} as the wire packets in it. Bytes are those of the message,
 * with a virtio_net_hdr where there is one.
 *
 * <p>Ownership: passes each message on with its reference.
 * Thread: written by the channel's event loop only; read by any thread.
 */
public final class TrafficMeter extends ChannelDuplexHandler {
    // Written by the event loop with lazySet, which needs no fence; one writer each.
    private final AtomicLong packetsIn = new AtomicLong();
    private final AtomicLong bytesIn = new AtomicLong();
    private final AtomicLong packetsOut = new AtomicLong();
    private final AtomicLong bytesOut = new AtomicLong();

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        count(message, packetsIn, bytesIn);
        ctx.fireChannelRead(message);
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        count(message, packetsOut, bytesOut);
        ctx.write(message, promise);
    }

    private static void count(Object message, AtomicLong packets, AtomicLong bytes) {
        if (message instanceof ByteBuf packet) {
            add(packets, 1);
            add(bytes, packet.readableBytes());
        } else if (message instanceof PacketBatch batch) {
            add(packets, batch.size());
            add(bytes, batch.readableBytes());
        } else if (message instanceof GatheredPacket packet) {
            add(packets, 1);
            add(bytes, packet.readableBytes());
        }
    }

    private static void add(AtomicLong counter, long amount) {
        counter.lazySet(counter.getPlain() + amount);
    }

    /** What has passed until now. */
    public Reading read() {
        return new Reading(System.nanoTime(), packetsIn.get(), bytesIn.get(), packetsOut.get(), bytesOut.get());
    }

    /**
     * What had passed at one moment, or between two.
     *
     * @param timeNs {@link System#nanoTime} of the moment, or the nanoseconds between the two
     * @param packetsIn packets that came from the device
     * @param bytesIn their bytes
     * @param packetsOut packets on the way to the device
     * @param bytesOut their bytes
     */
    public record Reading(long timeNs, long packetsIn, long bytesIn, long packetsOut, long bytesOut) {
        /** What has passed between an earlier reading and this one. */
        public Reading since(Reading earlier) {
            return new Reading(
                    timeNs - earlier.timeNs,
                    packetsIn - earlier.packetsIn,
                    bytesIn - earlier.bytesIn,
                    packetsOut - earlier.packetsOut,
                    bytesOut - earlier.bytesOut);
        }

        /** Of a difference: bits a second that came from the device; 0 where no time has passed. */
        public double bitsInPerSecond() {
            return bitsPerSecond(bytesIn);
        }

        /** Of a difference: bits a second on the way to the device; 0 where no time has passed. */
        public double bitsOutPerSecond() {
            return bitsPerSecond(bytesOut);
        }

        private double bitsPerSecond(long bytes) {
            return timeNs <= 0 ? 0 : (double) bytes * Byte.SIZE * TimeUnit.SECONDS.toNanos(1) / timeNs;
        }
    }
}
