// SPDX-License-Identifier: Apache-2.0
package io.tunloop.testing;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.Random;

/**
 * Sends one UDP datagram of every size and wants each back unchanged. Run as a process in a network namespace.
 *
 * <pre>
 * echo ADDRESS PORT                   prints "listening", then answers until it is ended
 * ask ADDRESS PORT MAX_BYTES          prints "echoed 1..MAX_BYTES" when all came back
 * </pre>
 */
public final class Datagrams {
    private static final int TIMEOUT_MILLIS = 5000;
    private static final int MAX_DATAGRAM_BYTES = 65_535;

    private Datagrams() {}

    public static void main(String... args) throws IOException {
        InetAddress address = InetAddress.getByName(args[1]);
        int port = Integer.parseInt(args[2]);
        if (args[0].equals("echo")) {
            echo(address, port);
        } else {
            ask(address, port, Integer.parseInt(args[3]));
        }
    }

    private static void echo(InetAddress address, int port) throws IOException {
        try (DatagramSocket socket = new DatagramSocket(port, address)) {
            System.out.println("listening");
            var datagram = new DatagramPacket(new byte[MAX_DATAGRAM_BYTES], MAX_DATAGRAM_BYTES);
            while (true) {
                datagram.setLength(MAX_DATAGRAM_BYTES);
                socket.receive(datagram);
                socket.send(datagram);
            }
        }
    }

    private static void ask(InetAddress address, int port, int maxBytes) throws IOException {
        byte[] payload = new byte[maxBytes];
        new Random(maxBytes).nextBytes(payload);
        byte[] back = new byte[maxBytes + 1];
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            for (int size = 1; size <= maxBytes; size++) {
                socket.send(new DatagramPacket(payload, size, address, port));
                var answer = new DatagramPacket(back, back.length);
                socket.receive(answer);
                if (!Arrays.equals(payload, 0, size, back, 0, answer.getLength())) {
                    throw new IOException("a datagram of " + size + " bytes came back as " + answer.getLength()
                            + " bytes, or changed");
                }
            }
        }
        System.out.println("echoed 1.." + maxBytes);
    }
}
