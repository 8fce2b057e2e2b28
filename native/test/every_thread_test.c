// SPDX-License-Identifier: Apache-2.0
/*
 * Description: every thread does what it is told, those that start meanwhile included, and one that cannot is told of;
 * one that is slow does no harm.
 */
#include "../every_thread.h"
#include "support.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

enum { THREADS = 8, TIMEOUT_MS = 10000, SHORT_TIMEOUT_MS = 200 };

typedef void *thread_body(void *);

static atomic_bool stopping;
static pthread_barrier_t started;

/* A name belongs to a thread, needs no rights, and is in the status. AddressSanitizer's prctl is not for handlers. */
static void rename_to_new(void)
{
    syscall(SYS_prctl, PR_SET_NAME, "new");
}

static bool is_new(const char *status)
{
    return strncmp(status, "Name:\tnew\n", 10) == 0;
}

static void rename_to_newer(void)
{
    syscall(SYS_prctl, PR_SET_NAME, "newer");
}

static bool is_newer(const char *status)
{
    return strncmp(status, "Name:\tnewer\n", 12) == 0;
}

static void *wait_for_the_end(void *argument)
{
    pthread_barrier_wait(&started);
    while (!stopping) {
        /* A signal ends it, or the time. */
        poll(NULL, 0, 5);
    }
    return argument;
}

static void *nothing(void *argument)
{
    return argument;
}

static void *start_others(void *argument)
{
    pthread_t child;

    pthread_barrier_wait(&started);
    while (!stopping) {
        if (pthread_create(&child, NULL, nothing, argument) == 0) {
            pthread_join(child, NULL);
        }
    }
    return argument;
}

static void *block_all_signals(void *argument)
{
    sigset_t all, none;

    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    pthread_barrier_wait(&started);
    while (!stopping) {
        poll(NULL, 0, 5);
    }
    /* What was pending must not end the process now. */
    sigemptyset(&none);
    pthread_sigmask(SIG_SETMASK, &none, NULL);
    return argument;
}

static void start(pthread_t threads[static THREADS], thread_body *(*body_of)(int))
{
    stopping = false;
    pthread_barrier_init(&started, NULL, THREADS + 1);
    for (int i = 0; i < THREADS; i++) {
        EXPECT(pthread_create(&threads[i], NULL, body_of(i), NULL) == 0);
    }
    pthread_barrier_wait(&started);
}

static void join(pthread_t threads[static THREADS])
{
    stopping = true;
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    pthread_barrier_destroy(&started);
}

static thread_body *some_start_others(int i)
{
    return i < 2 ? start_others : wait_for_the_end;
}

static thread_body *all_wait(int i)
{
    (void)i;
    return wait_for_the_end;
}

static thread_body *one_blocks(int i)
{
    return i == 0 ? block_all_signals : wait_for_the_end;
}

static void test_all_threads(void)
{
    static const struct thread_change change = {rename_to_new, is_new};
    pthread_t threads[THREADS];
    struct sigaction highest;

    start(threads, some_start_others);
    EXPECT_EQ(every_thread(&change, TIMEOUT_MS), 0);
    join(threads);
    EXPECT(sigaction(SIGRTMAX, NULL, &highest) == 0 && highest.sa_handler == SIG_DFL);
}

static void test_thread_that_blocks_signals(void)
{
    static const struct thread_change change = {rename_to_newer, is_newer};
    pthread_t threads[THREADS];

    start(threads, one_blocks);
    EXPECT_EQ(every_thread(&change, SHORT_TIMEOUT_MS), -ETIMEDOUT);
    join(threads);
}

static atomic_bool released;

/* Done as the kernel sees it, but held up in its handler, as by a busy machine. The caller's own is not. */
static void rename_and_wait(void)
{
    syscall(SYS_prctl, PR_SET_NAME, "late");
    while (getpid() != (pid_t)syscall(SYS_gettid) && !released) {
        sched_yield();
    }
}

static bool is_late(const char *status)
{
    return strncmp(status, "Name:\tlate\n", 11) == 0;
}

/* The file gets the lowest free number, as anything would that the process opens next. */
static void test_handler_that_ends_after_the_call(void)
{
    static const struct thread_change change = {rename_and_wait, is_late};
    pthread_t threads[THREADS];
    struct stat status;
    int file;

    start(threads, all_wait);
    EXPECT_EQ(every_thread(&change, TIMEOUT_MS), 0);
    file = memfd_create("opened next", MFD_CLOEXEC);
    released = true;
    join(threads);
    EXPECT(fstat(file, &status) == 0);
    EXPECT_EQ(status.st_size, 0);
    close(file);
}

int main(void)
{
    test_all_threads();
    test_thread_that_blocks_signals();
    test_handler_that_ends_after_the_call();
    return test_result();
}
