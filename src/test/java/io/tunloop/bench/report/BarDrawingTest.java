// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tunloop.bench.plan.Row;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class BarDrawingTest {
    private static BarChart chart(BarChart.Bar... bars) {
        return new BarChart("gbps", "Throughput", "Gbit/s", List.of(new BarChart.Group("all", 30.0, List.of(bars))));
    }

    private static BarChart.Bar bar(String label, Row.Kind kind, double value, double low, double high) {
        return new BarChart.Bar(label, kind, value, low, high, "v" + value, low + "-" + high);
    }

    private static Document parse(String svg) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
    }

    private static List<Element> ofClass(Document document, String tag, String type) {
        List<Element> found = new ArrayList<>();
        NodeList all = document.getElementsByTagName(tag);
        for (int i = 0; i < all.getLength(); i++) {
            Element element = (Element) all.item(i);
            if (List.of(element.getAttribute("class").split(" ")).contains(type)) {
                found.add(element);
            }
        }
        return found;
    }

    private static double percent(Element element, String attribute) {
        return Double.parseDouble(element.getAttribute(attribute).replace("%", ""));
    }

    @Test
    void shouldDrawBarAndWhiskerToOneScale() throws Exception {
        Document svg = parse(BarDrawing.element(chart(bar("a", Row.Kind.MODE, 20, 15, 40))));

        double bar = percent(ofClass(svg, "rect", "ours").get(0), "width");
        List<Element> caps = ofClass(svg, "line", "cap");
        assertThat(caps).hasSize(2);
        assertThat(percent(caps.get(0), "x1")).isCloseTo(bar * 15 / 20, within(0.02));
        assertThat(percent(caps.get(1), "x1"))
                .isCloseTo(bar * 40 / 20, within(0.02))
                .isLessThanOrEqualTo(100);
        assertThat(percent(ofClass(svg, "line", "reference").get(0), "x1")).isCloseTo(bar * 30 / 20, within(0.02));
    }

    @Test
    void shouldColourOursLimitsAndPeersDifferently() throws Exception {
        Document svg = parse(BarDrawing.element(chart(
                bar("a", Row.Kind.MODE, 20, 19, 21),
                bar("b", Row.Kind.LIMIT, 20, 19, 21),
                bar("c", Row.Kind.PEER, 20, 19, 21))));

        for (String kind : List.of("ours", "limit", "peer")) {
            assertThat(ofClass(svg, "rect", kind)).as(kind).hasSize(1);
        }
    }

    @Test
    void shouldTearABarThatIsTooLong() throws Exception {
        Document svg = parse(BarDrawing.element(
                chart(bar("far", Row.Kind.BASELINE, 99, 98, 100), bar("near", Row.Kind.MODE, 10, 9, 11))));

        assertThat(ofClass(svg, "line", "tear")).hasSize(2);
        assertThat(ofClass(svg, "g", "whisker")).hasSize(1);
        assertThat(svg.getDocumentElement().getTextContent()).contains("v99.0", "98.0-100.0");
    }

    @Test
    void shouldShortenALongNameAndKeepItWhole() throws Exception {
        String name = "forwarder --with --more <options> & than there is room for";

        Document svg = parse(BarDrawing.element(chart(bar(name, Row.Kind.PEER, 20, 19, 21))));

        assertThat(ofClass(svg, "text", "label").get(0).getTextContent())
                .hasSizeLessThan(40)
                .endsWith("…");
        assertThat(svg.getElementsByTagName("title").item(0).getTextContent()).contains(name);
    }

    @Test
    void shouldStandAloneAsAFileInLightAndDark() throws Exception {
        Document svg = parse(BarDrawing.file(chart(bar("a", Row.Kind.MODE, 20, 15, 40))));

        Element root = svg.getDocumentElement();
        assertThat(root.getNamespaceURI() == null ? root.getAttribute("xmlns") : root.getNamespaceURI())
                .isEqualTo("http://www.w3.org/2000/svg");
        assertThat(root.getAttribute("viewBox"))
                .isEqualTo("0 0 " + root.getAttribute("width") + ' ' + root.getAttribute("height"));
        assertThat(root.getTextContent()).contains("prefers-color-scheme: dark", "Throughput", "others");
    }
}
