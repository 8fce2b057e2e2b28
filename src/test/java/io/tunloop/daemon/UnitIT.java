// SPDX-License-Identifier: Apache-2.0
package io.tunloop.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.tunloop.testing.ForwardProcess;
import io.tunloop.testing.RequiresTun;
import io.tunloop.testing.Tools;
import io.tunloop.testing.Traffic;
import io.tunloop.testing.TwoHosts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The systemd unit forbids nothing that a daemon does from its start to its end: strace writes down what that is. */
@RequiresTun
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class UnitIT {
    @AutoClose
    private final TwoHosts hosts = new TwoHosts();

    private ForwardProcess forward;
    private String unit;

    @TempDir
    private Path folder;

    @BeforeEach
    void readUnit() throws IOException {
        unit = Files.readString(Path.of("scripts/systemd/tunloop.service"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"async-normal", "sync-gso"})
    void shouldAllowWhatADaemonDoes(String mode) throws Exception {
        Tools.require("strace", "systemd-analyze");
        String trace = trace(mode);

        assertThat(find("(?m)^\\d+ +(\\w+)\\(", trace))
                .contains("ioctl", "capset")
                .isSubsetOf(allowedCalls());
        assertThat(find("\\bsocket\\((AF_\\w+)", trace))
                .contains("AF_NETLINK")
                .isSubsetOf(settings("RestrictAddressFamilies").get(0).split(" "));
    }

    @Test
    void shouldLoadTheTunModuleFirst() {
        assertThat(settings("Wants")).contains("modprobe@tun.service");
        assertThat(settings("After")).contains("modprobe@tun.service");
    }

    /** systemd's default is to give up for good after five starts in ten seconds. */
    @Test
    void shouldStartAgainForAsLongAsItFailsButNotWithSettingsThatAreWrong() {
        assertThat(settings("Restart")).containsExactly("on-failure");
        assertThat(settings("StartLimitIntervalSec")).containsExactly("0");
        assertThat(settings("RestartPreventExitStatus")).containsExactly("2");
    }

    private String trace(String mode) throws Exception {
        Path trace = folder.resolve("trace");
        // With -D it is strace that is the child, so that signals reach the daemon.
        forward = ForwardProcess.start(
                hosts,
                List.of("strace", "-D", "-f", "-qq", "-o", trace.toString()),
                "--mode",
                mode,
                "--metrics",
                "9464",
                "--user",
                "nobody");
        forward.awaitLine("tunloop: ready");
        Traffic.start(hosts);
        forward.get("/metrics");
        forward.signal("HUP");
        forward.awaitLine("SIGHUP");
        forward.signal("USR1");
        forward.awaitLine("tunloop: running");
        forward.signal("TERM");
        assertThat(forward.exitCode()).isZero();
        return Files.readString(trace);
    }

    /** What the lines {@code SystemCallFilter=} leave, from first to last; a tilde takes away. */
    private Set<String> allowedCalls() {
        Map<String, List<String>> groups = groups();
        Set<String> allowed = expand("@default", groups);
        for (String line : settings("SystemCallFilter")) {
            boolean takesAway = line.startsWith("~");
            for (String name : (takesAway ? line.substring(1) : line).split(" ")) {
                if (takesAway) {
                    allowed.removeAll(expand(name, groups));
                } else {
                    allowed.addAll(expand(name, groups));
                }
            }
        }
        return allowed;
    }

    private List<String> settings(String key) {
        return unit.lines()
                .filter(line -> line.startsWith(key + '='))
                .map(line -> line.substring(key.length() + 1))
                .toList();
    }

    private static Set<String> expand(String name, Map<String, List<String>> groups) {
        var calls = new TreeSet<String>();
        if (name.startsWith("@")) {
            groups.get(name).forEach(member -> calls.addAll(expand(member, groups)));
        } else {
            calls.add(name);
        }
        return calls;
    }

    /** A name at the beginning of a line, its members and a comment indented below it. */
    private Map<String, List<String>> groups() {
        var groups = new TreeMap<String, List<String>>();
        for (String group : hosts.host1()
                .run("systemd-analyze", "--no-pager", "syscall-filter")
                .split("\n(?=@)")) {
            List<String> words = group.lines()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .toList();
            if (!words.isEmpty()) {
                groups.put(words.get(0), words.subList(1, words.size()));
            }
        }
        return groups;
    }

    private static Set<String> find(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(result -> result.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
