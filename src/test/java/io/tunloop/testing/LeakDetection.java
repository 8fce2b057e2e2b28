// SPDX-License-Identifier: Apache-2.0
package io.tunloop.testing;

import io.netty.util.ResourceLeakDetector;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Runs a test with a level of leak detection of its own. */
abstract class LeakDetection implements BeforeEachCallback, AfterEachCallback {
    private final ResourceLeakDetector.Level level;
    private ResourceLeakDetector.Level before;

    LeakDetection(ResourceLeakDetector.Level level) {
        this.level = level;
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        before = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(level);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        ResourceLeakDetector.setLevel(before);
    }
}
