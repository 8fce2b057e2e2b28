// SPDX-License-Identifier: Apache-2.0
package io.tunloop.internal;

/**
 * The pages of files, above all of libjvm and of the class archive, that the process has touched so far.
 *
 * <p>Most of them only the start needs: reading options, loading classes, compiling. They are clean, so the kernel could
 * take them back, but does so under pressure only; until then they count as memory of this process.
 */
public final class ResidentPages {
    private ResidentPages() {}

    /**
     * Unmaps them all; once {@link NativeLibrary} is loaded. What is touched again comes back from the page cache at the
     * price of a minor fault.
     *
     * @return the KiB that were resident, or a negative errno
     */
    public static native long release();
}
