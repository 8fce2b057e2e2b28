// SPDX-License-Identifier: Apache-2.0
/*
 * Description: the limit forwarder moves packets in each of its modes, and ends as it is told.
 *
 *     UDP socket --> 10.8.0.1/24 la ==limit==> lb 10.8.1.1/24 --> packet socket on lb
 */
#include "../if_linux.h"
#include "../netlink.h"
#include "support.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

enum { USAGE = 2, TIMEOUT_MS = 20000, IP_UDP_BYTES = 28 };

static const char *limit;

static pid_t start(const char *mode, const char *ip1, const char *ip2)
{
    pid_t child = fork();

    if (child == 0) {
        execl(limit, limit, mode, "--iface1", "la", "--ip1", ip1, "--iface2", "lb", "--ip2", ip2, "--mtu", "1400",
              "--txqueuelen", "700", (char *)NULL);
        _exit(99);
    }
    return child;
}

static int exit_of(pid_t child)
{
    int status = -1;

    EXPECT(waitpid(child, &status, 0) == child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static bool is_up(int socket, const char *name)
{
    struct ifreq request = {0};

    strcpy(request.ifr_name, name);
    return ioctl(socket, SIOCGIFFLAGS, &request) == 0 && (request.ifr_flags & IFF_UP);
}

/* Waits on what netlink tells until both links are up. */
static bool wait_until_up(int monitor, int socket)
{
    static char buffer[32768];
    struct pollfd poller = {.fd = monitor, .events = POLLIN};

    while (!is_up(socket, "la") || !is_up(socket, "lb")) {
        if (poll(&poller, 1, TIMEOUT_MS) <= 0) {
            return false;
        }
        while (netlink_receive(monitor, buffer, sizeof(buffer)) > 0) {
        }
    }
    return true;
}

static int packet_socket_on(int index)
{
    struct sockaddr_ll address = {
        .sll_family = AF_PACKET,
        .sll_protocol = htons(ETH_P_IP),
        .sll_ifindex = index,
    };
    int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(ETH_P_IP));

    EXPECT(bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
    return fd;
}

/* Sends a datagram into la, and expects it to come out of lb. */
static void expect_forwarded(int socket_for_index)
{
    static const char text[] = "as fast as it can be";
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9), .sin_addr.s_addr = inet_addr("10.8.0.9")};
    char packet[2000];
    int in = packet_socket_on(if_index(socket_for_index, "lb")), out = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct pollfd poller = {.fd = in, .events = POLLIN};

    EXPECT(sendto(out, text, sizeof(text), 0, (struct sockaddr *)&to, sizeof(to)) == sizeof(text));
    EXPECT_EQ(poll(&poller, 1, TIMEOUT_MS), 1);
    EXPECT_EQ(recv(in, packet, sizeof(packet), MSG_DONTWAIT), IP_UDP_BYTES + sizeof(text));
    EXPECT(memcmp(packet + IP_UDP_BYTES, text, sizeof(text)) == 0);
    close(out);
    close(in);
}

static void test_mode(const char *mode)
{
    int monitor = netlink_subscribe(), socket = netlink_open();
    pid_t child = start(mode, "10.8.0.1", "10.8.1.1/24");

    EXPECT(wait_until_up(monitor, socket));
    EXPECT_EQ(if_mtu(socket, "la"), 1400);
    expect_forwarded(socket);
    kill(child, SIGTERM);
    EXPECT_EQ(exit_of(child), EXIT_SUCCESS);
    EXPECT_EQ(if_index(socket, "la"), -ENODEV);
    EXPECT_EQ(if_index(socket, "lb"), -ENODEV);
    close(socket);
    close(monitor);
}

static void test_deleted_device_ends_it(void)
{
    int monitor = netlink_subscribe(), socket = netlink_open();
    pid_t child = start("plain", "10.8.0.1", "10.8.1.1");
    struct netlink_request request;
    struct ifinfomsg message = {0};

    EXPECT(wait_until_up(monitor, socket));
    message.ifi_index = if_index(socket, "lb");
    netlink_begin(&request, RTM_DELLINK, 0, &message, sizeof(message));
    EXPECT_EQ(netlink_call(socket, &request), 0);
    EXPECT_EQ(exit_of(child), EXIT_FAILURE);
    EXPECT_EQ(if_index(socket, "la"), -ENODEV);
    close(socket);
    close(monitor);
}

static void test_wrong_usage(void)
{
    EXPECT_EQ(exit_of(start("fast", "10.8.0.1", "10.8.1.1")), USAGE);
    EXPECT_EQ(exit_of(start("plain", "10.8.0", "10.8.1.1")), USAGE);
    EXPECT_EQ(exit_of(start("plain", "10.8.0.1/33", "10.8.1.1")), USAGE);
    EXPECT_EQ(exit_of(start("plain", "10.8.0.1", "fd00::1/129")), USAGE);
}

int main(int count, char **arguments)
{
    if (count != 2) {
        fprintf(stderr, "usage: limit_test LIMIT\n");
        return EXIT_FAILURE;
    }
    limit = arguments[1];
    enter_namespace_or_skip();
    test_mode("plain");
    test_mode("epoll");
    test_mode("ring");
    test_mode("merge");
    test_mode("passthrough");
    test_mode("passthrough-single");
    test_deleted_device_ends_it();
    test_wrong_usage();
    return test_result();
}
