// SPDX-License-Identifier: Apache-2.0
package io.tunloop.relay;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.util.ArrayList;
import java.util.List;

/**
 * Which event loop reads and which one writes for a direction.
 *
 * <pre>
 * loops                 direction 1      direction 2
 * 1                     read write       read write      on the same loop
 * 2                     read write       read write      on a loop each
 * 4, with a queue       read | write     read | write    on two loops each
 * 2 for each of n lanes, when the devices have n queues
 * </pre>
 * Where the reading loop is the writing loop, a queue between them costs no change of threads. On few processors that is
 * by far the fastest, since whoever sends and receives the traffic wants them too; loops of their own pay where there are
 * processors to spare.
 */
final class LoopPlan {
    private final List<EventLoop> loops = new ArrayList<>();
    private final int directions;

    /** @param directions two for each lane */
    LoopPlan(EventLoopGroup group, int loops, int directions) {
        this.directions = directions;
        for (int i = 0; i < loops; i++) {
            this.loops.add(group.next());
        }
    }

    EventLoop reading(int direction) {
        return loops.get(direction * loopsPerDirection() % loops.size());
    }

    EventLoop writing(int direction) {
        return loops.get((direction * loopsPerDirection() + loopsPerDirection() - 1) % loops.size());
    }

    private int loopsPerDirection() {
        return Math.max(1, loops.size() / directions);
    }
}
