// SPDX-License-Identifier: Apache-2.0
package io.tunloop.handler;

import java.nio.file.Path;
import java.util.Objects;

/**
 * What a {@link PcapngCapture} shall write, and where.
 *
 * @param file the first file; when it is full the next is named {@code name-1.pcapng}, then {@code name-2.pcapng}
 * @param snapBytes the most that is kept of each packet; 0 for all of it
 * @param maxFileBytes begins a new file before this one gets longer; 0 for one file without end
 * @param maxFiles the oldest file is deleted when there are more; 0 to keep all
 */
public record PcapngConfig(Path file, int snapBytes, long maxFileBytes, int maxFiles) {
    /** The least that {@code maxFileBytes} takes: a packet of any size fits into a file. */
    public static final long MIN_FILE_BYTES = 1 << 18;

    /** Checks each value. */
    public PcapngConfig {
        Objects.requireNonNull(file, "file");
        if (snapBytes < 0 || snapBytes > PcapngFile.MAX_PACKET_BYTES) {
            throw new IllegalArgumentException(
                    "snapBytes must be 0.." + PcapngFile.MAX_PACKET_BYTES + ": " + snapBytes);
        }
        if (maxFileBytes != 0 && maxFileBytes < MIN_FILE_BYTES) {
            throw new IllegalArgumentException(
                    "maxFileBytes must be 0 or at least " + MIN_FILE_BYTES + ": " + maxFileBytes);
        }
        if (maxFiles < 0) {
            throw new IllegalArgumentException("maxFiles must not be negative: " + maxFiles);
        }
    }

    /** One file, whole packets. */
    public static PcapngConfig of(Path file) {
        return new PcapngConfig(file, 0, 0, 0);
    }

    /** The same with another snap length. */
    public PcapngConfig withSnapBytes(int bytes) {
        return new PcapngConfig(file, bytes, maxFileBytes, maxFiles);
    }

    /** The same with rotation. */
    public PcapngConfig withRotation(long fileBytes, int files) {
        return new PcapngConfig(file, snapBytes, fileBytes, files);
    }

    /** The name of file {@code number}, counted from 0. */
    Path file(long number) {
        if (number == 0) {
            return file;
        }
        String name = file.getFileName().toString();
        int dot = name.lastIndexOf('.');
        String stem = dot > 0 ? name.substring(0, dot) : name;
        String ending = dot > 0 ? name.substring(dot) : "";
        return file.resolveSibling(stem + '-' + number + ending);
    }
}
