// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.tunloop.device.LinkState;
import io.tunloop.device.TunDevice;
import io.tunloop.device.TunDeviceConfig;
import io.tunloop.device.TunDeviceConfig.Builder;
import io.tunloop.device.TunException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * The options that describe the device: how each stands in what a channel opens its device with, what an open device says of
 * it, and what changes an open device.
 *
 * @param asked what was asked for
 * @param ask asks for it
 * @param now what an open device says, given what was asked for; the latter, where the device does not tell
 * @param change gives it to an open device; null where that cannot be done
 * @param told what was asked for in all once an open device has got it
 */
record DeviceSetting<T>(
        ChannelOption<T> option,
        Function<TunDeviceConfig, T> asked,
        BiConsumer<Builder, T> ask,
        Now<T> now,
        Change<T> change,
        Told<T> told)
        implements Setting<T> {
    /** What an open device says. */
    interface Now<T> {
        T of(TunDevice device, T asked);
    }

    /** What changes an open device. */
    interface Change<T> {
        void apply(TunChannel channel, T value) throws TunException;
    }

    /** Asks for what an open device has got, given what was asked for before. */
    interface Told<T> {
        void put(Builder config, T before, T value);
    }

    static final List<Setting<?>> ALL = List.of(
            setting(TunChannelOption.TUN_MTU, TunDeviceConfig::mtuBytes, Builder::mtuBytes)
                    .now((device, asked) -> OpenDevice.ask(device, LinkState::mtuBytes, device.mtuBytes()))
                    .change((channel, mtuBytes) -> {
                        channel.expectMtu(mtuBytes);
                        OpenDevice.configure(channel.device(), change -> change.mtuBytes(mtuBytes));
                    }),
            setting(TunChannelOption.TUN_ADDRESSES, TunDeviceConfig::addresses, Builder::addresses)
                    .change((channel, addresses) ->
                            OpenDevice.configure(channel.device(), change -> change.addresses(addresses)))
                    .told((config, before, added) -> config.addresses(both(before, added))),
            setting(TunChannelOption.TUN_ROUTES, TunDeviceConfig::routes, Builder::routes)
                    .change((channel, routes) -> OpenDevice.configure(
                            channel.device(),
                            change -> change.routes(routes).up(OpenDevice.ask(channel.device(), LinkState::up, false))))
                    .told((config, before, added) -> config.routes(both(before, added))),
            setting(TunChannelOption.TUN_UP, TunDeviceConfig::up, Builder::up)
                    .now((device, asked) -> OpenDevice.ask(device, LinkState::up, asked))
                    .change((channel, up) -> channel.device().setUp(up))
                    .told((config, before, up) -> {
                        config.up(up);
                        if (!up) {
                            config.routes(List.of()); // They have gone with the link.
                        }
                    }),
            setting(TunChannelOption.TUN_TX_QUEUE_LENGTH, TunDeviceConfig::txQueueLength, Builder::txQueueLength)
                    .now((device, asked) -> OpenDevice.ask(device, LinkState::txQueueLength, asked))
                    .change((channel, packets) ->
                            OpenDevice.configure(channel.device(), change -> change.txQueueLength(packets))),
            setting(TunChannelOption.TUN_OFFLOADS, TunDeviceConfig::offloads, Builder::offloads)
                    .now((device, asked) -> device.offloads()),
            setting(TunChannelOption.TUN_VNET_HEADER, TunDeviceConfig::vnetHeader, Builder::vnetHeader)
                    .now((device, asked) -> device.vnetHeaderBytes() > 0),
            setting(TunChannelOption.TUN_NAPI, TunDeviceConfig::napi, Builder::napi),
            setting(TunChannelOption.TUN_MULTI_QUEUE, TunDeviceConfig::multiQueue, Builder::multiQueue)
                    .now((device, asked) -> device.isMultiQueue()),
            setting(TunChannelOption.TUN_EXCLUSIVE, TunDeviceConfig::exclusive, Builder::exclusive),
            setting(TunChannelOption.TUN_TAP, TunDeviceConfig::tap, Builder::tap)
                    .now((device, asked) -> device.isTap()),
            setting(TunChannelOption.TUN_PERSIST, TunDeviceConfig::persist, Builder::persist),
            setting(TunChannelOption.TUN_OWNER, TunDeviceConfig::owner, Builder::owner),
            setting(TunChannelOption.TUN_GROUP, TunDeviceConfig::group, Builder::group),
            setting(TunChannelOption.TUN_NETNS, TunDeviceConfig::netns, Builder::netns));

    private static <T> DeviceSetting<T> setting(
            ChannelOption<T> option, Function<TunDeviceConfig, T> asked, BiConsumer<Builder, T> ask) {
        return new DeviceSetting<>(
                option,
                asked,
                ask,
                (device, before) -> before,
                null,
                (config, before, value) -> ask.accept(config, value));
    }

    private DeviceSetting<T> now(Now<T> other) {
        return new DeviceSetting<>(option, asked, ask, other, change, told);
    }

    private DeviceSetting<T> change(Change<T> other) {
        return new DeviceSetting<>(option, asked, ask, now, other, told);
    }

    private DeviceSetting<T> told(Told<T> other) {
        return new DeviceSetting<>(option, asked, ask, now, change, other);
    }

    @Override
    public T get(TunChannelConfig config) {
        TunDevice device = config.channel().device();
        T before = asked.apply(config.device());
        return device == null ? before : now.of(device, before);
    }

    @Override
    public boolean set(TunChannelConfig config, T value) {
        Builder next = config.device().toBuilder();
        if (config.channel().device() == null) {
            ask.accept(next, value);
            config.setDevice(next.build());
            return true;
        }
        if (change == null || !config.channel().isOpen()) {
            return false;
        }
        told.put(next, asked.apply(config.device()), value);
        TunDeviceConfig valid = next.build(); // Before anything is changed.
        try {
            change.apply(config.channel(), value);
        } catch (TunException cause) {
            throw new ChannelException(cause);
        }
        config.setDevice(valid);
        return true;
    }

    private static <E> List<E> both(List<E> before, List<E> added) {
        List<E> all = new ArrayList<>(before);
        added.stream().filter(one -> !before.contains(one)).forEach(all::add);
        return all;
    }
}
