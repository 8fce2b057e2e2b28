// SPDX-License-Identifier: Apache-2.0
#include "netns.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

int netns_open(const char *path)
{
    struct statfs system;
    int fd;

    if (statfs(path, &system) < 0) {
        return -errno;
    }
    if (system.f_type != NSFS_MAGIC) {
        return -EINVAL;
    }
    fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

static void leave(int home)
{
    if (setns(home, CLONE_NEWNET) < 0) {
        fprintf(stderr, "tunloop: cannot return to the network namespace of this process: %s\n", strerror(errno));
        abort();
    }
    close(home);
}

/* True if both descriptors refer to one namespace. */
static bool is_same(int a, int b)
{
    struct statx left, right;

    /* Not fstat, which would need glibc 2.33. */
    return statx(a, "", AT_EMPTY_PATH, STATX_INO, &left) == 0 && statx(b, "", AT_EMPTY_PATH, STATX_INO, &right) == 0 &&
           left.stx_ino == right.stx_ino && left.stx_dev_major == right.stx_dev_major &&
           left.stx_dev_minor == right.stx_dev_minor;
}

int netns_call(int netns, int (*call)(void))
{
    int home, result;

    if (netns == NETNS_HERE) {
        return call();
    }
    /* Of this thread, not of the process: the main thread may be elsewhere. */
    home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    if (home < 0) {
        return -errno;
    }
    if (is_same(netns, home)) {
        close(home);
        return call();
    }
    if (setns(netns, CLONE_NEWNET) < 0) {
        int error = errno;

        close(home);
        return -error;
    }
    result = call();
    leave(home);
    return result;
}

static int nothing(void)
{
    return 0;
}

int netns_try(int netns)
{
    return netns_call(netns, nothing);
}
