// SPDX-License-Identifier: Apache-2.0
#include "poller.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_SECOND INT64_C(1000000000)

int poller_wakeup_open(void)
{
    int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

    return fd < 0 ? -errno : fd;
}

int poller_wakeup(int wakeup)
{
    const uint64_t one = 1;

    /* EAGAIN: the counter is at its end, so the descriptor is readable anyway. */
    return write(wakeup, &one, sizeof(one)) < 0 && errno != EAGAIN ? -errno : 0;
}

int poller_wait(struct pollfd *fds, int count, int64_t timeout_ns)
{
    const struct timespec timeout = {timeout_ns / NS_PER_SECOND, timeout_ns % NS_PER_SECOND};
    int ready = ppoll(fds, (nfds_t)count, timeout_ns < 0 ? NULL : &timeout, NULL);
    uint64_t wakeups;

    if (ready < 0) {
        return errno == EINTR ? 0 : -errno;
    }
    if (ready > 0 && fds[0].revents != 0 && read(fds[0].fd, &wakeups, sizeof(wakeups)) < 0 && errno != EAGAIN) {
        return -errno;
    }
    return ready;
}
