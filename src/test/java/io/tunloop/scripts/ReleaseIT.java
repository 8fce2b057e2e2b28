// SPDX-License-Identifier: Apache-2.0
package io.tunloop.scripts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tunloop.testing.RequiresTun;
import io.tunloop.testing.Tools;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What scripts/release.sh makes of a tree that is built. All of a release, from a clean clone, twice, and tried in roots of
 * other distributions, takes half an hour: scripts/test-release.sh.
 */
@Timeout(300)
class ReleaseIT {
    @TempDir
    private static Path folder;

    private static Path release;

    private record Outcome(int exitCode, String output) {}

    @BeforeAll
    static void make() throws Exception {
        assumeTrue(Files.exists(Path.of("target/tunloop.jar")), "nothing is built: mvn package");
        Tools.require("asciidoctor", "objdump", "dpkg-deb", "unzip", "zip", "gpg");
        release = folder.resolve("release");
        assertThat(run("scripts/release.sh --built --test-key --output " + release + " tar deb maven"))
                .contains("is in " + release);
    }

    private static Outcome attempt(String command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("bash", "-c", command)
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Outcome(process.waitFor(), output);
    }

    private static String run(String command) throws IOException, InterruptedException {
        Outcome outcome = attempt(command);
        assertThat(outcome.exitCode()).as(outcome.output()).isZero();
        return outcome.output();
    }

    private static String only(String pattern) throws IOException, InterruptedException {
        return run("ls " + release + "/" + pattern).strip();
    }

    @Test
    void shouldHaveAChecksumOfEachFile() throws Exception {
        assertThat(run("cd " + release + " && sha256sum --strict -c SHA256SUMS"))
                .hasLineCount(3);
    }

    @Test
    void shouldRunWithoutJava() throws Exception {
        Path root = Files.createDirectories(folder.resolve("unpacked"));
        run("tar -xf " + only("*.tar.gz") + " --strip-components=1 -C " + root);
        // The machine's Java would be found first, and does nothing but fail.
        Path path = Files.createDirectories(folder.resolve("path"));
        run("printf '#!/bin/sh\\nexit 99\\n' >" + path + "/java && chmod +x " + path + "/java");
        assertThat(run("env -u JAVA_HOME PATH=" + path + ":$PATH " + root + "/bin/tunloop --version"))
                .startsWith("tunloop ");
        assertThat(root.resolve("share/man/man1/tunloop-forward.1")).isNotEmptyFile();
        assertThat(root.resolve("lib/systemd/system/tunloop.service"))
                .content()
                .contains("ExecStart=\"/opt/tunloop/bin/tunloop\" forward");
    }

    /** The runtime has all modules that forwarding, measuring and looking asks for. */
    @Test
    @RequiresTun
    void shouldForwardWithItsOwnRuntime() throws Exception {
        Path root = Files.createDirectories(folder.resolve("forwarding"));
        run("tar -xf " + only("*.tar.gz") + " --strip-components=1 -C " + root);
        assertThat(
                        run(
                                "unshare --net env -u JAVA_HOME bash -c 'ip link set lo up; coproc F { exec " + root
                                        + "/bin/tunloop forward --config " + root + "/etc/tunloop/tunloop.toml; };"
                                        + " read -r line <&${F[0]}; echo \"$line\"; curl -sS 127.0.0.1:9464/readyz; kill $F_PID; wait $F_PID'"))
                .contains("tunloop: ready: async-gso between tun11 and tun22", "\nok\n");
    }

    @Test
    void shouldMakeAPackageForDebian() throws Exception {
        String deb = only("*.deb");
        assertThat(run("dpkg-deb --field " + deb)).contains("Package: tunloop", "Depends: openjdk-17-jre-headless | ");
        assertThat(run("dpkg-deb --contents " + deb))
                .contains(
                        "./usr/bin/tunloop",
                        "./usr/lib/systemd/system/tunloop.service",
                        "./etc/tunloop/tunloop.toml",
                        "./usr/share/man/man1/tunloop.1.gz",
                        "./usr/share/bash-completion/completions/tunloop",
                        "./usr/share/tunloop/prometheus-alerts.yml")
                .doesNotContain("root/wt", folder.toString());
    }

    @Test
    void shouldSatisfyLintian() throws Exception {
        Tools.require("lintian");
        // That it closes no bug of Debian's is no fault of a package that is not Debian's.
        assertThat(run("lintian --fail-on error,warning --suppress-tags initial-upload-closes-no-bugs "
                        + only("*.deb")))
                .doesNotContain("E: ", "W: ");
    }

    @Test
    void shouldMarkABundleThatIsNotToBePublished() throws Exception {
        assertThat(only("*.zip")).endsWith("-maven-bundle-TEST-KEY.zip");
    }

    @Test
    void shouldFindWhatMavenCentralWouldRefuse() throws Exception {
        String[][] faults = {
            {"zip -q -d $b '*-sources.jar.asc'", "-sources.jar is not signed"},
            {"zip -q -d $b '*-javadoc.jar'", "-javadoc.jar is missing"},
            {"zip -q -d $b '*.pom.sha1'", ".pom has no .sha1"},
            {"echo x >$b", "it is no zip archive"},
        };
        for (String[] fault : faults) {
            Path bundle = folder.resolve("bundle.zip");
            Outcome outcome = attempt("b=" + bundle + "; cp " + only("*.zip") + " $b; " + fault[0]
                    + "; scripts/release.sh --check-bundle $b");
            assertThat(outcome.output()).contains(fault[1]).hasLineCount(1);
            assertThat(outcome.exitCode()).isEqualTo(1);
        }
    }

    @Test
    @RequiresTun // needs root
    void shouldLeaveNothingOnADiskThatIsFull() throws Exception {
        Path disk = Files.createDirectories(folder.resolve("disk"));
        Outcome outcome = attempt("unshare --mount bash -c 'mount -t tmpfs -o size=8m tmpfs " + disk
                + " && scripts/release.sh --built --output " + disk + "/release tar; code=$?; ls -A " + disk
                + "; exit $code'");
        assertThat(outcome.output())
                .startsWith("release: tar: ")
                .contains("No space left")
                .hasLineCount(1);
        assertThat(outcome.exitCode()).isEqualTo(1);
    }
}
