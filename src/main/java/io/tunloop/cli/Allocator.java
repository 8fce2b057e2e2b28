// SPDX-License-Identifier: Apache-2.0
package io.tunloop.cli;

import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.tunloop.relay.ForwardMode;
import io.tunloop.relay.Handoff;

/** The words of the command line for where packet buffers come from. */
enum Allocator {
    POOLED {
        @Override
        ByteBufAllocator instance() {
            return PooledByteBufAllocator.DEFAULT;
        }
    },
    ADAPTIVE {
        @Override
        ByteBufAllocator instance() {
            return new AdaptiveByteBufAllocator();
        }
    },
    UNPOOLED {
        @Override
        ByteBufAllocator instance() {
            return UnpooledByteBufAllocator.DEFAULT;
        }
    };

    abstract ByteBufAllocator instance();

    /** Throws IllegalArgumentException if it contradicts the mode. */
    Allocator requireFits(ForwardMode mode) {
        if (this == UNPOOLED && mode.handoff() == Handoff.POOLED) {
            throw new IllegalArgumentException("allocator unpooled contradicts handoff pooled of mode " + mode.name()
                    + ", which keeps its buffers: choose handoff queue");
        }
        return this;
    }
}
