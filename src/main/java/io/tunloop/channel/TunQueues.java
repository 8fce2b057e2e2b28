// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Binds several queues of one multi-queue device over an event loop group: a channel for each, on the next loop of the group,
 * so that as many threads share the packets.
 *
 * <pre>
 *                      flow A, D ─► queue 0 ─► TunChannel on loop 0
 * kernel ─► tun0 ─┼─   flow B    ─► queue 1 ─► TunChannel on loop 1
 *                      flow C    ─► queue 2 ─► TunChannel on loop 2
 *
 * List&lt;TunChannel&gt; queues = TunQueues.bind(bootstrap, new TunAddress("tun0"), 3).sync().getNow();
 * </pre>
 * The kernel gives all packets of a flow to one queue: that which a packet of the flow was written to last, else by a hash of
 * addresses and ports. So answer a flow on the channel that it came from, and nothing of it is reordered.
 *
 * Thread: any; the bootstrap is copied, and its handler added to each channel: a {@code ChannelInitializer}, or one that is
 * sharable.
 * Errors: when one queue cannot be bound, those that were are closed, and the future fails with the reason.
 */
public final class TunQueues {
    /** Source: drivers/net/tun.c, MAX_TAP_QUEUES. */
    private static final int MAX_QUEUES = 256;

    private final Bootstrap bootstrap;
    private final int queues;
    private final Promise<List<TunChannel>> bound;
    // By one event loop after the other.
    private final List<TunChannel> channels = new ArrayList<>();

    private TunQueues(Bootstrap bootstrap, int queues) {
        this.bootstrap = bootstrap;
        this.queues = queues;
        bound = bootstrap.config().group().next().newPromise();
    }

    /**
     * Binds {@code queues} channels to one device, which is open for further queues then.
     *
     * @param bootstrap with group, channel, handler and options; {@link TunChannelOption#TUN_MULTI_QUEUE} is set here
     * @param address the device; with an empty name the kernel chooses one
     * @param queues 1..256, which is as many as a device can have
     * @return the channels, in the order of their queues
     */
    public static Future<List<TunChannel>> bind(Bootstrap bootstrap, TunAddress address, int queues) {
        if (queues < 1 || queues > MAX_QUEUES) {
            throw new IllegalArgumentException("queues must be 1.." + MAX_QUEUES + ": " + queues);
        }
        var all = new TunQueues(bootstrap.clone().option(TunChannelOption.TUN_MULTI_QUEUE, true), queues);
        all.bindNext(address);
        return all.bound;
    }

    // One after the other: the first one makes the device, and the kernel may name it.
    private void bindNext(SocketAddress address) {
        ChannelFuture next = bootstrap.bind(address);
        next.addListener(done -> {
            if (!done.isSuccess()) {
                fail(done.cause());
                return;
            }
            channels.add((TunChannel) next.channel());
            if (channels.size() == queues) {
                bound.setSuccess(List.copyOf(channels));
            } else {
                bindNext(channels.get(0).localAddress());
            }
        });
    }

    private void fail(Throwable cause) {
        if (channels.isEmpty()) {
            bound.setFailure(cause);
        } else {
            channels.remove(channels.size() - 1).close().addListener(closed -> fail(cause));
        }
    }
}
