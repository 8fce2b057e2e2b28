// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

/**
 * The native methods of tunloop_jni.c. Each returns 0 or a count, or a negative errno.
 *
 * <p>No static initialiser: the library registers these methods while it is loaded (see NativeLibrary).
 */
final class Native {
    private Native() {}
}
