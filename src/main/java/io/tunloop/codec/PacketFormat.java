// SPDX-License-Identifier: Apache-2.0
package io.tunloop.codec;

import io.netty.buffer.ByteBuf;

/**
 * How a {@link PacketCodec} turns the bytes of one IP packet into a message of type {@code T} and back.
 *
 * <pre>
 * final class Sealed implements PacketFormat&lt;Letter&gt; {      // one's own: packets leave encrypted
 *     public Class&lt;Letter&gt; type() { return Letter.class; }
 *     public Letter decode(ByteBuf packet) { ... }
 *     public ByteBuf encode(Letter letter) { ... }
 * }
 * pipeline.addLast("codec", new PacketCodec&lt;&gt;(new Sealed()));
 * </pre>
 * Thread: the channel's event loop only; a message may be encoded on another loop than it was decoded on, by another
 * codec of the same format.
 */
public interface PacketFormat<T> {
    /** The class of the messages. */
    Class<T> type();

    /**
     * The message for a packet, which is the format's own from now on, also if it throws.
     *
     * @return null for a packet that is to be dropped; it has been released
     */
    T decode(ByteBuf packet);

    /** The packet for a message, which is the format's own from now on. The caller releases the packet. */
    ByteBuf encode(T message);
}
