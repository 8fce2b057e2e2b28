// SPDX-License-Identifier: Apache-2.0
package io.tunloop.testing;

import io.netty.util.ResourceLeakDetector;

/** For tests of what a channel does for whoever looks for faults in his handlers. */
public final class ParanoidLeakDetection extends LeakDetection {
    public ParanoidLeakDetection() {
        super(ResourceLeakDetector.Level.PARANOID);
    }
}
