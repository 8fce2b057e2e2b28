// SPDX-License-Identifier: Apache-2.0
#include "every_thread.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* How long a round waits for threads that may have ended, before it looks who is left. */
enum { ROUND_MS = 50, CLEAN_ROUNDS = 2, STATUS_BYTES = 8192 };

/* A signal handler has no other way to get at its arguments. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static void (*action)(void);
static int posts;

static void on_signal(int signal)
{
    int saved = errno;
    ssize_t written;

    (void)signal;
    action();
    written = write(posts, &(uint64_t){1}, sizeof(uint64_t));
    /* A post that is lost costs a round's time. */
    (void)written;
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

/* 1 if the thread is done, or gone; 0 if not; -errno. */
static int thread_is_done(const char *tid, bool (*is_done)(const char *))
{
    char path[64], status[STATUS_BYTES];
    ssize_t length;
    int fd, error;

    snprintf(path, sizeof(path), "/proc/self/task/%s/status", tid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return errno == ENOENT ? 1 : -errno;
    }
    length = read(fd, status, sizeof(status) - 1);
    error = errno;
    close(fd);
    if (length < 0) {
        return error == ESRCH ? 1 : -error;
    }
    status[length] = '\0';
    return is_done(status);
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

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Waits for this many posts; not longer than a round, since a thread may end before its signal comes. */
static void wait_for_posts(int count)
{
    struct pollfd poller = {.fd = posts, .events = POLLIN};
    int64_t end = now_ms() + ROUND_MS, left;

    while (count > 0 && (left = end - now_ms()) > 0) {
        uint64_t posted;

        if (poll(&poller, 1, (int)left) > 0 && read(posts, &posted, sizeof(posted)) > 0) {
            count -= (int)posted;
        }
    }
}

static int run_rounds(const struct thread_change *change, int signal, int timeout_ms)
{
    int64_t deadline = now_ms() + timeout_ms;
    int clean = 0;

    while (clean < CLEAN_ROUNDS) {
        int signalled = signal_the_rest(change, signal);

        if (signalled < 0) {
            return signalled;
        }
        if (signalled > 0 && now_ms() > deadline) {
            return -ETIMEDOUT;
        }
        clean = signalled == 0 ? clean + 1 : 0;
        wait_for_posts(signalled);
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
    action = change->action;
    posts = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (posts < 0) {
        result = -errno;
    } else {
        result = signal ? run_with_signal(change, signal, timeout_ms) : -EAGAIN;
        close(posts);
    }
    pthread_mutex_unlock(&lock);
    return result;
}
