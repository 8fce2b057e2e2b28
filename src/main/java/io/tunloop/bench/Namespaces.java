// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench;

import java.util.List;

/** Removes namespaces, with the processes in them. */
final class Namespaces {
    private Namespaces() {}

    static void remove(Shell shell, String name) throws BenchException, InterruptedException {
        for (String pid :
                shell.run(List.of("ip", "netns", "pids", name)).strip().split("\\s+")) {
            if (!pid.isEmpty()) {
                ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly);
            }
        }
        shell.run(List.of("ip", "netns", "delete", name));
    }
}
