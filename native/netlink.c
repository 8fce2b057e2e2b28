// SPDX-License-Identifier: Apache-2.0
#include "netlink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int netlink_open(void)
{
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

    if (fd < 0) {
        return -errno;
    }
    /* Lets the kernel choose among routes. An older one sends all. */
    setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &(int){1}, sizeof(int));
    return fd;
}

int netlink_subscribe(void)
{
    struct sockaddr_nl groups = {
        .nl_family = AF_NETLINK,
        .nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR,
    };
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);

    if (fd < 0) {
        return -errno;
    }
    if (bind(fd, (struct sockaddr *)&groups, sizeof(groups)) < 0) {
        int error = errno;

        close(fd);
        return -error;
    }
    return fd;
}

void netlink_begin(struct netlink_request *request, int type, int flags, const void *payload, size_t length)
{
    memset(request, 0, sizeof(*request));
    request->header.nlmsg_type = (__u16)type;
    request->header.nlmsg_flags = (__u16)(NLM_F_REQUEST | NLM_F_ACK | flags);
    request->header.nlmsg_len = (__u32)NLMSG_LENGTH(length);
    memcpy(NLMSG_DATA(&request->header), payload, length);
}

void netlink_add(struct netlink_request *request, int type, const void *value, size_t length)
{
    size_t end = NLMSG_ALIGN(request->header.nlmsg_len);
    struct rtattr *attribute = (struct rtattr *)((char *)request + end);

    if (end + RTA_SPACE(length) > sizeof(*request)) {
        abort();
    }
    attribute->rta_type = (unsigned short)type;
    attribute->rta_len = (unsigned short)RTA_LENGTH(length);
    memcpy(RTA_DATA(attribute), value, length);
    request->header.nlmsg_len = (__u32)(end + attribute->rta_len);
}

static int send_request(int fd, const struct netlink_request *request)
{
    ssize_t sent;

    do {
        sent = send(fd, request, request->header.nlmsg_len, 0);
    } while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : 0;
}

int netlink_ask_link(int fd, const char *name)
{
    struct netlink_request request;
    struct ifinfomsg message = {.ifi_family = AF_UNSPEC};

    netlink_begin(&request, RTM_GETLINK, name ? 0 : NLM_F_DUMP, &message, sizeof(message));
    /* The answer is the acknowledgement. */
    request.header.nlmsg_flags &= (__u16)~NLM_F_ACK;
    if (name) {
        netlink_add(&request, IFLA_IFNAME, name, strlen(name) + 1);
    }
    return send_request(fd, &request);
}

int netlink_ask_addresses(int fd)
{
    struct netlink_request request;
    struct ifaddrmsg message = {.ifa_family = AF_UNSPEC};

    netlink_begin(&request, RTM_GETADDR, NLM_F_DUMP, &message, sizeof(message));
    request.header.nlmsg_flags &= (__u16)~NLM_F_ACK;
    return send_request(fd, &request);
}

int netlink_ask_routes(int fd, int family, int index)
{
    struct netlink_request request;
    struct rtmsg message = {.rtm_family = (unsigned char)family};
    unsigned int table = RT_TABLE_MAIN;

    netlink_begin(&request, RTM_GETROUTE, NLM_F_DUMP, &message, sizeof(message));
    request.header.nlmsg_flags &= (__u16)~NLM_F_ACK;
    netlink_add(&request, RTA_TABLE, &table, sizeof(table));
    netlink_add(&request, RTA_OIF, &index, sizeof(index));
    return send_request(fd, &request);
}

int netlink_receive(int fd, void *buffer, size_t capacity)
{
    ssize_t length;

    do {
        length = recv(fd, buffer, capacity, MSG_TRUNC);
    } while (length < 0 && errno == EINTR);
    if (length < 0) {
        return -errno;
    }
    return (size_t)length <= capacity ? (int)length : -EMSGSIZE;
}

int netlink_call(int fd, const struct netlink_request *request)
{
    struct {
        struct nlmsghdr header;
        struct nlmsgerr error;
        char echo[sizeof(struct netlink_request)];
    } answer;
    int length = send_request(fd, request);

    if (length == 0) {
        length = netlink_receive(fd, &answer, sizeof(answer));
    }
    if (length < 0) {
        return length;
    }
    if ((size_t)length < NLMSG_LENGTH(sizeof(answer.error)) || answer.header.nlmsg_type != NLMSG_ERROR) {
        return -EPROTO;
    }
    return answer.error.error;
}
