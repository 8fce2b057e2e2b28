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

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A sequence of packets with the groups that a coalescer must make of it: what the unit tests and the kernel agree on.
 *
 * @param name what differs, as a sentence
 * @param packets what is written between two flushes
 * @param groups the numbers of the packets that leave together: {@code "0+1 2"} is a merger of two, then one alone
 */
public record OffloadCase(String name, List<PacketSpec> packets, String groups) {
    /** The cases of merging: sequences of 100-byte payloads, IDs going up, flags ACK, unless the name says otherwise. */
    public static List<OffloadCase> merging() {
        List<OffloadCase> all = new ArrayList<>();
        all.addAll(sizes());
        all.addAll(flags());
        all.addAll(tcpFields());
        all.addAll(ipFields());
        all.addAll(flows());
        all.addAll(udp());
        all.addAll(v6());
        return all;
    }

    private static List<OffloadCase> sizes() {
        PacketSpec ack = tcp(0);
        return List.of(
                of("1: two adjacent merge", "0+1", stream(tcp(100), 100, 100)),
                of("2: a shorter one joins", "0+1+2", stream(tcp(100), 100, 100, 50)),
                of("3: a shorter one closes the group", "0+1 2", stream(tcp(100), 100, 50, 100)),
                of("4: a larger one never joins", "0 1", stream(tcp(100), 50, 100)),
                of("5: pure ACKs stay separate", "0 1", List.of(ack, ack.next())),
                of("6: a pure ACK behind data keeps its place", "0 1", stream(tcp(100), 100, 0)),
                of(
                        "7: a pure ACK with a new window keeps its place",
                        "0 1 2",
                        second(stream(tcp(100), 100, 0, 100), p -> p.window(99))),
                of("65,535 bytes are the most", "0+1 2", stream(tcp(32_000), 32_000, 32_000, 1_500)),
                of("64 KiB to the last byte", "0+1+2", stream(tcp(30_000), 30_000, 30_000, 5_495)),
                of("one byte too many", "0+1 2", stream(tcp(30_000), 30_000, 30_000, 5_496)),
                of("64 KiB in segments, IPv4 (large_max)", run(0, 45) + " 45", large(Packets.tcp4(), 1_460, 1_255)),
                of("one byte more, IPv4 (large_rem)", run(0, 44) + " 44 45", large(Packets.tcp4(), 1_460, 1_256)),
                of("64 KiB in segments, IPv6 (large_max)", run(0, 46) + " 46", large(Packets.tcp6(), 1_440, 675)),
                of("one byte more, IPv6 (large_rem)", run(0, 45) + " 45 46", large(Packets.tcp6(), 1_440, 676)));
    }

    /** As many full segments as fit, a last one, and another one behind a gap. */
    private static List<PacketSpec> large(PacketSpec spec, int segmentBytes, int lastBytes) {
        int[] payloads = new int[65_475 / segmentBytes + 2];
        Arrays.fill(payloads, segmentBytes);
        payloads[payloads.length - 2] = lastBytes;
        payloads[payloads.length - 1] = lastBytes;
        List<PacketSpec> packets = stream(spec, payloads);
        PacketSpec behind = packets.get(payloads.length - 1);
        behind.sequence(behind.sequence() + 1_000);
        return packets;
    }

    private static List<OffloadCase> flags() {
        return List.of(
                of("8: PSH ends the group", "0+1 2", second(stream(tcp(100), 100, 100, 100), p -> p.flags(ACK | PSH))),
                of("9: PSH on the last stays set", "0+1", second(pair(), p -> p.flags(ACK | PSH))),
                of("PSH on the first ends the group", "0 1", first(pair(), p -> p.flags(ACK | PSH))),
                of("11: SYN stays separate", "0 1", second(pair(), p -> p.flags(ACK | SYN))),
                of("12: RST stays separate", "0 1", second(pair(), p -> p.flags(ACK | RST))),
                of(
                        "13: URG stays separate",
                        "0 1",
                        second(pair(), p -> p.flags(ACK | URG).urgent(3))),
                of("14: FIN stays separate", "0 1", second(pair(), p -> p.flags(ACK | FIN))),
                of("15: ECE on the second only", "0 1", second(pair(), p -> p.flags(ACK | ECE))),
                of("15: ECE on the first only", "0 1", first(pair(), p -> p.flags(ACK | ECE))),
                of("15: ECE on all", "0+1+2", stream(tcp(100).flags(ACK | ECE), 100, 100, 50)),
                of(
                        "15: ECE on all, PSH on the last",
                        "0+1",
                        second(stream(tcp(100).flags(ACK | ECE), 100, 100), p -> p.flags(ACK | ECE | PSH))),
                of("15: ECE in runs", "0+1 2+3", eceInRuns()),
                of(
                        "AE on all, with ECE",
                        "0+1+2",
                        stream(tcp(100).flags(ACK | ECE).reserved(1), 100, 100, 100)),
                of("AE on the second only", "0 1", second(pair(), p -> p.reserved(1))),
                of("16: CWR on the first", "0 1", first(pair(), p -> p.flags(ACK | CWR))),
                of("16: CWR on the second", "0 1", second(pair(), p -> p.flags(ACK | CWR))),
                of("16: CWR on both, as AccECN counts", "0 1", stream(tcp(100).flags(ACK | CWR), 100, 100)),
                of("16: CWR and ECE on both", "0 1", stream(tcp(100).flags(ACK | CWR | ECE), 100, 100)),
                of(
                        "17: no ACK flag at all",
                        "0 1",
                        List.of(tcp(100).flags(0), tcp(100).flags(0).next())));
    }

    private static List<PacketSpec> eceInRuns() {
        List<PacketSpec> packets = stream(tcp(100), 100, 100, 100, 100);
        packets.get(2).flags(ACK | ECE);
        packets.get(3).flags(ACK | ECE);
        return packets;
    }

    private static List<OffloadCase> tcpFields() {
        PacketSpec stamped = tcp(100).timestamp(5);
        return List.of(
                of("18: window differs", "0 1", second(pair(), p -> p.window(99))),
                of("19: ack differs", "0 1", second(pair(), p -> p.ack(99))),
                of("20: sequence gap", "0 1", second(pair(), p -> p.sequence(102))),
                of("21: wrong order", "0 1", List.of(tcp(100).next(), tcp(100))),
                of("22: duplicate", "0 1", List.of(tcp(100), tcp(100))),
                of("23: sequence wraps", "0+1", stream(tcp(100).sequence(-50), 100, 100)),
                of("24: timestamps equal", "0+1", List.of(stamped, stamped.next())),
                of(
                        "25: timestamps differ",
                        "0 1",
                        List.of(stamped, stamped.next().timestamp(6))),
                of("options on the second only", "0 1", second(pair(), p -> p.timestamp(5))),
                of("reserved bits differ", "0 1", second(pair(), p -> p.reserved(1))),
                of(
                        "reserved bits equal",
                        "0+1",
                        List.of(tcp(100).reserved(1), tcp(100).reserved(1).next())),
                of("26: bad TCP checksum on the first", "0 1", first(pair(), PacketSpec::badTransportChecksum)),
                of("26: bad TCP checksum on the second", "0 1", second(pair(), PacketSpec::badTransportChecksum)),
                of(
                        "26: bad one between good ones",
                        "0 1 2",
                        second(stream(tcp(100), 100, 100, 100), PacketSpec::badTransportChecksum)),
                of(
                        "a bad duplicate closes the group",
                        "0 1 2",
                        List.of(tcp(100), tcp(100).badTransportChecksum(), tcp(100).next())));
    }

    private static List<OffloadCase> ipFields() {
        return List.of(
                of("27: bad IPv4 checksum on the first", "0 1", first(pair(), PacketSpec::badIpChecksum)),
                of("27: bad IPv4 checksum on the second", "0 1", second(pair(), PacketSpec::badIpChecksum)),
                of("28: TTL differs", "0 1", second(pair(), p -> p.ttl(63))),
                of("29: TOS differs", "0 1", second(pair(), p -> p.tos(0x10))),
                of(
                        "30: ECT and CE",
                        "0 1",
                        List.of(tcp(100).tos(2), tcp(100).tos(3).next())),
                of("31: DF differs", "0 1", second(pair(), p -> p.fragment(0))),
                of("32: DF set, ID gap", "0 1", second(pair(), p -> p.id(7))),
                of("33: DF clear, ID gap", "0 1", second(stream(tcp(100).fragment(0), 100, 100), p -> p.id(7))),
                of("34: DF clear, ID goes on", "0+1", stream(tcp(100).fragment(0), 100, 100)),
                of("DF set, ID fixed (ip_id_df1_fixed)", "0 1", ids(0x4000, 8, 8)),
                of("DF clear, ID fixed (ip_id_df0_fixed)", "0 1", ids(0, 8, 8)),
                of("DF set, ID goes on, then fixed (ip_id_df1_inc_fixed)", "0+1 2", ids(0x4000, 8, 9, 9)),
                of("DF set, ID fixed, then goes on (ip_id_df1_fixed_inc)", "0 1+2", ids(0x4000, 8, 8, 9)),
                of("DF clear, ID goes on, then fixed", "0+1 2", ids(0, 8, 9, 9)),
                of("36: ID wraps", "0+1", stream(tcp(100).id(0xffff), 100, 100)),
                of("37: IPv4 options", "0 1", List.of(options(), options().next())),
                of(
                        "38: first fragments",
                        "0 1",
                        List.of(
                                tcp(100).fragment(0x2000),
                                tcp(100).fragment(0x2000).next())),
                of(
                        "39: a later fragment closes the group",
                        "0 1 2",
                        second(stream(tcp(100), 100, 100, 100), p -> p.fragment(5))));
    }

    /** Packets that follow one another, with these IDs. */
    public static List<PacketSpec> ids(int fragment, int... ids) {
        List<PacketSpec> packets = new ArrayList<>();
        PacketSpec packet = tcp(100).fragment(fragment);
        for (int id : ids) {
            packets.add(packet.copy().id(id));
            packet = packet.next();
        }
        return packets;
    }

    private static PacketSpec options() {
        return tcp(100).ipOptions((byte) 1, (byte) 1, (byte) 1, (byte) 0);
    }

    private static List<OffloadCase> flows() {
        PacketSpec a = tcp(100);
        PacketSpec b = tcp(100).ports(1001, 2000);
        return List.of(
                of("40: two interleaved flows", "0+2 1+3", List.of(a, b, a.next(), b.next())),
                of("41: same ports, other addresses", "0 1", List.of(a, a.next().source("10.0.1.9"))),
                of("42: TCP and UDP between the same ports", "0+2 1", List.of(a, Packets.udp4(100), a.next())),
                of(
                        "43: a candidate behind one that did not merge",
                        "0 1 2+3",
                        List.of(
                                a,
                                a.next().window(9),
                                a.next().next(),
                                a.next().next().next())));
    }

    private static List<OffloadCase> udp() {
        PacketSpec u = Packets.udp4(100);
        return List.of(
                of("44: equal datagrams", "0+1", List.of(u, u.next())),
                of(
                        "45: a shorter datagram closes the group",
                        "0+1 2",
                        List.of(u, u.next().payload(50), u.next().next())),
                of("46: a larger datagram", "0 1", List.of(u, u.next().payload(101))),
                of(
                        "47: no UDP checksum",
                        "0 1",
                        List.of(
                                Packets.udp4(100).noTransportChecksum(),
                                Packets.udp4(100).noTransportChecksum().next())),
                of("48: bad UDP checksum", "0 1", List.of(u, u.next().badTransportChecksum())),
                of("49: UDP length field wrong", "0 1", List.of(u, u.next().lengthError(-1))),
                of(
                        "50: empty datagrams",
                        "0 1",
                        List.of(Packets.udp4(0), Packets.udp4(0).next())),
                of("51: ID gap between datagrams", "0 1", List.of(u, u.next().id(9))),
                of("53: 64 datagrams are the most", run(0, 64) + " " + run(64, 70), datagrams(70)));
    }

    private static List<PacketSpec> datagrams(int count) {
        List<PacketSpec> packets = new ArrayList<>(List.of(Packets.udp4(100)));
        while (packets.size() < count) {
            packets.add(packets.get(packets.size() - 1).next());
        }
        return packets;
    }

    private static List<OffloadCase> v6() {
        PacketSpec a = Packets.tcp6(ACK, 100, 1);
        PacketSpec u = Packets.udp6(100);
        PacketSpec options = Packets.tcp6(ACK, 100, 1).extension(60, 0);
        return List.of(
                of("54: IPv6 pair", "0+1", List.of(a, a.next())),
                of("55: flow label differs", "0 1", List.of(a, a.next().flowLabel(7))),
                of(
                        "55: flow label equal",
                        "0+1",
                        List.of(a.copy().flowLabel(7), a.copy().flowLabel(7).next())),
                of("56: traffic class differs", "0 1", List.of(a, a.next().tos(4))),
                of("56: hop limit differs", "0 1", List.of(a, a.next().ttl(63))),
                of("57: extension headers equal", "0+1", List.of(options, options.next())),
                of(
                        "57: extension headers differ",
                        "0 1",
                        List.of(options, options.next().extension(60, 1))),
                of(
                        "57: extension header on the second only",
                        "0 1",
                        List.of(a, a.next().extension(60, 0))),
                of(
                        "58: fragment header",
                        "0 1",
                        List.of(a.copy().fragmentHeader(1), a.next().fragmentHeader(1))),
                of(
                        "authentication header",
                        "0 1",
                        List.of(a.copy().authenticationHeader(), a.next().authenticationHeader())),
                of(
                        "59: IPv6 UDP without checksum",
                        "0 1",
                        List.of(u.copy().noTransportChecksum(), u.next().noTransportChecksum())),
                of("IPv6 datagrams", "0+1", List.of(u, u.next())),
                of("a routing header at its end", "0+1", routed(0, null)),
                of("a routing header with segments left", "0 1", routed(1, "fd00:9::9")));
    }

    private static List<PacketSpec> routed(int segmentsLeft, String last) {
        PacketSpec first = Packets.tcp6(ACK, 100, 1).routing(4, segmentsLeft, last, "fd00:9::9");
        return List.of(first, first.next());
    }

    private static OffloadCase of(String name, String groups, List<PacketSpec> packets) {
        return new OffloadCase(name, packets, groups);
    }

    private static PacketSpec tcp(int payloadBytes) {
        return Packets.tcp4(ACK, payloadBytes, 1);
    }

    private static List<PacketSpec> pair() {
        return stream(tcp(100), 100, 100);
    }

    /** Packets that follow one another, of these payloads. */
    private static List<PacketSpec> stream(PacketSpec first, int... payloads) {
        List<PacketSpec> packets = new ArrayList<>();
        PacketSpec packet = first;
        for (int payload : payloads) {
            packet = packet.copy().payload(payload);
            packets.add(packet);
            packet = packet.next();
        }
        return packets;
    }

    private static List<PacketSpec> first(List<PacketSpec> packets, UnaryOperator<PacketSpec> change) {
        packets.set(0, change.apply(packets.get(0)));
        return packets;
    }

    private static List<PacketSpec> second(List<PacketSpec> packets, UnaryOperator<PacketSpec> change) {
        packets.set(1, change.apply(packets.get(1)));
        return packets;
    }

    private static String run(int from, int to) {
        return IntStream.range(from, to).mapToObj(Integer::toString).collect(Collectors.joining("+"));
    }

    @Override
    public String toString() {
        return name;
    }
}
