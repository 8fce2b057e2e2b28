// SPDX-License-Identifier: Apache-2.0
/**
 * IP packets in memory: headers read in place, where they lie, checksums, and packets that are more than one buffer.
 *
 * <pre>
 * plain       | IpHeader | TransportHeader | payload                    |
 * offloaded   | VirtioNetHeader | IpHeader | TransportHeader | payload  |   up to 10 + 65,535 B
 *
 * PacketBatch      one frame, the wire packets that it stands for      from a GsoSplitter
 * GatheredPacket   one frame, in several places of memory              from a GroCoalescer
 * </pre>
 */
package io.tunloop.packet;
