// SPDX-License-Identifier: Apache-2.0
package io.tunloop.daemon;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Tells systemd how the service is, if systemd wants to know.
 *
 * Thread: any.
 * Errors: a manager that does not listen is logged and otherwise ignored: it is its loss.
 * Source: sd_notify(3).
 */
public final class SystemdNotifier implements AutoCloseable {
    private static final InternalLogger logger = InternalLoggerFactory.getInstance(SystemdNotifier.class);

    private final EventLoop loop;
    // Null when systemd does not want to know.
    private final Channel channel;

    private SystemdNotifier(EventLoop loop, Channel channel) {
        this.loop = loop;
        this.channel = channel;
    }

    /** @param environment NOTIFY_SOCKET says where systemd listens; without it nothing is ever sent */
    static SystemdNotifier open(EventLoop loop, Map<String, String> environment) {
        String socket = environment.getOrDefault("NOTIFY_SOCKET", "");
        if (socket.isEmpty()) {
            return new SystemdNotifier(loop, null);
        }
        ChannelFuture connected = new Bootstrap()
                .group(loop)
                .channel(EpollDomainDatagramChannel.class)
                .handler(new ChannelInboundHandlerAdapter())
                .connect(address(socket))
                .awaitUninterruptibly();
        if (!connected.isSuccess()) {
            logger.warn(
                    "systemd does not listen at {}: {}",
                    socket,
                    connected.cause().getMessage());
            return new SystemdNotifier(loop, null);
        }
        return new SystemdNotifier(loop, connected.channel());
    }

    /** A name that begins with @ is of the abstract namespace, where the kernel wants a zero byte. */
    private static DomainSocketAddress address(String socket) {
        return new DomainSocketAddress(socket.startsWith("@") ? '\0' + socket.substring(1) : socket);
    }

    /** Packets pass. */
    void ready(String status) {
        send("READY=1\nSTATUS=" + status);
    }

    /** The end has begun. */
    void stopping() {
        send("STOPPING=1\nSTATUS=draining");
    }

    /** Settings are read again; {@link #ready} ends it. */
    void reloading() {
        // CLOCK_MONOTONIC is what System.nanoTime counts on Linux.
        send("RELOADING=1\nMONOTONIC_USEC=" + TimeUnit.NANOSECONDS.toMicros(System.nanoTime()));
    }

    /** Gives signs of life as often as systemd asks for, while all is well. */
    void watch(Watchdog watchdog, BooleanSupplier healthy) {
        if (channel == null || watchdog.timeoutUs() == 0) {
            return;
        }
        loop.scheduleAtFixedRate(
                () -> {
                    if (healthy.getAsBoolean()) {
                        send("WATCHDOG=1");
                    }
                },
                0,
                watchdog.intervalUs(),
                TimeUnit.MICROSECONDS);
    }

    private void send(String state) {
        if (channel == null) {
            return;
        }
        ByteBuf message = Unpooled.copiedBuffer(state, StandardCharsets.UTF_8);
        channel.writeAndFlush(message).addListener(sent -> {
            if (!sent.isSuccess()) {
                logger.warn("systemd was not told {}: {}", state, String.valueOf(sent.cause()));
            }
        });
    }

    @Override
    public void close() {
        if (channel != null) {
            // After what was sent: the event loop does one after the other.
            channel.close().syncUninterruptibly();
        }
    }
}
