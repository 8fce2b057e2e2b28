// SPDX-License-Identifier: Apache-2.0
/**
 * Handlers to build with: they look at packets, and none makes garbage for them.
 *
 * <pre>
 *                     ┌── plain device ──────────────────────────────────────────────────────┐
 * TunChannel (head) ─►│ TrafficMeter ─► PcapngCapture ─► PacketFilter ─► IcmpEchoResponder ─►│─► your handler
 *                     └──────────────────────────────────────────────────────────────────────┘
 * </pre>
 * <p>Each works on packets ({@code ByteBuf}) and is told at construction how many bytes come before the IP header:
 * {@link io.tunloop.handler.IpOffset#PLAIN} for packets of a plain device or behind a {@code GsoSplitter},
 * {@link io.tunloop.handler.IpOffset#VIRTIO} for frames of an offloaded device, {@link io.tunloop.handler.IpOffset#ETHERNET}
 * for a TAP device.
 */
package io.tunloop.handler;
