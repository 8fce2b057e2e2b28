// SPDX-License-Identifier: Apache-2.0
#include "tun_linux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <string.h>
#include <sys/ioctl.h>

/* Linux 5.5; older headers lack it. */
#ifndef TUNGETDEVNETNS
#define TUNGETDEVNETNS _IO('T', 227)
#endif

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

int tun_set_persist(int fd, bool persist)
{
    return result_of(ioctl(fd, TUNSETPERSIST, (unsigned long)persist));
}

int tun_set_owner(int fd, unsigned int uid)
{
    return result_of(ioctl(fd, TUNSETOWNER, (unsigned long)uid));
}

int tun_set_group(int fd, unsigned int gid)
{
    return result_of(ioctl(fd, TUNSETGROUP, (unsigned long)gid));
}

int tun_set_carrier(int fd, bool carrier)
{
    int value = carrier;

    return result_of(ioctl(fd, TUNSETCARRIER, &value));
}

int tun_netns(int fd)
{
    return result_of(ioctl(fd, TUNGETDEVNETNS));
}

int tun_adopt(int fd)
{
    int flags = fcntl(fd, F_GETFL);

    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0) {
        return -errno;
    }
    return 0;
}
