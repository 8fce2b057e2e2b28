// SPDX-License-Identifier: Apache-2.0
/* Description: an interface gets its MTU, queue length, link state, addresses and routes. */
#include "../if_linux.h"
#include "../netlink.h"
#include "../tun_linux.h"
#include "support.h"

#include <linux/if_tun.h>
#include <sys/socket.h>

static const unsigned char ipv4[4] = {10, 7, 0, 1}, ipv4_hop[4] = {10, 7, 0, 2}, ipv4_far[4] = {192, 0, 2, 1};
static const unsigned char ipv4_network[4] = {10, 9, 0, 0};
static const unsigned char ipv6[16] = {0xfd, [15] = 1};

static void test_mtu(int socket)
{
    EXPECT_EQ(if_mtu(socket, "ta"), 1500);
    EXPECT_EQ(if_set_mtu(socket, "ta", 9000), 0);
    EXPECT_EQ(if_mtu(socket, "ta"), 9000);
    EXPECT_EQ(if_set_mtu(socket, "ta", 65535), 0);
    EXPECT_EQ(if_set_mtu(socket, "ta", 67), -EINVAL);
    EXPECT_EQ(if_set_mtu(socket, "ta", 65536), -EINVAL);
    EXPECT_EQ(if_set_mtu(socket, "ta", 1500), 0);
}

static void test_queue_length(int socket)
{
    EXPECT_EQ(if_set_txqueuelen(socket, "ta", 2000), 0);
    EXPECT_EQ(if_set_txqueuelen(socket, "ta", 2000), 0);
    EXPECT_EQ(if_set_txqueuelen(socket, "ta", -1), -EINVAL);
}

static void test_addresses(int socket)
{
    EXPECT_EQ(if_add_address(socket, "ta", AF_INET, ipv4, 24), 0);
    EXPECT_EQ(if_add_address(socket, "ta", AF_INET, ipv4, 24), 0);
    EXPECT_EQ(if_add_address(socket, "ta", AF_INET6, ipv6, 64), 0);
    EXPECT_EQ(if_add_address(socket, "ta", AF_INET6, ipv6, 64), 0);
    EXPECT_EQ(if_add_address(socket, "ta", AF_INET, ipv4, 33), -EINVAL);
    EXPECT_EQ(if_remove_address(socket, "ta", AF_INET6, ipv6, 64), 0);
    EXPECT_EQ(if_remove_address(socket, "ta", AF_INET6, ipv6, 64), -EADDRNOTAVAIL);
}

static void test_routes(int socket)
{
    EXPECT_EQ(if_add_route(socket, "ta", AF_INET, ipv4_network, 16, NULL, 0), -ENETDOWN);
    EXPECT_EQ(if_set_up(socket, "ta", true), 0);
    EXPECT_EQ(if_set_up(socket, "ta", true), 0);
    EXPECT_EQ(if_add_route(socket, "ta", AF_INET, ipv4_network, 16, NULL, 0), 0);
    EXPECT_EQ(if_add_route(socket, "ta", AF_INET, ipv4_network, 16, ipv4_hop, 7), 0);
    EXPECT_EQ(if_add_route(socket, "ta", AF_INET, ipv4_network, 16, ipv4_far, 0), -ENETUNREACH);
    EXPECT_EQ(if_remove_route(socket, "ta", AF_INET, ipv4_network, 16, ipv4_hop, 7), 0);
    EXPECT_EQ(if_remove_route(socket, "ta", AF_INET, ipv4_network, 16, ipv4_hop, 7), -ESRCH);
}

static void test_missing_interface(int socket)
{
    EXPECT_EQ(if_index(socket, "none"), -ENODEV);
    EXPECT_EQ(if_mtu(socket, "none"), -ENODEV);
    EXPECT_EQ(if_set_mtu(socket, "none", 1500), -ENODEV);
    EXPECT_EQ(if_set_txqueuelen(socket, "none", 1), -ENODEV);
    EXPECT_EQ(if_set_up(socket, "none", true), -ENODEV);
    EXPECT_EQ(if_add_address(socket, "none", AF_INET, ipv4, 24), -ENODEV);
    EXPECT_EQ(if_add_route(socket, "none", AF_INET, ipv4_network, 16, NULL, 0), -ENODEV);
    EXPECT_EQ(if_index(socket, "a234567890123456"), -ENAMETOOLONG);
}

int main(void)
{
    int fd, socket;

    enter_namespace_or_skip();
    fd = tun_open();
    socket = netlink_open();
    EXPECT_EQ(tun_attach(fd, "ta", IFF_TUN | IFF_NO_PI), 0);
    test_mtu(socket);
    test_queue_length(socket);
    test_addresses(socket);
    test_routes(socket);
    test_missing_interface(socket);
    close(socket);
    close(fd);
    return test_result();
}
