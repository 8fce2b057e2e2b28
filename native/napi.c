// SPDX-License-Identifier: Apache-2.0
#include "napi.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "netns.h"

/* Younger than the oldest headers that this compiles with; the same on all architectures. */
#ifndef __NR_fsopen
#define __NR_fsopen 430
#define __NR_fsconfig 431
#define __NR_fsmount 432
#endif

/* linux/mount.h: FSOPEN_CLOEXEC, FSCONFIG_CMD_CREATE, FSMOUNT_CLOEXEC */
enum { OPEN_CLOEXEC = 1, CONFIG_CREATE = 6, MOUNT_CLOEXEC = 1 };

/* A sysfs of this thread's network namespace, or -errno: -ENOSYS before Linux 5.2. */
static int mount_sysfs(void)
{
    int context = (int)syscall(__NR_fsopen, "sysfs", OPEN_CLOEXEC), mount = -1, error;

    if (context < 0) {
        return -errno;
    }
    if (syscall(__NR_fsconfig, context, CONFIG_CREATE, NULL, NULL, 0) == 0) {
        mount = (int)syscall(__NR_fsmount, context, MOUNT_CLOEXEC, 0);
    }
    error = errno;
    close(context);
    return mount < 0 ? -error : mount;
}

/* Opens a file of the interface. Returns a descriptor or -errno. */
static int open_file(int sysfs, const char *name, const char *file, int flags)
{
    char path[sizeof("class/net//") + IFNAMSIZ + 16];
    int fd;

    snprintf(path, sizeof(path), "class/net/%s/%s", name, file);
    fd = openat(sysfs, path, flags | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

/* A number that the file holds, or -errno. */
static int read_number(int fd)
{
    char text[16];
    ssize_t length = pread(fd, text, sizeof(text), 0);
    int number = 0;

    if (length < 0) {
        return -errno;
    }
    for (ssize_t i = 0; i < length && text[i] >= '0' && text[i] <= '9'; i++) {
        number = number * 10 + text[i] - '0';
    }
    return number;
}

static bool shows(int sysfs, const char *name)
{
    int fd = open_file(sysfs, name, "ifindex", O_RDONLY), index;

    if (fd < 0) {
        return false;
    }
    index = read_number(fd);
    close(fd);
    return index > 0 && (unsigned int)index == if_nametoindex(name);
}

static int open_sysfs(int netns, const char *name)
{
    int mounted = netns_call(netns, mount_sysfs), sysfs;

    if (mounted >= 0 || netns != NETNS_HERE) {
        return mounted;
    }
    sysfs = open("/sys", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (sysfs >= 0 && !shows(sysfs, name)) {
        close(sysfs);
        sysfs = -1;
    }
    return sysfs < 0 ? mounted : sysfs;
}

/* Reads first: to change nothing takes no rights. */
static int set_threaded(int sysfs, const char *name, bool threaded)
{
    int fd = open_file(sysfs, name, "threaded", O_RDONLY), before, result;

    if (fd < 0) {
        return fd;
    }
    before = read_number(fd);
    close(fd);
    if (before < 0 || before == threaded) {
        return before < 0 ? before : 0;
    }
    fd = open_file(sysfs, name, "threaded", O_WRONLY);
    if (fd < 0) {
        return fd;
    }
    result = write(fd, threaded ? "1" : "0", 1) < 0 ? -errno : 0;
    close(fd);
    return result;
}

int napi_set_threaded(int netns, const char *name, bool threaded)
{
    int sysfs = open_sysfs(netns, name), result;

    if (sysfs < 0) {
        return sysfs;
    }
    result = set_threaded(sysfs, name, threaded);
    close(sysfs);
    return result;
}
