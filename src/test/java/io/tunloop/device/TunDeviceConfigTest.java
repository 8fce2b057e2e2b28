// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TunDeviceConfigTest {
    private static final InterfaceAddress IPV6 = InterfaceAddress.parse("fd00::1/64");

    private static TunDeviceConfig.Builder builder() {
        return TunDeviceConfig.builder();
    }

    @Test
    void shouldDefaultToAPlainTunDeviceThatTheKernelNames() {
        TunDeviceConfig config = builder().build();
        assertThat(config.name()).isEmpty();
        assertThat(config.mtuBytes()).isZero();
        assertThat(config.addresses()).isEmpty();
        assertThat(config.txQueueLength()).isZero();
        assertThat(config.offloads()).isEmpty();
        assertThat(config.multiQueue()).isFalse();
        assertThat(config.tap()).isFalse();
        assertThat(config.up()).isTrue();
        assertThat(config.routes()).isEmpty();
        assertThat(config.persist()).isFalse();
        assertThat(config.owner()).isEqualTo(TunDeviceConfig.NOBODY);
        assertThat(config.group()).isEqualTo(TunDeviceConfig.NOBODY);
        assertThat(config.netns()).isEmpty();
    }

    @Test
    void shouldTakeNullForTheDefaultNameAndNamespace() {
        assertThat(builder().name(null).netns(null).build()).isEqualTo(builder().build());
    }

    @Test
    void shouldKeepEverythingInACopy() {
        TunDeviceConfig config = builder()
                .name("tun11")
                .mtuBytes(1400)
                .address(IPV6)
                .txQueueLength(2000)
                .offloads(Offload.all())
                .multiQueue(true)
                .tap(true)
                .route(Route.parse("10.9.0.0/16"))
                .persist(true)
                .owner(1)
                .group(2)
                .netns("blue")
                .build();
        assertThat(config.toBuilder().build())
                .isEqualTo(config)
                .isNotEqualTo(builder().build());
        assertThat(config.toBuilder().addresses(List.of()).build().addresses()).isEmpty();
        assertThat(config.toBuilder().routes(List.of()).up(false).build().up()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"tun11", "a", "a23456789012345", "tl-1.2_x"})
    void shouldTakeANameThatTheKernelTakes(String name) {
        assertThat(builder().name(name).build().name()).isEqualTo(name);
    }

    @Test
    void shouldRefuseANameThatIsTooLong() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().name("a234567890123456").build())
                .withMessage("interface name must have 1..15 characters: \"a234567890123456\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a/b", "a b", "a\tb", "a:1", "tun%d", ".", "..", "tün", "a\0b"})
    void shouldRefuseANameWithOtherCharacters(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().name(name).build())
                .withMessageStartingWith("interface name must be printable ASCII without space, '/', ':' or '%': \"");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 1, 67, 65_536, Integer.MAX_VALUE})
    void shouldRefuseAnMtuOutOfRange(int mtuBytes) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().mtuBytes(mtuBytes).build())
                .withMessage("MTU must be 68..65535: " + mtuBytes);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 68, 1500, 65_535})
    void shouldTakeAnMtuInRange(int mtuBytes) {
        assertThat(builder().mtuBytes(mtuBytes).build().mtuBytes()).isEqualTo(mtuBytes);
    }

    @Test
    void shouldLeaveRoomForTheEthernetHeaderOfATapDevice() {
        assertThat(builder().tap(true).mtuBytes(65_521).build().mtuBytes()).isEqualTo(65_521);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().tap(true).mtuBytes(65_522).build())
                .withMessage("MTU must be 68..65521: 65522");
    }

    @Test
    void shouldRefuseAnMtuThatIsTooSmallForIpv6() {
        assertThat(builder().address(IPV6).mtuBytes(1280).build().mtuBytes()).isEqualTo(1280);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().address(IPV6).mtuBytes(1279).build())
                .withMessage("IPv6 needs an MTU of at least 1280: 1279");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        builder().mtuBytes(1279).route(Route.parse("fd01::/64")).build())
                .withMessage("IPv6 needs an MTU of at least 1280: 1279");
    }

    @Test
    void shouldRefuseAQueueThatTheKernelHasNoMemoryFor() {
        assertThat(builder().txQueueLength(524_288).build().txQueueLength()).isEqualTo(524_288);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().txQueueLength(524_289).build())
                .withMessage("txQueueLength must be 0..524288: 524289");
    }

    @Test
    void shouldRefuseAPathThatTheKernelWouldCutOff() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().netns("blue\0").build())
                .withMessageStartingWith("netns must not have a zero byte");
    }

    @Test
    void shouldRefuseNegativeNumbers() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().txQueueLength(-1).build())
                .withMessage("txQueueLength must not be negative: -1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().owner(-2).build())
                .withMessage("owner and group must not be negative: -2, -1");
    }

    @Test
    void shouldRefuseRoutesOnALinkThatIsDown() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        builder().up(false).route(Route.parse("10.9.0.0/16")).build())
                .withMessage("routes need the link up: [10.9.0.0/16]");
    }

    @Test
    void shouldRefuseOffloadsThatNoKernelTakes() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().offloads(List.of(Offload.TSO4)).build())
                .withMessage("offloads need CHECKSUM: [TSO4]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder()
                        .offloads(List.of(Offload.CHECKSUM, Offload.TSO_ECN))
                        .build())
                .withMessageContaining("TSO_ECN needs TSO4 or TSO6");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder()
                        .offloads(List.of(Offload.CHECKSUM, Offload.USO4))
                        .build())
                .withMessageContaining("USO4 and USO6 only work together");
    }

    @Test
    void shouldNotChangeWithTheListsItWasMadeOf() {
        var builder = builder().offloads(Offload.all());
        TunDeviceConfig config = builder.build();
        builder.offloads(Offload.none()).address(IPV6);
        assertThat(config.offloads()).hasSize(Offload.values().length);
        assertThat(config.addresses()).isEmpty();
    }
}
