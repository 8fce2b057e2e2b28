// SPDX-License-Identifier: Apache-2.0
#ifndef TUNLOOP_NETLINK_H
#define TUNLOOP_NETLINK_H

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stddef.h>

/* A request to rtnetlink: one message with its attributes. */
struct netlink_request {
    struct nlmsghdr header;
    char body[512];
};

/* Opens a route netlink socket. Returns a close-on-exec descriptor, or -errno. */
int netlink_open(void);

/* Begins a request of @type with the fixed part @payload of @length bytes, that asks for an acknowledgement. */
void netlink_begin(struct netlink_request *request, int type, int flags, const void *payload, size_t length);

/* Appends an attribute. A request holds a handful of them; one more is a bug, and aborts. */
void netlink_add(struct netlink_request *request, int type, const void *value, size_t length);

/* Sends the request and waits for the kernel's answer. Returns 0 or -errno. */
int netlink_call(int fd, struct netlink_request *request);

#endif
