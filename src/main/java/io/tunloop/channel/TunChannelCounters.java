// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What one channel has moved and lost since it was opened. Of a merged packet that is lost, each packet in it is counted.
 *
 * Units: packets, bytes as the device counts them (with the virtio_net_hdr where there is one), system calls.
 * Thread: written by the channel's event loop only, once a batch and without a fence; read by any thread.
 */
public final class TunChannelCounters {
    private static final VarHandle PACKETS_READ = field("packetsRead");
    private static final VarHandle BYTES_READ = field("bytesRead");
    private static final VarHandle READ_CALLS = field("readCalls");
    private static final VarHandle READS_STARVED = field("readsStarved");
    private static final VarHandle PACKETS_WRITTEN = field("packetsWritten");
    private static final VarHandle SEGMENTS_WRITTEN = field("segmentsWritten");
    private static final VarHandle BYTES_WRITTEN = field("bytesWritten");
    private static final VarHandle WRITE_CALLS = field("writeCalls");
    private static final VarHandle DROPPED_INVALID = field("droppedInvalid");
    private static final VarHandle DROPPED_DEVICE_DOWN = field("droppedDeviceDown");
    private static final VarHandle DROPPED_REFUSED = field("droppedRefused");
    private static final VarHandle DROPPED_OVERSIZE = field("droppedOversize");
    private static final VarHandle MERGES_REFUSED = field("mergesRefused");

    // Written by the event loop with opaque stores, so that other threads see whole values.
    private long packetsRead;
    private long bytesRead;
    private long readCalls;
    private long readsStarved;
    private long packetsWritten;
    private long segmentsWritten;
    private long bytesWritten;
    private long writeCalls;
    private long droppedInvalid;
    private long droppedDeviceDown;
    private long droppedRefused;
    private long droppedOversize;
    private long mergesRefused;

    private final BatchSizes readBatchSizes = new BatchSizes();
    private final BatchSizes writeBatchSizes = new BatchSizes();

    TunChannelCounters() {}

    /** Packets read from the device; a frame of an offloaded device is one. */
    public long packetsRead() {
        return (long) PACKETS_READ.getOpaque(this);
    }

    /** Bytes of the packets read. */
    public long bytesRead() {
        return (long) BYTES_READ.getOpaque(this);
    }

    /** Native calls that read at least one packet. */
    public long readBatches() {
        return readBatchSizes.total();
    }

    /** How many packets those calls read. */
    public BatchSizes readBatchSizes() {
        return readBatchSizes;
    }

    /** System calls that read, those that found the device empty included. */
    public long readCalls() {
        return (long) READ_CALLS.getOpaque(this);
    }

    /** Times that reading paused because there was no memory for packets. */
    public long readsStarved() {
        return (long) READS_STARVED.getOpaque(this);
    }

    /** Packets that the device took; a frame that was merged of several is one. */
    public long packetsWritten() {
        return (long) PACKETS_WRITTEN.getOpaque(this);
    }

    /** Packets that the device took, each of those in a merged one counted. */
    public long segmentsWritten() {
        return (long) SEGMENTS_WRITTEN.getOpaque(this);
    }

    /** Bytes of the packets that the device took. */
    public long bytesWritten() {
        return (long) BYTES_WRITTEN.getOpaque(this);
    }

    /** Native calls that wrote at least one packet. */
    public long writeBatches() {
        return writeBatchSizes.total();
    }

    /** How many packets those calls wrote. */
    public BatchSizes writeBatchSizes() {
        return writeBatchSizes;
    }

    /** System calls that wrote, those that the kernel refused included. */
    public long writeCalls() {
        return (long) WRITE_CALLS.getOpaque(this);
    }

    /** Packets that the kernel refused as malformed (EINVAL). */
    public long droppedInvalid() {
        return (long) DROPPED_INVALID.getOpaque(this);
    }

    /** Packets lost because the link was down (EIO). */
    public long droppedDeviceDown() {
        return (long) DROPPED_DEVICE_DOWN.getOpaque(this);
    }

    /** Packets that the kernel had no memory or no room for (ENOMEM, ENOBUFS, EMSGSIZE). */
    public long droppedRefused() {
        return (long) DROPPED_REFUSED.getOpaque(this);
    }

    /** Packets that were longer than the read buffer, because the MTU of the device grew while it was open. */
    public long droppedOversize() {
        return (long) DROPPED_OVERSIZE.getOpaque(this);
    }

    /** Merged packets that the kernel refused and that were written again in parts: nothing was lost. */
    public long mergesRefused() {
        return (long) MERGES_REFUSED.getOpaque(this);
    }

    /** All packets lost by this channel. */
    public long dropped() {
        return droppedInvalid() + droppedDeviceDown() + droppedRefused() + droppedOversize();
    }

    void read(int packets, long bytes) {
        PACKETS_READ.setOpaque(this, packetsRead + packets);
        BYTES_READ.setOpaque(this, bytesRead + bytes);
        readBatchSizes.add(packets);
    }

    void written(int packets, int segments, long bytes) {
        PACKETS_WRITTEN.setOpaque(this, packetsWritten + packets);
        SEGMENTS_WRITTEN.setOpaque(this, segmentsWritten + segments);
        BYTES_WRITTEN.setOpaque(this, bytesWritten + bytes);
        writeBatchSizes.add(packets);
    }

    void readCalls(int calls) {
        READ_CALLS.setOpaque(this, readCalls + calls);
    }

    void readStarved() {
        READS_STARVED.setOpaque(this, readsStarved + 1);
    }

    void writeCalls(int calls) {
        WRITE_CALLS.setOpaque(this, writeCalls + calls);
    }

    void invalid(int packets) {
        DROPPED_INVALID.setOpaque(this, droppedInvalid + packets);
    }

    void deviceDown(int packets) {
        DROPPED_DEVICE_DOWN.setOpaque(this, droppedDeviceDown + packets);
    }

    void refused(int packets) {
        DROPPED_REFUSED.setOpaque(this, droppedRefused + packets);
    }

    void oversize() {
        DROPPED_OVERSIZE.setOpaque(this, droppedOversize + 1);
    }

    void mergeRefused() {
        MERGES_REFUSED.setOpaque(this, mergesRefused + 1);
    }

    private static VarHandle field(String name) {
        try {
            return MethodHandles.lookup().findVarHandle(TunChannelCounters.class, name, long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
