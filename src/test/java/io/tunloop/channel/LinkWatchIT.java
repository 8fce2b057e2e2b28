// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.tunloop.device.Privileges;
import io.tunloop.testing.JavaProcess;
import io.tunloop.testing.NetNamespace;
import io.tunloop.testing.RequiresTun;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A process that has given up its rights is not told where its interface is, but hears when it is back. */
@RequiresTun
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LinkWatchIT {
    @AutoClose
    private final NetNamespace namespace = NetNamespace.create();

    @AutoClose
    private final NetNamespace other = NetNamespace.create();

    @ParameterizedTest
    @EnumSource
    void shouldHearOfAnInterfaceAgainThatIsBack(TunTransport transport) throws Exception {
        String[] command = JavaProcess.command(Probe.class, transport.name(), namespace.name())
                .toArray(String[]::new);
        // In neither of the two namespaces.
        try (NetNamespace own = NetNamespace.create();
                var output = new BufferedReader(
                        new InputStreamReader(own.start(command).getInputStream(), StandardCharsets.UTF_8))) {
            await(output, "ready");
            namespace.move("tl0", other);
            await(output, "MOVED");
            other.run("ip", "link", "set", "tl0", "up");
            other.move("tl0", namespace);
            namespace.run("ip", "link", "set", "tl0", "up");
            await(output, "UP");
            namespace.run("ip", "link", "set", "tl0", "mtu", "4000");
            await(output, "MTU");
        }
    }

    private static void await(BufferedReader output, String wanted) throws IOException {
        String line;
        do {
            line = output.readLine();
            assertThat(line).as("end of the output instead of " + wanted).isNotNull();
        } while (!line.equals(wanted));
    }

    /** Prints the events of tl0, in the namespace of the second argument. */
    static final class Probe extends ChannelInboundHandlerAdapter {
        public static void main(String... arguments) throws Exception {
            TunTransport transport = TunTransport.valueOf(arguments[0]);
            var group = new MultiThreadIoEventLoopGroup(1, transport.ioHandlerFactory());
            new Bootstrap()
                    .group(group)
                    .channelFactory(transport::newChannel)
                    .option(TunChannelOption.TUN_NETNS, arguments[1])
                    .option(TunChannelOption.TUN_LINK_EVENTS, true)
                    .handler(new Probe())
                    .bind(new TunAddress("tl0"))
                    .sync();
            Privileges.drop();
            System.out.println("ready");
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof TunLinkEvent change) {
                System.out.println(change.kind());
            }
        }
    }
}
