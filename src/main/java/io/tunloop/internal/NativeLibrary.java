// SPDX-License-Identifier: Apache-2.0
package io.tunloop.internal;

import io.netty.util.internal.NativeLibraryLoader;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;

/**
 * Loads libtunloop, once, from the jar. Not part of the API.
 *
 * <p>The classes that declare native methods have no static initialiser: the library registers their methods while it
 * is loaded, which initialises them. So their users load it first.
 */
public final class NativeLibrary {
    private static final Lack LACK = load();

    private NativeLibrary() {}

    /**
     * Why there is no library.
     *
     * @param reason in one sentence, without the remedy
     * @param remedy what to do about it
     */
    public record Lack(String reason, String remedy, Throwable cause) {
        private UnsatisfiedLinkError error() {
            var error = new UnsatisfiedLinkError(reason + ": " + remedy);
            error.initCause(cause);
            return error;
        }
    }

    /** Null when the library is loaded. */
    public static Lack lack() {
        return LACK;
    }

    /** Null when the library is loaded, else the reason why it is not, with the remedy. */
    public static Throwable unavailabilityCause() {
        return LACK == null ? null : LACK.error();
    }

    /** Returns when the library is loaded; throws UnsatisfiedLinkError with the reason and the remedy otherwise. */
    public static void ensureLoaded() {
        if (LACK != null) {
            throw LACK.error();
        }
    }

    private static Lack load() {
        String os = PlatformDependent.normalizedOs();
        String arch = PlatformDependent.normalizedArch();
        if (!"linux".equals(os)) {
            return new Lack("this is " + os, "tunloop needs Linux", null);
        }
        String library = "tunloop_" + arch;
        ClassLoader loader = NativeLibrary.class.getClassLoader();
        try {
            NativeLibraryLoader.load(library, loader);
            return null;
        } catch (Throwable cause) {
            String file = "META-INF/native/lib" + library + ".so";
            return loader.getResource(file) == null
                    ? new Lack(
                            "no native library for linux-" + arch + ": " + file + " is not in the jar",
                            "tunloop has linux-x86_64 and linux-aarch_64",
                            cause)
                    : notLoaded(cause);
        }
    }

    /** It is in the jar, but could not be written to a folder and loaded from there. */
    private static Lack notLoaded(Throwable cause) {
        String folder = System.getProperty(
                "io.netty.native.workdir", PlatformDependent.tmpdir().getPath());
        Throwable root = cause;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String message = String.valueOf(root.getMessage()).replaceFirst("^.*\\.so: ", ""); // the file's name, twice
        // What dlopen says of a file system without execution. Source: glibc, elf/dl-load.c.
        boolean noexec = message.startsWith("failed to map segment");
        return new Lack(
                "the native library does not load from " + folder + ": " + (noexec ? "it is mounted noexec" : message),
                noexec || root instanceof IOException
                        ? "name another folder with -Dio.netty.native.workdir=DIR, which TUNLOOP_JAVA_OPTS may hold"
                        : "it needs glibc 2.31 or newer",
                cause);
    }
}
