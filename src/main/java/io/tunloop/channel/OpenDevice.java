// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import io.netty.channel.ChannelException;
import io.tunloop.device.LinkState;
import io.tunloop.device.TunDevice;
import io.tunloop.device.TunDeviceConfig;
import io.tunloop.device.TunException;
import java.util.function.ToIntFunction;

/**
 * What the options of a channel are and do while its device is open: the interface is asked, and told.
 *
 * Thread: any.
 * Errors: {@link ChannelException}, as from the options of Netty's own channels.
 */
final class OpenDevice {
    private OpenDevice() {}

    /** The MTU now; {@code otherwise} if there is no device, and the last one known of a device that is closed. */
    static int mtuBytes(TunDevice device, int otherwise) {
        return ask(device, LinkState::mtuBytes, device == null ? otherwise : device.mtuBytes());
    }

    /** The length of the transmit queue now; {@code otherwise} if there is no device, or it is closed. */
    static int txQueueLength(TunDevice device, int otherwise) {
        return ask(device, LinkState::txQueueLength, otherwise);
    }

    private static int ask(TunDevice device, ToIntFunction<LinkState> question, int otherwise) {
        if (device == null) {
            return otherwise;
        }
        try {
            return device.isOpen() ? question.applyAsInt(device.state()) : otherwise;
        } catch (TunException cause) {
            if (!device.isOpen()) {
                return otherwise; // Closed while it was asked.
            }
            throw new ChannelException(cause);
        }
    }

    /** Gives the interface what the change names; whether it is up stays as it is. */
    static void configure(TunDevice device, TunDeviceConfig.Builder change) {
        try {
            device.configure(change.up(false).build()); // Not up is not down: it is left alone.
        } catch (TunException cause) {
            throw new ChannelException(cause);
        }
    }
}
