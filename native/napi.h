// SPDX-License-Identifier: Apache-2.0
#ifndef TUNLOOP_NAPI_H
#define TUNLOOP_NAPI_H

#include <stdbool.h>

/*
 * Lets kernel threads of the interface's own do its NAPI's work (@threaded), or whoever has raised the soft interrupt:
 * for the queues that it has, and those that it gets. @netns as of netns_call.
 *
 * By sysfs: the NAPI of a TUN device has no id, by which netlink could name it. A sysfs shows the interfaces of the
 * namespace that it was mounted in, which need not be that of /sys, so one is mounted there, attached nowhere; where
 * that is forbidden, /sys does for the caller's own namespace if it shows the interface.
 *
 * Returns 0 or -errno: -ENOENT on Linux before 5.12, -EPERM or -EACCES without CAP_NET_ADMIN or the right to mount.
 * What is so already takes no right. Source: linux/net/core/net-sysfs.c, threaded_store.
 */
int napi_set_threaded(int netns, const char *name, bool threaded);

#endif
