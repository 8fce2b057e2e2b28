// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.measure;

import io.tunloop.bench.host.DeviceFacts;

/** Rows for which the kernel does the same work, as their first device tells: only those may be held against one limit. */
public enum RowClass {
    /** A packet for each read and each write. */
    PLAIN,
    /** A packet for each read, and up to 64 KiB for each write. */
    MERGE,
    /** Up to 64 KiB for each. */
    OFFLOAD;

    static RowClass of(DeviceFacts device) {
        return device.isOffloaded() ? OFFLOAD : device.vnetHeader() ? MERGE : PLAIN;
    }

    /** Whether a limit of that class bounds rows of this one. Merged writes are no duty: single ones are a limit too. */
    boolean isBoundedBy(RowClass limit) {
        return this == limit || this == MERGE && limit == PLAIN;
    }
}
