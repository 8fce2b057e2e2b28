// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import io.tunloop.device.InterfaceAddress;
import io.tunloop.device.TunDeviceConfig;
import io.tunloop.relay.ForwardMode;
import io.tunloop.relay.Forwarder;
import io.tunloop.relay.ForwarderConfig;
import io.tunloop.testing.JavaProcess;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A peer of the bench that loses packets by a known rule on their way from the first device to the second:
 * {@code every N}, each N-th one, or {@code above N}, what is more than N a second.
 */
final class LossyForwarder {
    private static final int TX_QUEUE_LENGTH = 4_000;
    private static final double BURST_S = 0.01;

    private LossyForwarder() {}

    /** The peer's command line, as {@code --peer LABEL=} takes it. */
    static String commandLine(String rule, long number) {
        return JavaProcess.commandLine(LossyForwarder.class, rule, Long.toString(number));
    }

    /** {@code RULE N --iface1 NAME --ip1 ADDRESS --iface2 NAME --ip2 ADDRESS}. */
    public static void main(String[] arguments) throws Exception {
        long number = Long.parseLong(arguments[1]);
        BooleanSupplier isLost = arguments[0].equals("every") ? every(number) : above(number);
        var config = ForwarderConfig.builder(ForwardMode.of("async-normal").orElseThrow())
                .device1(device(arguments[3], arguments[5]))
                .device2(device(arguments[7], arguments[9]))
                .build();
        Forwarder forwarder = Forwarder.open(config);
        forwarder.directions().get(0).addFirst("lose", new Loss(isLost));
        forwarder.start();
        new CountDownLatch(1).await(); // until it is killed
    }

    private static TunDeviceConfig device(String name, String address) {
        return TunDeviceConfig.builder()
                .name(name)
                .txQueueLength(TX_QUEUE_LENGTH)
                .address(InterfaceAddress.of(address, 24))
                .build();
    }

    private static BooleanSupplier every(long number) {
        long[] count = {0};
        return () -> ++count[0] % number == 0;
    }

    /** A bucket of tokens. */
    private static BooleanSupplier above(long packetsPerSecond) {
        double[] tokens = {0};
        long[] filledNs = {System.nanoTime()};
        return () -> {
            long nowNs = System.nanoTime();
            double filled = tokens[0] + packetsPerSecond * (nowNs - filledNs[0]) / (double) TimeUnit.SECONDS.toNanos(1);
            tokens[0] = Math.min(packetsPerSecond * BURST_S, filled);
            filledNs[0] = nowNs;
            if (tokens[0] < 1) {
                return true;
            }
            tokens[0]--;
            return false;
        };
    }

    private static final class Loss extends ChannelInboundHandlerAdapter {
        private final BooleanSupplier isLost;

        Loss(BooleanSupplier isLost) {
            this.isLost = isLost;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object packet) {
            if (isLost.getAsBoolean()) {
                ReferenceCountUtil.release(packet);
            } else {
                ctx.fireChannelRead(packet);
            }
        }
    }
}
