// SPDX-License-Identifier: Apache-2.0
package io.tunloop.cli;

import io.tunloop.daemon.Pair;
import io.tunloop.device.Napi;
import io.tunloop.device.TunDeviceConfig;
import io.tunloop.relay.DeviceSource;
import io.tunloop.relay.ForwardMode;
import io.tunloop.relay.ForwarderConfig;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** The options of one pair of devices: on the command line, or the keys of one {@code [[pair]]} in the file. */
final class PairOptions {
    @Mixin
    private ModeOptions mode;

    private final DeviceOptions first = new DeviceOptions(1);
    private final DeviceOptions second = new DeviceOptions(2);

    @Mixin
    private final CommandSpec firstOptions = first.numbered();

    @Mixin
    private final CommandSpec secondOptions = second.numbered();

    @Option(
            names = "--mtu",
            paramLabel = "BYTES",
            converter = DeviceValue.Mtu.class,
            description = "MTU of both interfaces (kernel's default: 1500).")
    private int mtu;

    @Option(
            names = "--txqueuelen",
            paramLabel = "PACKETS",
            converter = DeviceValue.TxQueueLength.class,
            description = "Transmit queue of both (${DEFAULT-VALUE}).")
    private int txQueueLength = ForwarderConfig.DEFAULT_TX_QUEUE_LENGTH;

    @Option(
            names = "--thread",
            paramLabel = "N",
            description = "Event loops, of concurrent modes for each direction (the mode's own number).")
    private int threads;

    @Option(
            names = "--read-batch",
            paramLabel = "N",
            description = "Packets read and flushed together (the mode's own number).")
    private int readBatch;

    @Option(names = "--allocator", paramLabel = "KIND", description = "pooled (default), adaptive or unpooled buffers.")
    private Allocator allocator = Allocator.POOLED;

    @Mixin
    private QueueOptions queue;

    @Option(
            names = "--tap",
            arity = "0..1",
            paramLabel = "BOOL",
            description = "Ethernet frames (TAP); for modes without a codec.")
    private boolean tap;

    @Option(
            names = "--napi",
            arity = "0..1",
            paramLabel = "on|threaded",
            fallbackValue = "on",
            description =
                    "The kernel merges what is written before its stack has it, in the call that writes (on) or in a "
                            + "thread of its own (threaded), where a processor is to spare. Default: off.")
    private Napi napi = Napi.OFF;

    @Option(
            names = "--mirror-carrier",
            arity = "0..1",
            paramLabel = "BOOL",
            description = "A device that is set down takes the carrier of the other one away.")
    private boolean mirrorCarrier;

    /** What the options ask for, with where the devices come from. */
    Pair pair() {
        return new Pair(config(), first.source(), second.source(), mirrorCarrier);
    }

    /** The descriptors that are devices of this pair. */
    List<Integer> fds() {
        return Stream.of(first.fd(), second.fd()).filter(Objects::nonNull).toList();
    }

    /** What the options ask for. Throws IllegalArgumentException with the rule that one breaks. */
    ForwarderConfig config() {
        ForwardMode forwardMode = mode.mode();
        return ForwarderConfig.builder(forwardMode)
                .device1(device(first))
                .device2(device(second))
                .threads(threads)
                .readBatch(readBatch)
                .allocator(allocator.requireFits(forwardMode).instance())
                .queue(queue.config(forwardMode))
                .build();
    }

    private TunDeviceConfig device(DeviceOptions device) {
        if (napi != Napi.OFF && device.source() != DeviceSource.NAMED) {
            throw new IllegalArgumentException(
                    "napi has no effect on a device that is handed over: whoever opened it has chosen (IFF_NAPI)");
        }
        return device.config()
                .mtuBytes(mtu)
                .txQueueLength(txQueueLength)
                .tap(tap)
                .napi(napi)
                .build();
    }
}
