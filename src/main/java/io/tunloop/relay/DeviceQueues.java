// SPDX-License-Identifier: Apache-2.0
package io.tunloop.relay;

import io.tunloop.device.TunDevice;
import io.tunloop.device.TunDeviceConfig;
import io.tunloop.device.TunException;

/**
 * Opens the queues of one device, one after the other: a single one, or as many as a concurrent mode has lanes.
 *
 * <pre>
 *          tun11               lanes                 tun22
 * flow ─► queue 0 ──► loop reads ─► loop writes ──► queue 0
 *         queue 1 ──► loop reads ─► loop writes ──► queue 1   ─► and back on loops of their own
 * </pre>
 * The kernel chooses the queue that a flow's packets are read from by a hash of addresses and ports that is the same for
 * both ways and for all devices, until a packet of the flow is written: then the queue that was written to is the flow's.
 * Lane i reads queue i and writes to queue i, and so confirms the choice that the hash has made. A flow thus never changes
 * its lane, and within a lane nothing overtakes: one loop reads, and it is the same that writes. More flows than lanes
 * use all lanes; a single flow is as fast as in the mode with one.
 *
 * Source: linux/drivers/net/tun.c, tun_automq_select_queue and tun_flow_update.
 */
final class DeviceQueues {
    private final DeviceSource source;
    private final TunDeviceConfig config;
    private final boolean several;
    private TunDevice first;

    DeviceQueues(DeviceSource source, TunDeviceConfig device, ForwarderConfig config) {
        this.source = source;
        several = config.lanes() > 1;
        this.config = device.toBuilder()
                .offloads(config.mode().offload().offloads())
                .vnetHeader(config.mode().offload().hasVnetHeader())
                .multiQueue(several || device.multiQueue())
                // The kernel lets any process add a queue to such a device, and then gives it a share of the packets.
                .exclusive(several || device.exclusive())
                .build();
        if (several && source != DeviceSource.NAMED) {
            throw new IllegalArgumentException("mode " + config.mode().name()
                    + " opens several queues of a device, and so " + "needs its name: a descriptor is one queue");
        }
    }

    /** The next queue; the first one configures the device. */
    TunDevice open() throws TunException {
        if (first != null) {
            return TunDevice.open(TunDeviceConfig.builder()
                    .name(first.name())
                    .offloads(config.offloads())
                    .vnetHeader(config.vnetHeader())
                    .napi(config.napi())
                    .multiQueue(true)
                    .up(config.up())
                    .netns(config.netns())
                    .build());
        }
        first = source.open(config);
        return first;
    }
}
