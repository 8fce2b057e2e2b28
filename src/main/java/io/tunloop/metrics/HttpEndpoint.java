// SPDX-License-Identifier: Apache-2.0
package io.tunloop.metrics;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseEncoder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Serves a few pages over HTTP, to clients that need not be well-behaved.
 *
 * <pre>
 * connection ─► limit (32 at once, the oldest goes) ─► deadline (5 s in all) ─► decode (bounded) ─► one request, one answer, close
 * </pre>
 * On Netty rather than the JDK's server: one event loop serves all connections, so that a slow or half-open one costs an
 * object and no thread, the deadline is that of the whole exchange, and the limits belong to this endpoint instead of
 * the JVM.
 *
 * Thread: any; the pages are made on the event loop given, which must not be one that forwards.
 * Errors: {@link IOException} when the address is not to be had.
 */
final class HttpEndpoint implements AutoCloseable {
    private static final int MAX_CONNECTIONS = 32;
    private static final int MAX_LINE_BYTES = 2048;
    private static final int MAX_HEADER_BYTES = 8192;
    private static final int MAX_CHUNK_BYTES = 1024;

    private final Channel server;

    private HttpEndpoint(Channel server) {
        this.server = server;
    }

    /** @param pages by path */
    static HttpEndpoint open(InetSocketAddress address, EventLoop loop, Map<String, Supplier<HttpPage>> pages)
            throws IOException {
        var limit = new ConnectionLimit(MAX_CONNECTIONS);
        var broken = new HashSet<String>();
        var bootstrap = new ServerBootstrap()
                .group(loop)
                .channel(EpollServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .handler(new AcceptPause())
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(1 << 16, 1 << 17))
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline()
                                .addLast(limit)
                                .addLast(new ExchangeDeadline())
                                .addLast(new HttpRequestDecoder(MAX_LINE_BYTES, MAX_HEADER_BYTES, MAX_CHUNK_BYTES))
                                .addLast(new HttpResponseEncoder())
                                .addLast(new HttpPages(pages, broken));
                    }
                });
        ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            Throwable cause = bound.cause();
            throw new IOException("metrics cannot listen on " + address + ": " + cause.getMessage(), cause);
        }
        return new HttpEndpoint(bound.channel());
    }

    /** Where it listens, with the port that port 0 has become. */
    InetSocketAddress address() {
        return (InetSocketAddress) server.localAddress();
    }

    @Override
    public void close() {
        server.close().syncUninterruptibly();
    }
}
