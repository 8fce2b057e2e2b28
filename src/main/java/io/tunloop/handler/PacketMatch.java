// SPDX-License-Identifier: Apache-2.0
package io.tunloop.handler;

import io.netty.buffer.ByteBuf;
import io.tunloop.device.InterfaceAddress;
import io.tunloop.packet.IpLayout;
import io.tunloop.packet.TransportHeader;

/**
 * A condition on a packet's addresses, protocol and ports: true if all that was named is true.
 *
 * <pre>
 * PacketMatch.any().to("10.0.0.0/8").protocol(6).toPort(443)
 * </pre>
 * <p>A condition on ports is false for a packet of a protocol without ports. Of a TCP or UDP packet whose ports are not
 * there to be read see {@link PacketFilter}.
 *
 * Thread: immutable; any.
 */
public final class PacketMatch {
    private static final PacketMatch ANY = new PacketMatch(null, null, -1, null, null);
    private static final int MAX_PROTOCOL = 255;
    private static final int MAX_PORT = 65_535;

    private record Ports(int first, int last) {
        boolean contains(int port) {
            return port >= first && port <= last;
        }
    }

    /** What a condition says of one packet. */
    enum Answer {
        /** It is true. */
        YES,
        /** It is false. */
        NO,
        /** It is true as far as can be told: what it asks for besides is not in this packet. */
        UNKNOWN
    }

    private final Prefix source;
    private final Prefix destination;
    private final int protocol;
    private final Ports sourcePorts;
    private final Ports destinationPorts;

    private PacketMatch(Prefix source, Prefix destination, int protocol, Ports sourcePorts, Ports destinationPorts) {
        this.source = source;
        this.destination = destination;
        this.protocol = protocol;
        this.sourcePorts = sourcePorts;
        this.destinationPorts = destinationPorts;
    }

    /** True for every packet, until it is narrowed. */
    public static PacketMatch any() {
        return ANY;
    }

    /** Narrows to packets from this prefix, like {@code 10.0.0.0/8} or {@code fd00::/8}. */
    public PacketMatch from(String prefix) {
        Prefix from = new Prefix(InterfaceAddress.parse(prefix));
        return new PacketMatch(from, destination, protocol, sourcePorts, destinationPorts);
    }

    /** Narrows to packets to this prefix. */
    public PacketMatch to(String prefix) {
        Prefix to = new Prefix(InterfaceAddress.parse(prefix));
        return new PacketMatch(source, to, protocol, sourcePorts, destinationPorts);
    }

    /** Narrows to a transport protocol, 0..255: 1 ICMP, 6 TCP, 17 UDP, 58 ICMPv6. */
    public PacketMatch protocol(int number) {
        if (number < 0 || number > MAX_PROTOCOL) {
            throw new IllegalArgumentException("protocol must be 0.." + MAX_PROTOCOL + ": " + number);
        }
        return new PacketMatch(source, destination, number, sourcePorts, destinationPorts);
    }

    /** Narrows to a TCP or UDP source port. */
    public PacketMatch fromPort(int port) {
        return fromPorts(port, port);
    }

    /** Narrows to a range of TCP or UDP source ports, both ends included. */
    public PacketMatch fromPorts(int first, int last) {
        return new PacketMatch(source, destination, protocol, ports(first, last), destinationPorts);
    }

    /** Narrows to a TCP or UDP destination port. */
    public PacketMatch toPort(int port) {
        return toPorts(port, port);
    }

    /** Narrows to a range of TCP or UDP destination ports, both ends included. */
    public PacketMatch toPorts(int first, int last) {
        return new PacketMatch(source, destination, protocol, sourcePorts, ports(first, last));
    }

    private static Ports ports(int first, int last) {
        if (first < 0 || last > MAX_PORT || first > last) {
            throw new IllegalArgumentException("ports must be 0.." + MAX_PORT + " in order: " + first + ".." + last);
        }
        return new Ports(first, last);
    }

    /** @param index the first byte of the IP header in the buffer */
    Answer of(IpLayout ip, ByteBuf buf, int index) {
        return matchesAddresses(ip, buf, index) ? transport(ip, buf, index + ip.transportOffset()) : Answer.NO;
    }

    private boolean matchesAddresses(IpLayout ip, ByteBuf buf, int index) {
        return (source == null || source.contains(ip.isV6(), buf, index + ip.sourceOffset()))
                && (destination == null || destination.contains(ip.isV6(), buf, index + ip.destinationOffset()));
    }

    private Answer transport(IpLayout ip, ByteBuf buf, int transport) {
        if (ip.isTransportHidden()) {
            return protocol < 0 && !hasPorts() ? Answer.YES : Answer.UNKNOWN;
        }
        if (protocol >= 0 && protocol != ip.protocol()) {
            return Answer.NO;
        }
        if (!hasPorts()) {
            return Answer.YES;
        }
        if (!ip.isTcp() && !ip.isUdp()) {
            return Answer.NO;
        }
        if (ip.isLaterFragment() || ip.transportBytes() < TransportHeader.UDP_BYTES) {
            return Answer.UNKNOWN;
        }
        return matchesPorts(buf, transport) ? Answer.YES : Answer.NO;
    }

    private boolean hasPorts() {
        return sourcePorts != null || destinationPorts != null;
    }

    private boolean matchesPorts(ByteBuf buf, int transport) {
        return (sourcePorts == null || sourcePorts.contains(TransportHeader.sourcePort(buf, transport)))
                && (destinationPorts == null
                        || destinationPorts.contains(TransportHeader.destinationPort(buf, transport)));
    }
}
