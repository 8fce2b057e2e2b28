// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import io.netty.channel.ChannelOutboundBuffer;
import io.tunloop.device.TunDevice;
import io.tunloop.device.TunException;
import io.tunloop.packet.GatheredPacket;

/**
 * The writing half of a {@link TunChannel}.
 *
 * Thread: the channel's event loop only.
 */
final class TunWriter implements AutoCloseable {
    private final TunChannel channel;
    private final TunDevice device;
    private final WriteBatch batch = new WriteBatch();
    // The next part of the first flushed message, which the kernel has refused as a whole; -1 when it has not.
    private int nextPart = -1;

    TunWriter(TunChannel channel) {
        this.channel = channel;
        device = channel.device();
    }

    /** Writes all that is flushed. Returns false when the device takes no more for now. */
    boolean write(ChannelOutboundBuffer in) throws Exception {
        if (nextPart >= 0 && !writeParts(in)) {
            return false;
        }
        for (int packets = batch.collect(in); packets > 0; packets = batch.collect(in)) {
            int done = batch.write(device);
            channel.counters().writeCalls(Math.min(done + 1, packets));
            boolean refused = complete(in, done);
            if (refused && !writeParts(in)) {
                return false;
            }
            if (done < packets && !refused && !isInvalid(done)) {
                return false;
            }
        }
        return true;
    }

    /** True when the batch ended with a packet that the kernel refused, which is not the same as a full device. */
    private boolean isInvalid(int done) {
        return done > 0 && batch.result(done - 1) == -Errno.EINVAL;
    }

    /** Returns true when the last packet is one whose parts are to be written in its place: it is not removed. */
    private boolean complete(ChannelOutboundBuffer in, int packets) {
        int written = 0;
        long bytes = 0;
        boolean partsNext = false;
        for (int i = 0; i < packets; i++) {
            int result = batch.result(i);
            if (result >= 0) {
                written++;
                bytes += result;
                in.remove();
            } else if (result == -Errno.EINVAL && in.current() instanceof GatheredPacket packet && packet.parts() > 1) {
                channel.counters().mergeRefused();
                packet.refused();
                nextPart = 0;
                partsNext = true;
            } else {
                in.remove(drop(result));
            }
        }
        if (written > 0) {
            channel.counters().written(written, bytes);
        }
        return partsNext;
    }

    private boolean writeParts(ChannelOutboundBuffer in) throws TunException {
        GatheredPacket packet = (GatheredPacket) in.current();
        for (; nextPart < packet.parts(); nextPart++) {
            batch.collect(packet.part(nextPart));
            channel.counters().writeCalls(1);
            if (batch.write(device) == 0) {
                return false;
            }
            int result = batch.result(0);
            if (result >= 0) {
                channel.counters().written(1, result);
            } else {
                drop(result);
            }
        }
        nextPart = -1;
        in.remove();
        return true;
    }

    private PacketDroppedException drop(int result) {
        switch (-result) {
            case Errno.EIO -> channel.counters().deviceDown();
            case Errno.EINVAL -> channel.counters().invalid();
            default -> channel.counters().refused();
        }
        return PacketDroppedException.of(-result);
    }

    @Override
    public void close() {
        batch.close();
    }
}
