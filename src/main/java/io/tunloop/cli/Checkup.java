// SPDX-License-Identifier: Apache-2.0
package io.tunloop.cli;

import io.netty.util.internal.PlatformDependent;
import io.tunloop.channel.TunTransport;
import io.tunloop.device.Offload;
import io.tunloop.device.TunDeviceConfig;
import io.tunloop.device.TunException;
import io.tunloop.internal.NativeLibrary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The checks of {@link DoctorCommand}. None of them changes the machine: the device it opens is gone when it is closed. */
final class Checkup {
    private static final Path TUN = Path.of("/dev/net/tun");

    /** Source: linux/capability.h. */
    private static final int CAP_NET_ADMIN = 12;

    /** What the bench and the tests call, and the purpose for which scripts/setup.sh installs it. */
    private static final Map<String, String> TOOLS = new TreeMap<>(
            Map.of("iperf3", "bench", "ip", "bench", "ethtool", "bench", "sockperf", "test", "perf", "flamegraph"));

    private final List<Finding> findings = new ArrayList<>();

    private Checkup() {}

    static List<Finding> run() {
        var checkup = new Checkup();
        checkup.system();
        checkup.nativeLibrary();
        checkup.engines();
        checkup.add(RingCheck.run());
        checkup.tunFile();
        checkup.rights();
        checkup.device();
        checkup.tools();
        return checkup.findings;
    }

    private void add(Finding finding) {
        findings.add(finding);
    }

    private void system() {
        add(Finding.ok(
                "system",
                System.getProperty("os.name") + ' ' + System.getProperty("os.version") + ", "
                        + System.getProperty("os.arch")));
        add(Finding.ok("java", System.getProperty("java.vm.name") + ' ' + Runtime.version()));
        long mebibytes = PlatformDependent.maxDirectMemory() >> 20;
        add(
                mebibytes >= 32
                        ? Finding.ok("direct memory", mebibytes + " MiB")
                        : Finding.optional(
                                "direct memory",
                                mebibytes + " MiB",
                                "packets are there: use -XX:MaxDirectMemorySize=64m"));
    }

    private void nativeLibrary() {
        NativeLibrary.Lack lack = NativeLibrary.lack();
        add(
                lack == null
                        ? Finding.ok("native library", "loaded")
                        : Finding.missing("native library", lack.reason(), lack.remedy()));
    }

    private void engines() {
        if (NativeLibrary.lack() != null) {
            add(Finding.optional("engines", "not tried without the native library", ""));
            return;
        }
        for (TunTransport transport : TunTransport.values()) {
            Throwable cause = transport.unavailabilityCause();
            String subject = "engine " + transport.name().toLowerCase(Locale.ROOT);
            add(
                    cause == null
                            ? Finding.ok(subject, "available")
                            : Finding.optional(
                                    subject, String.valueOf(cause.getMessage()), "use a mode of another engine"));
        }
    }

    private void tunFile() {
        if (!Files.exists(TUN)) {
            add(Finding.missing(TUN.toString(), "is not there", "modprobe tun; in a container: --device /dev/net/tun"));
        } else if (!Files.isReadable(TUN) || !Files.isWritable(TUN)) {
            add(Finding.missing(TUN.toString(), "may not be opened", "chmod 0666 /dev/net/tun, which is its default"));
        } else {
            add(Finding.ok(TUN.toString(), "may be opened"));
        }
    }

    private void rights() {
        add(
                hasNetAdmin()
                        ? Finding.ok("CAP_NET_ADMIN", "held")
                        : Finding.optional(
                                "CAP_NET_ADMIN",
                                "not held",
                                "run as root, or have root make the device once: tunloop device create NAME --user "
                                        + System.getProperty("user.name")));
    }

    private static boolean hasNetAdmin() {
        try {
            var matcher = Pattern.compile("CapEff:\\s*(\\p{XDigit}+)")
                    .matcher(Files.readString(Path.of("/proc/self/status")));
            return matcher.find() && (Long.parseUnsignedLong(matcher.group(1), 16) >>> CAP_NET_ADMIN & 1) == 1;
        } catch (IOException noProcFileSystem) {
            return false;
        }
    }

    /** What the kernel grants, by trying: only who may make a device can try. */
    private void device() {
        if (NativeLibrary.lack() != null || !hasNetAdmin()) {
            return;
        }
        try {
            EnumSet<Offload> granted =
                    OffloadProbe.granted(TunDeviceConfig.builder().build(), Offload.all());
            EnumSet<Offload> refused = EnumSet.complementOf(granted);
            add(
                    refused.isEmpty()
                            ? Finding.ok("offloads", "all granted: " + granted)
                            : Finding.optional("offloads", "not granted: " + refused, "USO needs Linux 6.2 or newer"));
        } catch (TunException cause) {
            add(Finding.missing("device", cause.call() + ": " + cause.errnoName(), cause.remedy()));
        }
    }

    private void tools() {
        TOOLS.forEach((tool, purpose) -> add(
                isOnPath(tool)
                        ? Finding.ok(tool, "found")
                        : Finding.optional(
                                tool,
                                "not found; the bench and the tests use it",
                                "scripts/setup.sh " + purpose + " brings it")));
    }

    private static boolean isOnPath(String tool) {
        String path = System.getenv().getOrDefault("PATH", "/usr/bin:/bin");
        return List.of((path + ":/usr/sbin:/sbin").split(":")).stream()
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, tool)));
    }
}
