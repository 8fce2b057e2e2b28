// SPDX-License-Identifier: Apache-2.0
package io.tunloop.metrics;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;
import static io.netty.handler.codec.http.HttpResponseStatus.SERVICE_UNAVAILABLE;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The HTTP side of the metrics.
 *
 * <pre>
 * /metrics   Prometheus text format 0.0.4
 * /healthz   200 while every event loop ticks, else 503 with the reason
 * /readyz    200 while packets can pass, else 503 with the reason
 * </pre>
 * Thread: the event loop given, which must not be one that forwards.
 */
public final class MetricsServer implements AutoCloseable {
    private static final String TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8";

    private final HttpEndpoint endpoint;

    private MetricsServer(HttpEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    /**
     * @param address port 0 for any that is free
     * @param health empty when all is well, else what is wrong
     * @param readiness empty when ready, else what is missing
     */
    public static MetricsServer open(
            InetSocketAddress address,
            EventLoop loop,
            PrometheusMeterRegistry registry,
            Supplier<String> health,
            Supplier<String> readiness)
            throws IOException {
        Map<String, Supplier<HttpPage>> pages = new LinkedHashMap<>();
        pages.put("/metrics", () -> metrics(registry));
        pages.put("/healthz", () -> state(health.get()));
        pages.put("/readyz", () -> state(readiness.get()));
        return new MetricsServer(HttpEndpoint.open(address, loop, pages));
    }

    private static HttpPage metrics(PrometheusMeterRegistry registry) {
        return HttpPage.ok(TEXT_FORMAT, registry.scrape(TEXT_FORMAT).getBytes(StandardCharsets.UTF_8));
    }

    private static HttpPage state(String problem) {
        return problem.isEmpty() ? HttpPage.text(OK, "ok") : HttpPage.text(SERVICE_UNAVAILABLE, problem);
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return endpoint.address();
    }

    @Override
    public void close() {
        endpoint.close();
    }
}
