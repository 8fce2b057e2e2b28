// SPDX-License-Identifier: Apache-2.0
package io.tunloop.relay;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import io.tunloop.device.TunDevice;
import io.tunloop.device.TunException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/**
 * Forwards packets between two TUN devices, both ways, until it is closed.
 *
 * <pre>
 * var config = ForwarderConfig.builder(mode).device1(tun11).device2(tun22).build();
 * try (var forwarder = Forwarder.open(config)) {
 *     forwarder.start();
 *     forwarder.lost().join();
 * }
 * </pre>
 * Thread: any; forwarding itself is done by event loops of its own.
 * Errors: {@link TunException} when a device cannot be opened, in which case nothing is left behind; a device that is
 * lost later completes {@link #lost}.
 */
public final class Forwarder implements AutoCloseable {
    private static final long CLOSE_DRAIN_TIMEOUT_MS = 100;
    private static final long SHUTDOWN_TIMEOUT_SECONDS = 5;

    private final ForwarderConfig config;
    private final EventLoopGroup loops;
    private final LoopPlan plan;
    private final List<Direction> directions = new ArrayList<>();
    private final CompletableFuture<Void> lost = new CompletableFuture<>();
    private final AtomicBoolean closing = new AtomicBoolean();
    // The channels are closed, and the event loops told to end.
    private final CompletableFuture<Void> ending = new CompletableFuture<>();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    private Forwarder(ForwarderConfig config) {
        this.config = config;
        loops = new MultiThreadIoEventLoopGroup(
                config.effectiveThreads(),
                new DefaultThreadFactory("tunloop"),
                config.mode().transport().ioHandlerFactory());
        plan = new LoopPlan(loops, config.effectiveThreads(), ForwarderConfig.DIRECTIONS * config.lanes());
    }

    /** Opens both devices and builds the pipelines; nothing is forwarded before {@link #start}. */
    public static Forwarder open(ForwarderConfig config) throws TunException {
        return open(config, DeviceSource.NAMED, DeviceSource.NAMED);
    }

    /** The same, with devices that may come from elsewhere. */
    public static Forwarder open(ForwarderConfig config, DeviceSource source1, DeviceSource source2)
            throws TunException {
        config.mode().transport().ensureAvailability();
        var forwarder = new Forwarder(config);
        try {
            forwarder.openDirections(source1, source2);
            return forwarder;
        } catch (Throwable cause) {
            forwarder.close();
            throw cause;
        }
    }

    private void openDirections(DeviceSource source1, DeviceSource source2) throws TunException {
        DeviceQueues queues1 = new DeviceQueues(source1, config.device1(), config);
        DeviceQueues queues2 = new DeviceQueues(source2, config.device2(), config);
        for (int lane = 0; lane < config.lanes(); lane++) {
            openLane(queues1, queues2);
        }
    }

    /** Packets of one flow stay in one lane, see {@link DeviceQueues}. */
    private void openLane(DeviceQueues queues1, DeviceQueues queues2) throws TunException {
        TunDevice device1 = queues1.open();
        TunDevice device2 = null;
        try {
            device2 = queues2.open();
            requireAlike(device1, device2);
            requireFits(device1);
            openDirection(device1, device2.dup());
            openDirection(device2, device1.dup());
        } catch (Throwable cause) {
            // A device that has a direction is closed with it, and closing twice does nothing.
            device1.close();
            if (device2 != null) {
                device2.close();
            }
            throw cause;
        }
    }

    private static void requireAlike(TunDevice device1, TunDevice device2) {
        if (device1.vnetHeaderBytes() != device2.vnetHeaderBytes() || device1.isTap() != device2.isTap()) {
            throw new IllegalArgumentException("both devices must be of one kind (TUN or TAP, with a virtio_net_hdr or "
                    + "without): " + device1 + ", " + device2);
        }
    }

    /** A descriptor from elsewhere may be of a kind that the configuration could not have asked for. */
    private void requireFits(TunDevice device) {
        ForwardMode mode = config.mode();
        if (device.isTap()) {
            mode.requireNoEthernetFrames(device + " carries");
        }
        if (device.vnetHeaderBytes() == 0 && mode.offload().hasVnetHeader()) {
            throw new IllegalArgumentException(device + " has no virtio_net_hdr in front of each packet, which mode "
                    + mode.name() + " needs: open it with IFF_VNET_HDR");
        }
        if (device.vnetHeaderBytes() > 0 && mode.parses() && mode.offload() == OffloadUse.NONE) {
            throw new IllegalArgumentException(device + " has a virtio_net_hdr in front of each packet, which mode "
                    + mode.name() + " takes for the packet: open it without IFF_VNET_HDR");
        }
    }

    private void openDirection(TunDevice from, TunDevice to) {
        int index = directions.size();
        Direction direction = Direction.open(config, plan.reading(index), plan.writing(index), from, to);
        directions.add(direction);
        for (Channel channel : direction.channels()) {
            channel.pipeline().addLast("watch", new LossWatch());
        }
    }

    /** Begins to forward. */
    public void start() {
        directions.forEach(Direction::start);
    }

    /** Completes with the reason when a device is lost, normally when the forwarder is closed. */
    public CompletableFuture<Void> lost() {
        return lost;
    }

    /** From the first device to the second, then back; in a concurrent mode so for each queue of the devices. */
    public List<Direction> directions() {
        return List.copyOf(directions);
    }

    /** The event loops that forward. */
    public List<SingleThreadEventExecutor> eventLoops() {
        var executors = new ArrayList<SingleThreadEventExecutor>();
        loops.forEach(loop -> executors.add((SingleThreadEventExecutor) loop));
        return executors;
    }

    /**
     * Reads no more, and waits until what has been read is written. Returns false if the time did not suffice; what is
     * left is lost with {@link #close}. Not on an event loop of this forwarder, which would wait for itself: there use
     * {@link #closeAsync}.
     */
    public boolean drain(long timeout, TimeUnit unit) {
        if (isOnOwnLoop()) {
            throw new IllegalStateException(
                    "drain waits for the event loops of the forwarder, and was called on one: use closeAsync()");
        }
        long deadlineNs = System.nanoTime() + unit.toNanos(timeout);
        List<Future<Void>> drained = directions.stream().map(Direction::stop).toList();
        boolean all = true;
        for (Future<Void> future : drained) {
            all &= future.awaitUninterruptibly(Math.max(0, deadlineNs - System.nanoTime()), TimeUnit.NANOSECONDS);
        }
        return all;
    }

    /**
     * Stops reading, writes what has been read, closes the devices and ends the event loops; the second time it does
     * nothing. Waits for all that, but on an event loop of this forwarder, as in what follows {@link #lost}: there it goes
     * on when the loop is done with what it is doing.
     */
    @Override
    public void close() {
        closeAsync();
        if (isOnOwnLoop()) {
            return;
        }
        Throwable failure = ending.handle((nothing, cause) -> cause).join();
        awaitTermination();
        complete(closed, failure);
        closed.join();
    }

    /** As {@link #close}, from any thread, without waiting: completes when the devices and threads are gone. */
    public CompletableFuture<Void> closeAsync() {
        if (closing.compareAndSet(false, true)) {
            drained().thenCompose(inTime -> closeDirections()).whenComplete(this::endLoops);
        }
        return closed.copy();
    }

    /** The termination future of the loops is told by Netty's global executor, where somebody may be waiting for it here. */
    private void awaitTermination() {
        boolean interrupted = false;
        while (!loops.isTerminated()) {
            try {
                loops.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
            } catch (InterruptedException again) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isOnOwnLoop() {
        for (EventExecutor loop : loops) {
            if (loop.inEventLoop()) {
                return true;
            }
        }
        return false;
    }

    /** True when all that has been read is written, false when that has taken too long. */
    private CompletableFuture<Boolean> drained() {
        CompletableFuture<Boolean> drained =
                allOf(direction -> Completion.of(direction.stop())).handle((nothing, failure) -> failure == null);
        try {
            loops.schedule(() -> drained.complete(false), CLOSE_DRAIN_TIMEOUT_MS, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException shutDown) {
            drained.complete(false);
        }
        return drained;
    }

    private CompletableFuture<Void> closeDirections() {
        lost.complete(null);
        return allOf(Direction::close);
    }

    private CompletableFuture<Void> allOf(Function<Direction, CompletableFuture<Void>> step) {
        return CompletableFuture.allOf(directions.stream().map(step).toArray(CompletableFuture<?>[]::new));
    }

    private void endLoops(Void nothing, Throwable failure) {
        loops.shutdownGracefully(0, SHUTDOWN_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .addListener(done -> complete(closed, failure));
        complete(ending, failure);
    }

    private static void complete(CompletableFuture<Void> future, Throwable failure) {
        if (failure == null) {
            future.complete(null);
        } else {
            future.completeExceptionally(failure);
        }
    }

    /** The last handler of every channel: a device that is lost ends the forwarding. */
    private final class LossWatch extends ChannelInboundHandlerAdapter {
        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            if (cause instanceof TunException) {
                lost.completeExceptionally(cause);
            } else {
                ctx.fireExceptionCaught(cause);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            lost.completeExceptionally(new IllegalStateException(ctx.channel().localAddress() + " was closed"));
            ctx.fireChannelInactive();
        }
    }
}
