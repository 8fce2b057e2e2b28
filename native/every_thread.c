// SPDX-License-Identifier: Apache-2.0
#include "every_thread.h"

#include "clock.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

/* How long a round waits for threads that may have ended, before it looks who is left. */
enum { ROUND_MS = 50, CLEAN_ROUNDS = 2 };

/*
 * A signal handler has no other way to get at its arguments. A thread may be held up in the middle of its handler until
 * long after the call that signalled it has returned, so what the handler touches is there for good: a descriptor for
 * the posts would be closed by then, and its number somebody else's.
 */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static void (*_Atomic action)(void);
static atomic_uint posts;

static void on_signal(int signal)
{
    int saved = errno;

    (void)signal;
    atomic_load (&action)();
    atomic_fetch_add(&posts, 1);
    syscall(SYS_futex, &posts, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
    errno = saved;
}

/* The highest real-time signal that nobody handles, or 0. */
static int free_signal(void)
{
    for (int signal = SIGRTMAX; signal >= SIGRTMIN; signal--) {
        struct sigaction present;

        if (sigaction(signal, NULL, &present) == 0 && present.sa_handler == SIG_DFL) {
            return signal;
        }
    }
    return 0;
}

/* Reads the whole file, which the caller frees: with all groups of its user a status may have hundreds of KiB. */
static int read_text(const char *path, char **text)
{
    FILE *file = fopen(path, "re");
    size_t capacity = 0;
    int result = 0;

    *text = NULL;
    if (!file) {
        return -errno;
    }
    errno = 0;
    /* No text has a zero byte, so this is all of it. */
    if (getdelim(text, &capacity, '\0', file) < 0) {
        result = errno ? -errno : -ENODATA;
    }
    fclose(file);
    return result;
}

/* 1 if the thread is done, or gone; 0 if not; -errno. */
static int thread_is_done(const char *tid, bool (*is_done)(const char *))
{
    char path[sizeof("/proc/self/task//status") + NAME_MAX], *status;
    int result;

    snprintf(path, sizeof(path), "/proc/self/task/%s/status", tid);
    result = read_text(path, &status);
    if (result == 0) {
        result = is_done(status);
    } else if (result == -ENOENT || result == -ESRCH) {
        result = 1;
    }
    free(status);
    return result;
}

/* Signals each thread that is not done. Returns how many, or -errno. */
static int signal_the_rest(const struct thread_change *change, int signal)
{
    DIR *tasks = opendir("/proc/self/task");
    struct dirent *entry;
    int count = 0;

    if (!tasks) {
        return -errno;
    }
    while (count >= 0 && (entry = readdir(tasks))) {
        int done = entry->d_name[0] == '.' ? 1 : thread_is_done(entry->d_name, change->is_done);

        if (done < 0) {
            count = done;
        } else if (!done && syscall(SYS_tgkill, getpid(), atoi(entry->d_name), signal) == 0) {
            count++;
        } else if (!done && errno != ESRCH) {
            count = -errno;
        }
    }
    closedir(tasks);
    return count;
}

/* Waits until there are @target posts; not longer than a round, since a thread may end before its signal comes. */
static void wait_for_posts(unsigned int target)
{
    int64_t end = now_ms() + ROUND_MS, left;
    unsigned int seen;

    /* A handler of an earlier call that posts only now costs a look at who is left, no more. */
    while ((int)(target - (seen = atomic_load(&posts))) > 0 && (left = end - now_ms()) > 0) {
        struct timespec timeout = {.tv_nsec = left * 1000000};

        syscall(SYS_futex, &posts, FUTEX_WAIT_PRIVATE, seen, &timeout, NULL, 0);
    }
}

static int run_rounds(const struct thread_change *change, int signal, int timeout_ms)
{
    int64_t deadline = now_ms() + timeout_ms;
    int clean = 0;

    while (clean < CLEAN_ROUNDS) {
        unsigned int before = atomic_load(&posts);
        int signalled = signal_the_rest(change, signal);

        if (signalled < 0) {
            return signalled;
        }
        if (signalled > 0 && now_ms() > deadline) {
            return -ETIMEDOUT;
        }
        clean = signalled == 0 ? clean + 1 : 0;
        wait_for_posts(before + (unsigned int)signalled);
    }
    return 0;
}

static int run_with_signal(const struct thread_change *change, int signal, int timeout_ms)
{
    struct sigaction handler = {.sa_handler = on_signal, .sa_flags = SA_RESTART | SA_ONSTACK}, previous;
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    int result;

    sigfillset(&handler.sa_mask);
    if (sigaction(signal, &handler, &previous) < 0) {
        return -errno;
    }
    result = run_rounds(change, signal, timeout_ms);
    /* Ignoring it discards the ones that are pending, which would kill the process later. */
    sigaction(signal, &ignore, NULL);
    sigaction(signal, &previous, NULL);
    return result;
}

int every_thread(const struct thread_change *change, int timeout_ms)
{
    int signal, result;

    pthread_mutex_lock(&lock);
    signal = free_signal();
    atomic_store(&action, change->action);
    result = signal ? run_with_signal(change, signal, timeout_ms) : -EAGAIN;
    pthread_mutex_unlock(&lock);
    return result;
}
