// SPDX-License-Identifier: Apache-2.0
package io.tunloop.testing;

import io.netty.util.ResourceLeakDetector;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** For tests that count garbage: what the leak detector records of each buffer is garbage of its own. */
public final class WithoutLeakDetection implements BeforeEachCallback, AfterEachCallback {
    private ResourceLeakDetector.Level level;

    @Override
    public void beforeEach(ExtensionContext context) {
        level = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        ResourceLeakDetector.setLevel(level);
    }
}
