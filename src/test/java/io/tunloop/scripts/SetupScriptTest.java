// SPDX-License-Identifier: Apache-2.0
package io.tunloop.scripts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tunloop.scripts.StubTools.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What scripts/setup.sh installs, on distributions that are stubs: no package manager is called but those. */
class SetupScriptTest {
    private static final Path SCRIPT = Path.of("scripts/setup.sh");
    private static final String ID_OF_NOBODY = "65534";

    @TempDir
    private Path folder;

    private StubTools tools;

    @BeforeEach
    void debian() {
        tools = new StubTools(folder);
        distribution("ID=debian");
        tools.stub("ldd", "echo 'ldd (Debian GLIBC 2.36-9) 2.36'")
                .stub("fc-list", "echo DejaVuSans.ttf")
                .stub("apt-cache", "echo '  Candidate: 1'");
    }

    private void distribution(String osRelease) {
        try {
            Path file = folder.resolve("os-release");
            Files.writeString(file, osRelease + '\n');
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
            tools.set("TUNLOOP_OS_RELEASE", file.toString());
        } catch (IOException cause) {
            throw new java.io.UncheckedIOException(cause);
        }
    }

    private void haveBuildTools() {
        tools.have("gcc", "make", "cmake", "java").stub("javac", "echo javac 17.0.15");
    }

    /** A stub for each command that a package holds appears once the package is installed. */
    private void canInstall(String manager) {
        tools.stub(manager, """
                case "$1" in
                    *update*) exit ;;
                esac
                for package; do
                    case $package in
                        *jdk*) printf '#!/bin/sh\\necho javac 17.0.15\\n' >FOLDER/javac && : >FOLDER/java ;;
                        iproute*) : >FOLDER/ip ;;
                        iperf) : >FOLDER/iperf3 ;;
                        [a-z]*) : >FOLDER/$package ;;
                    esac
                done
                chmod 755 FOLDER/*
                """.replace("FOLDER", folder.toString()));
    }

    private List<String> installed(String manager) {
        return tools.calls().stream()
                .filter(call -> call.startsWith(manager + ' ') && (call.contains(" install ") || call.contains(" -S ")))
                .flatMap(call -> Arrays.stream(call.split(" ")).skip(1))
                .filter(word -> !word.startsWith("-") && !word.equals("install"))
                .toList();
    }

    private static void needRoot() {
        assumeTrue(System.getProperty("user.name").equals("root"), "needs root");
        assumeTrue(Files.exists(Path.of("/dev/net/tun")), "needs /dev/net/tun");
    }

    private Outcome runAsNobody(String... arguments) {
        needRoot();
        return tools.run(
                List.of("/usr/bin/setpriv", "--reuid", ID_OF_NOBODY, "--clear-groups"),
                tools.copy(SCRIPT.toString()),
                arguments);
    }

    @Test
    void shouldInstallAtMostSixPackagesToMeasureWhereTheBuildToolsAre() {
        needRoot();
        haveBuildTools();
        canInstall("apt-get");

        assertThat(tools.run(SCRIPT, "bench").output())
                .contains("setup: installing for 'bench': iperf3 iproute2 ethtool");
        assertThat(installed("apt-get")).containsExactly("iperf3", "iproute2", "ethtool");
    }

    @Test
    void shouldInstallNothingTheSecondTime() {
        needRoot();
        haveBuildTools();
        canInstall("apt-get");
        tools.run(SCRIPT, "bench");
        int calls = tools.calls().size();

        assertThat(tools.run(SCRIPT, "bench")).isEqualTo(new Outcome(0, "setup: all that 'bench' needs is there\n"));
        assertThat(tools.calls().subList(calls, tools.calls().size())).noneMatch(call -> call.startsWith("apt-get"));
    }

    @ParameterizedTest
    @CsvSource({
        "ID=debian,                                     apt-get, openjdk-17-jdk-headless, libc6-dev,     iperf3, iproute2",
        "ID=linuxmint ID_LIKE='ubuntu debian',          apt-get, openjdk-17-jdk-headless, libc6-dev,     iperf3, iproute2",
        "ID=fedora,                                     dnf,     java-17-openjdk-devel,   glibc-devel,   iperf3, iproute",
        "ID=rocky ID_LIKE='rhel centos fedora',         dnf,     java-17-openjdk-devel,   glibc-devel,   iperf3, iproute",
        "ID=arch,                                       pacman,  jdk17-openjdk,           glibc,         iperf3, iproute2",
        "ID=opensuse-leap ID_LIKE='suse opensuse',      zypper,  java-17-openjdk-devel,   glibc-devel,   iperf,  iproute2",
    })
    void shouldKnowThePackagesOf(
            String osRelease, String manager, String jdk, String headers, String iperf3, String iproute) {
        needRoot();
        distribution(osRelease.replace(" ID_LIKE", "\nID_LIKE"));
        tools.stub(manager, "echo something");

        tools.run(SCRIPT, "bench");
        assertThat(installed(manager)).contains(jdk, "gcc", headers, "make", "cmake", iperf3, iproute, "ethtool");
    }

    @Test
    void shouldInstallTheFirstPackageThatTheDistributionHas() {
        needRoot();
        tools.stub("apt-get", "")
                .stub(
                        "apt-cache",
                        "case $2 in openjdk-*) echo '  Candidate: (none)' ;; *) echo '  Candidate: 2' ;; esac");

        tools.run(SCRIPT, "bench");
        assertThat(installed("apt-get"))
                .contains("default-jdk-headless")
                .doesNotContain("openjdk-17-jdk-headless", "openjdk-25-jdk-headless");
    }

    /** As in Fedora 45, whose java-latest-openjdk is newer than any JDK that this was tried with. */
    @Test
    void shouldInstallTheOldestJdkThatTheDistributionHas() {
        needRoot();
        distribution("ID=fedora");
        tools.stub("dnf", "case $* in *repoquery*java-17* | *repoquery*java-21*) ;; *) echo something ;; esac");

        tools.run(SCRIPT, "bench");
        assertThat(installed("dnf"))
                .contains("java-25-openjdk-devel")
                .doesNotContain("java-17-openjdk-devel", "java-latest-openjdk-devel");
    }

    @Test
    void shouldInstallAJdkBesideOneThatIsTooOld() {
        needRoot();
        haveBuildTools();
        tools.stub("javac", "echo javac 11.0.20").stub("apt-get", "");

        assertThat(tools.run(SCRIPT, "bench").output()).endsWith("setup: still missing: jdk iperf3 ip ethtool\n");
        assertThat(installed("apt-get")).contains("openjdk-17-jdk-headless");
    }

    @Test
    void shouldGoOnWithoutWhatOnlyOneFeatureNeeds() {
        needRoot();
        haveBuildTools();
        tools.have("iperf3", "ip", "ethtool", "flamegraph.pl")
                .stub("apt-get", "exit 1")
                .stub("apt-cache", "echo '  Candidate: (none)'");

        assertThat(tools.run(SCRIPT, "flamegraph"))
                .isEqualTo(new Outcome(0, "setup: not to be had here, so what needs it will say so: perf\n"));
    }

    @Test
    void shouldNotAskRootForSudo() {
        needRoot();
        haveBuildTools();
        canInstall("apt-get");
        tools.stub("sudo", "exit 1");

        assertThat(tools.run(SCRIPT, "bench").exitCode()).isZero();
    }

    @Test
    void shouldShowWhatFailed() {
        needRoot();
        haveBuildTools();
        tools.stub("apt-get", "[ $1 = update ] || { echo 'E: no space' >&2; exit 100; }");

        assertThat(tools.run(SCRIPT, "bench"))
                .isEqualTo(
                        new Outcome(
                                1,
                                "setup: installing for 'bench': iperf3 iproute2 ethtool\nE: no space\n"
                                        + "setup: this failed: apt-get install -y --no-install-recommends iperf3 iproute2 ethtool\n"));
    }

    @Test
    void shouldPrintOneCommandWithoutRoot() {
        haveBuildTools();
        tools.have("apt-get", "sudo");

        assertThat(runAsNobody("bench"))
                .isEqualTo(new Outcome(
                        1,
                        "setup: missing: iperf3 ip ethtool; install with: "
                                + "sudo apt-get install -y --no-install-recommends iperf3 iproute2 ethtool\n"));
        assertThat(installed("apt-get")).isEmpty();
    }

    @Test
    void shouldPrintOneCommandWhereThePackageManagerIsMissing() {
        haveBuildTools();
        distribution("ID=fedora");

        assertThat(tools.run(SCRIPT, "bench"))
                .isEqualTo(new Outcome(
                        1, "setup: missing: iperf3 ip ethtool; install with: dnf install -y iperf3 iproute ethtool\n"));
    }

    @Test
    void shouldNameDebiansPackagesOnAnUnknownDistribution() {
        haveBuildTools();
        distribution("ID=haiku");

        assertThat(tools.run(SCRIPT, "bench").output())
                .isEqualTo("setup: this distribution is not known; install what these packages of Debian hold: "
                        + "iperf3 iproute2 ethtool\n");
    }

    @Test
    void shouldSayThatMuslIsNotEnough() {
        distribution("ID=alpine");
        tools.stub("ldd", "echo 'musl libc (x86_64)' >&2; exit 1");

        assertThat(tools.run(SCRIPT, "bench"))
                .isEqualTo(new Outcome(1, "setup: tunloop needs glibc 2.31 or newer; this distribution has musl\n"));
    }

    @Test
    void shouldNameWhatIsMissingAndInstallNothing() {
        haveBuildTools();
        tools.have("apt-get");

        assertThat(tools.run(SCRIPT, "missing", "bench")).isEqualTo(new Outcome(0, "iperf3 ip ethtool\n"));
        assertThat(installed("apt-get")).isEmpty();
    }

    @Test
    void shouldRefuseAnotherPurpose() {
        assertThat(tools.run(SCRIPT, "everything").exitCode()).isEqualTo(2);
    }
}
