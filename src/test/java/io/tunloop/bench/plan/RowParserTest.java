// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tunloop.relay.ForwarderConfig;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class RowParserTest {
    private final RowParser parser = new RowParser(
            List.of("async-normal", "async-gso", "sync-gso-channel"), List.of("/opt/tunloop"), Path.of("/bin/true"));

    @Test
    void shouldMakeAModeOfANameWithOptions() {
        Row row = parser.parse("async-gso --thread 2");

        assertThat(row.label()).isEqualTo("async-gso --thread 2");
        assertThat(row.kind()).isEqualTo(Row.Kind.MODE);
        assertThat(row.command()).containsExactly("/opt/tunloop", "forward", "--mode", "async-gso", "--thread", "2");
        assertThat(row.channel()).isFalse();
        assertThat(parser.parse("sync-gso-channel").channel()).isTrue();
    }

    @Test
    void shouldMakeAPeerOfAnExecutable() {
        Row row = parser.parse("/bin/cat --thread 2");

        assertThat(row.label()).isEqualTo("cat --thread 2");
        assertThat(row.kind()).isEqualTo(Row.Kind.PEER);
        assertThat(row.command()).containsExactly("/bin/cat", "--thread", "2");
        assertThat(parser.parse("sh -c true").command()).first().asString().endsWith("/sh");
    }

    @Test
    void shouldGiveAPeerTheLabelOfTheUser() {
        Row row = parser.parsePeer("mine=/bin/cat --level=3");

        assertThat(row.label()).isEqualTo("mine");
        assertThat(row.command()).containsExactly("/bin/cat", "--level=3");
        assertThatThrownBy(() -> parser.parsePeer("/bin/cat")).hasMessage("a peer is LABEL=COMMAND: /bin/cat");
        assertThatThrownBy(() -> parser.parsePeer("mine=")).hasMessage("a peer is LABEL=COMMAND: mine=");
    }

    @Test
    void shouldGiveALimitTheQueueOfOurModes() {
        assertThat(parser.parse("limit-plain").command())
                .contains(Integer.toString(ForwarderConfig.DEFAULT_TX_QUEUE_LENGTH));
    }

    @Test
    void shouldKnowLimitsAndTheBaseline() {
        assertThat(parser.parse("limit-plain").command()).containsExactly("/bin/true", "plain", "--txqueuelen", "4000");
        assertThat(parser.parse("limit-passthrough --mtu 9000").command())
                .containsExactly("/bin/true", "passthrough", "--txqueuelen", "4000", "--mtu", "9000");
        assertThat(parser.parse("limit-ring").command()).startsWith("/bin/true", "ring");
        assertThat(parser.parse("limit-merge").command()).startsWith("/bin/true", "merge");
        assertThat(parser.parse("limit-passthrough-single").command()).startsWith("/bin/true", "passthrough-single");
        assertThatThrownBy(() -> parser.parse("limit-all")).hasMessageStartingWith("'limit-all' is neither a mode");
        assertThat(parser.parse("baseline").kind()).isEqualTo(Row.Kind.BASELINE);
    }

    @Test
    void shouldSayWhatThereIsWhenANameIsUnknown() {
        assertThatThrownBy(() -> parser.parse("async-gos"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'async-gos' is neither a mode nor an executable; modes: async-normal, async-gso,"
                        + " sync-gso-channel");
        assertThatThrownBy(() -> parser.parse("/no/such/program"))
                .hasMessageContaining("'/no/such/program' is neither");
        assertThatThrownBy(() -> parser.parse(" ")).hasMessage("empty row");
    }

    @Test
    void shouldMatchGlobsInTheOrderOfTheTable() {
        assertThat(parser.parseGlob("*-gso*")).extracting(Row::label).containsExactly("async-gso", "sync-gso-channel");
        assertThat(parser.parseGlob("async-???")).extracting(Row::label).containsExactly("async-gso");
        assertThatThrownBy(() -> parser.parseGlob("a.*")).hasMessageStartingWith("no mode matches a.*; modes: ");
    }

    @Test
    void shouldSayThatTheLimitProgramIsNotBuilt() {
        RowParser without = new RowParser(List.of(), List.of("t"), Path.of("/no/limit"));

        assertThatThrownBy(() -> without.parse("limit-plain")).hasMessage("the limit program is not built: /no/limit");
    }
}
