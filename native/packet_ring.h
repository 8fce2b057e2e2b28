// SPDX-License-Identifier: Apache-2.0
#ifndef TUNLOOP_PACKET_RING_H
#define TUNLOOP_PACKET_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

/*
 * Batches of packets on non-blocking TUN descriptors, one system call per batch: an io_uring that is filled, entered
 * and emptied within each call. Nothing stays in flight between calls, so nothing can arrive late or in a buffer that
 * is no more.
 *
 *   packet_ring_read:  SQ | read 0 | read 1 | ... | --enter--> CQ | 1500 | 1500 | -EAGAIN |
 *
 * One thread opens, uses and closes a ring. Functions return >= 0 or -errno.
 * Source: io_uring(7); linux/io_uring.h; io_uring/rw.c for RWF_NOWAIT, which is what keeps a read from waiting.
 */
struct packet_ring;

/* The most descriptors attached to one ring. */
#define PACKET_RING_QUEUES 16

/* The most spans of a packet that shares a system call: those that the kernel takes without allocating (UIO_FASTIOV).
 */
#define PACKET_RING_SPANS 8

/*
 * Makes a ring for batches of @entries packets; a longer one takes several calls. Fails with -ENOSYS, -EPERM, -EACCES
 * or -ENOMEM where the kernel has no io_uring, or forbids it.
 */
int packet_ring_open(unsigned int entries, struct packet_ring **ring);

/* Also detaches what is attached. Does not close the descriptors. */
void packet_ring_close(struct packet_ring *ring);

/*
 * Makes @memory known to the kernel once, which saves looking its pages up for each packet that lies in it. It must
 * stay mapped until the ring is closed. Once per ring.
 */
int packet_ring_add_memory(struct packet_ring *ring, void *memory, size_t bytes);

/*
 * Attaches TUN descriptor @fd. Returns its queue number. The device lives on until it is detached, even if @fd is
 * closed. Refuses with -EBUSY a descriptor whose send buffer was limited (TUNSETSNDBUF): one packet that has to wait
 * would be overtaken by the rest of its batch. @shared as of packets_read, for what goes past the ring.
 */
int packet_ring_attach(struct packet_ring *ring, int fd, bool shared);

void packet_ring_detach(struct packet_ring *ring, int queue);

/* As packets_read. */
int packet_ring_read(struct packet_ring *ring, int queue, const struct iovec *iov, int32_t *lengths, int count);

/* What an announced read has not come to yet. */
#define PACKET_RING_PENDING INT32_MIN

/*
 * Announces the next read of @queue: the next packet_ring_write takes it along, behind its last packets, in the same
 * system call, if these share one. *@outcome is PACKET_RING_PENDING until then, and afterwards what
 * packet_ring_read would have returned, or less: as many packets as there were does not mean that there are no more.
 * All memory must stay until the read is made or withdrawn. At most one is announced on a ring: the latest.
 */
void packet_ring_announce(struct packet_ring *ring, int queue, const struct iovec *iov, int32_t *lengths, int count,
                          int32_t *outcome);

/* Takes back what is announced, if anything; so does detaching its queue. */
void packet_ring_withdraw(struct packet_ring *ring);

/*
 * As packets_write. A packet of more than PACKET_RING_SPANS spans, and one that ends the call when it is refused, has a
 * system call of its own between those for the packets before it and behind it.
 */
int packet_ring_write(struct packet_ring *ring, int queue, const struct iovec *iov, const int32_t *spans,
                      int32_t *results, int count);

#endif
