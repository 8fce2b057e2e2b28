// SPDX-License-Identifier: Apache-2.0
package io.tunloop.codec;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.internal.StringUtil;
import io.tunloop.internal.VnetHeaderChannel;
import io.tunloop.packet.VirtioNetHeader;

/**
 * Whether a handler of frames is in the pipeline of a channel that has frames. On a plain device a splitter would take the
 * first bytes of each packet for a header, and the kernel would take the coalescer's header for a packet.
 *
 * Thread: the channel's event loop only.
 * Errors: IllegalStateException, where the channel's device is plain.
 */
final class VnetHeaderCheck {
    private final String handler;
    private boolean done;

    VnetHeaderCheck(ChannelHandler handler) {
        this.handler = StringUtil.simpleClassName(handler);
    }

    /** When the handler is added, and with each message until the device is open. Other channels are taken at their word. */
    void check(ChannelHandlerContext ctx) {
        if (!done) {
            int bytes = ctx.channel() instanceof VnetHeaderChannel channel
                    ? channel.vnetHeaderBytes()
                    : VirtioNetHeader.BYTES;
            if (bytes == 0) {
                throw new IllegalStateException(handler + " needs a device with a virtio_net_hdr, and " + ctx.channel()
                        + " has none: open it with one (TUN_VNET_HEADER, or TUN_OFFLOADS), or leave the handler out");
            }
            done = bytes != VnetHeaderChannel.UNKNOWN;
        }
    }
}
