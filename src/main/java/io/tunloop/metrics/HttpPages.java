// SPDX-License-Identifier: Apache-2.0
package io.tunloop.metrics;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;
import static io.netty.handler.codec.http.HttpResponseStatus.INTERNAL_SERVER_ERROR;
import static io.netty.handler.codec.http.HttpResponseStatus.METHOD_NOT_ALLOWED;
import static io.netty.handler.codec.http.HttpResponseStatus.NOT_FOUND;
import static io.netty.handler.codec.http.HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE;
import static io.netty.handler.codec.http.HttpResponseStatus.REQUEST_URI_TOO_LONG;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** Answers the first request of a connection and closes it; what the client sends after that is not looked at. */
final class HttpPages extends SimpleChannelInboundHandler<HttpObject> {
    private static final InternalLogger logger = InternalLoggerFactory.getInstance(HttpPages.class);

    private final Map<String, Supplier<HttpPage>> pages;
    private final Set<String> broken;
    private boolean answered;

    /** @param broken the pages that failed last, for all connections of the event loop: a trace is for the first time */
    HttpPages(Map<String, Supplier<HttpPage>> pages, Set<String> broken) {
        this.pages = pages;
        this.broken = broken;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, HttpObject message) {
        if (!answered && message instanceof HttpRequest request) {
            answered = true;
            answer(ctx, page(request), HttpMethod.HEAD.equals(request.method()));
        }
    }

    private HttpPage page(HttpRequest request) {
        if (request.decoderResult().isFailure()) {
            return malformed(request.decoderResult().cause());
        }
        if (!HttpMethod.GET.equals(request.method()) && !HttpMethod.HEAD.equals(request.method())) {
            return HttpPage.text(METHOD_NOT_ALLOWED, "only GET and HEAD");
        }
        String path = path(request.uri());
        Supplier<HttpPage> page = pages.get(path);
        return page == null
                ? HttpPage.text(NOT_FOUND, "no such page; there are " + String.join(", ", pages.keySet()))
                : render(path, page);
    }

    private static HttpPage malformed(Throwable cause) {
        if (cause instanceof TooLongHttpLineException) {
            return HttpPage.text(REQUEST_URI_TOO_LONG, "the request line is too long");
        }
        if (cause instanceof TooLongHttpHeaderException) {
            return HttpPage.text(REQUEST_HEADER_FIELDS_TOO_LARGE, "the headers are too long");
        }
        return HttpPage.text(BAD_REQUEST, "not an HTTP request");
    }

    private HttpPage render(String path, Supplier<HttpPage> page) {
        try {
            HttpPage rendered = page.get();
            broken.remove(path);
            return rendered;
        } catch (RuntimeException cause) {
            if (broken.add(path)) {
                logger.warn("{} failed", path, cause);
            }
            return HttpPage.text(INTERNAL_SERVER_ERROR, "failed; the log says why");
        }
    }

    private static String path(String uri) {
        int query = uri.indexOf('?');
        return query < 0 ? uri : uri.substring(0, query);
    }

    private static void answer(ChannelHandlerContext ctx, HttpPage page, boolean headOnly) {
        ByteBuf body = headOnly ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(page.body());
        var response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, page.status(), body);
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, page.contentType())
                .set(HttpHeaderNames.CONTENT_LENGTH, page.body().length)
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        ctx.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // A client that goes away is no event of ours.
        if (!(cause instanceof IOException)) {
            logger.debug("{} closed", ctx.channel(), cause);
        }
        ctx.close();
    }
}
