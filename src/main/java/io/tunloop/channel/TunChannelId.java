// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import io.netty.channel.ChannelId;
import java.util.concurrent.atomic.AtomicLong;

/** Numbers the channels of this process. Netty's own id scans every network card of the machine first. */
final class TunChannelId implements ChannelId {
    private static final long serialVersionUID = 1L;
    private static final AtomicLong NEXT = new AtomicLong();

    private final long number = NEXT.getAndIncrement();

    @Override
    public String asShortText() {
        return "tun-" + number;
    }

    @Override
    public String asLongText() {
        return asShortText();
    }

    @Override
    public int compareTo(ChannelId other) {
        return other instanceof TunChannelId id
                ? Long.compare(number, id.number)
                : asLongText().compareTo(other.asLongText());
    }
}
