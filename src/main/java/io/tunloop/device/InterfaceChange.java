// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

/** What {@link TunDevice#configure} has changed of an interface, as long as it can be taken back. */
@FunctionalInterface
public interface InterfaceChange {
    /**
     * Takes it back: the MTU and the length of the queue as they were, without the addresses and routes that were added, off
     * if it was off. What was as wanted before stays. Not what others have changed since.
     */
    void undo() throws TunException;
}
