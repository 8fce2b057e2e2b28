// SPDX-License-Identifier: Apache-2.0
package io.tunloop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tunloop.testing.JavaProcess;
import io.tunloop.testing.NetNamespace;
import io.tunloop.testing.RequiresTun;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Where nothing in /tmp may be executed: it is said in one line with the remedy, and the remedy works. */
@RequiresTun
class NoexecIT {
    private static final String REASON = "the native library does not load from /tmp: it is mounted noexec";
    private static final String REMEDY = "name another folder with -Dio.netty.native.workdir=DIR";

    @AutoClose
    private final NetNamespace namespace = NetNamespace.create();

    /** The output, then the exit code; {@code ip netns exec} gives it mounts of its own. */
    private String run(String setting, String... arguments) {
        return namespace.sh("mount -t tmpfs -o noexec tmpfs /tmp; " + setting + ' '
                + JavaProcess.commandLine(Main.class, arguments) + "; echo $?");
    }

    @Test
    void shouldSayWhyItDoesNotForward() {
        String[] lines = run("", "forward", "--mode", "async-normal", "--iface1", "tun1", "--iface2", "tun2")
                .split("\n");
        assertThat(lines).hasSize(2);
        assertThat(lines[0]).startsWith("tunloop: " + REASON + ": " + REMEDY);
        assertThat(lines[1]).isEqualTo("1");
    }

    @Test
    void shouldSayWhyItMakesNoDevice() {
        assertThat(run("", "device", "create", "tun1")).startsWith("tunloop: " + REASON + ": " + REMEDY);
    }

    @Test
    void shouldTellTheSameInACheckUp() {
        assertThat(run("", "doctor"))
                .containsOnlyOnce(REASON)
                .containsPattern("MISSING +native library +" + REASON + "\n +-> " + REMEDY);
    }

    @Test
    void shouldLoadFromTheFolderNamed() {
        String elsewhere = "mkdir /tmp/lib; mount -t tmpfs tmpfs /tmp/lib; "
                + "export JAVA_TOOL_OPTIONS=-Dio.netty.native.workdir=/tmp/lib;";
        assertThat(run(elsewhere, "doctor")).containsPattern("ok +native library +loaded");
    }
}
