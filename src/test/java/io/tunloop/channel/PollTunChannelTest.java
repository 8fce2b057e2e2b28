// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import io.tunloop.testing.WithoutLeakDetection;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.ExtendWith;

/** The channel of a thread that blocks on its device. */
class PollTunChannelTest {
    @Nested
    class Reading extends ReadContract {
        Reading() {
            super(TunTransport.POLL);
        }
    }

    @Nested
    @ExtendWith(WithoutLeakDetection.class)
    class ReadingAsInProduction extends ReadContract {
        ReadingAsInProduction() {
            super(TunTransport.POLL);
        }
    }

    @Nested
    class Writing extends WriteContract {
        Writing() {
            super(TunTransport.POLL);
        }
    }

    @Nested
    class AsNettyTestsItsOwn extends NettySuiteContract {
        AsNettyTestsItsOwn() {
            super(TunTransport.POLL);
        }
    }

    @Nested
    class Lifecycle extends LifecycleContract {
        Lifecycle() {
            super(TunTransport.POLL);
        }
    }
}
