// SPDX-License-Identifier: Apache-2.0
#ifndef TUNLOOP_LIMIT_H
#define TUNLOOP_LIMIT_H

#include <stdbool.h>

/*
 * The ways in which the limit program moves packets, one function for a thread each. What a function cannot do ends the
 * program: see die.
 */

enum { VNET_HEADER_BYTES = 10, MAX_PACKET_BYTES = 65535 };

struct direction {
    int from;
    int to;
    int mtu;             /* of the device read from */
    unsigned long *lost; /* packets that the kernel did not take, counted atomically */
    int stop;            /* eventfd: readable when a thread that has a ring is to let go of the devices and return */
};

/* Ends the program with a line on standard error. */
__attribute__((format(printf, 2, 3), noreturn)) void die(int status, const char *format, ...);

/* A packet was written with @error, 0 for none. Counts it if it is lost; ends the program if the device is. */
void written(const struct direction *direction, int error);

/* A read and a write for each packet. @argument is a struct direction with blocking descriptors. */
void *forward_blocking(void *argument);

/* The same with non-blocking descriptors and epoll. */
void *forward_epoll(void *argument);

/* Both directions on one thread, with non-blocking descriptors and epoll. @argument is an array of two. */
void *forward_both(void *argument);

/* Batches of packets: the writes of one and the reads of the next with a single io_uring_enter. Returns when stopped.
 */
void *forward_ring(void *argument);

/* As forward_ring, on devices with virtio_net_hdr that carry single packets; writes what merges as one. */
void *forward_merge(void *argument);

#endif
