// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class WordsTest {
    @Test
    void shouldSplitAsAShellDoes() {
        assertThat(Words.split("  a  'b c' \"d 'e'\" f\\ g '' h\"i\"j "))
                .containsExactly("a", "b c", "d 'e'", "f g", "", "hij");
    }

    @Test
    void shouldNotTreatBackslashSpeciallyWithinSingleQuotes() {
        assertThat(Words.split("'a\\b'")).containsExactly("a\\b");
    }

    @Test
    void shouldTellOfAQuoteThatDoesNotEnd() {
        assertThatThrownBy(() -> Words.split("a 'b")).hasMessage("no closing ' in: a 'b");
    }

    @Test
    void shouldNameFilesFromTheCurrentFolder() {
        String here = Path.of("").toAbsolutePath().toString();

        assertThat(Words.withoutFolder(here + "/scripts/tunloop -Xa=" + here + "/b /etc/c"))
                .isEqualTo("scripts/tunloop -Xa=b /etc/c");
    }

    @Test
    void shouldJoinSoThatAShellGetsTheSameWords() {
        List<String> words = List.of("a", "b c", "it's", "", "$x");

        assertThat(Words.join(words)).isEqualTo("a 'b c' 'it'\\''s' '' '$x'");
        assertThat(Words.split(Words.join(words))).isEqualTo(words);
    }
}
