// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.host;

import io.tunloop.bench.plan.Installation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Lets an ordinary user measure: the bench runs once more, as root of a user namespace of its own, whose {@code /run} is its
 * own too, so that {@code ip netns} can keep its names there.
 *
 * Source: user_namespaces(7).
 */
public final class UserNamespace {
    private static final List<String> ENTER = List.of("unshare", "--user", "--map-root-user", "--mount", "--net", "--");
    private static final String SCRIPT =
            "mount -t tmpfs tmpfs /run && mkdir /run/netns && exec setpriv --pdeathsig KILL -- \"$@\"";

    private UserNamespace() {}

    public static boolean isNeeded() {
        return !"root".equals(System.getProperty("user.name"));
    }

    /** Starts the bench again in there, with this process's input and output. */
    public static Process start(List<String> arguments) throws IOException, InterruptedException {
        if (!Files.isWritable(Path.of("/dev/net/tun"))) {
            throw new IOException("this user may not write to /dev/net/tun: run it as root");
        }
        List<String> probe = new ArrayList<>(ENTER);
        probe.add("true");
        if (new ProcessBuilder(probe).start().waitFor() != 0) {
            throw new IOException("the bench needs root: this kernel gives ordinary users no user namespace"
                    + " (see sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone,"
                    + " kernel.apparmor_restrict_unprivileged_userns)");
        }
        List<String> command = new ArrayList<>(ENTER);
        command.addAll(List.of("sh", "-c", SCRIPT, "sh"));
        command.addAll(Installation.launcher());
        command.addAll(arguments);
        return new ProcessBuilder(command).inheritIO().start();
    }
}
