// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

/**
 * The kernel's counters of an interface since it was made. They take the kernel's point of view: it receives what is
 * written into a TUN device, and transmits what is read from it.
 *
 * @param rxDropped written packets that the kernel had no use or no memory for
 * @param txDropped packets lost because nobody read them in time: the queue (txqueuelen) was full
 * Source: linux/if_link.h, struct rtnl_link_stats64.
 */
public record LinkStatistics(
        long rxPackets,
        long rxBytes,
        long rxErrors,
        long rxDropped,
        long txPackets,
        long txBytes,
        long txErrors,
        long txDropped) {}
