// SPDX-License-Identifier: Apache-2.0
package io.tunloop.relay;

/** How a packet gets from the reading channel to the writing one: the {@code --handoff} axis of a {@link ForwardMode}. */
public enum Handoff {
    /** Both channels share an event loop: a method call. */
    DIRECT,
    /** A bounded queue between the reading and the writing event loop. */
    QUEUE,
    /** The same, and the packets are read into a fixed set of buffers that come back when they are written. */
    POOLED
}
