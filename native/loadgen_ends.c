// SPDX-License-Identifier: Apache-2.0
#include "loadgen.h"
#include "netns.h"

#include <errno.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SOCKET_BUFFER_BYTES = 64 << 20 };

static int socket_ipv4(void)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    return fd < 0 ? -errno : fd;
}

static int socket_ipv6(void)
{
    int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    return fd < 0 ? -errno : fd;
}

static void set_option(int fd, int level, int name, int value, bool required)
{
    if (setsockopt(fd, level, name, &value, sizeof(value)) < 0 && required) {
        die(EXIT_FAILURE, "setsockopt: %s", strerror(errno));
    }
}

/* A socket's own buffers must never be what fills up, and no datagram may travel in fragments. */
static void set_options(int fd, int family)
{
    set_option(fd, SOL_SOCKET, SO_RCVBUF, SOCKET_BUFFER_BYTES, false);
    set_option(fd, SOL_SOCKET, SO_SNDBUF, SOCKET_BUFFER_BYTES, false);
    set_option(fd, SOL_SOCKET, SO_RCVBUFFORCE, SOCKET_BUFFER_BYTES, false);
    set_option(fd, SOL_SOCKET, SO_SNDBUFFORCE, SOCKET_BUFFER_BYTES, false);
    if (family == AF_INET) {
        set_option(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE, true);
    } else {
        set_option(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_PROBE, true);
        set_option(fd, IPPROTO_IPV6, IPV6_DONTFRAG, 1, true);
    }
}

static int open_socket(const struct end *end)
{
    int family = end->address.ss_family, netns = NETNS_HERE, fd;

    if (end->netns) {
        netns = netns_open(end->netns);
        if (netns < 0) {
            die(EXIT_FAILURE, "no network namespace %s: %s", end->netns, strerror(-netns));
        }
    }
    fd = netns_call(netns, family == AF_INET ? socket_ipv4 : socket_ipv6);
    if (fd < 0) {
        die(EXIT_FAILURE, "socket in %s: %s", end->netns ? end->netns : "this namespace", strerror(-fd));
    }
    if (netns >= 0) {
        close(netns);
    }
    set_options(fd, family);
    if (bind(fd, (const struct sockaddr *)&end->address, end->address_bytes) < 0) {
        die(EXIT_FAILURE, "bind in %s: %s", end->netns ? end->netns : "this namespace", strerror(errno));
    }
    return fd;
}

void open_sockets(struct end *end, int count)
{
    for (; end->socket_count < count; end->socket_count++) {
        end->sockets[end->socket_count] = open_socket(end);
    }
}

void connect_flows(const struct end *from, const struct end *to)
{
    struct sockaddr_storage far;
    socklen_t bytes = sizeof(far);

    if (getsockname(to->sockets[0], (struct sockaddr *)&far, &bytes) < 0) {
        die(EXIT_FAILURE, "getsockname: %s", strerror(errno));
    }
    for (int i = 0; i < from->socket_count; i++) {
        if (connect(from->sockets[i], (struct sockaddr *)&far, bytes) < 0) {
            die(EXIT_FAILURE, "no route to the receiver: %s", strerror(errno));
        }
    }
}

uint64_t dropped_by(const struct end *end)
{
    uint64_t dropped = 0;

    for (int i = 0; i < end->socket_count; i++) {
        uint32_t memory[SK_MEMINFO_VARS] = {0};
        socklen_t bytes = sizeof(memory);

        if (getsockopt(end->sockets[i], SOL_SOCKET, SO_MEMINFO, memory, &bytes) < 0) {
            die(EXIT_FAILURE, "getsockopt(SO_MEMINFO): %s", strerror(errno));
        }
        dropped += memory[SK_MEMINFO_DROPS];
    }
    return dropped;
}
