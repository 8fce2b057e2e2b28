// SPDX-License-Identifier: Apache-2.0
#ifndef TUNLOOP_POLLER_H
#define TUNLOOP_POLLER_H

#include <poll.h>
#include <stdint.h>

/* Makes a descriptor that wakes a thread in poller_wait. Returns a non-blocking eventfd, or -errno. */
int poller_wakeup_open(void);

/* Makes @wakeup readable. Returns 0, or -errno. */
int poller_wakeup(int wakeup);

/*
 * Waits until one of @fds is ready, for @timeout_ns at most, or for ever when that is negative. fds[0] is a wake-up
 * descriptor: it is drained here. Returns the number of ready descriptors, 0 also when a signal came, or -errno.
 */
int poller_wait(struct pollfd *fds, int count, int64_t timeout_ns);

#endif
