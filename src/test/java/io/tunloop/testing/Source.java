// SPDX-License-Identifier: Apache-2.0
package io.tunloop.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * A server that sends to whoever connects, as fast as the kernel takes it, until the client goes away. Run as a process in
 * a network namespace.
 *
 * <pre>
 * ADDRESS PORT                prints "listening"
 * </pre>
 */
public final class Source {
    private static final int BLOCK_BYTES = 1 << 18;
    private static final int BACKLOG = 64;

    private Source() {}

    public static void main(String... args) throws IOException {
        try (ServerSocket server =
                new ServerSocket(Integer.parseInt(args[1]), BACKLOG, InetAddress.getByName(args[0]))) {
            System.out.println("listening");
            while (true) {
                Socket socket = server.accept();
                new Thread(() -> send(socket), "to " + socket.getPort()).start();
            }
        }
    }

    private static void send(Socket socket) {
        byte[] block = new byte[BLOCK_BYTES];
        try (socket) {
            while (true) {
                socket.getOutputStream().write(block);
            }
        } catch (IOException gone) {
            // As clients do.
        }
    }
}
