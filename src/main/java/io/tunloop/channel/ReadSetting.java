// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import static io.tunloop.channel.TunChannelOption.TUN_LINK_EVENTS;
import static io.tunloop.channel.TunChannelOption.TUN_READ_BATCH;
import static io.tunloop.channel.TunChannelOption.TUN_READ_HEADROOM;
import static io.tunloop.channel.TunChannelOption.TUN_READ_TAILROOM;

import io.netty.channel.ChannelOption;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** The options that say how a channel reads, and what it tells: they count from when it begins, and do not change then. */
record ReadSetting<T>(
        ChannelOption<T> option, Function<TunChannelConfig, T> getter, BiConsumer<TunChannelConfig, T> setter)
        implements Setting<T> {
    static final List<Setting<?>> ALL = List.of(
            new ReadSetting<>(TUN_READ_BATCH, TunChannelConfig::getReadBatch, TunChannelConfig::setReadBatch),
            new ReadSetting<>(TUN_READ_HEADROOM, TunChannelConfig::getReadHeadroom, TunChannelConfig::setReadHeadroom),
            new ReadSetting<>(TUN_READ_TAILROOM, TunChannelConfig::getReadTailroom, TunChannelConfig::setReadTailroom),
            new ReadSetting<>(TUN_LINK_EVENTS, TunChannelConfig::isLinkEvents, TunChannelConfig::setLinkEvents));

    @Override
    public T get(TunChannelConfig config) {
        return getter.apply(config);
    }

    @Override
    public boolean set(TunChannelConfig config, T value) {
        return config.unlessReading(() -> setter.accept(config, value));
    }
}
