// SPDX-License-Identifier: Apache-2.0
package io.tunloop.relay;

/** What becomes of a message that finds the queue full. */
public enum QueueFull {
    /** It waits, and its channel reads no more until there is room: then the kernel's own queue fills. */
    BLOCK,
    /** It is released and counted: the newest is lost, what waits keeps its place. */
    DROP
}
