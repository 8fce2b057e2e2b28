// SPDX-License-Identifier: Apache-2.0
/* Description: a subscription hears of links; a request that is too long is a bug, and aborts. */
#include "../if_linux.h"
#include "../netlink.h"
#include "support.h"

#include <net/if.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/wait.h>

enum { BUFFER_BYTES = 32768 };

static char buffer[BUFFER_BYTES];

static void test_subscription_hears_of_links(void)
{
    int monitor = netlink_subscribe(), socket = netlink_open();
    struct nlmsghdr *first = (struct nlmsghdr *)buffer;

    EXPECT(monitor >= 0);
    EXPECT_EQ(netlink_receive(monitor, buffer, sizeof(buffer)), -EAGAIN);
    EXPECT_EQ(if_set_up(socket, "lo", true), 0);
    EXPECT(netlink_receive(monitor, buffer, sizeof(buffer)) > 0);
    EXPECT_EQ(first->nlmsg_type, RTM_NEWLINK);
    close(socket);
    close(monitor);
}

static void test_message_that_is_too_long_is_lost(void)
{
    int socket = netlink_open();

    EXPECT_EQ(netlink_ask_link(socket, "lo"), 0);
    EXPECT_EQ(netlink_receive(socket, buffer, 64), -EMSGSIZE);
    EXPECT_EQ(netlink_ask_link(socket, "lo"), 0);
    EXPECT(netlink_receive(socket, buffer, sizeof(buffer)) > 64);
    close(socket);
}

/* Each of one family, in the main table, through one link: not the local one, which is in another. */
static void test_routes_of_a_link(void)
{
    static const unsigned char lo_network[] = {10, 9, 0, 0};
    int socket = netlink_open(), lo = if_index(socket, "lo"), routes = 0;
    struct nlmsghdr *message = (struct nlmsghdr *)buffer;
    int length;

    EXPECT_EQ(if_set_up(socket, "lo", true), 0);
    EXPECT_EQ(if_add_route(socket, "lo", AF_INET, lo_network, 16, NULL, 0), 0);
    EXPECT_EQ(netlink_ask_routes(socket, AF_INET, lo), 0);
    length = netlink_receive(socket, buffer, sizeof(buffer));
    for (; NLMSG_OK(message, length); message = NLMSG_NEXT(message, length)) {
        routes += message->nlmsg_type == RTM_NEWROUTE;
    }
    EXPECT_EQ(routes, 1);
    close(socket);
}

static void test_request_that_is_too_long_aborts(void)
{
    static const char value[sizeof(struct netlink_request)];
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        struct netlink_request request;

        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        netlink_begin(&request, RTM_NEWADDR, 0, value, sizeof(struct ifaddrmsg));
        netlink_add(&request, IFLA_IFNAME, value, sizeof(value));
        _exit(EXIT_SUCCESS);
    }
    EXPECT(waitpid(child, &status, 0) == child);
    EXPECT(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

int main(void)
{
    enter_namespace_or_skip();
    test_subscription_hears_of_links();
    test_message_that_is_too_long_is_lost();
    test_routes_of_a_link();
    test_request_that_is_too_long_aborts();
    return test_result();
}
