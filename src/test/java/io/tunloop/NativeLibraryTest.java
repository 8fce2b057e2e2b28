// SPDX-License-Identifier: Apache-2.0
package io.tunloop;

import static org.assertj.core.api.Assertions.assertThat;

import io.tunloop.internal.NativeLibrary;
import org.junit.jupiter.api.Test;

class NativeLibraryTest {
    @Test
    void shouldLoadFromTheClassPath() {
        assertThat(NativeLibrary.unavailabilityCause()).isNull();
    }
}
