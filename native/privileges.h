// SPDX-License-Identifier: Apache-2.0
#ifndef TUNLOOP_PRIVILEGES_H
#define TUNLOOP_PRIVILEGES_H

#include <stddef.h>
#include <sys/types.h>

/*
 * Gives up the rights of the whole process, all its threads, for good. Every function returns 0 or -errno. In this
 * order:
 *
 *     privileges_drop_bounding      needs CAP_SETPCAP, which the next steps give up
 *     privileges_set_group          needs CAP_SETGID
 *     privileges_set_user           needs CAP_SETUID; the kernel takes the capabilities of root away with it
 *     privileges_drop_capabilities  needs nothing
 */

/* Empties the bounding set: no program that is executed gets a capability. Does nothing without CAP_SETPCAP. */
int privileges_drop_bounding(int timeout_ms);

/* Sets all group ids and leaves all supplementary groups. The C library does it in every thread. */
int privileges_set_group(gid_t gid);

/* Sets all user ids. The C library does it in every thread. */
int privileges_set_user(uid_t uid);

/* Gives up all capabilities, and the way to get any by executing a program (no_new_privs). */
int privileges_drop_capabilities(int timeout_ms);

/* Looks a user up: its id, and its group's in @gid. -ENOENT if there is none. */
int privileges_find_user(const char *name, uid_t *uid, gid_t *gid);

/* Looks a group up. -ENOENT if there is none. */
int privileges_find_group(const char *name, gid_t *gid);

#endif
