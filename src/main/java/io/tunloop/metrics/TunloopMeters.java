// SPDX-License-Identifier: Apache-2.0
package io.tunloop.metrics;

import static io.micrometer.core.instrument.Meter.Type.COUNTER;
import static io.micrometer.core.instrument.Meter.Type.GAUGE;
import static io.micrometer.core.instrument.Meter.Type.TIMER;

import io.micrometer.common.docs.KeyName;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.micrometer.core.instrument.docs.MeterDocumentation;
import java.util.Locale;

/** All meters of tunloop: names, types, units and keys. */
public enum TunloopMeters implements MeterDocumentation {
    PACKETS(
            "tunloop.packets",
            "Packets that have passed; a frame of an offloaded device is one.",
            COUNTER,
            null,
            Key.DEVICE,
            Key.DIRECTION),

    BYTES(
            "tunloop.bytes",
            "Bytes of the packets that have passed, with the virtio_net_hdr where there is one.",
            COUNTER,
            BaseUnits.BYTES,
            Key.DEVICE,
            Key.DIRECTION),

    BATCHES(
            "tunloop.batches",
            "Batches in which packets were read or written, by how many packets they had.",
            COUNTER,
            null,
            Key.DEVICE,
            Key.DIRECTION,
            Key.SIZE),

    DROPPED(
            "tunloop.dropped",
            "Packets lost in this process or refused by the kernel; of a merged one each is counted.",
            COUNTER,
            null,
            Key.DEVICE,
            Key.REASON),

    SYSCALLS(
            "tunloop.syscalls",
            "System calls that read or wrote packets, those in vain included.",
            COUNTER,
            null,
            Key.DEVICE,
            Key.OP),

    EVENT_LOOP_LAG(
            "tunloop.eventloop.lag",
            "How late an event loop ran a task that was due at a set time.",
            TIMER,
            null,
            Key.LOOP),

    EVENT_LOOP_PENDING("tunloop.eventloop.pending", "Tasks that wait for an event loop.", GAUGE, null, Key.LOOP),

    ALLOCATOR_USED(
            "tunloop.allocator.used",
            "Memory that the allocator of packet buffers holds.",
            GAUGE,
            BaseUnits.BYTES,
            Key.MEMORY),

    SEGMENTS_READ("tunloop.segments.read", "Wire packets read: a frame stands for several.", COUNTER, null, Key.DEVICE),

    SEGMENTS_WRITTEN(
            "tunloop.segments.written", "Wire packets written: a frame stands for several.", COUNTER, null, Key.DEVICE),

    STARVED("tunloop.starved", "Times that reading paused for want of memory.", COUNTER, null, Key.DEVICE),

    DEVICE_UP("tunloop.device.up", "1 while the device is there and switched on, else 0.", GAUGE, null, Key.DEVICE),

    KERNEL_TX_DROPPED(
            "tunloop.kernel.tx.dropped",
            "Packets that the kernel dropped because its queue to us was full.",
            COUNTER,
            null,
            Key.DEVICE),

    QUEUE_DEPTH(
            "tunloop.queue.depth",
            "Messages that wait between the reading and the writing event loop, by the device they go to.",
            GAUGE,
            null,
            Key.DEVICE),

    QUEUE_CAPACITY(
            "tunloop.queue.capacity", "The most messages that may wait; 0 without a queue.", GAUGE, null, Key.DEVICE),

    OFFLOAD_ENABLED(
            "tunloop.offload.enabled",
            "1 for an offload that the kernel granted, 0 for one that it did not.",
            GAUGE,
            null,
            Key.DEVICE,
            Key.FEATURE);

    private final String name;
    private final String description;
    private final Meter.Type type;
    private final String baseUnit;
    private final KeyName[] keys;

    TunloopMeters(String name, String description, Meter.Type type, String baseUnit, KeyName... keys) {
        this.name = name;
        this.description = description;
        this.type = type;
        this.baseUnit = baseUnit;
        this.keys = keys;
    }

    @Override
    public String getName() {
        return name;
    }

    /** What it counts, in a sentence: the help text of the exposition. */
    public String description() {
        return description;
    }

    @Override
    public Meter.Type getType() {
        return type;
    }

    @Override
    public String getBaseUnit() {
        return baseUnit;
    }

    @Override
    public KeyName[] getKeyNames() {
        return keys.clone();
    }

    /** The keys of the tags. */
    public enum Key implements KeyName {
        /** Name of the interface. */
        DEVICE,
        /** {@code read} from the device or {@code written} to it. */
        DIRECTION,
        /** Packets of a batch: 1, 2, 3-4, 5-8 and so on. */
        SIZE,
        /** Why a packet was lost: queue_full, device_down, invalid, refused, oversize, shutdown. */
        REASON,
        /** Number of the pair, from 1, in a process that forwards between several. */
        PAIR,
        /** {@code read} or {@code write}. */
        OP,
        /** {@code direct} or {@code heap}. */
        MEMORY,
        /** Number of the event loop, from 0. */
        LOOP,
        /** Name of the offload, like tso4. */
        FEATURE;

        @Override
        public String asString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
