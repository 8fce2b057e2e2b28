// SPDX-License-Identifier: Apache-2.0
package io.tunloop.relay;

/** What becomes of a message that finds the queue full. */
public enum QueueFull {
    /**
     * It waits, and its channel reads no more until there is room: then the kernel's own queue fills. What waits so weighs no
     * more than twice a read batch of a {@code TunChannel}, or the queue itself, whichever is more; above that it is lost as with
     * {@link #DROP}, since it is a peer who says how many packets a frame stands for.
     */
    BLOCK,
    /** It is released and counted: the newest is lost, what waits keeps its place. */
    DROP
}
