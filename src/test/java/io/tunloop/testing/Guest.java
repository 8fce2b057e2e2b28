// SPDX-License-Identifier: Apache-2.0
package io.tunloop.testing;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.tunloop.device.Offload;
import io.tunloop.device.PacketVector;
import io.tunloop.device.TunDevice;
import io.tunloop.device.TunDeviceConfig;
import io.tunloop.device.TunException;
import io.tunloop.internal.Addresses;
import io.tunloop.packet.VirtioNetHeader;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Something like a virtual machine, whose frames go into a device of its host as they are: no IP layer looks at them on
 * the way, and only what the kernel asks of every virtio header is asked of theirs.
 *
 * <pre>
 * send ─► guest0, a TAP ─► (tc: redirect all) ─► tun11 ─► who reads it
 * </pre>
 */
public final class Guest implements AutoCloseable {
    private static final String NAME = "guest0";
    private static final int ETHERNET_HEADER_BYTES = 14;
    private static final int ETHERTYPE_OFFSET = 12;
    private static final int EXPERIMENTAL = 0x88b5;

    private static final Pattern REDIRECTED = Pattern.compile("dropped (\\d+), overlimits (\\d+)");

    private final NetNamespace host;
    private final TunDevice device;
    private final PacketVector vector = new PacketVector(1);
    private final ByteBuf buffer = Unpooled.directBuffer(1 << 17);
    private long sent;

    /** @param target a device of the host, which exists */
    public Guest(NetNamespace host, String target) throws TunException {
        this.host = host;
        device = TunDevice.open(TunDeviceConfig.builder()
                .name(NAME)
                .netns(host.name())
                .tap(true)
                .offloads(Offload.all())
                .build());
        host.redirect(NAME, target);
    }

    /**
     * Sends a frame.
     *
     * @param frame virtio header and IP packet
     * @return false if the kernel does not take such a header from anybody
     */
    public boolean send(byte[] frame) throws TunException {
        buffer.clear();
        buffer.writeBytes(frame, 0, VirtioNetHeader.BYTES);
        buffer.writeZero(ETHERTYPE_OFFSET).writeShort(etherType(frame[VirtioNetHeader.BYTES] >> 4));
        buffer.writeBytes(frame, VirtioNetHeader.BYTES, frame.length - VirtioNetHeader.BYTES);
        countEthernetHeader();
        vector.clear();
        vector.addPacket(Addresses.of(buffer, 0), buffer.readableBytes());
        if (device.write(vector) != 1) {
            throw new AssertionError(NAME + " takes no frame");
        }
        boolean taken = vector.result(0) >= 0;
        sent += taken ? 1 : 0;
        return taken;
    }

    private void countEthernetHeader() {
        VirtioNetHeader.set(
                buffer,
                0,
                VirtioNetHeader.flags(buffer, 0),
                buffer.getUnsignedByte(VirtioNetHeader.GSO_TYPE_OFFSET),
                longer(VirtioNetHeader.hdrLen(buffer, 0)),
                VirtioNetHeader.gsoSize(buffer, 0),
                longer(VirtioNetHeader.csumStart(buffer, 0)),
                VirtioNetHeader.csumOffset(buffer, 0));
    }

    private static int longer(int bytes) {
        return bytes == 0 ? 0 : Math.min(0xffff, bytes + ETHERNET_HEADER_BYTES);
    }

    private static int etherType(int version) {
        return version == 4 ? 0x0800 : version == 6 ? 0x86dd : EXPERIMENTAL;
    }

    /** The frames that the kernel took. */
    public long sent() {
        return sent;
    }

    /** The frames that the kernel took, but that did not get as far as the target. */
    public long notRedirected() {
        Matcher matcher = REDIRECTED.matcher(host.run("tc", "-s", "filter", "show", "dev", NAME, "ingress"));
        if (!matcher.find()) {
            throw new AssertionError("no redirection of " + NAME);
        }
        return Long.parseLong(matcher.group(1)) + Long.parseLong(matcher.group(2));
    }

    @Override
    public void close() throws TunException {
        device.close();
        vector.close();
        buffer.release();
    }
}
