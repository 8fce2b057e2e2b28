// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.WriteBufferWaterMark;
import io.tunloop.device.TunDeviceConfig;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The settings of a {@link TunChannel}: those of {@link TunChannelOption} and Netty's own.
 *
 * <p>The device, not {@code RECVBUF_ALLOCATOR}, says how long a read buffer must be: a packet that is cut is lost.
 *
 * Errors: an option that breaks a rule throws IllegalArgumentException, and {@code Bootstrap} fails to bind with it. What
 * comes too late {@code setOption} refuses with false, and a setter with {@link IllegalStateException}.
 * Thread: set from any thread; the settings of the device before the channel is bound.
 */
public final class TunChannelConfig extends DefaultChannelConfig {
    /** Packets read, fired and flushed together. */
    public static final int DEFAULT_READ_BATCH = 16;

    /** The most that {@link TunChannelOption#TUN_READ_BATCH} takes. */
    public static final int MAX_READ_BATCH = 1024;

    /** The most that {@link TunChannelOption#TUN_READ_HEADROOM} and {@link TunChannelOption#TUN_READ_TAILROOM} take. */
    public static final int MAX_READ_ROOM_BYTES = 65_535;

    // Netty's default of 32 and 64 KiB would flip the writability with every 64 KiB frame.
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(1 << 20, 2 << 20);

    private static final Map<ChannelOption<?>, Setting<?>> SETTINGS = Stream.of(DeviceSetting.ALL, ReadSetting.ALL)
            .flatMap(List::stream)
            .collect(Collectors.toUnmodifiableMap(Setting::option, setting -> setting));

    private final TunChannel channel;
    private volatile TunDeviceConfig device = TunDeviceConfig.builder().build();
    private volatile int readBatch = DEFAULT_READ_BATCH;
    private volatile int readHeadroom;
    private volatile int readTailroom;
    private volatile boolean linkEvents;
    // The channel reads with what is set. Guarded by this.
    private boolean reading;

    TunChannelConfig(TunChannel channel) {
        super(channel);
        this.channel = channel;
        setWriteBufferWaterMark(WATER_MARK);
        setMessageSizeEstimator(TunMessageSizeEstimator.INSTANCE);
    }

    /** What the device was, or will be, opened with, and told since; its name is that of the address the channel is bound to. */
    TunDeviceConfig device() {
        return device;
    }

    void setDevice(TunDeviceConfig device) {
        this.device = device;
    }

    TunChannel channel() {
        return channel;
    }

    /** The channel begins to read with what is set by now, or is back to where it was before. */
    synchronized void setReading(boolean reading) {
        this.reading = reading;
    }

    /** See {@link TunChannelOption#TUN_READ_BATCH}. */
    public int getReadBatch() {
        return readBatch;
    }

    /** Sets {@link TunChannelOption#TUN_READ_BATCH}. */
    public TunChannelConfig setReadBatch(int packets) {
        if (packets < 1 || packets > MAX_READ_BATCH) {
            throw new IllegalArgumentException("readBatch must be 1.." + MAX_READ_BATCH + ": " + packets);
        }
        return change(() -> readBatch = packets);
    }

    /** See {@link TunChannelOption#TUN_READ_HEADROOM}. */
    public int getReadHeadroom() {
        return readHeadroom;
    }

    /** Sets {@link TunChannelOption#TUN_READ_HEADROOM}. */
    public TunChannelConfig setReadHeadroom(int bytes) {
        requireRoom("readHeadroom", bytes);
        return change(() -> readHeadroom = bytes);
    }

    /** See {@link TunChannelOption#TUN_READ_TAILROOM}. */
    public int getReadTailroom() {
        return readTailroom;
    }

    /** Sets {@link TunChannelOption#TUN_READ_TAILROOM}. */
    public TunChannelConfig setReadTailroom(int bytes) {
        requireRoom("readTailroom", bytes);
        return change(() -> readTailroom = bytes);
    }

    private static void requireRoom(String name, int bytes) {
        if (bytes < 0 || bytes > MAX_READ_ROOM_BYTES) {
            throw new IllegalArgumentException(name + " must be 0.." + MAX_READ_ROOM_BYTES + " bytes: " + bytes);
        }
    }

    /** See {@link TunChannelOption#TUN_LINK_EVENTS}. */
    public boolean isLinkEvents() {
        return linkEvents;
    }

    /** Sets {@link TunChannelOption#TUN_LINK_EVENTS}. */
    public TunChannelConfig setLinkEvents(boolean linkEvents) {
        return change(() -> this.linkEvents = linkEvents);
    }

    private TunChannelConfig change(Runnable change) {
        if (!unlessReading(change)) {
            throw new IllegalStateException(channel + " reads already: set this before it is bound or registered");
        }
        return this;
    }

    /** Returns false, and does nothing, when the channel reads already. */
    synchronized boolean unlessReading(Runnable change) {
        if (!reading) {
            change.run();
        }
        return !reading;
    }

    @Override
    public Map<ChannelOption<?>, Object> getOptions() {
        return getOptions(super.getOptions(), SETTINGS.keySet().toArray(ChannelOption<?>[]::new));
    }

    @Override
    public <T> T getOption(ChannelOption<T> option) {
        Setting<T> setting = setting(option);
        return setting == null ? super.getOption(option) : setting.get(this);
    }

    @Override
    public <T> boolean setOption(ChannelOption<T> option, T value) {
        validate(option, value);
        Setting<T> setting = setting(option);
        return setting == null ? super.setOption(option, value) : setting.set(this, value);
    }

    @SuppressWarnings("unchecked")
    private static <T> Setting<T> setting(ChannelOption<T> option) {
        return (Setting<T>) SETTINGS.get(option);
    }

    @Override
    protected void autoReadCleared() {
        channel.clearRead();
    }
}
