// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

import io.tunloop.internal.NativeLibrary;

/**
 * Gives up the rights of the process, in all its threads and for good, once its devices are open: reading and writing them
 * needs none.
 *
 * <pre>
 * bounding set   emptied, if this process may
 * groups, user   set, if named; in all threads, by the C library
 * capabilities   all sets emptied, and no_new_privs set: thread by thread, since the kernel knows nothing else. Each is
 *                sent a signal whose handler does it; done is when /proc/self/task says it of every thread.
 * </pre>
 * Afterwards the process cannot open devices, change their addresses or enter a network namespace; it opens files as the
 * new user, jars and configuration included; and as another user than it was started by it leaves no core dump and lets no
 * debugger attach.
 *
 * <p>Thread: any. Threads that are started meanwhile are found; one that blocks all signals, like a worker of io_uring,
 * makes it fail, so drop first and make rings then.
 *
 * <p>Errors: {@link TunException}; rights may be given up in part then, so end the process.
 *
 * <p>Source: capabilities(7); prctl(2), PR_SET_NO_NEW_PRIVS; nptl(7).
 */
public final class Privileges {
    private static final int TIMEOUT_MS = 5_000;

    static {
        NativeLibrary.ensureLoaded();
    }

    private Privileges() {}

    /** Gives up all capabilities and stays the user that it is. */
    public static void drop() throws TunException {
        dropBounding();
        dropCapabilities();
    }

    /**
     * Becomes a user and a group, without supplementary groups, and gives up all capabilities.
     *
     * @param user a name or a number
     * @param group a name or a number; empty for the user's own, which a number does not tell
     */
    public static void dropTo(String user, String group) throws TunException {
        Identity identity = Identity.of(user, group);
        dropBounding();
        TunException.check("setresgid", "group " + identity.gid(), Native.setGroup(identity.gid()));
        TunException.check("setresuid", "user " + identity.uid(), Native.setUser(identity.uid()));
        dropCapabilities();
    }

    private static void dropBounding() throws TunException {
        TunException.check("prctl(PR_CAPBSET_DROP)", "this process", Native.dropBounding(TIMEOUT_MS));
    }

    private static void dropCapabilities() throws TunException {
        TunException.check("capset", "this process", Native.dropCapabilities(TIMEOUT_MS));
    }
}
