// SPDX-License-Identifier: Apache-2.0
package io.tunloop.handler;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.util.concurrent.Future;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.tunloop.packet.GatheredPacket;
import io.tunloop.packet.PacketBatch;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * Writes what passes, both ways, into pcapng files that Wireshark and tshark read.
 *
 * <pre>
 * channel.pipeline().addFirst(new PcapngCapture(PcapngConfig.of(Path.of("tun0.pcapng")), IpOffset.PLAIN));
 * </pre>
 * <p>Packets are collected in memory, and written when there is a quarter of a MiB of them, after a second at the latest,
 * and when the handler is removed or its channel closes. A virtio_net_hdr is left out; behind one, checksums may still be
 * partial, and are shown as wrong. Times are those of the wall clock: steps of it, and sleep of the machine, show from the
 * next batch of packets on.
 *
 * <p>Ownership: passes each message on with its reference.
 * Thread: the channel's event loop only, which also writes the file: capture to a disk that keeps up.
 * Errors: a file that cannot be opened fails {@code handlerAdded}; one that cannot be written ends the capture, with a
 * warning and {@link #failure}. Packets pass in any case.
 */
public final class PcapngCapture extends ChannelDuplexHandler {
    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(PcapngCapture.class);
    private static final long FLUSH_INTERVAL_MS = 1000;

    private final PcapngConfig config;
    private final IpOffset offset;
    private final int snapBytes;
    private final CaptureClock clock;
    private String interfaceName = "";
    private PcapngFile file;
    private long fileNumber;
    private Future<?> flushes;
    // Written by the event loop, read by any thread.
    private volatile IOException failure;

    /** A capture that begins when it is added to a pipeline. */
    public PcapngCapture(PcapngConfig config, IpOffset offset) {
        this(config, offset, new CaptureClock());
    }

    PcapngCapture(PcapngConfig config, IpOffset offset, CaptureClock clock) {
        this.clock = clock;
        this.config = Objects.requireNonNull(config, "config");
        this.offset = Objects.requireNonNull(offset, "offset");
        snapBytes = config.snapBytes() == 0 ? PcapngFile.MAX_PACKET_BYTES : config.snapBytes();
    }

    /** Why the capture has ended early; null if it has not. */
    public IOException failure() {
        return failure;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) throws IOException {
        interfaceName = String.valueOf(ctx.channel().localAddress());
        file = openFile();
        flushes = ctx.executor()
                .scheduleAtFixedRate(this::flushFile, FLUSH_INTERVAL_MS, FLUSH_INTERVAL_MS, TimeUnit.MILLISECONDS);
    }

    private PcapngFile openFile() throws IOException {
        int linkType = offset == IpOffset.ETHERNET ? PcapngFile.LINKTYPE_ETHERNET : PcapngFile.LINKTYPE_RAW;
        return new PcapngFile(config.file(fileNumber), linkType, config.snapBytes(), interfaceName);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        close();
        ctx.fireChannelInactive();
    }

    private void close() {
        if (flushes != null) {
            flushes.cancel(false);
        }
        if (file != null) {
            try {
                file.close();
            } catch (IOException cause) {
                fail(cause);
            }
            file = null;
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        capture(message, PcapngFile.INBOUND);
        ctx.fireChannelRead(message);
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        capture(message, PcapngFile.OUTBOUND);
        ctx.write(message, promise);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        clock.batchEnds();
        ctx.fireChannelReadComplete();
    }

    @Override
    public void flush(ChannelHandlerContext ctx) {
        clock.batchEnds();
        ctx.flush();
    }

    private void capture(Object message, int direction) {
        if (file == null) {
            return;
        }
        try {
            captureAll(message, direction);
        } catch (IOException cause) {
            fail(cause);
        }
    }

    private void captureAll(Object message, int direction) throws IOException {
        if (message instanceof ByteBuf packet) {
            capture(packet, direction);
        } else if (message instanceof PacketBatch batch) {
            for (int i = 0; i < batch.size(); i++) {
                capture(batch.packet(i), direction);
            }
        } else if (message instanceof GatheredPacket merged) {
            for (int i = 0; i < merged.parts(); i++) {
                capture(merged.part(i), direction);
            }
        }
    }

    private void capture(ByteBuf packet, int direction) throws IOException {
        int skipped = offset == IpOffset.VIRTIO ? offset.bytes() : 0;
        int originalBytes = packet.readableBytes() - skipped;
        if (originalBytes <= 0) {
            return;
        }
        int capturedBytes = Math.min(originalBytes, snapBytes);
        if (config.maxFileBytes() != 0 && file.bytes() + PcapngFile.blockBytes(capturedBytes) > config.maxFileBytes()) {
            rotate();
        }
        file.packet(packet, packet.readerIndex() + skipped, capturedBytes, originalBytes, clock.nowNs(), direction);
    }

    private void rotate() throws IOException {
        file.close();
        fileNumber++;
        if (config.maxFiles() != 0 && fileNumber >= config.maxFiles()) {
            Files.deleteIfExists(config.file(fileNumber - config.maxFiles()));
        }
        file = openFile();
    }

    private void flushFile() {
        if (file != null) {
            try {
                file.flush();
            } catch (IOException cause) {
                fail(cause);
            }
        }
    }

    private void fail(IOException cause) {
        failure = cause;
        LOGGER.warn("{}: capture ends", config.file(fileNumber), cause);
        PcapngFile broken = file;
        file = null;
        if (broken != null) {
            broken.abandon();
        }
    }
}
