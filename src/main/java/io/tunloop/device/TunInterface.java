// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

import io.tunloop.internal.NativeLibrary;
import java.util.List;

/**
 * A TUN or TAP interface, whoever has it open.
 *
 * @param addresses of both IP versions
 * @param tap Ethernet frames instead of IP packets
 * @param persistent stays when the last descriptor is closed
 * @param owner the user id that may open it without CAP_NET_ADMIN; -1 for none
 * @param group the group id that may; -1 for none
 * @param vnetHeader whoever opened it last reads and writes a virtio_net_hdr
 * @param queues open descriptors that packets are spread over; 0 when nobody has it open
 */
public record TunInterface(
        LinkState link,
        LinkStatistics statistics,
        List<InterfaceAddress> addresses,
        boolean tap,
        boolean persistent,
        int owner,
        int group,
        boolean vnetHeader,
        boolean multiQueue,
        int queues) {
    static {
        NativeLibrary.ensureLoaded();
    }

    /** Copies the addresses. */
    public TunInterface {
        addresses = List.copyOf(addresses);
    }

    /** All of a network namespace, by index. @param netns as {@link TunDeviceConfig#netns()} */
    public static List<TunInterface> list(String netns) throws TunException {
        try (NetworkNamespace namespace = NetworkNamespace.open(netns);
                Link link = Link.open(namespace)) {
            return link.tunInterfaces();
        }
    }

    /** The one of this name; a {@link TunException} with ENODEV if there is none, or if it is no TUN device. */
    public static TunInterface find(String name, String netns) throws TunException {
        InterfaceName.requireValid(name);
        return list(netns).stream()
                .filter(candidate -> candidate.link().name().equals(name))
                .findFirst()
                .orElseThrow(() -> new TunException("netlink(RTM_GETLINK)", name, Errno.ENODEV));
    }

    /**
     * Deletes a persistent interface that nobody has open: it fails with EBUSY if somebody has. Its owner may, without
     * CAP_NET_ADMIN.
     */
    public static void delete(String name, String netns) throws TunException {
        TunInterface existing = find(name, netns);
        TunDeviceConfig config = TunDeviceConfig.builder()
                .name(name)
                .netns(netns)
                .tap(existing.tap)
                .multiQueue(existing.multiQueue)
                .exclusive(true)
                .build();
        TunOpener.delete(config);
    }
}
