// SPDX-License-Identifier: Apache-2.0
package io.tunloop.examples;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.tunloop.channel.TunAddress;
import io.tunloop.channel.TunChannel;
import io.tunloop.channel.TunChannelOption;
import io.tunloop.channel.TunTransport;
import io.tunloop.device.InterfaceAddress;
import io.tunloop.handler.IcmpEchoResponder;
import io.tunloop.handler.IpOffset;
import io.tunloop.handler.PcapngCapture;
import io.tunloop.handler.PcapngConfig;
import java.nio.file.Path;
import java.util.List;

/**
 * Answers pings to every address of a network, and captures them if told to.
 *
 * <pre>
 * ping 10.7.0.9 ─► kernel ─► tun0 (10.7.0.1/24) ─► [capture] ─► IcmpEchoResponder
 *               ◄─        ◄─                    ◄─           ◄─────────┘
 *
 * java ... PingResponder tun0 10.7.0.1/24 [file.pcapng]
 * </pre>
 */
public final class PingResponder {
    private PingResponder() {}

    /** Arguments: device, address with prefix length, and optionally a file to capture to. */
    public static void main(String[] args) throws InterruptedException {
        var loops = new MultiThreadIoEventLoopGroup(1, TunTransport.EPOLL.ioHandlerFactory());
        Bootstrap bootstrap = new Bootstrap()
                .group(loops)
                .channelFactory(TunTransport.EPOLL::newChannel)
                .option(TunChannelOption.TUN_ADDRESSES, List.of(InterfaceAddress.parse(args[1])))
                .handler(new ChannelInitializer<TunChannel>() {
                    @Override
                    protected void initChannel(TunChannel channel) {
                        if (args.length > 2) {
                            PcapngConfig file = PcapngConfig.of(Path.of(args[2]));
                            channel.pipeline().addLast("capture", new PcapngCapture(file, IpOffset.PLAIN));
                        }
                        channel.pipeline().addLast("ping", new IcmpEchoResponder(IpOffset.PLAIN));
                    }
                });
        var channel = bootstrap.bind(new TunAddress(args[0])).sync().channel();
        System.out.println("listening");
        channel.closeFuture().sync();
        loops.shutdownGracefully();
    }
}
