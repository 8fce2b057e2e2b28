// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import io.tunloop.testing.WithoutLeakDetection;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.ExtendWith;

/** The channel of Netty's epoll event loops. */
class EpollTunChannelTest {
    @Nested
    class Reading extends ReadContract {
        Reading() {
            super(TunTransport.EPOLL);
        }
    }

    @Nested
    @ExtendWith(WithoutLeakDetection.class)
    class ReadingAsInProduction extends ReadContract {
        ReadingAsInProduction() {
            super(TunTransport.EPOLL);
        }
    }

    @Nested
    class Writing extends WriteContract {
        Writing() {
            super(TunTransport.EPOLL);
        }
    }

    @Nested
    class AsNettyTestsItsOwn extends NettySuiteContract {
        AsNettyTestsItsOwn() {
            super(TunTransport.EPOLL);
        }
    }

    @Nested
    class Lifecycle extends LifecycleContract {
        Lifecycle() {
            super(TunTransport.EPOLL);
        }
    }
}
