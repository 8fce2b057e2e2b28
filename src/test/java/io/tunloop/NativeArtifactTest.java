// SPDX-License-Identifier: Apache-2.0
package io.tunloop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tunloop.testing.Tools;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

/** The native libraries lie where the loader looks, and each is for the processor that its name says. */
class NativeArtifactTest {
    private static final int ELF_MAGIC = 0x7f454c46;
    private static final int MACHINE_OFFSET = 18;
    private static final int X86_64 = 62;
    private static final int AARCH64 = 183;

    @Test
    void shouldHaveALibraryForX86() throws IOException {
        assumeTrue(System.getProperty("os.arch").equals("amd64"), "it is built where it runs");
        assertThat(machineOf("x86_64")).isEqualTo(X86_64);
    }

    @Test
    void shouldHaveALibraryForArm() throws IOException {
        if (!System.getProperty("os.arch").equals("aarch64")) {
            Tools.require("aarch64-linux-gnu-gcc", "qemu-aarch64"); // without the second, ctest runs nothing for it
        }
        assertThat(machineOf("aarch_64")).isEqualTo(AARCH64);
    }

    /** The machine in the ELF header. Source: elf.h, e_machine and EM_*. */
    private static int machineOf(String arch) throws IOException {
        String path = "/META-INF/native/libtunloop_" + arch + ".so";
        try (InputStream library = NativeArtifactTest.class.getResourceAsStream(path)) {
            assertThat(library).as(path).isNotNull();
            ByteBuffer header = ByteBuffer.wrap(library.readNBytes(MACHINE_OFFSET + Short.BYTES));
            assertThat(header.getInt(0)).isEqualTo(ELF_MAGIC);
            return header.order(ByteOrder.LITTLE_ENDIAN).getShort(MACHINE_OFFSET);
        }
    }
}
