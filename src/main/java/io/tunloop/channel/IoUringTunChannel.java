// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandle;
import io.netty.channel.IoRegistration;
import io.netty.util.concurrent.Future;
import io.tunloop.device.TunDevice;

/**
 * A {@link TunChannel} for the event loops of Netty's {@code IoUringIoHandler}, for who has sockets there. They wait for the
 * device; packets are moved as on every other loop.
 *
 * <p>Needs {@code netty-transport-native-io_uring}, which tunloop does not bring.
 */
public final class IoUringTunChannel extends PolledTunChannel {
    private final Pollers pollers = new Pollers();

    /** A channel that opens its device when it is bound to a {@link TunAddress}. */
    public IoUringTunChannel() {}

    /** A channel over an open device, which it owns from now on. */
    public IoUringTunChannel(TunDevice device) {
        super(device);
    }

    @Override
    TunTransport transport() {
        return TunTransport.IO_URING;
    }

    @Override
    Class<? extends IoHandle> handleType() {
        return IoUringPoll.class;
    }

    @Override
    Future<IoRegistration> register(IoEventLoop loop, IoHandle handle) {
        return IoUringPoll.register(loop, (PollIoHandle) handle, pollers);
    }

    @Override
    boolean isPolled() {
        return pollers.isAny();
    }

    @Override
    void whenUnpolled(Runnable then) {
        pollers.whenNone(then);
    }
}
