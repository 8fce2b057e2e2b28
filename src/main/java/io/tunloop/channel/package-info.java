// SPDX-License-Identifier: Apache-2.0
/**
 * Netty channels over TUN devices.
 *
 * <pre>
 *            EPOLLIN                       one message a packet, then channelReadComplete
 * tun0 fd ─────────────► ReadBuffers ─────► pipeline: your handlers ──┐
 *         one native call for a batch                                 │ write, flush
 * tun0 fd ◄───────────── WriteBatch ◄────── ChannelOutboundBuffer ◄───┘
 *         one native call for a batch       a refused packet fails its own promise only
 * </pre>
 * <p>{@link io.tunloop.channel.TunTransport} has the engines: {@code EPOLL} shares an event loop with sockets and any number
 * of channels, {@code IO_URING} does so where those have their io_uring loops, {@code POLL} is a thread that blocks on its device. Bind a channel to a
 * {@link io.tunloop.channel.TunAddress}; {@link io.tunloop.channel.TunChannelOption} says what the device shall be like.
 */
package io.tunloop.channel;
