// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.ChannelOption;
import io.tunloop.device.InterfaceAddress;
import io.tunloop.device.Napi;
import io.tunloop.device.Offload;
import io.tunloop.device.Route;
import io.tunloop.device.TunDeviceConfig;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The options of a channel that has no device yet; on an open one see TunChannelIT and LifecycleContract. */
class TunChannelConfigTest {
    /** None of these is the default. */
    private static final Map<ChannelOption<?>, Object> OTHER_DEVICE = Map.ofEntries(
            Map.entry(TunChannelOption.TUN_MTU, 9000),
            Map.entry(TunChannelOption.TUN_ADDRESSES, List.of(InterfaceAddress.parse("10.0.0.1/24"))),
            Map.entry(TunChannelOption.TUN_ROUTES, List.of(Route.parse("10.9.0.0/16"))),
            Map.entry(TunChannelOption.TUN_UP, false),
            Map.entry(TunChannelOption.TUN_TX_QUEUE_LENGTH, 2000),
            Map.entry(TunChannelOption.TUN_OFFLOADS, EnumSet.of(Offload.CHECKSUM, Offload.TSO4)),
            Map.entry(TunChannelOption.TUN_VNET_HEADER, true),
            Map.entry(TunChannelOption.TUN_NAPI, Napi.ON),
            Map.entry(TunChannelOption.TUN_MULTI_QUEUE, true),
            Map.entry(TunChannelOption.TUN_EXCLUSIVE, true),
            Map.entry(TunChannelOption.TUN_TAP, true),
            Map.entry(TunChannelOption.TUN_PERSIST, true),
            Map.entry(TunChannelOption.TUN_OWNER, 1000),
            Map.entry(TunChannelOption.TUN_GROUP, 1001),
            Map.entry(TunChannelOption.TUN_NETNS, "blue"));

    private final TunChannelConfig config = new EpollTunChannel().config();

    static Stream<Map.Entry<ChannelOption<?>, Object>> otherDevice() {
        return OTHER_DEVICE.entrySet().stream();
    }

    @ParameterizedTest
    @MethodSource("otherDevice")
    <T> void shouldGiveBackEveryOptionOfTheDevice(Map.Entry<ChannelOption<T>, T> other) {
        assertThat(config.getOption(other.getKey())).isNotNull().isNotEqualTo(other.getValue());
        assertThat(config.setOption(other.getKey(), other.getValue())).isTrue();
        assertThat(config.getOptions()).contains(other);
    }

    @Test
    void shouldHaveAnOptionForAllThatADeviceCanBeOpenedWith() {
        assertThat(DeviceSetting.ALL).hasSize(TunDeviceConfig.class.getRecordComponents().length - 1); // The name.
        assertThat(DeviceSetting.ALL.stream()
                        .<ChannelOption<?>>map(Setting::option)
                        .collect(Collectors.toSet()))
                .isEqualTo(OTHER_DEVICE.keySet());
    }

    @Test
    void shouldGiveBackOptionsOfNettyAndRefuseWhatIsNoOptionOfIt() {
        assertThat(config.setOption(ChannelOption.AUTO_READ, false)).isTrue();
        assertThat(config.setOption(ChannelOption.SO_KEEPALIVE, true)).isFalse();
        assertThat(config.getOptions()).containsEntry(ChannelOption.AUTO_READ, false);
        assertThat(config.isAutoRead()).isFalse();
    }

    @Test
    void shouldRememberNothingThatBreaksARuleTogetherWithWhatWasSaidBefore() {
        config.setOption(TunChannelOption.TUN_ADDRESSES, List.of(InterfaceAddress.parse("fd00::1/64")));
        assertThatThrownBy(() -> config.setOption(TunChannelOption.TUN_MTU, 1000))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("IPv6 needs an MTU of at least 1280: 1000");
        assertThat(config.getOption(TunChannelOption.TUN_MTU)).isZero();
    }
}
