// SPDX-License-Identifier: Apache-2.0
package io.tunloop.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** Clients, well-behaved and not. */
@Timeout(30)
class HttpEndpointTest {
    private static final int PATIENCE_MS = 20_000;

    private final MultiThreadIoEventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private HttpEndpoint endpoint;

    @BeforeEach
    void open() throws IOException {
        Map<String, Supplier<HttpPage>> pages = new LinkedHashMap<>();
        pages.put("/page", () -> HttpPage.ok("text/plain", "hello".getBytes(StandardCharsets.UTF_8)));
        pages.put("/large", () -> HttpPage.ok("text/plain", new byte[16 << 20]));
        pages.put("/broken", () -> {
            throw new IllegalStateException("broken");
        });
        endpoint = HttpEndpoint.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), loop.next(), pages);
    }

    @AfterEach
    void close() {
        endpoint.close();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @Test
    void shouldAnswerAndClose() throws IOException {
        assertThat(ask("GET /page?x=y HTTP/1.1\r\nHost: a\r\n\r\n"))
                .startsWith("HTTP/1.1 200 OK")
                .contains("content-length: 5", "connection: close")
                .endsWith("\r\n\r\nhello");
    }

    @Test
    void shouldAnswerHeadWithoutABody() throws IOException {
        assertThat(ask("HEAD /page HTTP/1.1\r\n\r\n"))
                .startsWith("HTTP/1.1 200 OK")
                .contains("content-length: 5")
                .endsWith("\r\n\r\n");
    }

    @Test
    void shouldNameThePagesThatThereAre() throws IOException {
        assertThat(ask("GET / HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 404").contains("/page, /large, /broken");
    }

    @Test
    void shouldRefuseOtherMethodsAndMalformedRequests() throws IOException {
        assertThat(ask("POST /page HTTP/1.1\r\nContent-Length: 0\r\n\r\n")).startsWith("HTTP/1.1 405");
        assertThat(ask("nonsense\r\n\r\n")).startsWith("HTTP/1.1 400");
    }

    @Test
    void shouldRefuseOversizedRequests() throws IOException {
        assertThat(ask("GET /" + "a".repeat(3000) + " HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 414");
        assertThat(ask("GET /page HTTP/1.1\r\nX: " + "a".repeat(9000) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 431");
    }

    @Test
    void shouldAnswerThoughAPageIsBroken() throws IOException {
        assertThat(ask("GET /broken HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 500");
    }

    @Test
    void shouldCloseAConnectionThatDoesNotFinishItsRequest() throws IOException {
        try (Socket halfOpen = connect();
                Socket slow = connect()) {
            slow.getOutputStream().write("GET /page".getBytes(StandardCharsets.US_ASCII));
            assertThat(ask("GET /page HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 200");
            assertThat(halfOpen.getInputStream().read()).isEqualTo(-1);
            assertThat(slow.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void shouldCloseAConnectionThatSendsAByteNowAndThen() throws Exception {
        try (Socket trickle = connect()) {
            OutputStream out = trickle.getOutputStream();
            long begin = System.nanoTime();
            // Each byte waits for the last one to have had time to arrive; the loop ends when the endpoint hangs up.
            trickle.setSoTimeout(200);
            int end = 0;
            for (int i = 0; end == 0; i++) {
                out.write(i == 0 ? 'G' : 'E');
                out.flush();
                end = readOrTimeOut(trickle);
            }
            assertThat((System.nanoTime() - begin) / 1e9).isBetween(4.0, 12.0);
        }
    }

    @Test
    void shouldCloseAConnectionThatDoesNotTakeItsAnswer() throws Exception {
        try (Socket deaf = new Socket()) {
            deaf.setReceiveBufferSize(4096);
            deaf.connect(endpoint.address());
            deaf.setSoTimeout(PATIENCE_MS);
            deaf.getOutputStream().write("GET /large HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            Thread.sleep((ExchangeDeadline.DEADLINE_SECONDS + 1) * 1000); // the deafness that is the subject
            assertThat(ask("GET /page HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 200");
            assertThat(countBytes(deaf)).isLessThan(16 << 20);
        }
    }

    @Test
    void shouldAnswerThoughManyConnectAndAskNothing() throws IOException {
        List<Socket> idle = new ArrayList<>();
        try {
            for (int i = 0; i < 40; i++) {
                idle.add(connect());
            }
            long begin = System.nanoTime();
            assertThat(ask("GET /page HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 200");
            // Sooner than the idle ones' time is over.
            assertThat((System.nanoTime() - begin) / 1e9).isLessThan(ExchangeDeadline.DEADLINE_SECONDS - 1);
            // The 40 and the one that asked are 9 too many.
            for (Socket oldest : idle.subList(0, 9)) {
                assertThat(oldest.getInputStream().read()).isEqualTo(-1);
            }
            assertThat((System.nanoTime() - begin) / 1e9).isLessThan(ExchangeDeadline.DEADLINE_SECONDS - 1);
        } finally {
            for (Socket socket : idle) {
                socket.close();
            }
        }
    }

    @Test
    void shouldPrintOneTraceOfAPageThatStaysBroken() throws IOException {
        var log = new ListAppender<ILoggingEvent>();
        var logger = (Logger) LoggerFactory.getLogger(HttpPages.class);
        log.start();
        logger.addAppender(log);
        try {
            for (int i = 0; i < 3; i++) {
                assertThat(ask("GET /broken?" + i + " HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 500");
            }
            assertThat(log.list).extracting(ILoggingEvent::getFormattedMessage).containsExactly("/broken failed");
        } finally {
            logger.detachAppender(log);
        }
    }

    @Test
    void shouldTellWhyItCannotListen() {
        assertThatThrownBy(() -> HttpEndpoint.open(endpoint.address(), loop.next(), Map.of()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("metrics cannot listen on")
                .hasMessageContaining("in use");
    }

    private static int readOrTimeOut(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read();
        } catch (SocketTimeoutException stillOpen) {
            return 0;
        } catch (IOException reset) {
            return -1;
        }
    }

    private static long countBytes(Socket socket) {
        long bytes = 0;
        byte[] chunk = new byte[1 << 16];
        try {
            for (int n = 0; n >= 0; n = socket.getInputStream().read(chunk)) {
                bytes += n;
            }
        } catch (IOException reset) {
            // An end as good as the other.
        }
        return bytes;
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket();
        socket.connect(endpoint.address());
        socket.setSoTimeout(PATIENCE_MS);
        return socket;
    }

    private String ask(String request) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
