// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

/**
 * Who takes the packets that are written to a device through the kernel's network stack.
 *
 * <pre>
 * OFF        write(2): the stack, up to the socket
 * ON         write(2): a queue; then, still in the call, the stack, with GRO
 * THREADED   write(2): a queue         a kernel thread of the device: the stack, with GRO
 * </pre>
 * Source: linux/drivers/net/tun.c, tun_get_user and tun_napi_poll; Linux 4.15, threads 5.12.
 */
public enum Napi {
    /** Each write does all the work for its packet. */
    OFF,
    /** The kernel merges packets of a flow that are waiting, before its stack has them. */
    ON,
    /**
     * The same in a thread of the kernel's own, beside the one that writes. It takes another processor, and where there is
     * none to spare, it waits for its turn. What waits for it is not bounded but by the senders' windows.
     */
    THREADED
}
