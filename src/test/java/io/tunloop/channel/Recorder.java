// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The last handler of a test's pipeline: keeps what arrives for the test, which waits for it. */
final class Recorder extends ChannelInboundHandlerAdapter {
    private static final int TIMEOUT_SECONDS = 10;

    private final BlockingQueue<ByteBuf> packets = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    private final BlockingQueue<Throwable> errors = new LinkedBlockingQueue<>();
    private final BlockingQueue<Object> userEvents = new LinkedBlockingQueue<>();

    ByteBuf nextPacket() throws InterruptedException {
        return next(packets, "packet");
    }

    /** The name of the next event: registered, active, read, complete, writable, unwritable, inactive, unregistered. */
    String nextEvent() throws InterruptedException {
        return next(events, "event");
    }

    Throwable nextError() throws InterruptedException {
        return next(errors, "error");
    }

    Object nextUserEvent() throws InterruptedException {
        return next(userEvents, "user event");
    }

    boolean hasPacket() {
        return !packets.isEmpty();
    }

    boolean hasError() {
        return !errors.isEmpty();
    }

    /** Skips events up to this one. */
    void awaitEvent(String event) throws InterruptedException {
        String next = nextEvent();
        while (!next.equals(event)) {
            next = nextEvent();
        }
    }

    private static <T> T next(BlockingQueue<T> queue, String what) throws InterruptedException {
        T item = queue.poll(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        assertThat(item).as(what).isNotNull();
        return item;
    }

    void release() {
        for (ByteBuf packet = packets.poll(); packet != null; packet = packets.poll()) {
            packet.release();
        }
    }

    @Override
    public void channelRegistered(ChannelHandlerContext ctx) {
        events.add("registered");
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        events.add("active");
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        packets.add((ByteBuf) message);
        events.add("read");
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        events.add("complete");
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        events.add(ctx.channel().isWritable() ? "writable" : "unwritable");
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        events.add("inactive");
    }

    @Override
    public void channelUnregistered(ChannelHandlerContext ctx) {
        events.add("unregistered");
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        userEvents.add(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        errors.add(cause);
    }
}
