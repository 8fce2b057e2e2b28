// SPDX-License-Identifier: Apache-2.0
package io.tunloop.testing;

import io.netty.util.ResourceLeakDetector;

/**
 * For tests that count garbage, as what the leak detector records of each buffer is garbage of its own; and for the buffers
 * that a channel fires in production.
 */
public final class WithoutLeakDetection extends LeakDetection {
    public WithoutLeakDetection() {
        super(ResourceLeakDetector.Level.DISABLED);
    }
}
