// SPDX-License-Identifier: Apache-2.0
package io.tunloop.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.util.AbstractReferenceCounted;
import io.netty.util.NetUtil;
import io.tunloop.packet.IpLayout;
import io.tunloop.packet.TransportHeader;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * One IPv4 or IPv6 packet, with names for what lies where in it. Nothing is copied: the bytes are those that were read.
 *
 * <pre>
 * content    | IP header, options, extension headers | TCP or UDP header | payload              |
 *            0                               transportOffset()     payloadOffset()    lengthBytes()
 * </pre>
 *
 * <p>Units: bytes, counted from the first byte of the IP header.
 * Ownership: holds one reference of its bytes; goes back to its pool when it is released.
 * Thread: one thread at a time; may be released by any.
 * Source: RFC 791, RFC 8200.
 */
public final class IpPacket extends AbstractReferenceCounted {
    /** What {@link #sourcePort} and {@link #destinationPort} are for a packet that has none. */
    public static final int NO_PORT = -1;

    private final Pool<IpPacket> pool;
    private final IpLayout layout = new IpLayout();
    private ByteBuf content;
    private int payloadOffset;

    IpPacket(Pool<IpPacket> pool) {
        this.pool = pool;
        setRefCnt(0);
    }

    /** Begins a new life, and owns the bytes, unless they are no sound IP packet: then it returns false. */
    boolean init(ByteBuf bytes) {
        if (!parse(bytes)) {
            return false;
        }
        content = bytes;
        setRefCnt(1);
        return true;
    }

    private boolean parse(ByteBuf bytes) {
        int index = bytes.readerIndex();
        if (!layout.parse(bytes, index, bytes.readableBytes()) || !layout.isWithin(bytes.readableBytes())) {
            return false;
        }
        payloadOffset = layout.transportOffset() + transportHeaderBytes(bytes, index + layout.transportOffset());
        return payloadOffset <= layout.lengthBytes();
    }

    /** 0 for other protocols, and for fragments that have no such header. */
    private int transportHeaderBytes(ByteBuf bytes, int index) {
        int available = layout.transportBytes();
        if (layout.isLaterFragment()) {
            return 0;
        }
        if (layout.isTcp() && available >= TransportHeader.TCP_BYTES) {
            return Math.max(TransportHeader.TCP_BYTES, TransportHeader.tcpHeaderBytes(bytes, index));
        }
        return layout.isUdp() && available >= TransportHeader.UDP_BYTES ? TransportHeader.UDP_BYTES : 0;
    }

    /** The whole packet, from its IP header on, and what its sender put behind it; stays this packet's. */
    public ByteBuf content() {
        return content;
    }

    /** 4 or 6. */
    public int version() {
        return layout.isV6() ? 6 : 4;
    }

    /** The bytes of the whole packet, as its header tells; {@link #content} may have more, which are forwarded with it. */
    public int lengthBytes() {
        return layout.lengthBytes();
    }

    /** The protocol behind the IP header and its extension headers: 6 for TCP, 17 for UDP. */
    public int protocol() {
        return layout.protocol();
    }

    /** True when {@link #protocol} is TCP. */
    public boolean isTcp() {
        return layout.isTcp();
    }

    /** True when {@link #protocol} is UDP. */
    public boolean isUdp() {
        return layout.isUdp();
    }

    /** True for a piece of a fragmented packet, the first one included. */
    public boolean isFragment() {
        return layout.isFragment();
    }

    /** Where the header of the {@link #protocol} begins. */
    public int transportOffset() {
        return layout.transportOffset();
    }

    /** Where the payload begins: behind the TCP or UDP header; of other protocols what follows the IP header. */
    public int payloadOffset() {
        return payloadOffset;
    }

    /** The bytes of the payload. */
    public int payloadBytes() {
        return layout.lengthBytes() - payloadOffset;
    }

    /** A view of the payload, to be read or written; not retained. Makes an object: offsets do without. */
    public ByteBuf payload() {
        return content.slice(content.readerIndex() + payloadOffset, payloadBytes());
    }

    /** The port, or {@link #NO_PORT}. */
    public int sourcePort() {
        return port(TransportHeader.SOURCE_PORT_OFFSET);
    }

    /** The port, or {@link #NO_PORT}. */
    public int destinationPort() {
        return port(TransportHeader.DESTINATION_PORT_OFFSET);
    }

    private int port(int offset) {
        boolean ports = (isTcp() || isUdp()) && payloadOffset > transportOffset();
        return ports ? content.getUnsignedShort(content.readerIndex() + transportOffset() + offset) : NO_PORT;
    }

    /** The bytes of one address: 4 or 16. */
    public int addressBytes() {
        return layout.addressBytes();
    }

    /** Copies the source address to the start of an array of at least {@link #addressBytes}. */
    public void copySource(byte[] target) {
        content.getBytes(sourceIndex(), target, 0, addressBytes());
    }

    /** Copies the destination address to the start of an array of at least {@link #addressBytes}. */
    public void copyDestination(byte[] target) {
        content.getBytes(destinationIndex(), target, 0, addressBytes());
    }

    private int sourceIndex() {
        return content.readerIndex() + layout.sourceOffset();
    }

    private int destinationIndex() {
        return content.readerIndex() + layout.destinationOffset();
    }

    /** The source address as an object, for what is not done with every packet. */
    public InetAddress source() {
        return address(sourceIndex());
    }

    /** The destination address as an object, for what is not done with every packet. */
    public InetAddress destination() {
        return address(destinationIndex());
    }

    private InetAddress address(int index) {
        try {
            return InetAddress.getByAddress(ByteBufUtil.getBytes(content, index, addressBytes()));
        } catch (UnknownHostException cause) {
            throw new AssertionError(cause); // Only for arrays of other lengths.
        }
    }

    @Override
    public IpPacket retain() {
        super.retain();
        return this;
    }

    @Override
    public IpPacket touch(Object hint) {
        content.touch(hint);
        return this;
    }

    @Override
    protected void deallocate() {
        ByteBuf bytes = content;
        content = null;
        bytes.release();
        pool.give(this);
    }

    @Override
    public String toString() {
        return content == null
                ? "IpPacket(released)"
                : "IPv" + version() + " protocol " + protocol() + ' ' + NetUtil.toAddressString(source()) + " -> "
                        + NetUtil.toAddressString(destination()) + ", " + lengthBytes() + " bytes";
    }
}
