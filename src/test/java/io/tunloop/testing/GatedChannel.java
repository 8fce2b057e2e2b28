// SPDX-License-Identifier: Apache-2.0
package io.tunloop.testing;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;

/** An embedded channel whose device takes so many messages and no more. */
public final class GatedChannel extends EmbeddedChannel {
    private int room;

    public GatedChannel(ChannelHandler... handlers) {
        super(handlers);
    }

    /** Lets the device take so many messages more, those that wait first. */
    public void open(int messages) {
        room += messages;
        unsafe().flush();
    }

    /** The messages that are flushed, and that the device has not taken. */
    public int flushed() {
        ChannelOutboundBuffer out = unsafe().outboundBuffer();
        return out == null ? 0 : out.size();
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer in) throws Exception {
        for (; room > 0 && in.current() != null; room--) {
            Object message = in.current();
            ReferenceCountUtil.retain(message);
            handleOutboundMessage(message);
            in.remove();
        }
    }
}
