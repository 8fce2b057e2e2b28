// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import static io.tunloop.channel.TunChannelOption.TUN_ADDRESSES;
import static io.tunloop.channel.TunChannelOption.TUN_LINK_EVENTS;
import static io.tunloop.channel.TunChannelOption.TUN_MTU;
import static io.tunloop.channel.TunChannelOption.TUN_MULTI_QUEUE;
import static io.tunloop.channel.TunChannelOption.TUN_NAPI;
import static io.tunloop.channel.TunChannelOption.TUN_NETNS;
import static io.tunloop.channel.TunChannelOption.TUN_OFFLOADS;
import static io.tunloop.channel.TunChannelOption.TUN_READ_BATCH;
import static io.tunloop.channel.TunChannelOption.TUN_READ_HEADROOM;
import static io.tunloop.channel.TunChannelOption.TUN_READ_TAILROOM;
import static io.tunloop.channel.TunChannelOption.TUN_TAP;
import static io.tunloop.channel.TunChannelOption.TUN_TX_QUEUE_LENGTH;
import static io.tunloop.channel.TunChannelOption.TUN_VNET_HEADER;

import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.WriteBufferWaterMark;
import io.tunloop.device.InterfaceAddress;
import io.tunloop.device.Napi;
import io.tunloop.device.Offload;
import io.tunloop.device.TunDeviceConfig;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The settings of a {@link TunChannel}: those of {@link TunChannelOption} and Netty's own.
 *
 * <p>The device, not {@code RECVBUF_ALLOCATOR}, says how long a read buffer must be: a packet that is cut is lost.
 *
 * Errors: an option that breaks a rule throws IllegalArgumentException, and {@code Bootstrap} fails to bind with it.
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

    /** What counts when a channel gets its device, and not later. */
    private static final Set<ChannelOption<?>> OF_THE_OPENING = Set.of(
            TUN_OFFLOADS,
            TUN_VNET_HEADER,
            TUN_NAPI,
            TUN_MULTI_QUEUE,
            TUN_TAP,
            TUN_NETNS,
            TUN_LINK_EVENTS,
            TUN_READ_BATCH,
            TUN_READ_HEADROOM,
            TUN_READ_TAILROOM);

    private final TunChannel channel;
    private volatile TunDeviceConfig device;
    private volatile int readBatch = DEFAULT_READ_BATCH;
    private volatile int readHeadroom;
    private volatile int readTailroom;
    private volatile boolean linkEvents;

    TunChannelConfig(TunChannel channel, TunDeviceConfig device) {
        super(channel);
        this.channel = channel;
        this.device = device;
        setWriteBufferWaterMark(WATER_MARK);
        setMessageSizeEstimator(TunMessageSizeEstimator.INSTANCE);
    }

    /** What the device was, or will be, opened with; its name is that of the address the channel is bound to. */
    public TunDeviceConfig device() {
        return device;
    }

    /** Replaces all settings of the device at once; of no effect on one that is open. */
    public TunChannelConfig setDevice(TunDeviceConfig device) {
        this.device = Objects.requireNonNull(device, "device");
        return this;
    }

    /** The most packets read, fired and then flushed together. */
    public int readBatch() {
        return readBatch;
    }

    /** Sets {@link TunChannelOption#TUN_READ_BATCH}; of no effect once the channel has begun to read. */
    public TunChannelConfig setReadBatch(int packets) {
        if (packets < 1 || packets > MAX_READ_BATCH) {
            throw new IllegalArgumentException("readBatch must be 1.." + MAX_READ_BATCH + ": " + packets);
        }
        readBatch = packets;
        return this;
    }

    /** The bytes in front of each packet that a handler may write to. */
    public int readHeadroom() {
        return readHeadroom;
    }

    /** Sets {@link TunChannelOption#TUN_READ_HEADROOM}; of no effect once the channel has begun to read. */
    public TunChannelConfig setReadHeadroom(int bytes) {
        readHeadroom = requireRoom("readHeadroom", bytes);
        return this;
    }

    /** The bytes behind each packet that a handler may write to. */
    public int readTailroom() {
        return readTailroom;
    }

    /** Sets {@link TunChannelOption#TUN_READ_TAILROOM}; of no effect once the channel has begun to read. */
    public TunChannelConfig setReadTailroom(int bytes) {
        readTailroom = requireRoom("readTailroom", bytes);
        return this;
    }

    private static int requireRoom(String name, int bytes) {
        if (bytes < 0 || bytes > MAX_READ_ROOM_BYTES) {
            throw new IllegalArgumentException(name + " must be 0.." + MAX_READ_ROOM_BYTES + " bytes: " + bytes);
        }
        return bytes;
    }

    /** True if the channel fires a {@link TunLinkEvent} for each change of its interface. */
    public boolean isLinkEvents() {
        return linkEvents;
    }

    /** Sets {@link TunChannelOption#TUN_LINK_EVENTS}; of no effect once the channel has its device. */
    public TunChannelConfig setLinkEvents(boolean linkEvents) {
        this.linkEvents = linkEvents;
        return this;
    }

    @Override
    public Map<ChannelOption<?>, Object> getOptions() {
        Map<ChannelOption<?>, Object> options =
                getOptions(super.getOptions(), OF_THE_OPENING.toArray(ChannelOption<?>[]::new));
        return getOptions(options, TUN_MTU, TUN_ADDRESSES, TUN_TX_QUEUE_LENGTH);
    }

    @SuppressWarnings("unchecked")
    @Override
    public <T> T getOption(ChannelOption<T> option) {
        if (option == TUN_MTU) {
            return (T) Integer.valueOf(OpenDevice.mtuBytes(channel.device(), device.mtuBytes()));
        }
        if (option == TUN_ADDRESSES) {
            return (T) device.addresses();
        }
        if (option == TUN_TX_QUEUE_LENGTH) {
            return (T) Integer.valueOf(OpenDevice.txQueueLength(channel.device(), device.txQueueLength()));
        }
        if (option == TUN_OFFLOADS) {
            return (T) (isOpenDevice() ? channel.device().offloads() : device.offloads());
        }
        if (option == TUN_VNET_HEADER) {
            return (T) Boolean.valueOf(isOpenDevice() ? channel.vnetHeaderBytes() > 0 : device.vnetHeader());
        }
        if (option == TUN_NAPI) {
            return (T) device.napi();
        }
        if (option == TUN_MULTI_QUEUE) {
            return (T) Boolean.valueOf(isOpenDevice() ? channel.device().isMultiQueue() : device.multiQueue());
        }
        if (option == TUN_TAP) {
            return (T) Boolean.valueOf(isOpenDevice() ? channel.device().isTap() : device.tap());
        }
        if (option == TUN_NETNS) {
            return (T) device.netns();
        }
        if (option == TUN_LINK_EVENTS) {
            return (T) Boolean.valueOf(linkEvents);
        }
        if (option == TUN_READ_BATCH) {
            return (T) Integer.valueOf(readBatch);
        }
        if (option == TUN_READ_HEADROOM) {
            return (T) Integer.valueOf(readHeadroom);
        }
        if (option == TUN_READ_TAILROOM) {
            return (T) Integer.valueOf(readTailroom);
        }
        return super.getOption(option);
    }

    @Override
    public <T> boolean setOption(ChannelOption<T> option, T value) {
        validate(option, value);
        return isOpenDevice()
                ? setOpenOption(option, value)
                : setTunOption(option, value) || super.setOption(option, value);
    }

    private boolean isOpenDevice() {
        return channel.device() != null;
    }

    /** Of an open device some things can still be changed; what cannot is refused, and not remembered as if it were. */
    @SuppressWarnings("unchecked")
    private <T> boolean setOpenOption(ChannelOption<T> option, T value) {
        if (OF_THE_OPENING.contains(option) || !channel.isOpen()) {
            return false;
        }
        TunDeviceConfig.Builder change = TunDeviceConfig.builder();
        if (option == TUN_MTU) {
            channel.expectMtu((Integer) value);
            change.mtuBytes((Integer) value);
        } else if (option == TUN_ADDRESSES) {
            change.addresses((List<InterfaceAddress>) value);
        } else if (option == TUN_TX_QUEUE_LENGTH) {
            change.txQueueLength((Integer) value);
        } else {
            return super.setOption(option, value);
        }
        OpenDevice.configure(channel.device(), change);
        return setTunOption(option, value);
    }

    @SuppressWarnings("unchecked")
    private <T> boolean setTunOption(ChannelOption<T> option, T value) {
        TunDeviceConfig.Builder changed = device.toBuilder();
        if (option == TUN_READ_BATCH) {
            setReadBatch((Integer) value);
            return true;
        } else if (option == TUN_READ_HEADROOM) {
            setReadHeadroom((Integer) value);
            return true;
        } else if (option == TUN_READ_TAILROOM) {
            setReadTailroom((Integer) value);
            return true;
        } else if (option == TUN_LINK_EVENTS) {
            setLinkEvents((Boolean) value);
            return true;
        } else if (option == TUN_MTU) {
            changed.mtuBytes((Integer) value);
        } else if (option == TUN_ADDRESSES) {
            changed.addresses((List<InterfaceAddress>) value);
        } else if (option == TUN_TX_QUEUE_LENGTH) {
            changed.txQueueLength((Integer) value);
        } else if (option == TUN_OFFLOADS) {
            changed.offloads((Set<Offload>) value);
        } else if (option == TUN_VNET_HEADER) {
            changed.vnetHeader((Boolean) value);
        } else if (option == TUN_NAPI) {
            changed.napi((Napi) value);
        } else if (option == TUN_MULTI_QUEUE) {
            changed.multiQueue((Boolean) value);
        } else if (option == TUN_TAP) {
            changed.tap((Boolean) value);
        } else if (option == TUN_NETNS) {
            changed.netns((String) value);
        } else {
            return false;
        }
        device = changed.build();
        return true;
    }

    @Override
    protected void autoReadCleared() {
        channel.clearRead();
    }
}
