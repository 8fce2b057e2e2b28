// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.tunloop.testing.JavaProcess;
import io.tunloop.testing.NetNamespace;
import io.tunloop.testing.RequiresTun;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** NAPI of a device in a namespace of its own, which the sysfs at /sys does not show. */
@RequiresTun
@Timeout(60)
class NapiIT {
    private static final int IFF_NAPI = 0x0010;

    @AutoClose
    private final NetNamespace namespace = NetNamespace.create();

    private TunDeviceConfig.Builder config(Napi napi) {
        return TunDeviceConfig.builder().netns(namespace.name()).name("tlnapi").napi(napi);
    }

    /** By {@code ip netns exec}, which mounts the sysfs of the namespace. */
    private int sysfs(String file) {
        return Integer.decode(
                namespace.run("cat", "/sys/class/net/tlnapi/" + file).strip());
    }

    /** The kernel's threads are in no namespace of processes but the first, where the tests are too. */
    private int threads() {
        return Integer.parseInt(
                namespace.sh("ps -e -o comm | grep -c '^napi/tlnapi-' || true").strip());
    }

    @Test
    void shouldBeOffUnlessAskedFor() throws Exception {
        try (TunDevice device = TunDevice.open(config(Napi.OFF).build())) {
            assertThat(device.isOpen()).isTrue();
            assertThat(sysfs("tun_flags") & IFF_NAPI).isZero();
        }
    }

    @Test
    void shouldHaveNoThreadUnlessAskedForOne() throws Exception {
        try (TunDevice device = TunDevice.open(config(Napi.ON).build())) {
            assertThat(device.isOpen()).isTrue();
            assertThat(sysfs("tun_flags") & IFF_NAPI).isNotZero();
            assertThat(sysfs("threaded")).isZero();
            assertThat(threads()).isZero();
        }
    }

    @Test
    void shouldHaveAThreadForEachQueueUntilItIsClosed() throws Exception {
        TunDeviceConfig config = config(Napi.THREADED).multiQueue(true).build();
        try (TunDevice first = TunDevice.open(config);
                TunDevice second = TunDevice.open(config)) {
            assertThat(first.isMultiQueue() && second.isMultiQueue()).isTrue();
            assertThat(sysfs("threaded")).isEqualTo(1);
            assertThat(threads()).isEqualTo(2);
        }
        assertThat(threads()).isZero();
    }

    @Test
    void shouldNotKeepTheThreadOfWhoeverHadThePersistentDeviceBefore() throws Exception {
        TunDevice.open(config(Napi.THREADED).persist(true).build()).close();
        try (TunDevice device = TunDevice.open(config(Napi.ON).build())) {
            assertThat(device.isOpen()).isTrue();
            assertThat(sysfs("threaded")).isZero();
            assertThat(threads()).isZero();
        }
        try (TunDevice device = TunDevice.open(config(Napi.OFF).build())) {
            assertThat(device.isOpen()).isTrue();
            assertThat(sysfs("tun_flags") & IFF_NAPI).isZero();
        }
    }

    @Test
    void shouldTakeWhatIsWrittenThroughTheStack() throws Exception {
        namespace.run("sysctl", "-q", "-w", "net.ipv6.conf.default.disable_ipv6=1");
        TunDeviceConfig config = config(Napi.THREADED)
                .address(InterfaceAddress.parse("10.7.0.1/24"))
                .build();
        try (TunDevice device = TunDevice.open(config);
                Readiness readiness = new Readiness()) {
            PacketBuffers.write(device, PacketBuffers.ping("10.7.0.2", "10.7.0.1"));
            readiness.await(device.fd());
            ByteBuf answer = PacketBuffers.read(device);
            assertThat(PacketBuffers.icmpType(answer)).isZero();
            answer.release();
        }
    }

    @Test
    void shouldSayWhatItTakesWhereItIsRefused() throws Exception {
        TunDevice.open(config(Napi.OFF).persist(true).owner(0).build()).close();
        String output = namespace.sh("setpriv --bounding-set=-all --inh-caps=-all -- "
                + JavaProcess.commandLine(DeviceProbe.class, "threaded:tlnapi"));
        assertThat(output).contains("write(threaded) on tlnapi: EPERM").contains("threaded NAPI needs CAP_NET_ADMIN");
        assertThat(sysfs("threaded")).isZero();
    }
}
