// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import io.netty.channel.IoHandle;
import io.tunloop.device.TunDevice;

/** A {@link TunChannel} for the event loops of {@link TunTransport#POLL}: a thread that blocks on its device. */
public final class PollTunChannel extends PolledTunChannel {
    /** A channel that opens its device when it is bound to a {@link TunAddress}. */
    public PollTunChannel() {}

    /** A channel over an open device, which it owns from now on. */
    public PollTunChannel(TunDevice device) {
        super(device);
    }

    @Override
    TunTransport transport() {
        return TunTransport.POLL;
    }

    @Override
    Class<? extends IoHandle> handleType() {
        return PollIoHandle.class;
    }
}
