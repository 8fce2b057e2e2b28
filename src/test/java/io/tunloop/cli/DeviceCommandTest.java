// SPDX-License-Identifier: Apache-2.0
package io.tunloop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class DeviceCommandTest {
    @ParameterizedTest
    @ValueSource(strings = {"create", "delete", "show"})
    void shouldRefuseAnEmptyName(String action) {
        assertRefused(action, "");
    }

    @ParameterizedTest
    @ValueSource(strings = {"create", "delete", "show"})
    void shouldRefuseANameThatNoInterfaceCanHave(String action) {
        assertRefused(action, "sixteen-is-toolong");
    }

    private static void assertRefused(String action, String name) {
        StringWriter errors = new StringWriter();
        CommandLine command = Main.commandLine().setErr(new PrintWriter(errors));
        assertThat(command.execute("device", action, name)).isEqualTo(2);
        assertThat(errors.toString().lines().findFirst().orElseThrow()).contains(name.isEmpty() ? "empty" : name);
    }
}
