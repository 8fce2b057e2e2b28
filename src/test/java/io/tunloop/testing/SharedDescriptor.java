// SPDX-License-Identifier: Apache-2.0
package io.tunloop.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What another process does with a descriptor that it shares with this one: who has handed it over, for example. */
public final class SharedDescriptor {
    private static final int O_NONBLOCK = 04000;

    /** Takes a copy of descriptor 1 of process 0 (pidfd_open, pidfd_getfd), and clears its O_NONBLOCK. */
    private static final String MAKE_BLOCKING = """
            use Fcntl;
            my $process = syscall(434, $ARGV[0] + 0, 0);
            my $fd = syscall(438, $process, $ARGV[1] + 0, 0);
            open(my $file, "+<&=", $fd) or die "pidfd_getfd: $!";
            my $flags = fcntl($file, F_GETFL, 0) or die "F_GETFL: $!";
            fcntl($file, F_SETFL, $flags & ~O_NONBLOCK) or die "F_SETFL: $!";
            """;

    private SharedDescriptor() {}

    /** Another process makes it blocking, for all who have it. */
    public static void makeBlocking(int fd) throws IOException, InterruptedException {
        Tools.require("perl");
        String pid = Long.toString(ProcessHandle.current().pid());
        Process perl = new ProcessBuilder("perl", "-e", MAKE_BLOCKING, pid, Integer.toString(fd))
                .redirectErrorStream(true)
                .start();
        String said = new String(perl.getInputStream().readAllBytes());
        if (perl.waitFor() != 0 || !isBlocking(fd)) {
            throw new AssertionError("descriptor " + fd + " stays non-blocking: " + said);
        }
    }

    /** As the kernel says. */
    public static boolean isBlocking(int fd) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/fdinfo", Integer.toString(fd)))) {
            if (line.startsWith("flags:")) {
                return (Integer.parseInt(line.substring("flags:".length()).trim(), 8) & O_NONBLOCK) == 0;
            }
        }
        throw new AssertionError("no flags of descriptor " + fd);
    }
}
