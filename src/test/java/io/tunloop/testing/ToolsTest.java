// SPDX-License-Identifier: Apache-2.0
package io.tunloop.testing;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

class ToolsTest {
    private final String before = System.getProperty(TunCondition.REQUIRE);

    @AfterEach
    void restore() {
        if (before == null) {
            System.clearProperty(TunCondition.REQUIRE);
        } else {
            System.setProperty(TunCondition.REQUIRE, before);
        }
    }

    @Test
    void shouldFindWhatIsThere() {
        assertThatCode(() -> Tools.require("sh", "ls")).doesNotThrowAnyException();
    }

    @Test
    void shouldSkipATestWhoseToolIsMissing() {
        System.setProperty(TunCondition.REQUIRE, "0");
        assertThatThrownBy(() -> Tools.require("sh", "no-such-tool"))
                .isInstanceOf(TestAbortedException.class)
                .hasMessageContaining("no-such-tool is not installed");
    }

    @Test
    void shouldFailATestWhoseToolIsMissingWhereAllAreRequired() {
        System.setProperty(TunCondition.REQUIRE, "1");
        assertThatThrownBy(() -> Tools.require("no-such-tool"))
                .isInstanceOf(AssertionError.class)
                .hasMessage("TUNLOOP_REQUIRE_TUN is set, but no-such-tool is not installed:"
                        + " run scripts/setup.sh as root");
    }
}
