// SPDX-License-Identifier: Apache-2.0
#ifndef TUNLOOP_NETNS_H
#define TUNLOOP_NETNS_H

/* The value of @netns that means the caller's own network namespace. */
enum { NETNS_HERE = -1 };

/*
 * Opens the file of a network namespace. Returns a close-on-exec descriptor, or -errno: -EINVAL for a file of any other
 * kind, which is not opened then. A fifo would wait for a writer, a device might do something.
 */
int netns_open(const char *path);

/*
 * Calls @call with this thread in the network namespace that the descriptor @netns refers to, and puts the thread back.
 * A TUN device and a netlink socket belong to the namespace that their descriptor was opened in, so the opening is all
 * that has to happen there. Needs CAP_SYS_ADMIN, unless the thread is in that namespace anyway.
 *
 * Returns what @call returned, or -errno if the namespace could not be entered. If the thread cannot be put back the
 * process is aborted with a message: it must not go on with a thread that does its work in the wrong namespace.
 */
int netns_call(int netns, int (*call)(void));

/* Enters and leaves: 0, or -errno when netns_call could not enter. */
int netns_try(int netns);

#endif
