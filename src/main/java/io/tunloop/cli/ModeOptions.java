// SPDX-License-Identifier: Apache-2.0
package io.tunloop.cli;

import io.tunloop.channel.TunTransport;
import io.tunloop.relay.ForwardMode;
import io.tunloop.relay.Handoff;
import io.tunloop.relay.OffloadUse;
import picocli.CommandLine.Option;

/** The choice of a mode: by its name, or axis by axis. */
final class ModeOptions {
    /** The words of the command line for {@link TunTransport}. */
    enum Engine {
        ASYNC(TunTransport.EPOLL),
        SYNC(TunTransport.POLL),
        IO_URING(TunTransport.IO_URING);

        private final TunTransport transport;

        Engine(TunTransport transport) {
            this.transport = transport;
        }
    }

    @Option(names = "--mode", paramLabel = "MODE", description = "See 'tunloop modes'. Or instead of it, one by one:")
    private String mode;

    @Option(
            names = "--engine",
            paramLabel = "ENGINE",
            description = "async (default; epoll), sync (a thread blocks) or io_uring (Netty's, as sockets may have).")
    private Engine engine;

    @Option(
            names = "--offload",
            paramLabel = "USE",
            description =
                    "none (default), merge (single packets to frames of 64 KiB), split (frames, and merge again), "
                            + "or whole (frames, unparsed).")
    private OffloadUse offload;

    @Option(
            names = "--handoff",
            paramLabel = "HOW",
            description = "direct (default), queue, or pooled (a queue with buffers of its own).")
    private Handoff handoff;

    @Option(names = "--framed", description = "Packets pass as typed messages.")
    private boolean framed;

    @Option(names = "--concurrent", description = "Several queues of each device, a loop for each queue and direction.")
    private boolean concurrent;

    /** The mode. Throws IllegalArgumentException if none is given, if it is unknown, or if the axes make no sense. */
    ForwardMode mode() {
        boolean axes = engine != null || offload != null || handoff != null || framed || concurrent;
        if (mode != null && axes) {
            throw new IllegalArgumentException(
                    "mode " + mode + " says all: give either mode, or engine, offload, handoff, framed, concurrent");
        }
        if (axes) {
            return ForwardMode.of(
                    (engine == null ? Engine.ASYNC : engine).transport,
                    offload == null ? OffloadUse.NONE : offload,
                    handoff == null ? Handoff.DIRECT : handoff,
                    framed,
                    concurrent);
        }
        if (mode == null || mode.isEmpty()) {
            throw new IllegalArgumentException("mode is missing: give " + Settings.sources("mode"));
        }
        return ForwardMode.of(mode)
                .orElseThrow(() -> new IllegalArgumentException(
                        "unknown mode: " + mode + "; choose one of " + ForwardMode.names()));
    }
}
