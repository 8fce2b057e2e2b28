// SPDX-License-Identifier: Apache-2.0
/* Description: a call in another network namespace happens there, and leaves the thread where it was. */
#include "../if_linux.h"
#include "../netlink.h"
#include "../netns.h"
#include "../tun_linux.h"
#include "support.h"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <sys/stat.h>

static int here(void)
{
    return open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
}

static ino_t number_of(int netns)
{
    struct stat file = {0};

    EXPECT(fstat(netns, &file) == 0);
    return file.st_ino;
}

static int number_of_here(void)
{
    int netns = here();
    ino_t number = number_of(netns);

    close(netns);
    return (int)number;
}

static void test_device_and_socket_are_there(int there)
{
    int fd = netns_call(there, tun_open);
    int socket_here = netlink_open(), socket_there = netns_call(there, netlink_open);

    EXPECT_EQ(tun_attach(fd, "ta", IFF_TUN | IFF_NO_PI), 0);
    EXPECT_EQ(if_index(socket_here, "ta"), -ENODEV);
    EXPECT(if_index(socket_there, "ta") > 0);
    close(socket_here);
    close(socket_there);
    close(fd);
}

static void test_thread_is_put_back(int there)
{
    int before = number_of_here();

    EXPECT_EQ(netns_call(there, number_of_here), (int)number_of(there));
    EXPECT_EQ(number_of_here(), before);
    EXPECT_EQ(netns_call(NETNS_HERE, number_of_here), before);
}

static void test_other_files_are_refused(void)
{
    int file = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    int wrong_kind = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);

    EXPECT_EQ(netns_try(file), -EINVAL);
    EXPECT_EQ(netns_try(wrong_kind), -EINVAL);
    EXPECT_EQ(netns_try(-2), -EBADF);
    close(file);
    close(wrong_kind);
}

static void test_device_tells_where_it_is(int there)
{
    int fd = netns_call(there, tun_open), netns;

    EXPECT_EQ(tun_attach(fd, "ta", IFF_TUN | IFF_NO_PI), 0);
    netns = tun_netns(fd);
    EXPECT(netns >= 0);
    EXPECT_EQ(number_of(netns), number_of(there));
    close(netns);
    close(fd);
}

int main(void)
{
    int there;

    enter_namespace_or_skip();
    there = here();
    enter_namespace_or_skip();
    EXPECT_EQ(netns_try(there), 0);
    test_device_and_socket_are_there(there);
    test_thread_is_put_back(there);
    test_other_files_are_refused();
    test_device_tells_where_it_is(there);
    close(there);
    return test_result();
}
