// SPDX-License-Identifier: Apache-2.0

/**
 * TUN devices as Netty channels. The command line and what it is made of is in the same jar, and is for the class path.
 *
 * <p>Compiled into META-INF/versions, where only a JVM that was given the jar on its module path looks for it.
 */
module io.tunloop {
    requires transitive io.netty.buffer;
    requires transitive io.netty.common;
    requires transitive io.netty.transport;
    requires io.netty.transport.classes.epoll;
    requires static io.netty.transport.classes.io_uring;
    requires io.netty.transport.unix.common;
    requires org.jctools.core;

    exports io.tunloop.channel;
    exports io.tunloop.codec;
    exports io.tunloop.device;
    exports io.tunloop.handler;
    exports io.tunloop.packet;
    exports io.tunloop.queue;
    exports io.tunloop.relay;
}
