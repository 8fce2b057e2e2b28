// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

/** The errors that a packet may meet on its way into the kernel. Source: asm-generic/errno.h. */
final class Errno {
    static final int EIO = 5;
    static final int EINVAL = 22;

    private Errno() {}
}
