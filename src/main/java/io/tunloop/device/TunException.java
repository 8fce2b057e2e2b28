// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

import java.io.IOException;

/**
 * A system call on a device failed: which call, on which device, with which error, and what to do about it.
 *
 * <p>For example: {@code ioctl(TUNSETIFF) on tun11: EBUSY: tun11 is in use by another process; choose another name or stop
 * it}.
 */
public final class TunException extends IOException {
    private static final long serialVersionUID = 1;

    private final String call;
    private final String device;
    private final int errno;
    private final String remedy;

    TunException(String call, String device, int errno) {
        this(call, device, errno, Remedy.of(call, device, errno));
    }

    TunException(String call, String device, int errno, String remedy) {
        super(call + " on " + device + ": " + Errno.name(errno) + ": " + remedy);
        this.call = call;
        this.device = device;
        this.errno = errno;
        this.remedy = remedy;
    }

    /** Returns the result of a native call if it is one, and throws if it is an error. */
    static int check(String call, String device, int result) throws TunException {
        if (result < 0) {
            throw new TunException(call, device, -result);
        }
        return result;
    }

    /** The call that failed, like {@code ioctl(TUNSETIFF)}. */
    public String call() {
        return call;
    }

    /** The device, or the file, that it was about. */
    public String device() {
        return device;
    }

    /** The error number, positive. */
    public int errno() {
        return errno;
    }

    /** The error's name, like {@code EBUSY}. */
    public String errnoName() {
        return Errno.name(errno);
    }

    /** What to do about it, in one sentence. */
    public String remedy() {
        return remedy;
    }
}
