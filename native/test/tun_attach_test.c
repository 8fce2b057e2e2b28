// SPDX-License-Identifier: Apache-2.0
/* Description: attaching a descriptor to a device, and what the kernel says when it cannot be. */
#include "../if_linux.h"
#include "../netlink.h"
#include "../tun_linux.h"
#include "support.h"

#include <linux/if_tun.h>
#include <string.h>

static int open_device(const char *name, int flags)
{
    int fd = tun_open();
    int status = tun_attach(fd, name, flags);

    if (status < 0) {
        close(fd);
        return status;
    }
    return fd;
}

static void test_kernel_chooses_the_name(void)
{
    char name[IFNAMSIZ];
    int fd = open_device("", IFF_TUN | IFF_NO_PI);

    EXPECT(fd >= 0);
    EXPECT_EQ(tun_device(fd, name) & (IFF_TUN | IFF_TAP | IFF_NO_PI), IFF_TUN | IFF_NO_PI);
    EXPECT(strcmp(name, "tun0") == 0);
    close(fd);
}

static void test_longest_name_fits(void)
{
    char name[IFNAMSIZ];
    int fd = open_device("a23456789012345", IFF_TUN | IFF_NO_PI);

    EXPECT(fd >= 0);
    tun_device(fd, name);
    EXPECT(strcmp(name, "a23456789012345") == 0);
    close(fd);
    EXPECT_EQ(open_device("a234567890123456", IFF_TUN | IFF_NO_PI), -ENAMETOOLONG);
}

static void test_second_user_is_refused(void)
{
    int fd = open_device("ta", IFF_TUN | IFF_NO_PI);

    EXPECT(fd >= 0);
    EXPECT_EQ(open_device("ta", IFF_TUN | IFF_NO_PI), -EBUSY);
    EXPECT_EQ(open_device("ta", IFF_TUN | IFF_NO_PI | IFF_MULTI_QUEUE), -EINVAL);
    EXPECT_EQ(open_device("ta", IFF_TAP | IFF_NO_PI), -EINVAL);
    close(fd);
    fd = open_device("ta", IFF_TAP | IFF_NO_PI);
    EXPECT(fd >= 0);
    close(fd);
}

static void test_unattached_descriptor_is_none(void)
{
    char name[IFNAMSIZ], byte;
    int fd = tun_open();

    EXPECT_EQ(tun_device(fd, name), -EBADFD);
    EXPECT(read(fd, &byte, 1) < 0 && errno == EBADFD);
    close(fd);
}

static void test_persistent_device_stays(void)
{
    int socket = netlink_open();
    int fd = open_device("tp", IFF_TUN | IFF_NO_PI);

    EXPECT_EQ(tun_set_persist(fd, true), 0);
    EXPECT_EQ(tun_set_owner(fd, 0), 0);
    EXPECT_EQ(tun_set_group(fd, 0), 0);
    close(fd);
    EXPECT(if_index(socket, "tp") > 0);

    fd = open_device("tp", IFF_TUN | IFF_NO_PI);
    EXPECT_EQ(tun_set_persist(fd, false), 0);
    close(fd);
    EXPECT_EQ(if_index(socket, "tp"), -ENODEV);
    close(socket);
}

static void test_foreign_descriptor_is_adopted(void)
{
    int ends[2];

    EXPECT(pipe(ends) == 0);
    EXPECT_EQ(tun_adopt(ends[0]), 0);
    EXPECT(read(ends[0], &(char){0}, 1) < 0 && errno == EAGAIN);
    close(ends[0]);
    close(ends[1]);
    EXPECT_EQ(tun_adopt(-1), -EBADF);
}

int main(void)
{
    enter_namespace_or_skip();
    test_kernel_chooses_the_name();
    test_longest_name_fits();
    test_second_user_is_refused();
    test_unattached_descriptor_is_none();
    test_persistent_device_stays();
    test_foreign_descriptor_is_adopted();
    return test_result();
}
