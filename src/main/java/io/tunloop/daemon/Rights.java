// SPDX-License-Identifier: Apache-2.0
package io.tunloop.daemon;

import io.tunloop.device.Identity;
import io.tunloop.device.Privileges;
import io.tunloop.device.TunException;

/**
 * What becomes of the rights of the process when its devices are open.
 *
 * @param drop gives up all capabilities
 * @param user becomes this one too; empty to stay who it is
 * @param group becomes this one too; empty for the user's own
 */
public record Rights(boolean drop, String user, String group) {
    /** Stays as it is. */
    public static final Rights KEEP = new Rights(false, "", "");

    public Rights {
        if (user.isEmpty() && !group.isEmpty()) {
            throw new IllegalArgumentException("group needs a user: give both, or neither");
        }
        if (group.isEmpty() && !user.isEmpty() && user.chars().allMatch(Character::isDigit)) {
            throw new IllegalArgumentException("user " + user + " is a number, so name its group too");
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
    }
}
