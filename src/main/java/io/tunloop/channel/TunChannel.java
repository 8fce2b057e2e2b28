// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.AbstractChannel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelId;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandle;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.util.concurrent.Future;
import io.netty.util.internal.StringUtil;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.tunloop.device.PacketVector;
import io.tunloop.device.TunDevice;
import io.tunloop.device.TunException;
import io.tunloop.internal.DirectCopy;
import io.tunloop.internal.NextTurn;
import io.tunloop.internal.VnetHeaderChannel;
import io.tunloop.packet.GatheredPacket;
import java.net.SocketAddress;
import java.nio.channels.AlreadyBoundException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A channel over one queue of a TUN device. Each message is one packet.
 *
 * <pre>
 * plain device                          offloaded device
 * +--------------------+                +-----------------+---------------------------+
 * | IP packet          |                | virtio_net_hdr  | IP packet, up to 65,535 B |
 * +--------------------+                +-----------------+---------------------------+
 *   at most the MTU                       10 B
 * </pre>
 * Inbound: a batch is read with one native call, each packet is fired as a {@link ByteBuf}, then
 * {@code channelReadComplete}; this goes on until the device is empty, the reader pauses, or other tasks have waited
 * long enough. Outbound: {@code ByteBuf} or {@link GatheredPacket}, written in batches on flush, a composite of up to
 * {@value io.tunloop.device.PacketRing#MAX_SPANS} spans as any other packet. A packet that the kernel refuses fails its
 * promise, is counted in {@link #counters()} and dropped; the channel stays open. An empty {@code ByteBuf} is no packet:
 * its promise succeeds when all before it has been written.
 *
 * Ownership: a packet that is fired belongs to the next handler; a packet that is written belongs to the channel.
 * <b>A packet that is released is gone</b>, and its buffer is read into again: who still has the reference sees the
 * <em>next</em> packet, and no {@code IllegalReferenceCountException} tells, but where Netty's leak detection is
 * {@code paranoid}: there each packet has a count of its own. Run your tests so.
 * Thread: as of every Netty channel, handlers run on the event loop; write, read and close may be called from any.
 * Errors: a device that is lost (deleted) fires {@link TunException} and closes the channel.
 */
public abstract class TunChannel extends AbstractChannel implements VnetHeaderChannel {
    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(TunChannel.class);
    private static final ChannelMetadata METADATA = new ChannelMetadata(false);

    private final TunChannelConfig config;
    private final TunChannelCounters counters = new TunChannelCounters();

    // Written once by the event loop when the channel is bound (or before it is registered), read by any thread.
    private volatile TunDevice device;
    private volatile boolean closed;

    // How often somebody has asked to read. Written by the event loop, read by any thread.
    private volatile int readRequests;
    // Opened for a bind that is under way, null if there is none. Set by the thread that opens devices; reset by the
    // event loop when it has set the device, and by whoever has closed what was opened in vain.
    private final AtomicReference<DeviceAhead> ahead = new AtomicReference<>();

    // All below: the event loop only.
    private IoRegistration registration;
    private LoopRing.Io io;
    private TunReader reader;
    private TunWriter writer;
    private LinkWatch linkWatch;
    private boolean readInterest;
    private boolean writeInterest;

    /** A channel that opens its device when it is bound. */
    TunChannel() {
        this(null);
    }

    /** A channel over an open device, which it owns from now on. */
    TunChannel(TunDevice device) {
        super(null);
        this.device = device;
        config = new TunChannelConfig(this);
    }

    /** The engine that this channel is of. */
    abstract TunTransport transport();

    /** What to tell the poller that the channel waits for. */
    abstract IoOps ops(boolean read, boolean write);

    /** What the poller must understand. */
    abstract Class<? extends IoHandle> handleType();

    /** Hears of changes of the interface, in the way of this engine. */
    abstract LinkWatch newLinkWatch() throws TunException;

    @Override
    protected abstract TunUnsafe newUnsafe();

    /** The open device, with what the kernel granted; null before the channel is bound. */
    public final TunDevice device() {
        return device;
    }

    /** What each message begins with: 10 bytes of virtio_net_hdr on an offloaded device, 0 on a plain one, -1 unopened. */
    @Override
    public final int vnetHeaderBytes() {
        TunDevice open = device;
        return open == null ? UNKNOWN : open.vnetHeaderBytes();
    }

    /** See {@link TunChannelOption#TUN_READ_HEADROOM}. */
    @Override
    public final int readHeadroomBytes() {
        return config.getReadHeadroom();
    }

    /** See {@link TunChannelOption#TUN_READ_TAILROOM}. */
    @Override
    public final int readTailroomBytes() {
        return config.getReadTailroom();
    }

    /** The way that packets take from and to the device. */
    final LoopRing.Io io() {
        return io;
    }

    /** The size of the buffers that the channel, whose device is open, asks its allocator for; more if the MTU grows. */
    public final int readBufferBytes() {
        return readHeadroomBytes() + TunReader.bufferBytes(device) + readTailroomBytes();
    }

    /** What this channel has moved and lost. */
    public final TunChannelCounters counters() {
        return counters;
    }

    @Override
    public final TunChannelConfig config() {
        return config;
    }

    @Override
    public final boolean isOpen() {
        return !closed;
    }

    @Override
    public final boolean isActive() {
        return !closed && device != null;
    }

    @Override
    public final ChannelMetadata metadata() {
        return METADATA;
    }

    @Override
    public final TunAddress localAddress() {
        return (TunAddress) super.localAddress();
    }

    @Override
    protected final SocketAddress localAddress0() {
        TunDevice open = device;
        return open == null ? null : new TunAddress(open.name());
    }

    @Override
    protected final SocketAddress remoteAddress0() {
        return null;
    }

    @Override
    protected final ChannelId newId() {
        return new TunChannelId();
    }

    /** Registers what waits for a descriptor of this channel. */
    Future<IoRegistration> register(IoEventLoop loop, IoHandle handle) {
        return loop.register(handle);
    }

    /** True while a poller has the descriptor that it was told to let go of. */
    boolean isPolled() {
        return false;
    }

    /** Runs this when no poller has the descriptor, which keeps the device alive; none gets it from now on. */
    void whenUnpolled(Runnable then) {
        then.run();
    }

    /** True if the event loop's poller understands this channel. */
    final boolean fits(EventLoop loop) {
        return loop instanceof IoEventLoop ioLoop && ioLoop.isCompatible(handleType());
    }

    /** Always: Netty would say no more than the class of the loop, which all of them share. See {@link #doRegister}. */
    @Override
    protected final boolean isCompatible(EventLoop loop) {
        return true;
    }

    @Override
    protected final void doRegister(ChannelPromise promise) {
        if (!fits(eventLoop())) {
            promise.setFailure(new IllegalStateException(WrongLoop.message(this, eventLoop())));
        } else if (device == null) {
            promise.setSuccess(); // The poller wants a descriptor: doBind brings one.
        } else {
            startPolling(promise);
        }
    }

    private void startPolling(ChannelPromise promise) {
        if (!device.isOpen()) {
            promise.setFailure(new IllegalStateException(device.name() + " was closed; open it again"));
            return;
        }
        register((IoEventLoop) eventLoop(), (IoHandle) unsafe()).addListener(registered -> {
            if (registered.isSuccess()) {
                polling((IoRegistration) registered.getNow(), promise);
            } else {
                promise.setFailure(registered.cause());
            }
        });
    }

    private void polling(IoRegistration registered, ChannelPromise promise) {
        registration = registered;
        try {
            io = LoopRing.attach(device);
            config.setReading(true);
            if (reader == null) {
                reader = new TunReader(this);
                writer = new TunWriter(this);
            }
            if (config.isLinkEvents()) {
                linkWatch = linkWatch == null ? newLinkWatch() : linkWatch;
                linkWatch.register((IoEventLoop) eventLoop());
            }
            if (readInterest) {
                reader.wanted(); // Asked for before there was a device.
            }
            registered.submit(ops(readInterest, writeInterest));
            readOn();
        } catch (Throwable cause) {
            promise.setFailure(cause); // Netty would log what a listener throws, and nobody would ever be told.
            return;
        }
        promise.setSuccess();
    }

    @Override
    public final ChannelFuture bind(SocketAddress localAddress) {
        return bind(localAddress, newPromise());
    }

    /**
     * {@inheritDoc}
     *
     * <p>The device is opened by another thread, since the kernel takes its time for that: tens of milliseconds, in which
     * nothing else on the event loop would move. Then the bind goes through the pipeline.
     */
    @Override
    public final ChannelFuture bind(SocketAddress localAddress, ChannelPromise promise) {
        if (!(localAddress instanceof TunAddress address) || device != null || !isRegistered() || !isPending(promise)) {
            return super.bind(localAddress, promise); // It is for Netty or doBind to say what is wrong.
        }
        DeviceCalls.execute(() -> openAndBind(address, promise));
        return promise;
    }

    private boolean isPending(ChannelPromise promise) {
        return promise.channel() == this && !promise.isVoid() && promise != closeFuture() && !promise.isDone();
    }

    private void openAndBind(TunAddress address, ChannelPromise promise) {
        DeviceAhead mine = null;
        try {
            mine = openAhead(address);
            DeviceAhead opened = mine;
            super.bind(address, promise).addListener(bound -> DeviceCalls.execute(() -> closeUnused(opened)));
        } catch (Throwable cause) {
            closeUnused(mine);
            promise.tryFailure(cause);
            return;
        }
        // An event loop that has ended tells no listener, and what is opened after the channel has closed nobody else
        // closes.
        if (promise.isDone() || closed) {
            closeUnused(mine);
        }
    }

    /** Null if another bind is before this one: it gets the device, and this one hears that it is too late. */
    private DeviceAhead openAhead(TunAddress address) throws TunException {
        if (ahead.get() != null || device != null || closed) {
            return null;
        }
        DeviceAhead opened = new DeviceAhead(address, open(address));
        ahead.set(opened);
        return opened;
    }

    private TunDevice open(TunAddress address) throws TunException {
        return TunDevice.open(config.device().toBuilder().name(address.name()).build());
    }

    /** What no bind has taken: it failed, or never came, or a handler had another address in mind. */
    private void closeUnused(DeviceAhead opened) {
        if (opened == null) {
            return;
        }
        TunDevice unused = opened.take();
        if (unused != null) {
            closeQuietly(unused);
            ahead.compareAndSet(opened, null);
        }
    }

    private void closeQuietly(TunDevice open) {
        try {
            open.close();
        } catch (TunException cause) {
            LOGGER.warn("{}: cannot close {}", this, open, cause);
        }
    }

    private TunDevice openedOrNew(TunAddress address) throws TunException {
        DeviceAhead opened = ahead.get();
        TunDevice fits = opened == null ? null : opened.take(address);
        return fits == null ? open(address) : fits;
    }

    @Override
    protected final void doBind(SocketAddress localAddress) throws Exception {
        if (device != null) {
            throw new AlreadyBoundException();
        }
        if (!(localAddress instanceof TunAddress address)) {
            throw new IllegalArgumentException(
                    "address must be a TunAddress: " + StringUtil.simpleClassName(localAddress));
        }
        requireOnItsLoop();
        device = openedOrNew(address);
        DeviceAhead inVain = ahead.getAndSet(null); // After the device is set: who sees none here sees it there.
        if (inVain != null) {
            DeviceCalls.execute(() -> closeUnused(inVain));
        }
        ChannelPromise polling = newPromise();
        startPolling(polling);
        if (polling.cause() != null) {
            throw forget(device, polling.cause());
        }
    }

    /** A bind that was under way when the channel left its event loop: only the one it is registered with may poll. */
    private void requireOnItsLoop() {
        if (!isRegistered() || !eventLoop().inEventLoop()) {
            throw new IllegalStateException(
                    "the channel was deregistered before it was bound; register it with an event loop, then bind it");
        }
    }

    /** Back to where the channel was before it was bound. */
    private IllegalStateException forget(TunDevice refused, Throwable cause) throws TunException {
        releaseDevice();
        device = null;
        reader = null;
        writer = null;
        linkWatch = null;
        config.setReading(false);
        return new IllegalStateException("the event loop refuses " + refused.name(), cause);
    }

    @Override
    protected final void doDeregister() {
        if (registration != null) {
            registration.cancel();
            registration = null;
        }
        if (linkWatch != null) {
            linkWatch.deregister();
        }
        if (io != null) {
            io.close();
            io = LoopRing.without(device);
        }
    }

    @Override
    protected final void doDisconnect() throws Exception {
        doClose();
    }

    @Override
    protected final void doClose() throws Exception {
        if (closed) {
            return; // disconnect() closes, and Netty closes what has been disconnected.
        }
        closed = true;
        closeUnused(ahead.get());
        releaseDevice();
    }

    private void releaseDevice() throws TunException {
        letGo();
        if (device != null) {
            device.close();
        }
    }

    /** All that the event loop has of the device, but for the descriptor; does nothing the second time. */
    private void letGo() {
        doDeregister();
        if (reader != null) {
            reader.close();
        }
        if (writer != null) {
            writer.close();
        }
        if (linkWatch != null) {
            linkWatch.close();
        }
    }

    /**
     * What the event loop has to do before another thread closes the descriptor, which takes tens of milliseconds. The device
     * goes with that only when no poller has the descriptor any more.
     */
    private Executor prepareToClose() {
        if (device == null || eventLoop().isShuttingDown() || !isRegistered() && !isPolled()) {
            return null; // Nobody waits for this event loop any more.
        }
        letGo();
        return rest -> whenUnpolled(() -> DeviceCalls.execute(() -> {
            closeQuietly(device);
            try {
                eventLoop().execute(rest); // Whoever waits for the close may shut the event loop down right after it.
            } catch (RejectedExecutionException shutDown) {
                rest.run();
            }
        }));
    }

    /** After a write that failed: no more output. A device that is lost is noticed, and closed, by the reading half. */
    @Override
    protected final void doShutdownOutput() {
        waitForWritable(false);
    }

    @Override
    protected final void doBeginRead() {
        readRequests++; // By one thread only.
        if (reader != null) {
            reader.wanted();
        }
        setInterest(true, writeInterest);
        readOn();
    }

    /** What was read ahead when reading was stopped the poller knows nothing of. */
    private void readOn() {
        if (readInterest && registration != null && reader.hasPackets()) {
            NextTurn.execute(eventLoop(), ((TunUnsafe) unsafe())::readReady);
        }
    }

    /** The configuration says that no more reads are wanted, but for those that somebody asks for from now on. */
    final void clearRead() {
        int before = readRequests;
        if (!isRegistered() || eventLoop().inEventLoop()) {
            stopReading();
        } else {
            eventLoop().execute(() -> {
                if (!config.isAutoRead() && readRequests == before) {
                    stopReading();
                }
            });
        }
    }

    final void stopReading() {
        if (reader != null) {
            reader.unwanted();
        }
        setInterest(false, writeInterest);
    }

    /** The interface takes packets of another length from now on. */
    final void mtuChanged(int mtuBytes) {
        if (reader != null) {
            reader.mtuChanged(mtuBytes);
        }
    }

    /** The same before it does so. Thread: any. */
    final void expectMtu(int mtuBytes) {
        if (isRegistered()) {
            eventLoop().execute(() -> mtuChanged(mtuBytes));
        }
    }

    final boolean isReadEmpty() {
        return reader.isEmpty();
    }

    final void waitForWritable(boolean wait) {
        setInterest(readInterest, wait);
    }

    private void setInterest(boolean read, boolean write) {
        if (read == readInterest && write == writeInterest) {
            return; // Each submit is a system call.
        }
        readInterest = read;
        writeInterest = write;
        if (registration != null) {
            registration.submit(ops(read, write));
        }
    }

    @Override
    protected final void doWrite(ChannelOutboundBuffer in) throws Exception {
        try {
            switch (writer.write(in)) {
                case DONE -> waitForWritable(false);
                case DEVICE_FULL -> waitForWritable(true);
                case MORE -> {
                    waitForWritable(false);
                    NextTurn.execute(eventLoop(), ((TunUnsafe) unsafe())::writeReady);
                }
            }
        } catch (TunException e) {
            pipeline().fireExceptionCaught(e);
            throw e; // Netty closes the channel and fails what is left.
        }
    }

    @Override
    protected final Object filterOutboundMessage(Object message) {
        if (message instanceof GatheredPacket) {
            return message;
        }
        if (message instanceof ByteBuf packet) {
            if (!packet.isReadable()) {
                packet.release();
                return Unpooled
                        .EMPTY_BUFFER; // Nothing to write, but a promise to keep when its turn comes: see TunWriter.
            }
            return isDirect(packet) ? packet : copyDirect(packet);
        }
        throw new UnsupportedOperationException("a TunChannel writes ByteBuf or GatheredPacket, not "
                + StringUtil.simpleClassName(message) + ": is a codec missing in its pipeline?");
    }

    private static boolean isDirect(ByteBuf packet) {
        return packet.isDirect() && packet.nioBufferCount() < PacketVector.MAX_SPANS;
    }

    private ByteBuf copyDirect(ByteBuf packet) {
        ByteBuf copy = DirectCopy.of(alloc(), packet);
        packet.release();
        return copy;
    }

    /** What the poller calls. */
    abstract class TunUnsafe extends AbstractUnsafe implements IoHandle {
        @Override
        protected final Executor prepareToClose() {
            return TunChannel.this.prepareToClose();
        }

        /** The device has packets, or is lost. */
        final void readReady() {
            reader.readUntilEmpty();
        }

        /** The poller reports an error: reading tells which one, also on a channel that does not read otherwise. */
        final void errorReady() {
            reader.wanted();
            reader.readUntilEmpty();
        }

        /** The device takes packets again, or other tasks have had their turn. */
        final void writeReady() {
            super.flush0();
        }

        @Override
        public final void connect(SocketAddress remote, SocketAddress local, ChannelPromise promise) {
            safeSetFailure(
                    promise, new UnsupportedOperationException("a TUN device has no remote end: bind it instead"));
        }

        @Override
        protected void flush0() {
            // While the device is full the poller calls writeReady when it is not: trying before that is in vain.
            if (!writeInterest) {
                super.flush0();
            }
        }

        @Override
        public final void close() {
            close(voidPromise());
        }
    }
}
