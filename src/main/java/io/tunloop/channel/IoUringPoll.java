// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoHandle;
import io.netty.channel.uring.IoUringIoOps;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.tunloop.internal.NextTurn;

/**
 * Waits with the ring of a Netty event loop for what a {@link PollIoHandle} waits for: one registration of it.
 *
 * <pre>
 * PollIoHandle ── submit(READ) ──► IoUringPoll ── POLL_ADD ──────────► ring
 *              ◄── handle(READ) ──             ◄── completion ───────
 *               read until empty               ── POLL_ADD again ──► goes with the next io_uring_enter of the loop
 * </pre>
 * A poll tells once, and at once if there is something already, so none is lost; one that nobody wants any more stays until it
 * tells. The ring has none but polls of us: what waits in it for a packet would have to be cancelled, and the packet with it,
 * when the channel pauses or leaves.
 *
 * Ownership: the kernel keeps what the descriptor stands for open for a poll that is under way. {@link #cancel} ends them,
 * and {@link Pollers} know when the last one has ended.
 * Thread: the event loop's; {@link #submit} and {@link #cancel} from any.
 * Source: linux/io_uring.h; io_uring_enter(2), IORING_OP_POLL_ADD and IORING_OP_ASYNC_CANCEL.
 */
final class IoUringPoll implements IoUringIoHandle, IoRegistration {
    private static final byte POLL_ADD = 6;
    private static final byte ASYNC_CANCEL = 14;
    private static final long NOT_SUBMITTED = 0;

    private final IoEventLoop loop;
    private final PollIoHandle handle;
    private final Pollers pollers;
    private final Poll reads = new Poll(PollIoOps.READ);
    private final Poll writes = new Poll(PollIoOps.WRITE);
    // The kernel reports errors whether asked for or not: this is for who asks for nothing else.
    private final Poll errors = new Poll(PollIoOps.NONE);
    private final Runnable readOn = this::readOn;
    private IoRegistration ring;
    private PollIoOps wanted = PollIoOps.NONE;
    private boolean telling;
    private boolean nextTurn;
    // Written by the event loop; isValid may be asked from any thread.
    private volatile boolean valid = true;

    private IoUringPoll(IoEventLoop loop, PollIoHandle handle, Pollers pollers) {
        this.loop = loop;
        this.handle = handle;
        this.pollers = pollers;
    }

    /** @param pollers of which this is one until its last poll has ended */
    static Future<IoRegistration> register(IoEventLoop loop, PollIoHandle handle, Pollers pollers) {
        Promise<IoRegistration> promise = loop.newPromise();
        var poll = new IoUringPoll(loop, handle, pollers);
        loop.register(poll).addListener((Future<IoRegistration> registered) -> {
            if (registered.isSuccess()) {
                poll.ring = registered.getNow();
                promise.setSuccess(poll);
            } else {
                promise.setFailure(registered.cause());
            }
        });
        return promise;
    }

    @Override
    public long submit(IoOps ops) {
        if (loop.inEventLoop()) {
            want((PollIoOps) ops);
        } else {
            loop.execute(() -> want((PollIoOps) ops));
        }
        return ((PollIoOps) ops).bits();
    }

    private void want(PollIoOps ops) {
        wanted = ops;
        poll();
    }

    /** Waits for what is wanted, unless that is told right now: then afterwards. */
    private void poll() {
        if (!valid || telling) {
            return;
        }
        if (wanted.isWrite()) {
            writes.begin();
        }
        if (!wanted.isRead()) {
            errors.begin();
        } else if (handle.isEmpty()) {
            reads.begin();
        } else if (!nextTurn) {
            // There is more, as the handle knows. Netty goes on with completions as long as polls tell at once, so that
            // the loop's tasks would have to wait.
            nextTurn = true;
            NextTurn.execute(loop, readOn);
        }
    }

    private void readOn() {
        nextTurn = false;
        tell(wanted.isRead() ? PollIoOps.READ : PollIoOps.NONE);
    }

    @Override
    public void handle(IoRegistration registration, IoEvent event) {
        IoUringIoEvent completion = (IoUringIoEvent) event;
        if (completion.opcode() != POLL_ADD) {
            return; // A cancel is done: the poll tells that itself.
        }
        of(completion.userData()).ended();
        int ready = completion.res() < 0 ? Poller.POLLERROR : completion.res();
        tell(PollIoOps.of(ready & (wanted.bits() | Poller.POLLERROR)));
    }

    private Poll of(long events) {
        return events == reads.bits() ? reads : events == writes.bits() ? writes : errors;
    }

    private void tell(PollIoOps ready) {
        if (!valid) {
            return;
        }
        telling = true;
        try {
            if (ready != PollIoOps.NONE) {
                handle.handle(this, ready);
            }
        } finally {
            telling = false;
        }
        poll();
    }

    @Override
    public boolean cancel() {
        if (!valid) {
            return false;
        }
        valid = false;
        if (loop.inEventLoop()) {
            end();
        } else {
            loop.execute(this::end);
        }
        return true;
    }

    private void end() {
        reads.cancel();
        writes.cancel();
        errors.cancel();
        ring.cancel();
    }

    @Override
    public boolean isValid() {
        return valid;
    }

    @Override
    public <T> T attachment() {
        return ring.attachment();
    }

    @Override
    public void registered() {
        pollers.added();
        handle.registered();
    }

    @Override
    public void unregistered() {
        pollers.removed();
        handle.unregistered();
    }

    @Override
    public void close() {
        if (valid) { // Else the handle may be another loop's by now, while a poll of this one ends.
            handle.close();
        }
    }

    private static IoUringIoOps ops(byte opcode, int fd, long address, int events, long data) {
        return new IoUringIoOps(
                opcode, (byte) 0, (short) 0, fd, 0, address, 0, events, data, (short) 0, (short) 0, 0, 0);
    }

    /** A wait for some events, which is under way or not. */
    private final class Poll {
        private final PollIoOps events;
        private long id = NOT_SUBMITTED;
        // Kept from one time to the next: else each wake-up would make garbage.
        private IoUringIoOps ops;
        private int fd;

        private Poll(PollIoOps events) {
            this.events = events;
        }

        private int bits() {
            return events.bits();
        }

        private void begin() {
            if (id != NOT_SUBMITTED) {
                return;
            }
            int now = handle.fd(); // Another number, or none, when somebody has closed the device.
            if (ops == null || fd != now) {
                fd = now;
                ops = IoUringPoll.ops(POLL_ADD, fd, 0, bits(), bits());
            }
            id = ring.submit(ops);
        }

        private void ended() {
            id = NOT_SUBMITTED;
        }

        private void cancel() {
            if (id != NOT_SUBMITTED) {
                ring.submit(IoUringPoll.ops(ASYNC_CANCEL, -1, id, 0, bits()));
            }
        }
    }
}
