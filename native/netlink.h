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

/* Opens a non-blocking one that receives what happens to the links and addresses of its namespace. */
int netlink_subscribe(void);

/* Begins a request of @type with the fixed part @payload of @length bytes, that asks for an acknowledgement. */
void netlink_begin(struct netlink_request *request, int type, int flags, const void *payload, size_t length);

/* Appends an attribute. A request holds a handful of them; one more is a bug, and aborts. */
void netlink_add(struct netlink_request *request, int type, const void *value, size_t length);

/* Sends the request and waits for the kernel's answer. Returns 0 or -errno. */
int netlink_call(int fd, const struct netlink_request *request);

/*
 * RTM_GETLINK: asks for the link @name, or for all when it is NULL; netlink_receive gets the answer. RTM_GETADDR: asks
 * for all addresses. RTM_GETROUTE: asks for the routes of a family in the main table that lead through the link of this
 * @index; Linux before 4.20 answers with all routes. Return 0 or -errno.
 */
int netlink_ask_link(int fd, const char *name);
int netlink_ask_addresses(int fd);
int netlink_ask_routes(int fd, int family, int index);

/*
 * Receives one datagram of messages. Returns its length, -EAGAIN when a non-blocking socket has none, -ENOBUFS when
 * some were lost because they were not received in time, -EMSGSIZE for one longer than @capacity, which is lost.
 */
int netlink_receive(int fd, void *buffer, size_t capacity);

#endif
