// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

/** How batches of packets get from and to a device: {@link TunDevice} itself, or through a {@link PacketRing}. */
public interface PacketIo {
    /**
     * Reads as many packets as the vector has, one for each span.
     *
     * @return the packets read, their lengths as the vector's results; fewer than it has means that the queue is empty
     * @throws TunException if the device is lost
     */
    int read(PacketVector vector) throws TunException;

    /**
     * Writes the vector's packets. One that is lost (link down, out of memory, malformed) has a negative errno as its
     * result. None of them ends the batch, but for one that shall do so: {@link PacketVector#endIfRefused}.
     *
     * @return the packets with a result; fewer than the vector has when the device takes no more now, or when the last of
     *     them was refused
     * @throws TunException if the device is lost
     */
    int write(PacketVector vector) throws TunException;
}
