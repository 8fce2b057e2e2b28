// SPDX-License-Identifier: Apache-2.0
#ifndef TUNLOOP_TUN_LINUX_H
#define TUNLOOP_TUN_LINUX_H

#include <net/if.h>

/* Opens one queue of TUN device @name. Returns a non-blocking fd, or -errno; @actual gets the kernel's name. */
int tun_open(const char *name, int flags, char actual[static IFNAMSIZ]);

#endif
