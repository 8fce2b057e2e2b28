// SPDX-License-Identifier: Apache-2.0
package io.tunloop.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tunloop.device.InterfaceAddress;
import io.tunloop.relay.ForwarderConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Where a setting comes from, and what is said about a wrong one. */
class SettingsTest {
    private static final String PAIR = """
            [[pair]]
            mode = "async-normal"
            iface1 = "tun11"
            iface2 = "tun22"
            """;

    @TempDir
    private Path folder;

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("tunloop.toml"), text);
    }

    private static Settings load(Path file, Map<String, String> environment, String... flags) throws ConfigException {
        CommandLine command = Main.configure(new CommandLine(new ForwardCommand()));
        return Settings.load(command.parseArgs(flags), file, environment);
    }

    private Settings load(String text) throws Exception {
        return load(file(text), Map.of());
    }

    @Test
    void shouldPreferFlagsThenEnvironmentThenPairThenTop() throws Exception {
        Path file = file("mtu = 1400\ntxqueuelen = 100\nthread = 1\nread-batch = 4\n" + PAIR
                + "txqueuelen = 200\nthread = 1\nread-batch = 8\n");

        String toml = load(file, Map.of("TUNLOOP_READ_BATCH", "16", "TUNLOOP_THREAD", "2"), "--thread", "1")
                .toToml();

        assertThat(toml)
                .containsPattern("mtu = 1400 +# .*tunloop.toml:1\n")
                .containsPattern("txqueuelen = 200 +# .*tunloop.toml:9\n")
                .containsPattern("read-batch = 16 +# TUNLOOP_READ_BATCH\n")
                .containsPattern("thread = 1 +# --thread\n");
    }

    @Test
    void shouldPrintWhatItCanReadAgain() throws Exception {
        String once = load("metrics = \"127.0.0.1:0\"\ndrain-timeout = \"500ms\"\n" + PAIR
                        + "ip1 = [\"10.0.1.1/24\", \"fd00::1/64\"]\n")
                .toToml();

        String again = load(once).toToml();

        assertThat(again.replaceAll(" +#.*", "")).isEqualTo(once.replaceAll(" +#.*", ""));
        assertThat(once).contains("ip1 = [\"10.0.1.1/24\", \"fd00::1/64\"]", "drain-timeout = \"500ms\"");
    }

    @Test
    void shouldReadSeveralPairsWithAModeEach() throws Exception {
        Settings settings = load(PAIR + """
                [[pair]]
                mode = "async-passthrough"
                iface1 = "tun33"
                iface2 = "tun44"
                """);

        assertThat(settings.pairs())
                .extracting(pair -> pair.config().mode().name())
                .containsExactly("async-normal", "async-passthrough");
    }

    @Test
    void shouldGiveEachDeviceItsOwnOptions() throws Exception {
        String text = PAIR + "ip1 = \"10.0.1.1\"\nprefix1 = 16\nip2 = [\"10.0.2.1\", \"fd00::2\"]\nmtu = 1400\n";
        ForwarderConfig config = load(text).pairs().get(0).config();

        assertThat(config.device1().name()).isEqualTo("tun11");
        assertThat(config.device1().addresses()).containsExactly(InterfaceAddress.of("10.0.1.1", 16));
        assertThat(config.device2().name()).isEqualTo("tun22");
        assertThat(config.device2().addresses())
                .containsExactly(InterfaceAddress.of("10.0.2.1", 24), InterfaceAddress.of("fd00::2", 64));
        assertThat(config.device1().mtuBytes()).isEqualTo(1400);
        assertThat(config.device2().mtuBytes()).isEqualTo(1400);
    }

    @Test
    void shouldRefuseSettingsOfADeviceThatIsHandedOver() throws Exception {
        PairOptions pair = load(PAIR + "fd2 = 3\n").pairs().get(0);

        assertThatThrownBy(pair::pair)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("iface2, ip2 and route2 have no effect on a device that is handed over");
    }

    @Test
    void shouldTellTheLineOfAnUnknownKeyAndTheKeyThatWasMeant() {
        assertThatThrownBy(() -> load("mtu = 9000\nmetric = \"9464\"\n"))
                .isInstanceOf(ConfigException.class)
                .hasMessageEndingWith("tunloop.toml:2: unknown key 'metric'; did you mean 'metrics'?");
        assertThatThrownBy(() -> load(PAIR + "mtuu = 9000\n"))
                .hasMessageEndingWith("tunloop.toml:5: unknown key 'mtuu'; did you mean 'mtu'?");
        assertThatThrownBy(() -> load(PAIR + "metrics = \"9464\"\n"))
                .hasMessageEndingWith(
                        "tunloop.toml:5: 'metrics' is the whole process's: write it above the first [[pair]]");
    }

    @Test
    void shouldTellTheLineOfABadValue() {
        assertThatThrownBy(() -> load(PAIR + "mtu = \"much\"\n").pairs())
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("tunloop.toml:5: ")
                .hasMessageContaining("'much'");
        assertThatThrownBy(() -> load("drain-timeout = 5\n" + PAIR).daemon())
                .hasMessageContaining("tunloop.toml:1: ")
                .hasMessageContaining("with its unit, like 500ms");
        assertThatThrownBy(() -> load(PAIR + "mtu = 1.5\n")).hasMessageContaining("tunloop.toml:5: 'mtu' must be");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mtu = 5 # MTU must be 68..65535: 5",
                "mtu = 99999999999 # '99999999999' is not an int",
                "txqueuelen = 524289 # txQueueLength must be 0..524288: 524289",
                "txqueuelen = -4 # txQueueLength must not be negative: -4",
                "txqueuelen = \"4k\" # '4k' is not an int",
                "ip1 = [\"10.0.0.1\", 1, \"x\"] # not an IPv4 or IPv6 address: 1",
                "ip1 = \"10.0.0.1/33\" # must be 0..32: 33",
                "route1 = \"bad\" # address needs a prefix length",
                "iface1 = \"muchtoolongname1\" # interface name must have 1..15 characters"
            })
    void shouldTellTheLineOfAValueThatNoDeviceHas(String line) {
        assertThatThrownBy(() -> load("\n\n" + line + "\n").pairs())
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("tunloop.toml:3: ")
                .hasMessageContaining(line.substring(line.indexOf('#') + 2));
    }

    @Test
    void shouldNameTheVariableOrTheFlagOfABadValue() {
        assertThatThrownBy(() -> load(null, Map.of("TUNLOOP_MTU", "much")).pairs())
                .hasMessageStartingWith("TUNLOOP_MTU: ");
        assertThatThrownBy(
                        () -> load(null, Map.of("TUNLOOP_METRICS", "::1:99999")).daemon())
                .hasMessageStartingWith("TUNLOOP_METRICS: ")
                .hasMessageContaining("like 127.0.0.1:9464 or [::1]:9464");
    }

    @Test
    void shouldTellTheLineOfBrokenToml() {
        assertThatThrownBy(() -> load("mtu = 9000\nmode = \n"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("tunloop.toml:2: not TOML");
        assertThatThrownBy(() -> load("mtu = 1\nmtu = 2\n"))
                .hasMessageContaining("tunloop.toml:2: not TOML")
                .hasMessageContaining("mtu previously defined");
        assertThatThrownBy(() -> load("[pair]\nmtu = 2\n"))
                .hasMessageContaining("tunloop.toml:1: pair must be a table");
    }

    @Test
    void shouldTellThatTheFileIsMissing() {
        assertThatThrownBy(() -> load(folder.resolve("none.toml"), Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("none.toml cannot be read: there is no such file");
    }

    /** A fifo would wait for its writer. */
    @Test
    @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void shouldReadRegularFilesOnly() throws Exception {
        Path fifo = folder.resolve("fifo");
        assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor())
                .isZero();
        for (Path file : List.of(fifo, folder, Path.of("/dev/zero"))) {
            assertThatThrownBy(() -> load(file, Map.of()))
                    .isInstanceOf(ConfigException.class)
                    .hasMessage(file + " cannot be read: it is not a regular file");
        }
    }

    @Test
    void shouldReadNoMoreThanAMebibyte() throws Exception {
        String most =
                "# a comment of 32 characters ....\n".repeat((1 << 20) / 33).substring(0, 1 << 20);
        assertThatThrownBy(() -> load(most + "\n")).hasMessageEndingWith("it is larger than 1048576 bytes");
    }

    @Test
    void shouldRefuseWhatTheParserHasNoMemoryOrStackFor() {
        var keys = new StringBuilder();
        for (int i = 0; i < 60_000; i++) {
            keys.append("k").append(i).append(" = 1\n");
        }
        assertThatThrownBy(() -> load(keys.toString()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("is more than the 16384 words, signs and letters of values");
        for (String nested : List.of("[\n".repeat(5000), "{a=".repeat(2000), "[[[[{a=[[[[")) {
            assertThatThrownBy(() -> load("mtu = " + nested))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("is nested deeper than 8");
        }
        assertThatThrownBy(() -> load("\nmtu = 1 # " + "x".repeat(10_000)))
                .isInstanceOf(ConfigException.class)
                .hasMessageEndingWith("tunloop.toml:2: is longer than 8192 characters: 10010");
    }

    @Test
    void shouldTakeAHundredPairs() throws Exception {
        assertThat(load((PAIR + "ip1 = \"10.0.1.1/24\"\nip2 = \"10.0.2.1/24\"\n").repeat(100))
                        .pairs())
                .hasSize(100);
    }

    /** An upgrade is no reason for a daemon not to start: what was right for an older version is right. */
    @Test
    void shouldTakeEachSettingOfOlderVersions() throws Exception {
        List<String> lines = Files.readAllLines(Path.of("src/test/resources/io/tunloop/cli/settings-0.1.toml"));
        assertThat(lines).hasSizeGreaterThan(30);
        for (String line : lines) {
            String key = line.substring(0, line.indexOf(' '));
            assertThat(load(line + '\n').toToml()).containsPattern("(?m)^" + key + " = .* # .*tunloop.toml:1$");
        }
    }

    @Test
    void shouldTakeAByteOrderMark() throws Exception {
        assertThat(load("\ufeffmtu = 1400\n" + PAIR).toToml()).containsPattern("mtu = 1400 +# .*tunloop.toml:1\n");
    }

    @Test
    void shouldTellTheLineThatIsNotUtf8() throws Exception {
        Path file = Files.write(
                folder.resolve("tunloop.toml"), "mtu = 1400\n# für\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> load(file, Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageEndingWith("tunloop.toml:2: is not UTF-8: save it as such");
        Files.write(file, "mtu = 1400\n".getBytes(StandardCharsets.UTF_16));
        assertThatThrownBy(() -> load(file, Map.of()))
                .hasMessageEndingWith("tunloop.toml:1: is not UTF-8: save it as such");
    }

    @Test
    void shouldRefuseAPairThatIsNoTable() {
        assertThatThrownBy(() -> load("pair = [{}, 1]\n"))
                .isInstanceOf(ConfigException.class)
                .hasMessageEndingWith("tunloop.toml:1: pair must be a table: write [[pair]] in a line of its own");
    }

    @Test
    void shouldRefuseAnEmptyListWhereOneValueBelongs() {
        assertThatThrownBy(() -> load("mtu = []\n" + PAIR).pairs())
                .isInstanceOf(ConfigException.class)
                .hasMessageEndingWith("tunloop.toml:1: 'mtu' must be one value, not an empty list");
    }

    /** Found by trying: most errors are collected by the parser, this one is thrown. */
    @Test
    void shouldTellTheLineOfAnErrorThatTheParserThrows() {
        assertThatThrownBy(() -> load("\n0x1f\\q\"'x'\n[\"\\q{\"\"\"\\q"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("not TOML: Invalid escape sequence");
    }

    @Test
    void shouldSayInOneLineWhatIsWrongWithHundredsOfLetters() {
        assertThatThrownBy(() -> load("\"a\\nb\\u001b[31m" + "c".repeat(5000) + "\" = 1\n"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("unknown key 'a b [31mccc")
                .hasMessageContaining("ccc ... ccc")
                .hasMessageEndingWith("'?")
                .satisfies(cause -> assertThat(cause.getMessage()).hasSizeLessThan(500));
    }

    @Test
    void shouldRefuseATimeThatNobodyWaitsFor() throws Exception {
        for (String time : List.of("999999999h", "25h", "1441m")) {
            assertThatThrownBy(() -> load("drain-timeout = \"" + time + "\"\n").daemon())
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("tunloop.toml:1: ")
                    .hasMessageContaining("'" + time + "' is longer than 24h");
        }
        assertThat(load("drain-timeout = \"24h\"\n").daemon().drainTimeout()).isEqualTo(Duration.ofHours(24));
    }

    @Test
    void shouldRefuseSettingsThatExcludeEachOtherOrHaveNoEffect() throws Exception {
        for (var wrong : Map.of(
                        "fd2 = -1\n", "fd2 must not be negative: -1",
                        "fd2 = 4\nsocket2 = \"/run/x\"\n", "fd2 and socket2 are two ways",
                        "socket2 = \"/run/x\"\nnetns2 = \"blue\"\n",
                                "netns2 has no effect on a device that is handed over",
                        "fd2 = 4\nnetns1 = \"a\\u0000b\"\n", "netns must not have a zero byte")
                .entrySet()) {
            PairOptions pair = load("mode = \"async-normal\"\niface1 = \"tun11\"\n" + wrong.getKey())
                    .pairs()
                    .get(0);
            assertThatThrownBy(pair::pair)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(wrong.getValue());
        }
    }

    @Test
    void shouldRefuseAUserWithAZeroByte() throws Exception {
        DaemonOptions options = load("user = \"a\\u0000b\"\n").daemon();

        assertThatThrownBy(options::rights)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("user must not have a zero byte");
    }

    @Test
    void shouldTellWhereToGiveWhatIsMissing() {
        assertThatThrownBy(() -> load(null, Map.of()).pairs().get(0).config())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("mode is missing: give --mode, TUNLOOP_MODE or mode = ... in the file");
    }

    @Test
    void shouldFindWhatHasChanged() throws Exception {
        Settings before = load(PAIR + "mtu = 1400\n");
        Settings after = load("log-level = \"debug\"\n" + PAIR + "mtu = 1500\n");

        assertThat(before.changes(after)).containsOnlyKeys("log-level", "pair 1: mtu");
        assertThat(before.changes(before)).isEmpty();
    }
}
