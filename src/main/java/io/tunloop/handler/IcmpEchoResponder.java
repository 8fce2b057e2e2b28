// SPDX-License-Identifier: Apache-2.0
package io.tunloop.handler;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.tunloop.device.InterfaceAddress;
import io.tunloop.internal.DirectCopy;
import io.tunloop.internal.LostWrites;
import io.tunloop.packet.Checksum;
import io.tunloop.packet.IpHeader;
import io.tunloop.packet.IpLayout;
import io.tunloop.packet.VirtioNetHeader;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Answers pings, of IPv4 and IPv6, to the addresses of a prefix. Everything else goes on to the next handler.
 *
 * <pre>
 * BEFORE                                    AFTER (the same buffer, written back)
 * +-----------------+-------------------+   +-----------------+-----------------+
 * | from A, to B    | echo request  ... |-->| from B, to A    | echo reply  ... |
 * +-----------------+-------------------+   +-----------------+-----------------+
 * </pre>
 * <p>The request becomes the reply in place: nothing is allocated. What is not answered goes on: a request in fragments,
 * with IPv4 options or IPv6 extension headers, and one to or from an address that is not that of a single host: multicast,
 * broadcast (that of the prefix, too), unspecified, loopback.
 *
 * <p>Ownership: a request is written back with its reference.
 * Thread: the channel's event loop only; the counter may be read by any.
 * Errors: a reply that is not written is counted, and the first one logged.
 * Source: RFC 792, RFC 4443; RFC 1122, 3.2.2.6 for who is answered; RFC 1624 for the change of the checksum.
 */
public final class IcmpEchoResponder extends ChannelInboundHandlerAdapter {
    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(IcmpEchoResponder.class);

    private static final int HEADER_BYTES = 8;
    private static final int CHECKSUM_OFFSET = 2;
    private static final int V4_REQUEST = 8;
    private static final int V4_REPLY = 0;
    private static final int V6_REQUEST = 128;
    private static final int V6_REPLY = 129;
    private static final int HOPS = 64;

    private final IpOffset offset;
    private final Prefix prefix;
    private final IpLayout ip = new IpLayout();
    private final AtomicLong lost = new AtomicLong();
    private LostWrites replies;
    private boolean flush;

    /** Answers for every address. */
    public IcmpEchoResponder(IpOffset offset) {
        this(offset, null);
    }

    /**
     * @param prefix the addresses it answers for; null for every address of both IP versions. The last address of an IPv4
     *     prefix is the broadcast address of its network, unless the prefix is of 31 or 32 bits
     */
    public IcmpEchoResponder(IpOffset offset, InterfaceAddress prefix) {
        this.offset = Objects.requireNonNull(offset, "offset");
        this.prefix = prefix == null ? null : new Prefix(prefix);
        if (offset == IpOffset.ETHERNET) {
            throw new IllegalArgumentException("an IcmpEchoResponder does not know Ethernet addresses: " + offset);
        }
    }

    /** The replies that were not written, whatever the reason; those that the device has refused are in its counters, too. */
    public long lost() {
        return lost.get();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        replies = new LostWrites(ctx.channel(), this::lost);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof ByteBuf packet && isRequest(packet)) {
            ByteBuf reply = writable(ctx, packet);
            reply(reply);
            ctx.write(reply, replies);
            flush = true;
        } else {
            ctx.fireChannelRead(message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (flush) {
            flush = false;
            ctx.flush();
        }
        ctx.fireChannelReadComplete();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        if (flush) {
            flush = false;
            ctx.flush(); // The batch that is being read ends without this handler.
        }
    }

    private boolean isRequest(ByteBuf packet) {
        int index = packet.readerIndex() + offset.bytes();
        int bytes = packet.readableBytes() - offset.bytes();
        if (!ip.parse(packet, index, bytes)
                || !ip.isWithin(bytes)
                || ip.transportBytes() < HEADER_BYTES
                || !isPlain()) {
            return false;
        }
        int type = packet.getUnsignedByte(index + ip.transportOffset());
        boolean request = ip.isV6()
                ? ip.protocol() == IpHeader.PROTOCOL_ICMPV6 && type == V6_REQUEST
                : ip.protocol() == IpHeader.PROTOCOL_ICMP && type == V4_REQUEST;
        return request
                && (prefix == null || prefix.contains(ip.isV6(), packet, index + ip.destinationOffset()))
                && isHost(packet, index + ip.sourceOffset())
                && isHost(packet, index + ip.destinationOffset());
    }

    /** Fragments, and what has options or IPv6 extension headers, are left alone: a source route would have to be turned. */
    private boolean isPlain() {
        return !ip.isFragment() && ip.transportOffset() == (ip.isV6() ? IpHeader.V6_BYTES : IpHeader.V4_BYTES);
    }

    /** The answer comes from the one address and goes to the other: each must be that of one host. */
    private boolean isHost(ByteBuf packet, int index) {
        return HostAddress.is(ip.isV6(), packet, index)
                && (prefix == null || !prefix.isBroadcast(ip.isV6(), packet, index));
    }

    /** A reply is made of its request, or of a copy where that is read-only. */
    private static ByteBuf writable(ChannelHandlerContext ctx, ByteBuf packet) {
        if (!packet.isReadOnly()) {
            return packet;
        }
        try {
            return DirectCopy.of(ctx.alloc(), packet);
        } finally {
            packet.release();
        }
    }

    private void reply(ByteBuf packet) {
        int index = packet.readerIndex() + offset.bytes();
        if (offset == IpOffset.VIRTIO) {
            finishChecksum(packet, index);
        }
        // Neither checksum minds that source and destination change places.
        swap(packet, index + ip.sourceOffset(), index + ip.destinationOffset(), ip.addressBytes());
        setType(packet, index + ip.transportOffset(), ip.isV6() ? V6_REPLY : V4_REPLY);
        if (ip.isV6()) {
            packet.setByte(index + IpHeader.V6_HOP_LIMIT_OFFSET, HOPS);
        } else {
            packet.setByte(index + IpHeader.V4_TTL_OFFSET, HOPS);
            packet.setShort(index + IpHeader.V4_CHECKSUM_OFFSET, 0);
            packet.setShort(index + IpHeader.V4_CHECKSUM_OFFSET, ~Checksum.sum(packet, index, ip.transportOffset(), 0));
        }
    }

    private void finishChecksum(ByteBuf packet, int index) {
        int header = packet.readerIndex();
        if ((VirtioNetHeader.flags(packet, header) & VirtioNetHeader.NEEDS_CSUM) != 0) {
            Checksum.complete(packet, index, ip.lengthBytes(), ip.transportOffset(), CHECKSUM_OFFSET);
        }
        VirtioNetHeader.clear(packet, header);
    }

    private static void setType(ByteBuf packet, int icmp, int type) {
        int before = packet.getUnsignedByte(icmp);
        packet.setByte(icmp, type);
        // HC' = ~(~HC + ~m + m'), the type being the high half of its word.
        int sum = (~packet.getUnsignedShort(icmp + CHECKSUM_OFFSET) & 0xffff) + (~(before << 8) & 0xffff) + (type << 8);
        sum = (sum & 0xffff) + (sum >> 16);
        sum = (sum & 0xffff) + (sum >> 16);
        packet.setShort(icmp + CHECKSUM_OFFSET, ~sum);
    }

    private static void swap(ByteBuf packet, int a, int b, int bytes) {
        for (int i = 0; i < bytes; i += Integer.BYTES) {
            int kept = packet.getInt(a + i);
            packet.setInt(a + i, packet.getInt(b + i));
            packet.setInt(b + i, kept);
        }
    }

    private void lost(Throwable cause, int packets) {
        if (lost.getAndAdd(packets) == 0) {
            LOGGER.warn("an echo reply is not written: {}; more of them are counted only", cause.toString());
        }
    }
}
