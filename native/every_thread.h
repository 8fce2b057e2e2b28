// SPDX-License-Identifier: Apache-2.0
#ifndef TUNLOOP_EVERY_THREAD_H
#define TUNLOOP_EVERY_THREAD_H

#include <stdbool.h>

/*
 * Has every thread of this process do something that the kernel lets a thread do to itself only: give up capabilities,
 * for example. The C library does this for setuid(2) and its kin, and for nothing else.
 *
 *     caller                                    other threads
 *     for each in /proc/self/task
 *       that is not done:  --- signal --->      handler: action(), post
 *     wait for the posts
 *     again, until two rounds in a row find all done
 *
 * Done means what the kernel says in /proc, not that a handler ran. A thread that starts meanwhile inherits the state
 * of the one that started it: so a single round could miss one, of a parent whose signal was still under way, but not
 * two. The signal is a real-time signal that nothing handles; system calls that it interrupts are restarted where they
 * can be (SA_RESTART), and waits such as poll(2) return EINTR.
 */

/* @action runs in a signal handler, and must be safe there. @is_done gets the text of /proc/self/task/TID/status. */
struct thread_change {
    void (*action)(void);
    bool (*is_done)(const char *status);
};

/*
 * Returns 0 when all threads are done; -ETIMEDOUT if one is not within @timeout_ms, because it blocks the signal or
 * because @action fails in it; another -errno if /proc cannot be read or no signal is free.
 */
int every_thread(const struct thread_change *change, int timeout_ms);

#endif
