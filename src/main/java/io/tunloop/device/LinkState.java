// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

/**
 * What an interface is like now.
 *
 * @param index the kernel's number of it, unique in its network namespace
 * @param up switched on: the kernel takes packets from it, and sends some into it
 * @param carrier plugged in: a TUN device is while a queue of it is open, see {@link TunDevice#setCarrier}
 * @param mtuBytes the longest IP packet
 * @param txQueueLength packets that wait for the reader at most; more are dropped
 */
public record LinkState(int index, String name, boolean up, boolean carrier, int mtuBytes, int txQueueLength) {}
