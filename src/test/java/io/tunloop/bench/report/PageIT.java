// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.tunloop.bench.plan.Row;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The bench's page as a reader has it: in Chromium, on a wide screen and on a phone, in light and dark. */
class PageIT {
    private static final int DESKTOP = 1280;
    private static final int PHONE = 390;
    private static final int HEIGHT = 900;
    private static final String TCP = "tcp.html";
    private static final String ROUND_TRIPS = "rr.html";
    private static final String SWEEP = "sweep.html";

    /** WCAG's: text, and what is not text but has to be told from its ground. */
    private static final double TEXT_CONTRAST = 4.5;

    private static final double MARK_CONTRAST = 3;

    /** Source: WCAG 2.2, relative luminance and contrast ratio. */
    private static final String LUMINANCE = """
            const luminance = color => {
                const [r, g, b] = color.match(/[\\d.]+/g).slice(0, 3).map(v => v / 255)
                    .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
                return 0.2126 * r + 0.7152 * g + 0.0722 * b;
            };
            const contrast = (a, b) => {
                const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p);
                return (x + 0.05) / (y + 0.05);
            };
            """;

    /** Of each element that is seen: its contrast to the first ground below it that is not transparent. */
    private static final String CONTRASTS = LUMINANCE + """
            const ground = e => {
                for (; e; e = e.parentElement) {
                    const color = getComputedStyle(e).backgroundColor;
                    if (!/, 0\\)$/.test(color)) return color;
                }
                return getComputedStyle(document.body).backgroundColor;
            };
            return [...document.querySelectorAll(arguments[0])]
                .filter(e => e.checkVisibility())
                .map(e => contrast(getComputedStyle(e)[arguments[1]], ground(e)));
            """;

    private static Browser browser;

    @TempDir
    private static Path folder;

    @BeforeAll
    static void renderPages() throws Exception {
        browser = Browser.start(Files.createDirectory(folder.resolve("scratch")));
        Files.writeString(folder.resolve(TCP), HtmlReport.render(RecordedReport.read(RecordedReport.README)));
        Files.writeString(folder.resolve(ROUND_TRIPS), HtmlReport.render(Reports.roundTrips()));
        Files.writeString(folder.resolve(SWEEP), HtmlReport.render(Reports.sweep()));
    }

    @AfterAll
    static void closeBrowser() {
        if (browser != null) {
            browser.close();
        }
    }

    @AfterEach
    void shouldNotHaveComplained() {
        assertThat(browser.complaints()).isEmpty();
    }

    private static void open(String page, int width, String scheme) {
        browser.open(folder.resolve(page), width, HEIGHT, scheme);
        awaitDrawing();
    }

    /** Charts are drawn when they have their size, which an observer tells between two frames. */
    private static void awaitDrawing() {
        browser.eval(
                "return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))");
    }

    private static long count(String selector) {
        return browser.<Long>eval("return document.querySelectorAll(arguments[0]).length", selector);
    }

    private static List<String> texts(String selector) {
        return browser.eval(
                "return [...document.querySelectorAll(arguments[0])].map(e => e.firstChild.textContent)", selector);
    }

    @ParameterizedTest
    @CsvSource({
        "tcp.html, 1280",
        "tcp.html, 390",
        "rr.html, 1280",
        "rr.html, 390",
        "sweep.html, 1280",
        "sweep.html, 390"
    })
    void shouldFitTheWidthOfTheScreen(String page, int width) {
        open(page, width, "light");

        assertThat(browser.<Long>eval("return document.documentElement.scrollWidth"))
                .isEqualTo(width);
        assertThat(browser.<List<String>>eval("""
                return [...document.querySelectorAll('body *')]
                    .filter(e => !e.closest('.wide') && e.getBoundingClientRect().right > innerWidth + 0.5)
                    .map(e => e.outerHTML.slice(0, 80))""")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {DESKTOP, PHONE})
    void shouldLetNoNameRunIntoItsNumber(int width) {
        open(TCP, width, "light");

        assertThat(browser.<List<String>>eval("""
                return [...document.querySelectorAll('svg.bars .row')]
                    .filter(row => row.querySelector('.label').getBoundingClientRect().right + 4
                        > row.querySelector('.value').getBoundingClientRect().left)
                    .map(row => row.textContent)""")).isEmpty();
        assertThat(browser.<Double>eval("""
                return Math.min(...[...document.querySelectorAll('svg.bars text')]
                    .map(text => parseFloat(getComputedStyle(text).fontSize)))""").doubleValue()).isGreaterThanOrEqualTo(11);
    }

    @Test
    void shouldDrawAWhiskerAcrossTheEndOfEveryBarThatIsNotTorn() {
        open(TCP, DESKTOP, "light");

        long bars = count("#gbps .row");
        assertThat(bars).isEqualTo(22);
        assertThat(count("#gbps .whisker") + count("#gbps .tear") / 2).isEqualTo(bars);
        List<Map<String, Number>> whiskers = browser.eval("""
                const bars = [...document.querySelectorAll('#gbps rect.bar')];
                return [...document.querySelectorAll('#gbps .row')].map((row, i) => {
                    const whisker = row.querySelector('.whisker')?.getBoundingClientRect();
                    return whisker && {
                        left: whisker.left, right: whisker.right, height: whisker.height,
                        end: bars[i].getBoundingClientRect().right,
                    };
                }).filter(whisker => whisker)""");
        assertThat(whiskers).isNotEmpty().allSatisfy(whisker -> {
            assertThat(whisker.get("end").doubleValue())
                    .isBetween(
                            whisker.get("left").doubleValue() - 1,
                            whisker.get("right").doubleValue() + 1);
            assertThat(whisker.get("height").doubleValue()).isGreaterThanOrEqualTo(8);
        });
    }

    @Test
    void shouldExplainTheThreeColours() {
        open(TCP, DESKTOP, "light");

        List<String> legend = browser.eval(
                "return [...document.querySelectorAll('.legend .dot')].map(e => getComputedStyle(e).backgroundColor)");
        assertThat(legend).hasSize(3).doesNotHaveDuplicates();
        for (String kind : List.of("ours", "limit", "peer")) {
            String fill = browser.eval(
                    "return getComputedStyle(document.querySelector('#gbps rect.' + arguments[0])).fill", kind);
            assertThat(legend).contains(fill);
        }
    }

    @Test
    void shouldSortByAColumnInBothDirectionsWithUnmeasuredRowsLast() {
        open(TCP, PHONE, "light");
        String names = "tbody th.name";
        List<String> unsorted = texts("tbody td:first-child");

        click("Gbps");
        List<Double> descending = column("Gbps");
        click("Gbps");
        List<Double> ascending = column("Gbps");

        assertThat(unsorted).startsWith("1", "2", "3").hasSize(22);
        assertThat(descending).hasSize(22).isSortedAccordingTo(Comparator.reverseOrder());
        assertThat(ascending).hasSize(22).isSorted();
        click("/limit");
        assertThat(column("/limit")).hasSize(21).isSortedAccordingTo(Comparator.reverseOrder());
        assertThat(browser.<String>eval("return document.querySelector('tbody tr:last-child th').textContent"))
                .isEqualTo("baseline");
        click("Mode");
        click("Mode");
        List<String> rows =
                browser.eval("return [...document.querySelectorAll(arguments[0])].map(e => e.textContent)", names);
        assertThat(rows).startsWith("async-framed").endsWith("wireguard-go").isSorted();
        assertThat(count("thead [aria-sort]")).isEqualTo(1);
    }

    private static void click(String heading) {
        browser.eval(
                "[...document.querySelectorAll('thead button')].find(b => b.textContent === arguments[0]).click()",
                heading);
    }

    /** The numbers of a column from top to bottom, without cells that have none. */
    private static List<Double> column(String heading) {
        List<String> values = browser.eval("""
                const column = [...document.querySelectorAll('thead th')].findIndex(h => h.textContent === arguments[0]);
                return [...document.querySelectorAll('tbody tr')]
                    .map(row => row.cells[column].dataset.value).filter(value => value !== undefined)""", heading);
        return values.stream().map(Double::valueOf).toList();
    }

    @Test
    void shouldDrawTheTimeSeriesThatIsChosen() {
        open(TCP, DESKTOP, "light");
        assertThat(count("#series-throughput canvas")).isEqualTo(22);
        assertThat(count("#series-memory canvas")).isZero();

        browser.eval("document.querySelector('[data-shows=series-memory]').click()");
        awaitDrawing();

        assertThat(browser.<Boolean>eval("return document.getElementById('series-throughput').checkVisibility()"))
                .isFalse();
        assertDrawn("#series-memory", 21); // a baseline has no process
    }

    /** Of each canvas, how many of its pixels are not transparent: none where nothing is drawn. */
    private static void assertDrawn(String within, int canvases) {
        List<Long> pixels = browser.eval("""
                return [...document.querySelectorAll(arguments[0] + ' canvas')].map(canvas => {
                    const copy = document.createElement('canvas');
                    [copy.width, copy.height] = [canvas.width, canvas.height];
                    const context = copy.getContext('2d', { willReadFrequently: true });
                    context.drawImage(canvas, 0, 0);
                    return context.getImageData(0, 0, copy.width, copy.height).data
                        .filter((value, i) => i % 4 === 3 && value > 0).length;
                })""", within);
        assertThat(pixels)
                .hasSize(canvases)
                .allSatisfy(count -> assertThat(count).isGreaterThan(200));
    }

    @ParameterizedTest
    @ValueSource(ints = {DESKTOP, PHONE})
    void shouldDrawLatencyAsCurvesWhoseSlowEndCanBeEnlarged(int width) {
        open(ROUND_TRIPS, width, "light");
        assertDrawn("#latency", 2);
        assertThat(texts("#latency .u-legend th .u-label")).contains("limit-passthrough", "async-passthrough", "other");
        String before = picture("figure#latency");

        browser.eval("document.querySelector('figure#latency .choice button').click()");

        assertDrawn("#latency", 2);
        assertThat(picture("figure#latency")).isNotEqualTo(before);
    }

    @Test
    void shouldDrawADistributionOfThousandsOfRoundTripsAsOneLine() throws Exception {
        double[] us =
                IntStream.rangeClosed(1, 4_000).mapToDouble(i -> 20 + 0.01 * i).toArray();
        double[] fraction =
                IntStream.rangeClosed(1, 4_000).mapToDouble(i -> i / 4_000.0).toArray();
        CurveChart chart = LatencyCharts.chart(
                "histogram", "Round trips", List.of(Curve.of("a", Row.Kind.MODE, us, fraction)), false);
        Files.writeString(
                folder.resolve("histogram.html"),
                new Page("test").curves(chart, false).render());

        open("histogram.html", DESKTOP, "dark");
        assertDrawn("#histogram", 1);
        browser.eval("document.querySelector('#histogram .choice button').click()");

        assertDrawn("#histogram", 1);
    }

    @Test
    void shouldDrawASweepAsCurves() {
        open(SWEEP, DESKTOP, "light");

        assertDrawn("#figures", 2);
        assertThat(texts("#gbps .u-legend th .u-label")).contains("limit-passthrough", "async-gso");
    }

    private static String picture(String within) {
        return browser.eval("return document.querySelector(arguments[0] + ' canvas').toDataURL()", within);
    }

    @Test
    void shouldFollowTheReaderFromLightToDarkAndDrawTheCurvesAgain() {
        open(ROUND_TRIPS, DESKTOP, "light");
        String lightGround = browser.eval("return getComputedStyle(document.body).backgroundColor");
        String lightBar = browser.eval("return getComputedStyle(document.querySelector('rect.ours')).fill");
        String lightCurves = picture("figure#latency");

        browser.setScheme("dark");
        awaitDrawing();

        assertThat(browser.<String>eval("return getComputedStyle(document.body).backgroundColor"))
                .isNotEqualTo(lightGround);
        assertThat(browser.<String>eval("return getComputedStyle(document.querySelector('rect.ours')).fill"))
                .isNotEqualTo(lightBar);
        assertThat(picture("figure#latency")).isNotEqualTo(lightCurves);
    }

    @ParameterizedTest
    @ValueSource(strings = {"light", "dark"})
    void shouldHaveContrastInEitherScheme(String scheme) {
        open(TCP, DESKTOP, scheme);

        String text = "h1, h2, p, a, b, dt, dd, code, figcaption span, output, td, small, th, button";
        assertContrast(text, "color", TEXT_CONTRAST, 500);
        assertContrast("svg.bars text, svg.bars tspan", "fill", TEXT_CONTRAST, 250);
        assertContrast("rect.bar", "fill", MARK_CONTRAST, 50);
        assertContrast(".dot", "backgroundColor", 1, 20); // its own ground; the same colours as the bars
        assertContrast(".whisker line", "stroke", MARK_CONTRAST, 100);
        for (String kind : List.of("ours", "limit", "peer")) {
            List<Number> onBar = browser.eval(LUMINANCE + """
                    const of = (selector, property) => getComputedStyle(document.querySelector(selector))[property];
                    return [contrast(of('.whisker line', 'stroke'), of('rect.' + arguments[0], 'fill'))]""", kind);
            assertThat(onBar.get(0).doubleValue()).as("whisker on " + kind).isGreaterThanOrEqualTo(MARK_CONTRAST);
        }
    }

    private static void assertContrast(String selector, String property, double least, int atLeastSoMany) {
        List<Number> contrasts = browser.eval(CONTRASTS, selector, property);
        assertThat(contrasts)
                .as(selector)
                .hasSizeGreaterThan(atLeastSoMany)
                .allSatisfy(contrast -> assertThat(contrast.doubleValue()).isGreaterThanOrEqualTo(least));
    }

    @Test
    void shouldReadACurveUnderThePointer() {
        open(ROUND_TRIPS, PHONE, "light");

        String read = browser.eval("""
                const over = document.querySelector('figure#latency .u-over');
                const { left, top, width, height } = over.getBoundingClientRect();
                const move = (x, y) => over.dispatchEvent(
                    new MouseEvent('mousemove', { clientX: left + x * width, clientY: top + y * height, bubbles: true }));
                over.dispatchEvent(new MouseEvent('mouseenter', {}));
                move(0.5, 0.5);
                move(0.02, 0.5);
                return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(
                    () => done(document.querySelector('figure#latency output').textContent))))""");

        assertThat(read).matches("(limit-passthrough|async-passthrough|other): [0-9.]+ us, [0-9.]+ %");
    }
}
