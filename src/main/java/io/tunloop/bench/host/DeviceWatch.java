// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.host;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/**
 * Waits until a forwarder has brought up both devices: the first has its address, the second exists and has its own, or
 * nothing has changed for a while (some forwarders give the second none).
 *
 * <p>Driven by the kernel's announcements ({@code ip monitor}); no polling.
 */
public final class DeviceWatch implements AutoCloseable {
    private static final long QUIET_MS = 500;
    private static final long PROBE_MS = 50;
    private static final int MAX_PROBES = 100;
    private static final Pattern FIRST_ADDRESS =
            Pattern.compile("\\b" + Topology.IFACE1 + "\\s+inet " + Pattern.quote(Topology.IP1) + "[/ ].*");
    private static final Pattern SECOND_ADDRESS = Pattern.compile("\\b" + Topology.IFACE2 + "\\s+inet .*");
    private static final Pattern SECOND_LINK = Pattern.compile("\\b" + Topology.IFACE2 + "[:@].*");

    private final Child monitor;
    private boolean hasFirstAddress;
    private boolean hasSecondLink;
    private boolean hasSecondAddress;

    /** Returns when the kernel's announcements arrive: only then may the forwarder start. */
    public DeviceWatch(Shell shell, Topology topology) throws BenchException, InterruptedException {
        monitor = shell.start(topology.watchCommand());
        for (int i = 0; i < MAX_PROBES; i++) {
            shell.run(topology.announceCommand(i));
            if (hasAnnouncement()) {
                return;
            }
        }
        throw monitor.failed("ip monitor shows no changes");
    }

    public void await(Child forwarder, long timeoutMs) throws BenchException, InterruptedException {
        forwarder.handle().onExit().thenRun(monitor::kill);
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        while (!isComplete()) {
            long remainingMs = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            String line;
            try {
                line = monitor.awaitLine(
                        any -> true, isNearlyComplete() ? Math.min(QUIET_MS, remainingMs) : remainingMs);
            } catch (TimeoutException e) {
                if (isNearlyComplete()) {
                    return;
                }
                throw new BenchException("after " + timeoutMs / 1000 + " s " + missing(), e);
            }
            if (line == null) {
                throw forwarder.failed("the forwarder ended before its devices were up");
            }
            take(line);
        }
    }

    @Override
    public void close() {
        monitor.close();
    }

    void take(String line) {
        hasFirstAddress |= FIRST_ADDRESS.matcher(line).find();
        hasSecondAddress |= SECOND_ADDRESS.matcher(line).find();
        hasSecondLink |= SECOND_LINK.matcher(line).find() || hasSecondAddress;
    }

    boolean isComplete() {
        return hasFirstAddress && hasSecondAddress;
    }

    boolean isNearlyComplete() {
        return hasFirstAddress && hasSecondLink;
    }

    private boolean hasAnnouncement() throws InterruptedException {
        try {
            return monitor.awaitLine(any -> true, PROBE_MS) != null;
        } catch (TimeoutException notYet) {
            return false;
        }
    }

    private String missing() {
        List<String> missing = new ArrayList<>();
        if (!hasFirstAddress) {
            missing.add(Topology.IFACE1 + " has no address " + Topology.IP1);
        }
        if (!hasSecondLink) {
            missing.add(Topology.IFACE2 + " does not exist");
        }
        return String.join(" and ", missing);
    }
}
