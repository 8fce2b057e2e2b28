// SPDX-License-Identifier: Apache-2.0
#include "tun_linux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

int tun_open(const char *name, int flags, char actual[static IFNAMSIZ])
{
    struct ifreq request = {.ifr_flags = (short)flags};
    int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

    if (fd < 0) {
        return -errno;
    }
    strncpy(request.ifr_name, name, IFNAMSIZ - 1);
    if (ioctl(fd, TUNSETIFF, &request) < 0) {
        int error = errno;

        close(fd);
        return -error;
    }
    memcpy(actual, request.ifr_name, IFNAMSIZ);
    return fd;
}
