// SPDX-License-Identifier: Apache-2.0
package io.tunloop.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * TCP from the first to the second of {@link TwoHosts}, each byte of it checked, while something else is done to what is
 * between them: {@link Transfer} with two processes that outlive the devices.
 */
public final class SteadyTransfer {
    private static final String PORT = "7001";
    private static final int PATIENCE_SECONDS = 20;

    private final BufferedReader output;
    private final OutputStream input;

    private SteadyTransfer(Process client) {
        output = new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8));
        input = client.getOutputStream();
    }

    /** Starts the processes, which end with the hosts. */
    public static SteadyTransfer open(TwoHosts hosts) {
        hosts.serve(Transfer.class, "serve", "0.0.0.0", PORT);
        return new SteadyTransfer(hosts.host1()
                .start(JavaProcess.command(Transfer.class, "stream", TwoHosts.ADDRESS_2, PORT)
                        .toArray(String[]::new)));
    }

    /** Begins to send. */
    public void begin() throws IOException {
        newLine();
    }

    /** Ends it. Returns the bytes that have arrived unchanged; an AssertionError if not all have. */
    public long end() throws IOException {
        newLine();
        String line = CompletableFuture.supplyAsync(this::readLine)
                .completeOnTimeout("nothing in " + PATIENCE_SECONDS + " s", PATIENCE_SECONDS, TimeUnit.SECONDS)
                .join();
        if (line == null || !line.startsWith("sent ")) {
            throw new AssertionError("not all that was sent has arrived: " + line);
        }
        return Long.parseLong(line.substring("sent ".length()));
    }

    private void newLine() throws IOException {
        input.write('\n');
        input.flush();
    }

    private String readLine() {
        try {
            return output.readLine();
        } catch (IOException ended) {
            return ended.getMessage();
        }
    }
}
