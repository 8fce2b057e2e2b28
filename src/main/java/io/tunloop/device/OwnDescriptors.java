// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The TUN descriptors of this process, as the kernel lists them: for an error message, not for a decision.
 *
 * <p>Source: drivers/net/tun.c, tun_chr_show_fdinfo.
 */
final class OwnDescriptors {
    private static final Path INFOS = Path.of("/proc/self/fdinfo");

    private OwnDescriptors() {}

    /** How many are attached to a device of this name, in whatever network namespace; 0 if that cannot be told. */
    static int count(String device) {
        int count = 0;
        try (DirectoryStream<Path> infos = Files.newDirectoryStream(INFOS)) {
            for (Path info : infos) {
                count += isOf(info, "iff:\t" + device) ? 1 : 0;
            }
        } catch (IOException | DirectoryIteratorException cannotTell) {
            return 0;
        }
        return count;
    }

    private static boolean isOf(Path info, String line) {
        try {
            return Files.readAllLines(info).contains(line);
        } catch (IOException closed) {
            return false;
        }
    }
}
