// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import io.netty.channel.EventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.tunloop.device.TunDevice;
import io.tunloop.internal.NativeLibrary;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The engines that move packets, as values, for who chooses one at run time: how their event loops wait, and the channel that
 * fits them.
 *
 * <pre>
 * var group = new MultiThreadIoEventLoopGroup(transport.ioHandlerFactory());
 * new Bootstrap().group(group).channelFactory(transport::newChannel) ...
 * </pre>
 * Who wants epoll needs none of this: {@code EpollTunChannel.class} runs on any loop of Netty's {@code EpollIoHandler}.
 */
public enum TunTransport {
    /** Netty's epoll event loops, as {@code EpollIoHandler.newFactory()} makes them, for sockets and any number of devices. */
    EPOLL(
            "EpollIoHandler.newFactory()",
            Epoll::unavailabilityCause,
            EpollIoHandler::newFactory,
            EpollTunChannel::new,
            EpollTunChannel::new),

    /**
     * A thread that blocks in the kernel on its device: reads until that is empty, then waits for it and for tasks
     * together. For a loop with one device, or a few; other channels of Netty do not fit. Needs Netty's native library too,
     * which tells the addresses of buffers where there is no Unsafe.
     */
    POLL(
            "TunTransport.POLL.ioHandlerFactory()",
            Epoll::unavailabilityCause,
            PollIoHandler::newFactory,
            PollTunChannel::new,
            PollTunChannel::new),

    /**
     * Netty's io_uring event loops, as {@code IoUringIoHandler.newFactory()} makes them, for who has sockets there. Their rings
     * wait for the devices; packets are moved as with every engine, where it pays by a ring of our own. Needs
     * {@code netty-transport-native-io_uring}, which tunloop does not bring.
     */
    IO_URING(
            "IoUringIoHandler.newFactory()",
            IoUringEngine::unavailabilityCause,
            IoUringEngine::newIoHandlerFactory,
            IoUringTunChannel::new,
            IoUringTunChannel::new);

    private final String loops;
    private final Supplier<Throwable> cause;
    private final Supplier<IoHandlerFactory> ioHandlerFactory;
    private final Supplier<TunChannel> channel;
    private final Function<TunDevice, TunChannel> channelOver;

    TunTransport(
            String loops,
            Supplier<Throwable> cause,
            Supplier<IoHandlerFactory> ioHandlerFactory,
            Supplier<TunChannel> channel,
            Function<TunDevice, TunChannel> channelOver) {
        this.loops = loops;
        this.cause = cause;
        this.ioHandlerFactory = ioHandlerFactory;
        this.channel = channel;
        this.channelOver = channelOver;
    }

    /** True if this engine works on this machine. */
    public boolean isAvailable() {
        return unavailabilityCause() == null;
    }

    /** Why this engine does not work here; null if it does. */
    public Throwable unavailabilityCause() {
        Throwable library = NativeLibrary.unavailabilityCause();
        return library != null ? library : cause.get();
    }

    /** Throws UnsupportedOperationException with the reason if this engine does not work on this machine. */
    public void ensureAvailability() {
        Throwable reason = unavailabilityCause();
        if (reason != null) {
            throw new UnsupportedOperationException(reason.getMessage(), reason);
        }
    }

    /** What makes the event loops of this engine, in Java. */
    String loops() {
        return loops;
    }

    /** Makes the event loops of this engine. */
    public IoHandlerFactory ioHandlerFactory() {
        return ioHandlerFactory.get();
    }

    /** The engine whose channels run on this event loop; empty if none do. */
    static Optional<TunTransport> of(EventLoop loop) {
        return Stream.of(values())
                .filter(transport ->
                        transport.isAvailable() && transport.newChannel().fits(loop))
                .findFirst();
    }

    /** A channel that opens its device when it is bound to a {@link TunAddress}. */
    public TunChannel newChannel() {
        return channel.get();
    }

    /** A channel over an open device, which it owns from now on. */
    public TunChannel newChannel(TunDevice device) {
        return channelOver.apply(device);
    }
}
