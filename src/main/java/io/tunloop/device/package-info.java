// SPDX-License-Identifier: Apache-2.0
/**
 * TUN and TAP devices: open, configure, read and write them in batches, and hear what happens to them.
 *
 * <pre>
 *              TunDeviceConfig ─► TunDevice.open
 *                                     │
 * kernel ─ routes ─► tun0 ─ queue ─► fd ─► read(PacketVector)  ─► packets
 *        ◄─ input ◄────────────────── fd ◄─ write(PacketVector) ◄─ packets
 *        ─ netlink ─────────────────► LinkMonitor: up, down, MTU, addresses, moved, deleted
 * </pre>
 * <p>Nothing here knows Netty channels: {@link io.tunloop.channel} does. Failures are a
 * {@link io.tunloop.device.TunException} that names call, device, error and remedy.
 */
package io.tunloop.device;
