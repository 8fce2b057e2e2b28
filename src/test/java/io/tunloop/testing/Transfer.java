// SPDX-License-Identifier: Apache-2.0
package io.tunloop.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.CRC32C;

/**
 * Sends bytes over TCP and checks each of them at the other end. Run as a process in a network namespace.
 *
 * <pre>
 * receive ADDRESS PORT               prints "listening", then "received BYTES" when all were right
 * send ADDRESS PORT MEBIBYTES        prints "sent BYTES" when the receiver has confirmed them
 * serve ADDRESS PORT                 prints "listening", then receives time and again until it is ended
 * stream ADDRESS PORT                sends from one line of its input to the next, then prints "sent BYTES"; time and again
 * </pre>
 * Block i of 1 MiB is a seeded random block with i mixed in, followed by its checksum: a lost, repeated, moved or changed
 * byte is found in the block where it is.
 */
public final class Transfer {
    private static final int BLOCK_BYTES = 1 << 20;
    private static final int CONFIRMED = 42;
    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(5);

    private Transfer() {}

    public static void main(String... args) throws IOException {
        InetAddress address = InetAddress.getByName(args[1]);
        int port = Integer.parseInt(args[2]);
        switch (args[0]) {
            case "receive" -> receive(address, port, 1);
            case "serve" -> receive(address, port, Integer.MAX_VALUE);
            case "send" -> {
                int mebibytes = Integer.parseInt(args[3]);
                send(address, port, blocks -> blocks < mebibytes);
            }
            default -> stream(address, port);
        }
    }

    private static void receive(InetAddress address, int port, int times) throws IOException {
        try (ServerSocket server = new ServerSocket(port, 1, address)) {
            System.out.println("listening");
            for (int i = 0; i < times; i++) {
                receive(server);
            }
        }
    }

    private static void receive(ServerSocket server) throws IOException {
        try (Socket socket = server.accept()) {
            InputStream in = socket.getInputStream();
            var expected = new Blocks();
            long blocks = 0;
            for (byte[] got = in.readNBytes(BLOCK_BYTES); got.length > 0; got = in.readNBytes(BLOCK_BYTES)) {
                if (!Arrays.equals(got, expected.block(blocks))) {
                    throw new IOException("block " + blocks + " is wrong at byte "
                            + Arrays.mismatch(got, expected.block(blocks)) + " of " + got.length);
                }
                blocks++;
            }
            socket.getOutputStream().write(CONFIRMED);
            System.out.println("received " + blocks * BLOCK_BYTES);
        }
    }

    private static void stream(InetAddress address, int port) throws IOException {
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        while (in.readLine() != null) {
            send(address, port, blocks -> {
                // Others want to use the processor too.
                LockSupport.parkNanos(PAUSE_NS);
                return blocks == 0 || !in.ready();
            });
            in.readLine();
        }
    }

    /** Whether another block is to be sent. */
    private interface More {
        boolean after(long blocks) throws IOException;
    }

    private static void send(InetAddress address, int port, More more) throws IOException {
        var blocks = new Blocks();
        try (Socket socket = new Socket(address, port)) {
            OutputStream out = socket.getOutputStream();
            long sent = 0;
            while (more.after(sent)) {
                out.write(blocks.block(sent++));
            }
            socket.shutdownOutput();
            if (socket.getInputStream().read() != CONFIRMED) {
                throw new IOException("the receiver did not confirm");
            }
            System.out.println("sent " + sent * BLOCK_BYTES);
        }
    }

    /** Makes the same blocks on both sides. */
    private static final class Blocks {
        private static final int SEED = 20261122;
        private static final int NUMBER_STRIDE = 4096;

        private final byte[] bytes = new byte[BLOCK_BYTES];

        Blocks() {
            new Random(SEED).nextBytes(bytes);
        }

        byte[] block(long number) {
            for (int i = 0; i + Long.BYTES < BLOCK_BYTES; i += NUMBER_STRIDE) {
                putLong(i, number);
            }
            var checksum = new CRC32C();
            checksum.update(bytes, 0, BLOCK_BYTES - Long.BYTES);
            putLong(BLOCK_BYTES - Long.BYTES, checksum.getValue());
            return bytes;
        }

        private void putLong(int offset, long value) {
            for (int i = 0; i < Long.BYTES; i++) {
                bytes[offset + i] = (byte) (value >>> Byte.SIZE * i);
            }
        }
    }
}
