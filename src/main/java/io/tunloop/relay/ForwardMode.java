// SPDX-License-Identifier: Apache-2.0
package io.tunloop.relay;

import static io.tunloop.relay.ForwardMode.Handoff.DIRECT;
import static io.tunloop.relay.ForwardMode.OffloadUse.NONE;
import static io.tunloop.relay.ForwardMode.OffloadUse.SPLIT;
import static io.tunloop.relay.ForwardMode.OffloadUse.WHOLE;

import io.tunloop.channel.TunTransport;
import io.tunloop.device.Offload;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * One way of moving packets from one device to the other: a line of the recipe table, or a mix of its columns.
 *
 * @param name what the command line calls it
 * @param transport how the event loops wait for the devices
 * @param offload what becomes of the kernel's 64 KiB frames
 * @param handoff how a packet gets from the reading channel to the writing one
 * @param threads event loops that it runs on unless told otherwise
 */
public record ForwardMode(String name, TunTransport transport, OffloadUse offload, Handoff handoff, int threads) {
    /** The recipe table. */
    private static final List<ForwardMode> TABLE = List.of(
            new ForwardMode("async-normal", TunTransport.EPOLL, NONE, DIRECT, 2),
            new ForwardMode("sync-normal", TunTransport.POLL, NONE, DIRECT, 2),
            new ForwardMode("async-gso", TunTransport.EPOLL, SPLIT, DIRECT, 1),
            new ForwardMode("sync-gso", TunTransport.POLL, SPLIT, DIRECT, 2),
            new ForwardMode("async-passthrough", TunTransport.EPOLL, WHOLE, DIRECT, 1),
            new ForwardMode("sync-passthrough", TunTransport.POLL, WHOLE, DIRECT, 2));

    /** What becomes of the kernel's offload frames. */
    public enum OffloadUse {
        /** No offload: the devices carry packets of at most the MTU. */
        NONE,
        /** Frames of up to 64 KiB are split into wire packets, which are merged again before they are written. */
        SPLIT,
        /** Frames of up to 64 KiB move whole, with their virtio_net_hdr, unparsed. */
        WHOLE;

        /** What the devices are asked for. */
        public EnumSet<Offload> offloads() {
            return this == NONE ? Offload.none() : Offload.all();
        }
    }

    /** How a packet gets from the reading channel to the writing one. */
    public enum Handoff {
        /** Both channels share an event loop: a method call. */
        DIRECT
    }

    /** Every line of the table. */
    public static List<ForwardMode> all() {
        return TABLE;
    }

    /** The mode of this name. */
    public static Optional<ForwardMode> of(String name) {
        return TABLE.stream().filter(mode -> mode.name.equals(name)).findFirst();
    }

    /** The names of all modes, for messages. */
    public static String names() {
        return TABLE.stream().map(ForwardMode::name).collect(Collectors.joining(", "));
    }

    /** The way of a packet, in the words of the pipeline, for people. */
    public String pipeline() {
        return offload == SPLIT
                ? "tun ─► read ─► split ─► relay ─► coalesce ─► write ─► tun"
                : "tun ─► read ─► relay ─► write ─► tun";
    }
}
