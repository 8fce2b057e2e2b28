// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

import io.tunloop.bench.measure.Measure;
import io.tunloop.bench.measure.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * One measure of each row over the result files of a folder.
 *
 * @param higherIsBetter of the measure in the newest of the files
 * @param rows as the files name them, the oldest first
 */
public record History(Measure measure, boolean higherIsBetter, List<Line> rows) {
    /**
     * A row's results in the order of time.
     *
     * @param steps where they have changed by more than chance
     */
    record Line(String label, List<Point> points, List<Step> steps) {
        Line(String label, List<Point> points) {
            this(label, points, Step.find(points.stream().map(Point::runs).toList()));
        }
    }

    /** @param started when that bench was, in ISO 8601 */
    record Point(String started, String commit, ResultFile.Values values) {
        /** A file that has only the median is one run. */
        double[] runs() {
            return values.runs().length == 0 ? new double[] {values.median()} : values.runs();
        }
    }

    /** Errors: {@link IOException} with one line for the user, also for a folder without a result. */
    public static History read(Path folder, Measure measure) throws IOException {
        Map<String, List<Point>> rows = new LinkedHashMap<>();
        List<ResultFile> files = files(folder, measure);
        for (ResultFile file : files) {
            file.rows()
                    .forEach((label, values) -> rows.computeIfAbsent(label, unseen -> new ArrayList<>())
                            .add(new Point(file.started(), file.commit(), values)));
        }
        if (rows.isEmpty()) {
            throw new IOException("no result file in " + folder + " has " + measure.property());
        }
        return new History(
                measure,
                files.get(files.size() - 1).higherIsBetter(),
                rows.entrySet().stream()
                        .map(row -> new Line(row.getKey(), row.getValue()))
                        .toList());
    }

    private static List<ResultFile> files(Path folder, Measure measure) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new IOException("no such folder: " + folder);
        }
        List<ResultFile> results = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(History::isJson).sorted().toList()) {
                ResultFile result = ResultFile.read(file, measure);
                results.add(result);
                if (!result.workload().equals(results.get(0).workload())) {
                    throw new IOException(folder + " has results of different workloads, "
                            + results.get(0).workload() + " and " + result.workload() + " (" + file.getFileName()
                            + "): use a folder for each");
                }
            }
        }
        results.sort(Comparator.comparing(ResultFile::started)); // of those of one second, by name
        return results;
    }

    private static boolean isJson(Path file) {
        return file.getFileName().toString().endsWith(".json");
    }

    /** As text: a line for each row, then a drawing of each. */
    public String render() {
        return HistoryText.render(this);
    }
}
