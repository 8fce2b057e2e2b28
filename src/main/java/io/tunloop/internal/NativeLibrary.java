// SPDX-License-Identifier: Apache-2.0
package io.tunloop.internal;

import io.netty.util.internal.NativeLibraryLoader;
import io.netty.util.internal.PlatformDependent;

/**
 * Loads libtunloop, once, from the jar. Not part of the API.
 *
 * <p>The classes that declare native methods have no static initialiser: the library registers their methods while it
 * is loaded, which initialises them. So their users load it first.
 */
public final class NativeLibrary {
    private static final Throwable UNAVAILABILITY_CAUSE = load();

    private NativeLibrary() {}

    /** Null when the library is loaded, else the reason why it is not. */
    public static Throwable unavailabilityCause() {
        return UNAVAILABILITY_CAUSE;
    }

    /** Returns when the library is loaded; throws UnsatisfiedLinkError with the reason otherwise. */
    public static void ensureLoaded() {
        if (UNAVAILABILITY_CAUSE != null) {
            throw (UnsatisfiedLinkError)
                    new UnsatisfiedLinkError(UNAVAILABILITY_CAUSE.getMessage()).initCause(UNAVAILABILITY_CAUSE);
        }
    }

    private static Throwable load() {
        String os = PlatformDependent.normalizedOs();
        String arch = PlatformDependent.normalizedArch();
        if (!"linux".equals(os)) {
            return new UnsatisfiedLinkError("tunloop needs Linux, this is " + os);
        }
        String library = "tunloop_" + arch;
        try {
            NativeLibraryLoader.load(library, NativeLibrary.class.getClassLoader());
            return null;
        } catch (Throwable cause) {
            return new UnsatisfiedLinkError("no native library for linux-" + arch + ": META-INF/native/lib" + library
                            + ".so is not in the jar or does not load; tunloop has linux-x86_64 and linux-aarch_64")
                    .initCause(cause);
        }
    }
}
