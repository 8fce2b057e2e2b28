// SPDX-License-Identifier: Apache-2.0
package io.tunloop.testing;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.tunloop.device.PacketVector;
import io.tunloop.device.TunDevice;
import io.tunloop.device.TunDeviceConfig;
import io.tunloop.device.TunException;
import io.tunloop.internal.Addresses;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Shows what has been written into a device, packet by packet as on a wire: what is still to be split or summed, the kernel
 * splits and sums.
 *
 * <pre>
 * who writes ─► tun22 ─► (tc: redirect all) ─► sink0, a plain TUN ─► receive
 * </pre>
 */
public final class Sink implements AutoCloseable {
    private static final String NAME = "sink0";
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(20);

    private final TunDevice device;
    private final PacketVector vector = new PacketVector(1);
    private final ByteBuf buffer = Unpooled.directBuffer(1 << 17);

    /** @param source a device of the host, whose own packets come no further from now on */
    public Sink(NetNamespace host, String source) throws TunException {
        device = TunDevice.open(
                TunDeviceConfig.builder().name(NAME).netns(host.name()).build());
        host.redirect(source, NAME);
    }

    /** The next IP packet of this kind; others are left out. */
    public byte[] receive(Predicate<byte[]> kind) throws TunException {
        long deadlineNs = System.nanoTime() + PATIENCE_NS;
        while (System.nanoTime() < deadlineNs) {
            vector.clear();
            vector.addPacket(Addresses.of(buffer, 0), buffer.capacity());
            if (device.read(vector) == 1) {
                byte[] packet = ByteBufUtil.getBytes(buffer, 0, vector.result(0));
                if (kind.test(packet)) {
                    return packet;
                }
            }
            Thread.onSpinWait();
        }
        throw new AssertionError("no such packet has arrived at " + NAME);
    }

    @Override
    public void close() throws TunException {
        device.close();
        vector.close();
        buffer.release();
    }
}
