// SPDX-License-Identifier: Apache-2.0
#ifndef TUNLOOP_TUN_LINUX_H
#define TUNLOOP_TUN_LINUX_H

#include <net/if.h>
#include <stdbool.h>

/*
 * One queue of a TUN or TAP device: /dev/net/tun and its ioctls. Every function returns >= 0 or -errno.
 * Source: linux/if_tun.h; drivers/net/tun.c.
 */

/* Opens /dev/net/tun, attached to no device yet. Returns a non-blocking, close-on-exec descriptor. */
int tun_open(void);

/*
 * TUNSETIFF: attaches @fd to device @name, which the kernel makes if there is none. An empty name, or one with %d, lets
 * the kernel choose. @flags are IFF_TUN or IFF_TAP, IFF_NO_PI, IFF_VNET_HDR, ...
 */
int tun_attach(int fd, const char *name, int flags);

/* TUNGETIFF: the name of the device, which may have changed since it was opened. Returns its flags, IFF_TUN and so on.
 */
int tun_device(int fd, char name[static IFNAMSIZ]);

/* TUNSETVNETHDRSZ. The size belongs to the device and outlives a detach: set it on every attach. */
int tun_set_vnet_header_bytes(int fd, int bytes);

/* TUNSETOFFLOAD: @mask of TUN_F_*, 0 for none. Belongs to the device like the header size. */
int tun_set_offload(int fd, unsigned int mask);

/* TUNSETPERSIST: whether the device outlives its last descriptor. */
int tun_set_persist(int fd, bool persist);

/* TUNSETOWNER and TUNSETGROUP: who may attach without CAP_NET_ADMIN. They cannot be unset, other than by deletion. */
int tun_set_owner(int fd, unsigned int uid);
int tun_set_group(int fd, unsigned int gid);

/* TUNSETCARRIER: whether the link seems to be plugged in. */
int tun_set_carrier(int fd, bool carrier);

/*
 * TUNGETDEVNETNS: a descriptor of the network namespace that the device is in, which is another than it was opened in
 * when it has been moved. Needs CAP_NET_ADMIN, and Linux 5.5.
 */
int tun_netns(int fd);

/* Makes a descriptor that came from elsewhere like those of tun_open: non-blocking and close-on-exec. */
int tun_adopt(int fd);

#endif
