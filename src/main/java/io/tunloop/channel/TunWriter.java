// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.util.IllegalReferenceCountException;
import io.netty.util.ReferenceCounted;
import io.tunloop.device.TunException;
import io.tunloop.packet.GatheredPacket;

/**
 * The writing half of a {@link TunChannel}.
 *
 * Thread: the channel's event loop only.
 */
final class TunWriter implements AutoCloseable {
    /** Batches written before the event loop looks after its tasks and other channels: about a millisecond. */
    private static final int BATCHES_PER_TURN = 16;

    /** How a turn of writing ended. */
    enum Result {
        /** Nothing is left to write. */
        DONE,
        /** The device takes no more for now. */
        DEVICE_FULL,
        /** There is more to write, but others shall have their turn first. */
        MORE
    }

    private final TunChannel channel;
    private final WriteBatch batch = new WriteBatch();
    // The next part of the first flushed message, which the kernel has refused as a whole; -1 when it has not.
    private int nextPart = -1;
    // Why a part of that message was lost; null if none was.
    private PacketDroppedException lostPart;
    private boolean writing;
    private boolean closed;

    TunWriter(TunChannel channel) {
        this.channel = channel;
    }

    /** Writes all that is flushed, or as much as the device takes, or as one turn allows. */
    Result write(ChannelOutboundBuffer in) throws Exception {
        writing = true;
        try {
            return writeBatches(in);
        } finally {
            writing = false;
            if (closed) {
                batch.close();
            }
        }
    }

    private Result writeBatches(ChannelOutboundBuffer in) throws Exception {
        if (nextPart >= 0 && !writeParts(in)) {
            return Result.DEVICE_FULL;
        }
        for (int i = 0; i < BATCHES_PER_TURN; i++) {
            skipUnwritable(in);
            int packets = batch.collect(in);
            if (packets == 0) {
                return Result.DONE;
            }
            if (!writeBatch(in, packets)) {
                return Result.DEVICE_FULL;
            }
        }
        // Listeners that write again, as a traffic generator's do, must not keep the event loop for themselves.
        return in.isEmpty() ? Result.DONE : Result.MORE;
    }

    /** Returns false when the device takes no more for now. */
    private boolean writeBatch(ChannelOutboundBuffer in, int packets) throws TunException {
        int done = batch.write(channel.io());
        channel.counters().writeCalls(channel.io().calls(Math.min(done + 1, packets), batch.trips()));
        boolean invalid = done > 0 && batch.result(done - 1) == -Errno.EINVAL;
        if (complete(in, done) && !writeParts(in)) {
            return false;
        }
        // A batch also ends with a packet that is refused, which is not the same as a full device.
        return done == packets || invalid;
    }

    /** Removes what comes before the next packet: what is empty, and what somebody has released after writing it. */
    private void skipUnwritable(ChannelOutboundBuffer in) {
        skipEmpty(in);
        while (in.current() instanceof ReferenceCounted packet && packet.refCnt() == 0) {
            channel.counters().invalid(1);
            in.remove(new IllegalReferenceCountException("a packet was released between write and flush"));
            skipEmpty(in);
        }
    }

    /**
     * What stands in line as this buffer is in no batch: a message that was empty, and a write that was cancelled before it
     * was flushed.
     */
    private static void skipEmpty(ChannelOutboundBuffer in) {
        while (in.current() == Unpooled.EMPTY_BUFFER) {
            in.remove();
        }
    }

    /**
     * Removes what the batch has written or lost. Removing tells promises, whose listeners may close this channel: the
     * results stay readable, and nothing is left to remove then.
     *
     * @return true when the last packet is one whose parts are to be written in its place: it is not removed
     */
    private boolean complete(ChannelOutboundBuffer in, int packets) {
        int written = 0;
        int segments = 0;
        long bytes = 0;
        boolean partsNext = false;
        for (int i = 0; i < packets; i++) {
            skipEmpty(in);
            int result = batch.result(i);
            if (result >= 0) {
                written++;
                segments += batch.parts(i);
                bytes += result;
                if (batch.parts(i) > 1) {
                    ((GatheredPacket) in.current()).written();
                }
                in.remove();
            } else if (result == -Errno.EINVAL && in.current() instanceof GatheredPacket packet && packet.parts() > 1) {
                channel.counters().mergeRefused();
                packet.refused();
                nextPart = 0;
                lostPart = null;
                partsNext = true;
            } else {
                in.remove(drop(result, batch.parts(i)));
            }
        }
        if (written > 0) {
            channel.counters().written(written, segments, bytes);
        }
        return partsNext;
    }

    /** Returns false when the device takes no more for now. */
    private boolean writeParts(ChannelOutboundBuffer in) throws TunException {
        GatheredPacket packet = (GatheredPacket) in.current();
        for (; nextPart < packet.parts(); nextPart++) {
            batch.collect(packet.part(nextPart));
            channel.counters().writeCalls(1);
            if (batch.write(channel.io()) == 0) {
                return false;
            }
            int result = batch.result(0);
            if (result >= 0) {
                channel.counters().written(1, 1, result);
            } else {
                lostPart = drop(result, 1);
            }
        }
        nextPart = -1;
        if (lostPart == null) {
            in.remove();
        } else {
            in.remove(lostPart);
        }
        return true;
    }

    private PacketDroppedException drop(int result, int packets) {
        switch (-result) {
            case Errno.EIO -> channel.counters().deviceDown(packets);
            case Errno.EINVAL -> channel.counters().invalid(packets);
            default -> channel.counters().refused(packets);
        }
        return PacketDroppedException.of(-result);
    }

    @Override
    public void close() {
        closed = true;
        if (!writing) {
            batch.close();
        }
    }
}
