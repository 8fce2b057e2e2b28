// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

import io.tunloop.internal.NativeLibrary;
import java.nio.charset.StandardCharsets;

/** The numbers of a user and a group, as the system's databases know them. */
public record Identity(int uid, int gid) {
    static {
        NativeLibrary.ensureLoaded();
    }

    /** Names or numbers; an empty group is the user's own. */
    static Identity of(String user, String group) throws TunException {
        int[] ids = isNumber(user) ? new int[] {number(user), -1} : user(user);
        if (group.isEmpty() && isNumber(user)) {
            throw new IllegalArgumentException("user " + user + " is a number, so name its group too");
        }
        return new Identity(ids[0], group.isEmpty() ? ids[1] : groupId(group));
    }

    /** The number of a user given by name or number; {@link TunDeviceConfig#NOBODY} for an empty one. */
    public static int userIdOrNobody(String user) throws TunException {
        if (user.isEmpty()) {
            return TunDeviceConfig.NOBODY;
        }
        return isNumber(user) ? number(user) : user(user)[0];
    }

    /** The number of a group given by name or number; {@link TunDeviceConfig#NOBODY} for an empty one. */
    public static int groupIdOrNobody(String group) throws TunException {
        return group.isEmpty() ? TunDeviceConfig.NOBODY : groupId(group);
    }

    private static int groupId(String group) throws TunException {
        return isNumber(group) ? number(group) : group(group)[0];
    }

    private static int[] user(String name) throws TunException {
        int[] ids = new int[2];
        TunException.check("getpwnam", "user " + name, Native.findUser(bytes(name), ids));
        return ids;
    }

    private static int[] group(String name) throws TunException {
        int[] ids = new int[1];
        TunException.check("getgrnam", "group " + name, Native.findGroup(bytes(name), ids));
        return ids;
    }

    private static boolean isNumber(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static int number(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException cause) {
            throw new IllegalArgumentException("id must be 0.." + Integer.MAX_VALUE + ": " + text, cause);
        }
    }

    private static byte[] bytes(String name) {
        return name.getBytes(StandardCharsets.UTF_8);
    }
}
