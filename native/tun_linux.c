// SPDX-License-Identifier: Apache-2.0
#include "tun_linux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <string.h>
#include <sys/ioctl.h>

static int result_of(int status)
{
    return status < 0 ? -errno : status;
}

int tun_open(void)
{
    return result_of(open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC));
}

int tun_attach(int fd, const char *name, int flags)
{
    struct ifreq request = {.ifr_flags = (short)flags};

    if (strlen(name) >= IFNAMSIZ) {
        return -ENAMETOOLONG;
    }
    strcpy(request.ifr_name, name);
    return result_of(ioctl(fd, TUNSETIFF, &request));
}

int tun_device(int fd, char name[static IFNAMSIZ])
{
    struct ifreq request = {0};

    if (ioctl(fd, TUNGETIFF, &request) < 0) {
        return -errno;
    }
    memcpy(name, request.ifr_name, IFNAMSIZ);
    return (unsigned short)request.ifr_flags;
}

int tun_set_vnet_header_bytes(int fd, int bytes)
{
    return result_of(ioctl(fd, TUNSETVNETHDRSZ, &bytes));
}

int tun_set_offload(int fd, unsigned int mask)
{
    return result_of(ioctl(fd, TUNSETOFFLOAD, (unsigned long)mask));
}
