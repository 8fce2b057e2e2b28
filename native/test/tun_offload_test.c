// SPDX-License-Identifier: Apache-2.0
/* Description: header size and offload mask outlive a detach, and are overwritten by the next user. */
#include "../tun_linux.h"
#include "support.h"

#include <linux/if_tun.h>
#include <sys/ioctl.h>

enum { MASK = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6, LARGER_HEADER = 12 };

static int attach(void)
{
    int fd = tun_open();

    EXPECT_EQ(tun_attach(fd, "to", IFF_TUN | IFF_NO_PI | IFF_VNET_HDR), 0);
    return fd;
}

static int header_bytes(int fd)
{
    int bytes = 0;

    EXPECT(ioctl(fd, TUNGETVNETHDRSZ, &bytes) == 0);
    return bytes;
}

static void test_header_size_belongs_to_the_device(void)
{
    int fd = attach();

    EXPECT_EQ(header_bytes(fd), 10);
    EXPECT_EQ(tun_set_vnet_header_bytes(fd, LARGER_HEADER), 0);
    EXPECT_EQ(tun_set_persist(fd, true), 0);
    close(fd);

    fd = attach();
    EXPECT_EQ(header_bytes(fd), LARGER_HEADER);
    EXPECT_EQ(tun_set_vnet_header_bytes(fd, 10), 0);
    EXPECT_EQ(header_bytes(fd), 10);
    EXPECT_EQ(tun_set_persist(fd, false), 0);
    close(fd);
}

static void test_masks(void)
{
    int fd = attach();

    EXPECT_EQ(tun_set_offload(fd, 0), 0);
    EXPECT_EQ(tun_set_offload(fd, MASK), 0);
    EXPECT_EQ(tun_set_offload(fd, MASK | TUN_F_TSO_ECN), 0);
    EXPECT_EQ(tun_set_offload(fd, TUN_F_TSO4), -EINVAL);
    EXPECT_EQ(tun_set_offload(fd, TUN_F_CSUM | 0x20), -EINVAL);
    EXPECT_EQ(tun_set_offload(fd, MASK | 0x8000), -EINVAL);
    close(fd);
}

int main(void)
{
    enter_namespace_or_skip();
    test_header_size_belongs_to_the_device();
    test_masks();
    return test_result();
}
