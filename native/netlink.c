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

    return fd < 0 ? -errno : fd;
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

int netlink_call(int fd, struct netlink_request *request)
{
    struct {
        struct nlmsghdr header;
        struct nlmsgerr error;
        char echo[sizeof(struct netlink_request)];
    } answer;
    ssize_t length;
    int status = send_request(fd, request);

    if (status < 0) {
        return status;
    }
    do {
        length = recv(fd, &answer, sizeof(answer), 0);
    } while (length < 0 && errno == EINTR);
    if (length < 0) {
        return -errno;
    }
    if ((size_t)length < NLMSG_LENGTH(sizeof(answer.error)) || answer.header.nlmsg_type != NLMSG_ERROR) {
        return -EPROTO;
    }
    return answer.error.error;
}
