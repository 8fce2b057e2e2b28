// SPDX-License-Identifier: Apache-2.0
package io.tunloop.channel;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The thread that opens and closes devices, for which the kernel takes tens of milliseconds: one for all channels, since the
 * kernel does one at a time. It ends when there was nothing to do for a second.
 *
 * <p>Not Netty's global executor: nobody's own code runs here, which could wait for a channel to close.
 *
 * Thread: any.
 */
final class DeviceCalls {
    private static final long IDLE_SECONDS = 1;

    private static final Executor EXECUTOR = executor();

    private DeviceCalls() {}

    private static Executor executor() {
        var executor = new ThreadPoolExecutor(
                1,
                1,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                new DefaultThreadFactory("tunloop-device", true));
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    /** Runs this behind all that is there already. */
    static void execute(Runnable call) {
        EXECUTOR.execute(call);
    }
}
