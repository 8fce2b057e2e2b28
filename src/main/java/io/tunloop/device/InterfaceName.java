// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

/**
 * What the kernel takes as the name of an interface. Source: net/core/dev.c, dev_valid_name; linux/if.h, IFNAMSIZ.
 */
final class InterfaceName {
    /** IFNAMSIZ without the terminating zero. */
    static final int MAX_BYTES = 15;

    private InterfaceName() {}

    /** Returns the name; throws IllegalArgumentException with the rule that it breaks. */
    static String requireValid(String name) {
        if (name.isEmpty() || name.length() > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "interface name must have 1.." + MAX_BYTES + " characters: \"" + name + '"');
        }
        if (name.equals(".") || name.equals("..") || !name.chars().allMatch(InterfaceName::isAllowed)) {
            throw new IllegalArgumentException(
                    "interface name must be printable ASCII without space, '/', ':' or '%': \"" + name + '"');
        }
        return name;
    }

    // The kernel takes any byte but '/', ':' and white space, yet makes a template of '%', and tools trip over the
    // rest.
    private static boolean isAllowed(int c) {
        return c > ' ' && c < 0x7f && c != '/' && c != ':' && c != '%';
    }
}
