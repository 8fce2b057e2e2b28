// SPDX-License-Identifier: Apache-2.0
/* Description: a waiting thread is woken by its wake-up descriptor, by a ready one, and by the clock. */
#include "../poller.h"
#include "support.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static int64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static void *wake(void *wakeup)
{
    EXPECT(poller_wakeup(*(int *)wakeup) == 0);
    return NULL;
}

static void test_timeout_ends_the_wait(int wakeup)
{
    struct pollfd fds[] = {{.fd = wakeup, .events = POLLIN}};
    int64_t start = now_ns();

    EXPECT(poller_wait(fds, 1, 5000000) == 0);
    EXPECT(now_ns() - start >= 5000000);
    EXPECT(poller_wait(fds, 1, 0) == 0);
}

static void test_wakeup_ends_a_wait_without_timeout(int wakeup)
{
    struct pollfd fds[] = {{.fd = wakeup, .events = POLLIN}};
    pthread_t thread;

    EXPECT(pthread_create(&thread, NULL, wake, &wakeup) == 0);
    EXPECT(poller_wait(fds, 1, -1) == 1);
    EXPECT(pthread_join(thread, NULL) == 0);
    EXPECT(poller_wait(fds, 1, 0) == 0); /* drained */
}

static void test_ready_descriptor_is_reported(int wakeup)
{
    int ends[2];

    EXPECT(pipe(ends) == 0);
    EXPECT(write(ends[1], "x", 1) == 1);
    struct pollfd fds[] = {{.fd = wakeup, .events = POLLIN}, {.fd = ends[0], .events = POLLIN}};
    EXPECT(poller_wait(fds, 2, -1) == 1);
    EXPECT(fds[0].revents == 0 && fds[1].revents == POLLIN);
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    int wakeup = poller_wakeup_open();

    EXPECT(wakeup >= 0);
    test_timeout_ends_the_wait(wakeup);
    test_wakeup_ends_a_wait_without_timeout(wakeup);
    test_ready_descriptor_is_reported(wakeup);
    EXPECT(poller_wakeup(-1) == -EBADF);
    close(wakeup);
    return test_result();
}
