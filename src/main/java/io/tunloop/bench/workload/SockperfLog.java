// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.workload;

import io.tunloop.bench.host.BenchException;
import io.tunloop.bench.measure.Latencies;
import java.util.Iterator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * sockperf's {@code --full-log}: a summary, then a line for each message.
 *
 * <pre>
 * sockperf: [Valid Duration] RunTime=0.549 sec; SentMessages=22243; ReceivedMessages=22243
 * packet, txTime(sec), rxTime(sec), latency(usec)
 * 0, 2.413692016, 2.413715870, 11.927
 * </pre>
 * Errors: {@link BenchException} when there are fewer lines than the summary promises: sockperf does not notice a full disk.
 */
final class SockperfLog {
    private static final Pattern PROMISE = Pattern.compile("\\[Valid Duration\\].*ReceivedMessages=(\\d+).*");
    private static final String HEADER = "packet, txTime(sec), rxTime(sec), ";
    private static final Pattern MESSAGE = Pattern.compile("\\d+, ([0-9.]+), ([0-9.]+), [0-9.]+");
    private static final double NS_PER_S = 1e9;

    private final Latencies latencies = new Latencies();
    private long promised;
    private double firstSentSeconds = Double.MAX_VALUE;
    private double lastReceivedSeconds;

    private SockperfLog() {}

    static SockperfLog read(Stream<String> lines) throws BenchException {
        SockperfLog log = new SockperfLog();
        Iterator<String> rest = lines.iterator();
        log.readSummary(rest);
        rest.forEachRemaining(log::readMessage);
        long count = log.latencies.count();
        if (count < log.promised) {
            throw new BenchException("sockperf's log is cut short, " + count + " of " + log.promised
                    + " messages: is the disk of " + System.getProperty("java.io.tmpdir") + " full?");
        }
        if (count == 0) {
            throw new BenchException("sockperf completed no round trip");
        }
        return log;
    }

    Latencies latencies() {
        return latencies;
    }

    double roundTripsPerSecond() {
        return latencies.count() / (lastReceivedSeconds - firstSentSeconds);
    }

    private void readSummary(Iterator<String> lines) {
        while (lines.hasNext()) {
            String line = lines.next();
            Matcher promise = PROMISE.matcher(line);
            if (promise.find()) {
                promised = Long.parseLong(promise.group(1));
            }
            if (line.startsWith(HEADER)) {
                return;
            }
        }
    }

    private void readMessage(String line) {
        Matcher message = MESSAGE.matcher(line);
        if (message.matches()) {
            double sent = Double.parseDouble(message.group(1));
            double received = Double.parseDouble(message.group(2));
            latencies.record(Math.round((received - sent) * NS_PER_S));
            firstSentSeconds = Math.min(firstSentSeconds, sent);
            lastReceivedSeconds = Math.max(lastReceivedSeconds, received);
        }
    }
}
