// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import io.netty.channel.ChannelException;
import io.tunloop.device.LinkState;
import io.tunloop.device.TunDevice;
import io.tunloop.device.TunDeviceConfig;
import io.tunloop.device.TunException;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * An open device that is asked what its interface is like, and told what it shall be like.
 *
 * Thread: any.
 * Errors: {@link ChannelException}, as from the options of Netty's own channels, when it is asked.
 */
final class OpenDevice {
    private OpenDevice() {}

    /** What the interface says now; {@code otherwise} if its device is closed. */
    static <T> T ask(TunDevice device, Function<LinkState, T> question, T otherwise) {
        try {
            return device.isOpen() ? question.apply(device.state()) : otherwise;
        } catch (TunException cause) {
            if (!device.isOpen()) {
                return otherwise; // Closed while it was asked.
            }
            throw new ChannelException(cause);
        }
    }

    /** Gives the interface what the change names; whether it is up stays as it is, unless the change says so. */
    static void configure(TunDevice device, Consumer<TunDeviceConfig.Builder> change) throws TunException {
        TunDeviceConfig.Builder config = TunDeviceConfig.builder().up(false); // Not up is not down: it is left alone.
        change.accept(config);
        device.configure(config.build());
    }
}
