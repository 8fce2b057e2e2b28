// SPDX-License-Identifier: Apache-2.0
package io.tunloop.daemon;

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
    }

    void apply() throws TunException {
        if (!user.isEmpty()) {
            Privileges.dropTo(user, group);
        } else if (drop) {
            Privileges.drop();
        }
    }
}
