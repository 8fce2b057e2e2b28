// SPDX-License-Identifier: Apache-2.0
package io.tunloop.daemon;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.tunloop.metrics.ProcessMeters;
import io.tunloop.relay.Direction;
import io.tunloop.relay.Forwarder;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;

/**
 * Shows once a second what a daemon does: on a terminal in place, elsewhere line after line.
 *
 * <pre>
 * tun11 -> tun22    9.31 Gbit/s  ▁▃▆▇█▇▇▆     18,204 packets/s  ▁▃▆▇█▇▇▆      0 dropped/s
 * tun22 -> tun11    0.02 Gbit/s  ▁▂▂▂▂▂▂▂      9,120 packets/s  ▁▃▆▇█▇▇▆      0 dropped/s
 * process             97.2 % CPU  ▁▅▇▇██▇▇       61.4 MiB        ▇▇▇▇▇▇▇▇
 * </pre>
 * Thread: the event loop given, which must not be one that forwards.
 */
final class WatchView implements AutoCloseable {
    private static final double BITS_PER_BYTE = 8;

    private final PrintWriter out;
    private final boolean terminal;
    private final List<Row> rows = new ArrayList<>();
    private final Future<?> schedule;
    private long lastNs = System.nanoTime();
    private boolean drawn;

    private WatchView(EventLoop loop, List<Forwarder> forwarders, PrintWriter out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
        forwarders.forEach(forwarder -> forwarder.directions().forEach(direction -> rows.add(row(direction))));
        rows.add(process());
        schedule = loop.scheduleAtFixedRate(this::draw, 1, 1, TimeUnit.SECONDS);
    }

    /** @param terminal draws over what it has drawn before, with escape sequences */
    static WatchView open(EventLoop loop, List<Forwarder> forwarders, PrintWriter out, boolean terminal) {
        return new WatchView(loop, forwarders, out, terminal);
    }

    private static Row row(Direction direction) {
        return new Row(
                direction.from().name() + " -> " + direction.to().name(),
                new Column("%9.2f Gbit/s", Rate.of(() -> direction.written().bytesWritten() * BITS_PER_BYTE / 1e9)),
                new Column("%,11.0f packets/s", Rate.of(direction::segmentsWritten)),
                new Column("%,8.0f dropped/s", Rate.of(direction::dropped)));
    }

    private static Row process() {
        var meters = new ProcessMeters();
        return new Row(
                "process",
                new Column("%9.1f %% CPU ", Rate.of(() -> meters.cpuSeconds() * 100)),
                new Column("%,11.1f MiB      ", seconds -> meters.residentBytes() / (1 << 20)));
    }

    private void draw() {
        long now = System.nanoTime();
        double seconds = (now - lastNs) / 1e9;
        lastNs = now;
        var text = new StringBuilder();
        if (terminal && drawn) {
            text.append("\033[").append(rows.size()).append('A'); // cursor up
        }
        for (Row row : rows) {
            text.append(terminal ? "\r\033[K" : "") // erase the line
                    .append(row.draw(seconds, terminal))
                    .append(System.lineSeparator());
        }
        drawn = true;
        out.print(text);
        out.flush();
    }

    @Override
    public void close() {
        schedule.cancel(false);
    }

    /** What a number is now, given the seconds since it was asked for last. */
    @FunctionalInterface
    private interface Value {
        double next(double seconds);
    }

    /** The growth of a counter in a second. */
    private static final class Rate implements Value {
        private final DoubleSupplier counter;
        private double last;

        private Rate(DoubleSupplier counter) {
            this.counter = counter;
            last = counter.getAsDouble();
        }

        static Rate of(DoubleSupplier counter) {
            return new Rate(counter);
        }

        @Override
        public double next(double seconds) {
            double now = counter.getAsDouble();
            double rate = (now - last) / seconds;
            last = now;
            return rate;
        }
    }

    /** A number with its history. */
    private static final class Column {
        private final String format;
        private final Value value;
        private final Sparkline history = new Sparkline();

        Column(String format, Value value) {
            this.format = format;
            this.value = value;
        }

        String draw(double seconds, boolean sparkline) {
            double now = value.next(seconds);
            history.add(now);
            String text = String.format(Locale.ROOT, format, now);
            return sparkline ? text + "  " + history : text;
        }
    }

    /** Numbers of one thing. */
    private static final class Row {
        private final String name;
        private final Column[] columns;

        Row(String name, Column... columns) {
            this.name = name;
            this.columns = columns;
        }

        String draw(double seconds, boolean sparkline) {
            var text = new StringBuilder(String.format("%-18s", name));
            for (Column column : columns) {
                text.append("  ").append(column.draw(seconds, sparkline));
            }
            return text.toString();
        }
    }
}
