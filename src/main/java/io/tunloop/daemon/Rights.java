// SPDX-License-Identifier: Apache-2.0
package io.tunloop.daemon;

import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.tunloop.device.Identity;
import io.tunloop.device.Privileges;
import io.tunloop.device.TunException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What becomes of the rights of the process when its devices are open.
 *
 * @param drop gives up all capabilities
 * @param user becomes this one too; empty to stay who it is
 * @param group becomes this one too; empty for the user's own
 */
public record Rights(boolean drop, String user, String group) {
    private static final InternalLogger logger = InternalLoggerFactory.getInstance(Rights.class);

    /** Of this process; the second number is the effective one. Source: proc(5). */
    private static final Path STATUS = Path.of("/proc/self/status");

    private static final Pattern EFFECTIVE_ROOT = Pattern.compile("Uid:\\t\\d+\\t0\\t.*");

    /** Stays as it is. */
    public static final Rights KEEP = new Rights(false, "", "");

    public Rights {
        requireNoZero("user", user);
        requireNoZero("group", group);
        if (user.isEmpty() && !group.isEmpty()) {
            throw new IllegalArgumentException("group needs a user: give both, or neither");
        }
        if (group.isEmpty() && !user.isEmpty() && user.chars().allMatch(Character::isDigit)) {
            throw new IllegalArgumentException("user " + user + " is a number, so name its group too");
        }
    }

    private static void requireNoZero(String what, String name) {
        if (name.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(what + " must not have a zero byte: " + name);
        }
    }

    /** While nothing has been touched yet: that the user and the group exist. */
    void requireKnown() throws TunException {
        Identity.userIdOrNobody(user);
        Identity.groupIdOrNobody(group);
    }

    void apply() throws TunException {
        if (!user.isEmpty()) {
            Privileges.dropTo(user, group);
        } else if (drop) {
            Privileges.drop();
        }
        if ((drop || !user.isEmpty()) && isRoot()) {
            logger.warn("all capabilities are given up, but the process stays user 0, to whom nearly all files belong: "
                    + "name another user with --user");
        }
    }

    private static boolean isRoot() {
        try (Stream<String> lines = Files.lines(STATUS)) {
            return lines.anyMatch(line -> EFFECTIVE_ROOT.matcher(line).matches());
        } catch (IOException noProcFileSystem) {
            return false;
        }
    }
}
