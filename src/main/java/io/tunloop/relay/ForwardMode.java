// SPDX-License-Identifier: Apache-2.0
package io.tunloop.relay;

import static io.tunloop.channel.TunTransport.EPOLL;
import static io.tunloop.channel.TunTransport.POLL;
import static io.tunloop.relay.Handoff.DIRECT;
import static io.tunloop.relay.Handoff.POOLED;
import static io.tunloop.relay.Handoff.QUEUE;
import static io.tunloop.relay.OffloadUse.MERGE;
import static io.tunloop.relay.OffloadUse.NONE;
import static io.tunloop.relay.OffloadUse.SPLIT;
import static io.tunloop.relay.OffloadUse.WHOLE;

import io.tunloop.channel.TunTransport;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * One way of moving packets from one device to the other: a line of the recipe table, or a mix of its columns.
 *
 * @param name what the command line calls it
 * @param transport how the event loops wait for the devices
 * @param offload what becomes of the kernel's 64 KiB frames
 * @param handoff how a packet gets from the reading channel to the writing one
 * @param framed packets pass as typed messages, see {@link io.tunloop.codec.PacketCodec}
 * @param concurrent the devices have several queues, each with an event loop for each direction
 * @param threads event loops that it runs on unless told otherwise; of a concurrent mode for each direction
 */
public record ForwardMode(
        String name,
        TunTransport transport,
        OffloadUse offload,
        Handoff handoff,
        boolean framed,
        boolean concurrent,
        int threads) {
    /** The recipe table. */
    private static final List<ForwardMode> TABLE = List.of(
            mode("async-normal", EPOLL, NONE, DIRECT, 2),
            mode("async-normal-channel", EPOLL, NONE, QUEUE, 2),
            mode("async-framed", EPOLL, NONE, QUEUE, 2).asFramed(),
            mode("async-merge", EPOLL, MERGE, DIRECT, 2),
            mode("async-merge-channel", EPOLL, MERGE, QUEUE, 2),
            mode("async-gso", EPOLL, SPLIT, DIRECT, 1),
            mode("async-gso-channel", EPOLL, SPLIT, QUEUE, 1),
            mode("async-gso-channel-pool", EPOLL, SPLIT, POOLED, 1),
            mode("async-gso-framed", EPOLL, SPLIT, QUEUE, 1).asFramed(),
            mode("sync-normal", POLL, NONE, DIRECT, 2),
            mode("sync-normal-channel", POLL, NONE, QUEUE, 2),
            mode("sync-merge", POLL, MERGE, DIRECT, 2),
            mode("sync-gso", POLL, SPLIT, DIRECT, 2),
            mode("sync-gso-channel", POLL, SPLIT, QUEUE, 2),
            mode("sync-gso-concurrent", POLL, SPLIT, DIRECT, 2).asConcurrent(),
            mode("async-passthrough", EPOLL, WHOLE, DIRECT, 1),
            mode("async-passthrough-channel", EPOLL, WHOLE, QUEUE, 1),
            mode("sync-passthrough", POLL, WHOLE, DIRECT, 2),
            mode("sync-passthrough-concurrent", POLL, WHOLE, DIRECT, 2).asConcurrent());

    /** Throws IllegalArgumentException for columns that make no sense together. */
    public ForwardMode {
        if (framed && offload == WHOLE) {
            throw new IllegalArgumentException("framed needs single packets, which offload whole does not have: "
                    + "its frames of up to 64 KiB are moved unparsed; choose offload none, merge or split");
        }
        if (concurrent && handoff != DIRECT) {
            throw new IllegalArgumentException(
                    "concurrent has a loop that reads and writes for each queue of the devices: "
                            + "a handoff by queue would put its packets on yet another; choose handoff direct");
        }
    }

    private static ForwardMode mode(
            String name, TunTransport transport, OffloadUse offload, Handoff handoff, int threads) {
        return new ForwardMode(name, transport, offload, handoff, false, false, threads);
    }

    private ForwardMode asFramed() {
        return new ForwardMode(name, transport, offload, handoff, true, concurrent, threads);
    }

    private ForwardMode asConcurrent() {
        return new ForwardMode(name, transport, offload, handoff, framed, true, threads);
    }

    /** Every line of the table. */
    public static List<ForwardMode> all() {
        return TABLE;
    }

    /** The mode of this name. */
    public static Optional<ForwardMode> of(String name) {
        return TABLE.stream().filter(mode -> mode.name.equals(name)).findFirst();
    }

    /** The line of the table with these columns, or a mode that mixes them, named for them ("sync-whole-queue"). */
    public static ForwardMode of(
            TunTransport transport, OffloadUse offload, Handoff handoff, boolean framed, boolean concurrent) {
        String name = engine(transport)
                + '-'
                + offload.name().toLowerCase(Locale.ROOT)
                + '-'
                + handoff.name().toLowerCase(Locale.ROOT)
                + (framed ? "-framed" : "")
                + (concurrent ? "-concurrent" : "");
        int threads = transport == POLL || !offload.readsFrames() || concurrent ? 2 : 1;
        var mix = new ForwardMode(name, transport, offload, handoff, framed, concurrent, threads);
        return TABLE.stream().filter(mix::isSameMix).findFirst().orElse(mix);
    }

    private static String engine(TunTransport transport) {
        return switch (transport) {
            case EPOLL -> "async";
            case IO_URING -> "io_uring";
            case POLL -> "sync";
        };
    }

    private boolean isSameMix(ForwardMode other) {
        return transport == other.transport
                && offload == other.offload
                && handoff == other.handoff
                && framed == other.framed
                && concurrent == other.concurrent;
    }

    /** The names of all modes, for messages. */
    public static String names() {
        return TABLE.stream().map(ForwardMode::name).collect(Collectors.joining(", "));
    }

    /** True when packets pass a bounded queue. */
    public boolean isQueued() {
        return handoff != DIRECT;
    }

    /** True when a codec reads the headers of packets, which must then be IP. */
    boolean parses() {
        return framed || offload.merges();
    }

    /** Throws IllegalArgumentException if a codec would have to read them. @param source what carries Ethernet frames */
    void requireNoEthernetFrames(String source) {
        if (parses()) {
            throw new IllegalArgumentException(source + " Ethernet frames, which the codec of mode " + name
                    + " does not know: choose a mode that is not framed and neither splits nor merges");
        }
    }

    /** The way of a packet, in the words of the pipeline, for people. */
    public String pipeline() {
        return "tun ─► read"
                + (handoff == POOLED ? " (pool)" : "")
                + (offload == SPLIT ? " ─► split" : "")
                + (framed ? " ─► decode" : "")
                + (isQueued() ? " ─► queue" : " ─► relay")
                + (framed ? " ─► encode" : "")
                + (offload.merges() ? " ─► coalesce" : "")
                + " ─► write ─► tun"
                + (concurrent ? ", for each queue of the devices" : "");
    }
}
