// SPDX-License-Identifier: Apache-2.0
package io.tunloop.testing;

import static io.tunloop.packet.TransportHeader.ACK;
import static io.tunloop.packet.TransportHeader.CWR;
import static io.tunloop.packet.TransportHeader.ECE;
import static io.tunloop.packet.TransportHeader.FIN;
import static io.tunloop.packet.TransportHeader.PSH;
import static io.tunloop.packet.TransportHeader.RST;
import static io.tunloop.packet.TransportHeader.SYN;
import static io.tunloop.packet.TransportHeader.URG;

import io.tunloop.packet.IpHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * Random sequences of packets, most of which nearly merge: streams of one to three flows, interleaved, with one field or
 * another changed every few packets. The same seed gives the same sequences.
 */
public final class PacketGenerator {
    private static final int MAX_PACKETS = 10;
    private static final int MAX_FLOWS = 3;
    private static final int MAX_OPTIONS_BYTES = 40;
    private static final int[] FLAGS = {
        0, ACK | PSH, ACK | FIN, ACK | SYN, ACK | RST, ACK | URG, ACK | ECE, ACK | CWR, ACK | ECE | CWR, ACK | PSH | FIN
    };

    private final Random random;

    public PacketGenerator(long seed) {
        random = new Random(seed);
    }

    /** A sequence whose flows have the source ports {@code firstPort}, {@code firstPort + 1}, ... */
    public List<PacketSpec> sequence(int firstPort) {
        List<PacketSpec> next = flows(firstPort);
        List<PacketSpec> packets = new ArrayList<>();
        int count = 2 + random.nextInt(MAX_PACKETS - 1);
        while (packets.size() < count) {
            int flow = random.nextInt(next.size());
            PacketSpec packet = random.nextInt(3) == 0 ? mutate(next.get(flow)) : next.get(flow);
            packets.add(packet);
            next.set(flow, following(packet));
        }
        return packets;
    }

    /** Frames of one to three flows, interleaved, most of which go on where the one before in their flow has ended. */
    public List<Whole> wholes(int firstPort) {
        List<PacketSpec> next = flows(firstPort);
        // IDs that wrap within the first frames or not at all.
        next.forEach(packet -> packet.id(pick(0, 0xfffe, 0xfff0)));
        List<Whole> frames = new ArrayList<>();
        int gsoSize = pick(100, 536, 1_000, 1_400);
        for (int count = 2 + random.nextInt(MAX_PACKETS - 1); count > 0; count--) {
            int flow = random.nextInt(next.size());
            int segments = pick(2, 3, 10, 40);
            int missing = random.nextInt(3) == 0 ? random.nextInt(gsoSize) : 0;
            PacketSpec packet = next.get(flow).copy().payload(segments * gsoSize - missing);
            if (random.nextInt(6) == 0) {
                packet.flags(FLAGS[random.nextInt(FLAGS.length)]);
            }
            frames.add(new Whole(packet, gsoSize));
            next.set(flow, following(packet).id(packet.id() + segments));
            gsoSize = random.nextInt(8) == 0 ? pick(100, 536, 1_000, 1_400) : gsoSize;
        }
        return frames;
    }

    private List<PacketSpec> flows(int firstPort) {
        List<PacketSpec> flows = new ArrayList<>();
        int count = 1 + random.nextInt(random.nextInt(MAX_FLOWS) + 1);
        int kind = random.nextInt(4);
        for (int i = 0; i < count; i++) {
            flows.add(flow(random.nextInt(4) == 0 ? random.nextInt(4) : kind).ports(firstPort + i, 7));
        }
        return flows;
    }

    private PacketSpec flow(int kind) {
        int payload = pick(1, 20, 100, 536, 1_000, 1_400);
        PacketSpec flow = switch (kind) {
            case 0 -> Packets.tcp4(ACK, payload, random.nextInt()).fragment(pick(0x4000, 0));
            case 1 -> Packets.tcp6(ACK, payload, random.nextInt());
            case 2 -> Packets.udp4(payload).fragment(pick(0x4000, 0));
            default -> Packets.udp6(payload);
        };
        flow.id(random.nextInt()).seed(random.nextInt(1 << 20));
        if (flow.protocol() == IpHeader.PROTOCOL_TCP && random.nextBoolean()) {
            flow.timestamp(random.nextInt());
        }
        if (flow.protocol() == IpHeader.PROTOCOL_TCP && random.nextInt(4) == 0) {
            flow.flags(ACK | ECE);
        }
        if (flow.isV6() && random.nextInt(4) == 0) {
            addExtension(flow);
        }
        return flow;
    }

    private void addExtension(PacketSpec flow) {
        switch (random.nextInt(4)) {
            case 0 -> flow.routing(4, 0, null, "fd00:9::9", "fd00:7::7");
            case 1 -> flow.routing(pick(0, 2, 77), 1, "fd00:9::9", "fd00:9::9");
            case 2 -> flow.extensionChain(1 + random.nextInt(3), 8);
            default -> flow.extension(60, 0);
        }
    }

    /** What comes behind a packet in its stream: a change of one packet alone is undone, others last; ECE for a while. */
    private PacketSpec following(PacketSpec packet) {
        int ece = random.nextInt(4) == 0 ? 0 : packet.flags() & ECE;
        return packet.next().flags(ACK | ece).sound();
    }

    private PacketSpec mutate(PacketSpec original) {
        PacketSpec packet = original.copy();
        return switch (random.nextInt(8)) {
            case 0 -> packet.payload(pick(0, 1, 19, packet.payloadBytes() / 2, packet.payloadBytes() + 1));
            case 1, 2 -> packet.protocol() == IpHeader.PROTOCOL_TCP ? mutateTcp(packet) : mutateUdp(packet);
            case 3 -> packet.flags(FLAGS[random.nextInt(FLAGS.length)]);
            case 4, 5 -> packet.isV6() ? mutateV6(packet) : mutateV4(packet);
            case 6 -> random.nextBoolean() ? packet.tos(random.nextInt(256)) : packet.ttl(2 + random.nextInt(200));
            default -> random.nextInt(3) == 0 ? packet.trailing(1 + random.nextInt(9)) : packet.badTransportChecksum();
        };
    }

    private PacketSpec mutateTcp(PacketSpec packet) {
        return switch (random.nextInt(8)) {
            case 0 -> packet.window(random.nextInt(0x10000));
            case 1 -> packet.ack(random.nextInt());
            case 2 -> packet.sequence(packet.sequence() + pick(1, -1, -packet.payloadBytes(), 1 << 31));
            case 3 -> packet.timestamp(random.nextInt(3));
            case 4 -> packet.tcpOptions();
            case 5 -> packet.reserved(random.nextInt(16));
            // Without the flag the kernel's GRO forgets the pointer of all packets but the first: no model for us.
            case 6 -> packet.flags(ACK | URG).urgent(random.nextInt(100));
            default -> packet.tcpOptions((byte) 1, (byte) 1, (byte) 1, (byte) random.nextInt(2));
        };
    }

    private PacketSpec mutateUdp(PacketSpec packet) {
        return random.nextBoolean() ? packet.noTransportChecksum() : packet.lengthError(pick(-1, 1, -8));
    }

    private PacketSpec mutateV4(PacketSpec packet) {
        return switch (random.nextInt(6)) {
            // Not the same ID again: the kernel merges such a pair in a way of its own, and splits it again for a TUN.
            case 0, 1 -> packet.id(packet.id() + pick(1, -3, 7));
            case 2 -> packet.fragment(pick(0, 0x4000));
            case 3 -> packet.fragment(pick(0x2000, 0x0005, 0x2007));
            case 4 -> packet.badIpChecksum();
            default -> packet.ipOptions((byte) 1, (byte) 1, (byte) 1, (byte) 0);
        };
    }

    private PacketSpec mutateV6(PacketSpec packet) {
        return switch (random.nextInt(4)) {
            case 0 -> packet.flowLabel(random.nextInt(1 << 20));
            case 1 -> packet.extension(60, random.nextInt(2));
            case 2 -> packet.extension(0, 0);
            default -> packet.fragmentHeader(pick(1, 0x0011));
        };
    }

    private int pick(int... values) {
        return values[random.nextInt(values.length)];
    }

    /** A sequence for people: a line a packet. */
    public static String describe(List<PacketSpec> packets) {
        return packets.stream().map(PacketSpec::toString).collect(Collectors.joining("\n  ", "\n  ", "\n"));
    }

    /** A packet to be split, and what at. */
    public record Whole(PacketSpec packet, int gsoSize) {}

    /** A random frame for the given addresses. */
    public Whole whole(String v4Destination, String v6Destination) {
        PacketSpec packet = flow(random.nextInt(4));
        packet.destination(packet.isV6() ? v6Destination : v4Destination)
                .ports(9, 7)
                .payload(random.nextInt(5_000));
        if (packet.protocol() == IpHeader.PROTOCOL_TCP) {
            packet.flags(random.nextInt(256)).window(random.nextInt(0x10000)).ack(random.nextInt());
            packet.reserved(random.nextInt(16)).urgent(random.nextInt(2));
        }
        packet.tos(random.nextInt(256)).ttl(2 + random.nextInt(200)).flowLabel(random.nextInt(1 << 20));
        int gsoSize = random.nextInt(8) == 0 ? 0 : 50 + random.nextInt(1_400);
        // The kernel takes options for payload when it asks whether there is anything to split, and drops such a frame.
        boolean barelyFits = gsoSize > 0 && packet.payloadBytes() <= gsoSize;
        return new Whole(packet, barelyFits ? gsoSize + MAX_OPTIONS_BYTES : gsoSize);
    }
}
