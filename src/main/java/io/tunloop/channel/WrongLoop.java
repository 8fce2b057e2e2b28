// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.internal.StringUtil;

/** Says what is wrong with an event loop that cannot poll for a channel, and which one could. */
final class WrongLoop {
    private WrongLoop() {}

    static String message(TunChannel channel, EventLoop loop) {
        return "incompatible event loop: " + StringUtil.simpleClassName(channel) + " runs on those of "
                + channel.transport().loops() + ", and this one " + whatItIs(loop);
    }

    private static String whatItIs(EventLoop loop) {
        if (loop instanceof IoEventLoop ioLoop && ioLoop.isIoType(NioIoHandler.class)) {
            return "is of NIO, which cannot poll a TUN device: make the group with the other one";
        }
        return TunTransport.of(loop)
                .map(fits -> "takes " + StringUtil.simpleClassName(fits.newChannel()))
                .orElse("(" + StringUtil.simpleClassName(loop) + ") takes no TUN channel");
    }
}
