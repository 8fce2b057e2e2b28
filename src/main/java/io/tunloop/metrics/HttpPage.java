// SPDX-License-Identifier: Apache-2.0
package io.tunloop.metrics;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;

/** What an {@link HttpEndpoint} answers for one path. */
record HttpPage(HttpResponseStatus status, String contentType, byte[] body) {
    private static final String PLAIN = "text/plain; charset=utf-8";

    static HttpPage ok(String contentType, byte[] body) {
        return new HttpPage(HttpResponseStatus.OK, contentType, body);
    }

    /** A line of plain text. */
    static HttpPage text(HttpResponseStatus status, String line) {
        return new HttpPage(status, PLAIN, (line + '\n').getBytes(StandardCharsets.UTF_8));
    }
}
