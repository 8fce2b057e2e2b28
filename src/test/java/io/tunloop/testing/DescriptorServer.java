// SPDX-License-Identifier: Apache-2.0
package io.tunloop.testing;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.FileDescriptor;
import java.nio.file.Path;
import java.util.function.Supplier;

/** Hands descriptors over a Unix socket, with SCM_RIGHTS. */
public final class DescriptorServer {
    private DescriptorServer() {}

    /**
     * Sends a descriptor to whoever connects, or hangs up for a null one, as long as the group lives.
     *
     * @return the socket
     */
    public static Path serve(EventLoopGroup group, Path socket, Supplier<FileDescriptor> descriptor) {
        new ServerBootstrap()
                .group(group)
                .channel(EpollServerDomainSocketChannel.class)
                .childHandler(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelActive(ChannelHandlerContext context) {
                        FileDescriptor sent = descriptor.get();
                        if (sent == null) {
                            context.close();
                        } else {
                            context.writeAndFlush(sent);
                        }
                    }
                })
                .bind(new DomainSocketAddress(socket.toString()))
                .syncUninterruptibly();
        return socket;
    }
}
