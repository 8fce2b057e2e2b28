// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class InstallationTest {
    @Test
    void shouldFindTheLimitInAFolderWhoseNameAUrlCannotHold() throws Exception {
        Path jar = Path.of("/home/a user/tun#loop%20/target/tunloop.jar");
        assertThat(Installation.beside(jar.toUri().toURL(), "limit"))
                .isEqualTo(Path.of("/home/a user/tun#loop%20/target/native/limit"));
    }
}
