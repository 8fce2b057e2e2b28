// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import io.netty.channel.ChannelOption;

/** One option of a {@link TunChannelConfig}. */
interface Setting<T> {
    ChannelOption<T> option();

    /** What it is now. */
    T get(TunChannelConfig config);

    /** Returns false, and changes nothing, if it is too late for it. */
    boolean set(TunChannelConfig config, T value);
}
