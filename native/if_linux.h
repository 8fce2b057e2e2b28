// SPDX-License-Identifier: Apache-2.0
#ifndef TUNLOOP_IF_LINUX_H
#define TUNLOOP_IF_LINUX_H

#include <stdbool.h>

/*
 * A network interface, by name, in the network namespace that @socket was opened in. Any socket will do for the ioctls;
 * addresses need one of netlink_open(). Every function returns >= 0 or -errno. Setting what is set already does
 * nothing: it takes CAP_NET_ADMIN to change an interface, but none to use one that is as it should be.
 */

/* SIOCGIFINDEX: the interface's number, at least 1. */
int if_index(int socket, const char *name);

/* SIOCGIFMTU: bytes. */
int if_mtu(int socket, const char *name);

/* SIOCSIFMTU: bytes. */
int if_set_mtu(int socket, const char *name, int bytes);

/* RTM_NEWLINK with IFLA_TXQLEN: packets, a hard ring on a TUN device. */
int if_set_txqueuelen(int socket, const char *name, int packets);

/* SIOCSIFFLAGS: IFF_UP on or off, the other flags as they are. */
int if_set_up(int socket, const char *name, bool up);

/*
 * RTM_NEWADDR: adds @address, 4 bytes for AF_INET or 16 for AF_INET6 in network order. One that is there already is not
 * an error. IPv6 skips duplicate address detection: nobody else is on the link.
 */
int if_add_address(int socket, const char *name, int family, const void *address, int prefix_length);

/* RTM_DELADDR: the reverse. -EADDRNOTAVAIL if it is not there. */
int if_remove_address(int socket, const char *name, int family, const void *address, int prefix_length);

/*
 * RTM_NEWROUTE: sends what goes to @destination/@prefix_length through the interface, which must be up. @gateway is the
 * next hop, NULL for a destination on the link; @metric is 0 for the kernel's default. A route that is there already is
 * replaced. Addresses as in if_add_address.
 */
int if_add_route(int socket, const char *name, int family, const void *destination, int prefix_length,
                 const void *gateway, unsigned int metric);

/* RTM_DELROUTE: the reverse. -ESRCH if it is not there. */
int if_remove_route(int socket, const char *name, int family, const void *destination, int prefix_length,
                    const void *gateway, unsigned int metric);

#endif
