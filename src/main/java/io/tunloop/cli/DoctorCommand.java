// SPDX-License-Identifier: Apache-2.0
package io.tunloop.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Tells whether tunloop can work here, and what to do if not. */
@Command(
        name = "doctor",
        description = "Checks what tunloop needs on this machine, and says what to do about the rest.",
        mixinStandardHelpOptions = true,
        footer = {"", "Exit code: 0 if forwarding works here, 1 if not; what only the bench needs does not count."})
final class DoctorCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        boolean works = true;
        for (Finding finding : Checkup.run()) {
            works &= finding.verdict() != Finding.Verdict.MISSING;
            out.printf("%-8s %-22s %s%n", finding.verdict().word(), finding.subject(), finding.detail());
            if (!finding.remedy().isEmpty()) {
                out.printf("%-8s %-22s %s%n", "", "", "-> " + finding.remedy());
            }
        }
        out.flush();
        return works ? 0 : 1;
    }
}
