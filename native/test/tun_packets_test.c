// SPDX-License-Identifier: Apache-2.0
/* Description: batches on a real device: what costs a packet, what ends a batch, and what loses the device. */
#include "../if_linux.h"
#include "../netlink.h"
#include "../packet_io.h"
#include "../tun_linux.h"
#include "support.h"

#include <fcntl.h>
#include <linux/if_tun.h>

enum { PACKETS = 3 };

/* An IPv4 header of protocol 255 from 10.7.0.2 to 10.7.0.1: valid, and of no interest to anybody. */
static unsigned char valid[20] = {0x45, 0, 0, 20, 0, 0, 0, 0, 64, 255, 0x65, 0xda, 10, 7, 0, 2, 10, 7, 0, 1};
static unsigned char unknown_version[20] = {0x95};

static int open_device(const char *name)
{
    int fd = tun_open();

    EXPECT_EQ(tun_attach(fd, name, IFF_TUN | IFF_NO_PI), 0);
    return fd;
}

static int write_with(int fd, void *second, int32_t spans_of_second, int32_t results[static PACKETS])
{
    struct iovec iov[PACKETS] = {{valid, sizeof(valid)}, {second, sizeof(valid)}, {valid, sizeof(valid)}};
    const int32_t spans[PACKETS] = {1, spans_of_second, 1};

    return packets_write(fd, false, iov, spans, results, PACKETS);
}

static int write_three(int fd, void *second, int32_t results[static PACKETS])
{
    return write_with(fd, second, 1, results);
}

static void test_link_down_costs_packets(int fd, int socket)
{
    int32_t results[PACKETS] = {0};

    EXPECT_EQ(if_set_up(socket, "ta", false), 0);
    EXPECT_EQ(write_three(fd, valid, results), PACKETS);
    EXPECT(results[0] == -EIO && results[1] == -EIO && results[2] == -EIO);
    EXPECT_EQ(if_set_up(socket, "ta", true), 0);
    EXPECT_EQ(write_three(fd, valid, results), PACKETS);
    EXPECT(results[0] == 20 && results[1] == 20 && results[2] == 20);
}

static void test_refused_packet_costs_itself(int fd)
{
    int32_t results[PACKETS] = {0};

    EXPECT_EQ(write_three(fd, unknown_version, results), PACKETS);
    EXPECT(results[0] == 20 && results[1] == -EINVAL && results[2] == 20);
}

static void test_refused_packet_with_parts_ends_the_batch(int fd)
{
    int32_t results[PACKETS] = {0};

    EXPECT_EQ(write_with(fd, unknown_version, -1, results), 2);
    EXPECT(results[0] == 20 && results[1] == -EINVAL);
}

static void test_empty_queue_reads_nothing(int fd)
{
    static char packet[65536];
    struct iovec iov = {packet, sizeof(packet)};
    int32_t length;

    while (packets_read(fd, false, &iov, &length, 1) > 0) {
    }
    EXPECT_EQ(packets_read(fd, false, &iov, &length, 1), 0);
}

/* Whoever has handed a device over can make it blocking: a wait, which nothing would end, ends the test. */
static void test_handed_over_device_does_not_wait(int fd)
{
    static char packet[65536];
    struct iovec iov = {packet, sizeof(packet)};
    struct iovec parts[] = {{valid, 12}, {valid + 12, 8}};
    const int32_t two = 2;
    int32_t result;
    int flags = fcntl(fd, F_GETFL);

    EXPECT_EQ(fcntl(fd, F_SETFL, flags & ~O_NONBLOCK), 0);
    while (packets_read(fd, true, &iov, &result, 1) > 0) {
    }
    EXPECT_EQ(packets_read(fd, true, &iov, &result, 1), 0);
    EXPECT_EQ(packets_write(fd, true, parts, &two, &result, 1), 1);
    EXPECT_EQ(result, 20);
    EXPECT_EQ(fcntl(fd, F_SETFL, flags), 0);
}

static void test_deleted_device_is_lost(int fd)
{
    int32_t results[PACKETS];
    struct iovec iov = {valid, sizeof(valid)};
    int socket = netlink_open(), index = if_index(socket, "ta");
    struct netlink_request request;
    struct ifinfomsg message = {.ifi_index = index};

    netlink_begin(&request, RTM_DELLINK, 0, &message, sizeof(message));
    EXPECT_EQ(netlink_call(socket, &request), 0);
    EXPECT_EQ(write_three(fd, valid, results), -EBADFD);
    EXPECT_EQ(packets_read(fd, false, &iov, results, 1), -EBADFD);
    close(socket);
}

int main(void)
{
    int fd, socket;

    enter_namespace_or_skip();
    alarm(30);
    fd = open_device("ta");
    socket = netlink_open();
    test_link_down_costs_packets(fd, socket);
    test_refused_packet_costs_itself(fd);
    test_refused_packet_with_parts_ends_the_batch(fd);
    test_empty_queue_reads_nothing(fd);
    test_handed_over_device_does_not_wait(fd);
    test_deleted_device_is_lost(fd);
    close(socket);
    close(fd);
    return test_result();
}
