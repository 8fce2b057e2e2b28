// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * A device without root: one end of a pair of Unix datagram sockets, which keeps packets apart as a TUN device does and is
 * full after a few. The test is the other end, where the kernel is otherwise.
 *
 * <pre>
 * TunChannel ─► TunDevice(fd) ═══ socket pair ═══ send, receive ◄─ test
 * </pre>
 */
public final class TestDevices implements AutoCloseable {
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(10);
    private static final int MAX_PACKET_BYTES = 1 << 17;

    static {
        Epoll.ensureAvailability();
    }

    private final TunDevice device;
    private final Socket near;
    private final Socket far;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(MAX_PACKET_BYTES);

    private TestDevices(Socket near, Socket far, int mtuBytes, int flags) {
        this.near = near;
        this.far = far;
        device = new TunDevice(near.intValue(), false, new DeviceLink(null), "test0", mtuBytes, flags, Offload.none());
    }

    /** A plain device of this MTU. The channel that gets it closes it. */
    public static TestDevices open(int mtuBytes) throws IOException {
        return open(mtuBytes, 0);
    }

    /** The same, for Ethernet frames. */
    public static TestDevices openTap(int mtuBytes) throws IOException {
        return open(mtuBytes, TunOpener.IFF_TAP);
    }

    /** The same, for packets with a virtio_net_hdr. */
    public static TestDevices openOffloaded(int mtuBytes) throws IOException {
        return open(mtuBytes, TunOpener.IFF_VNET_HDR);
    }

    private static TestDevices open(int mtuBytes, int flags) throws IOException {
        Path folder = Files.createTempDirectory("tunloop");
        Path nearPath = folder.resolve("near");
        Path farPath = folder.resolve("far");
        try {
            Socket near = Socket.newSocketDomainDgram();
            Socket far = Socket.newSocketDomainDgram();
            near.bind(new DomainSocketAddress(nearPath.toFile()));
            far.bind(new DomainSocketAddress(farPath.toFile()));
            near.connect(new DomainSocketAddress(farPath.toFile()));
            far.connect(new DomainSocketAddress(nearPath.toFile()));
            return new TestDevices(near, far, mtuBytes, flags);
        } finally {
            Files.deleteIfExists(nearPath);
            Files.deleteIfExists(farPath);
            Files.delete(folder);
        }
    }

    /** A device over any descriptor. */
    public static TunDevice over(int fd) {
        return new TunDevice(fd, false, new DeviceLink(null), "test1", 1500, 0, Offload.none());
    }

    public TunDevice device() {
        return device;
    }

    /** Packets longer than about half of this are refused with EMSGSIZE. */
    public void limitSendBuffer(int bytes) throws IOException {
        near.setSendBufferSize(bytes);
    }

    /** Sends a packet to the channel, waiting while it has too many already. */
    public void send(byte[] packet) throws IOException {
        long deadlineNs = System.nanoTime() + TIMEOUT_NS;
        while (!offer(packet)) {
            assertThat(System.nanoTime()).as("device stays full").isLessThan(deadlineNs);
            Thread.yield();
        }
    }

    /** Sends a packet to the channel; false when it has too many already. */
    public boolean offer(byte[] packet) throws IOException {
        buffer.clear().put(packet);
        return far.write(buffer, 0, packet.length) > 0 || packet.length == 0;
    }

    /** The next packet that the channel has written, waiting for it. */
    public byte[] receive() throws IOException {
        long deadlineNs = System.nanoTime() + TIMEOUT_NS;
        byte[] packet = poll();
        while (packet == null) {
            assertThat(System.nanoTime()).as("no packet was written").isLessThan(deadlineNs);
            Thread.yield();
            packet = poll();
        }
        return packet;
    }

    /** The next packet that the channel has written; null if there is none now. */
    public byte[] poll() throws IOException {
        buffer.clear();
        int length = far.read(buffer, 0, buffer.capacity());
        if (length <= 0) {
            return null;
        }
        byte[] packet = new byte[length];
        buffer.get(0, packet);
        return packet;
    }

    /** The next read of the device fails, as when an interface is deleted. */
    public void failReads() throws IOException {
        // A datagram socket gets ECONNRESET when its peer turns to somebody else without having read what it was sent.
        buffer.clear();
        near.write(buffer, 0, 1);
        Path path = Files.createTempFile("tunloop", "third");
        Files.delete(path);
        Socket third = Socket.newSocketDomainDgram();
        try {
            third.bind(new DomainSocketAddress(path.toFile()));
            far.connect(new DomainSocketAddress(path.toFile()));
        } finally {
            third.close();
            Files.deleteIfExists(path);
        }
    }

    /** Every write to the device fails from now on. */
    public void failWrites() throws IOException {
        far.close();
    }

    /** A packet of this length whose bytes all have this value. */
    public static byte[] packet(int lengthBytes, int value) {
        byte[] packet = new byte[lengthBytes];
        Arrays.fill(packet, (byte) value);
        return packet;
    }

    /** Closes the test's end; the other belongs to its channel. */
    @Override
    public void close() throws IOException {
        far.close();
        device.close();
    }

    /** A descriptor that no poller takes: a regular file. */
    public static FileDescriptor unpollable() throws IOException {
        Path file = Files.createTempFile("tunloop", "file");
        try {
            return FileDescriptor.from(file.toFile());
        } finally {
            Files.delete(file);
        }
    }
}
