// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.FileDescriptor;
import io.tunloop.testing.DescriptorServer;
import io.tunloop.testing.Descriptors;
import io.tunloop.testing.NetNamespace;
import io.tunloop.testing.RequiresTun;
import io.tunloop.testing.SharedDescriptor;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Devices that another process opened. */
@RequiresTun
class HandedOverDeviceIT {
    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private NetNamespace namespace;

    @TempDir
    private Path directory;

    @BeforeEach
    void createNamespace() {
        namespace = NetNamespace.create();
    }

    @AfterEach
    void removeNamespace() {
        group.shutdownGracefully(0, 0, TimeUnit.SECONDS).syncUninterruptibly();
        namespace.close();
    }

    private TunDeviceConfig.Builder config() {
        return TunDeviceConfig.builder().netns(namespace.name()).name("tl0").mtuBytes(1400);
    }

    /** Sends a descriptor to whoever connects, or hangs up for a null one. */
    private Path serve(Supplier<FileDescriptor> descriptor) {
        return DescriptorServer.serve(group, directory.resolve("socket"), descriptor);
    }

    @Test
    void shouldAttachToADescriptorThatIsOpen() throws Exception {
        TunDevice original = TunDevice.open(config().build());
        TunDevice attached = TunDevice.attach(original.dup().fd());
        original.close();
        assertThat(attached.name()).isEqualTo("tl0");
        assertThat(attached.mtuBytes()).isEqualTo(1400);
        assertThat(attached.vnetHeaderBytes()).isZero();
        assertThat(attached.offloads()).isEmpty();
        assertThat(attached.state().up()).isTrue();
        attached.close();
    }

    @Test
    void shouldLeaveNoSocketBehindWhenItIsClosed() throws Exception {
        try (TunDevice original = TunDevice.open(config().build())) {
            TunDevice.attach(original.dup().fd()).close(); // The first loads classes, which may open what they like.
            long sockets = Descriptors.sockets();
            TunDevice.attach(original.dup().fd()).close();
            assertThat(Descriptors.sockets()).isEqualTo(sockets);
        }
    }

    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // A call that waits cannot be interrupted.
    void shouldNotWaitWhenTheGiverMakesItBlocking() throws Exception {
        try (TunDevice original =
                        TunDevice.open(config().offloads(Offload.all()).build());
                TunDevice attached = TunDevice.attach(original.dup().fd())) {
            SharedDescriptor.makeBlocking(original.fd());
            for (ByteBuf packet = PacketBuffers.read(attached); packet != null; packet = PacketBuffers.read(attached)) {
                packet.release();
            }
            assertThat(SharedDescriptor.isBlocking(original.fd())).isTrue();
        }
    }

    @Test
    void shouldKeepTheHeaderOfAnOffloadedDescriptor() throws Exception {
        TunDevice original =
                TunDevice.open(config().tap(true).offloads(Offload.all()).build());
        try (TunDevice attached = TunDevice.attach(original.dup().fd());
                TunDevice bare = TunDevice.attach(original.dup().fd(), Offload.none())) {
            original.close();
            assertThat(attached.isTap()).isTrue();
            assertThat(attached.vnetHeaderBytes()).isEqualTo(10);
            assertThat(attached.offloads()).contains(Offload.TSO4);
            assertThat(bare.vnetHeaderBytes()).isEqualTo(10);
            assertThat(bare.offloads()).isEmpty();
        }
    }

    @Test
    void shouldRefuseOffloadsForADescriptorWithoutHeader() throws Exception {
        try (TunDevice original = TunDevice.open(config().build())) {
            assertThatThrownBy(() -> TunDevice.attach(original.fd(), Offload.all()))
                    .isInstanceOf(TunException.class)
                    .hasMessageContaining("opened without offloads; open it with IFF_VNET_HDR");
            assertThat(original.state().up()).isTrue();
        }
    }

    @Test
    void shouldRefuseADescriptorOfSomethingElse() throws Exception {
        FileDescriptor[] pipe = FileDescriptor.pipe();
        assertThatThrownBy(() -> TunDevice.attach(pipe[0].intValue()))
                .isInstanceOf(TunException.class)
                .hasMessageContaining("ENOTTY")
                .hasMessageContaining("is not a TUN descriptor");
        pipe[0].close();
        pipe[1].close();
    }

    @Test
    void shouldReceiveADescriptorOverASocket() throws Exception {
        TunDevice original = TunDevice.open(config().build());
        Path socket = serve(() -> new FileDescriptor(original.fd()));
        TunDevice received = TunDevice.receive(socket);
        original.close();
        assertThat(received.name()).isEqualTo("tl0");
        assertThat(received.state().up()).isTrue();
        received.close();
        assertThat(namespace.run("ip", "link")).doesNotContain("tl0");
    }

    @Test
    void shouldRefuseOffloadsForAReceivedDescriptorWithoutHeader() throws Exception {
        try (TunDevice original = TunDevice.open(config().build())) {
            Path socket = serve(() -> new FileDescriptor(original.fd()));
            assertThatThrownBy(() -> TunDevice.receive(socket, Offload.all()))
                    .isInstanceOf(TunException.class)
                    .hasMessageContaining("opened without offloads; open it with IFF_VNET_HDR");
        }
    }

    @Test
    void shouldCloseWhatItReceivedWhenItIsNoDevice() throws Exception {
        FileDescriptor[] pipe = FileDescriptor.pipe();
        Path socket = serve(() -> pipe[1]);
        assertThatThrownBy(() -> TunDevice.receive(socket))
                .isInstanceOf(TunException.class)
                .hasMessageContaining("is not a TUN descriptor");
        pipe[1].close();
        // The end of the stream shows that no copy of the writing end is left.
        var end = Unpooled.directBuffer(1);
        assertThat(pipe[0].readAddress(end.memoryAddress(), 0, 1)).isEqualTo(-1);
        end.release();
        pipe[0].close();
    }

    @Test
    void shouldSayThatTheOtherSideHungUp() {
        Path socket = serve(() -> null);
        assertThatThrownBy(() -> TunDevice.receive(socket))
                .isInstanceOf(TunException.class)
                .hasMessageContaining("ECONNRESET: the other side hung up");
    }

    @Test
    void shouldSayThatNobodyListens() throws Exception {
        Path socket = directory.resolve("dead");
        ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(socket))
                .close();
        assertThat(Files.exists(socket)).isTrue();
        assertThatThrownBy(() -> TunDevice.receive(socket))
                .isInstanceOf(TunException.class)
                .hasMessageContaining("ECONNREFUSED: nobody listens at " + socket);
        assertThatThrownBy(() -> TunDevice.receive(directory.resolve("missing")))
                .isInstanceOf(TunException.class)
                .hasMessageContaining("ENOENT: there is no such socket");
        assertThatThrownBy(() -> TunDevice.receive(Path.of("/" + "x".repeat(200))))
                .isInstanceOf(TunException.class)
                .hasMessageContaining("ENAMETOOLONG");
    }
}
