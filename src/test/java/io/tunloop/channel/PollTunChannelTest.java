// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import org.junit.jupiter.api.Nested;

/** The channel of a thread that blocks on its device. */
class PollTunChannelTest {
    @Nested
    class Reading extends ReadContract {
        Reading() {
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
