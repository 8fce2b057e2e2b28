// SPDX-License-Identifier: Apache-2.0
#ifndef TUNLOOP_LIMIT_RING_H
#define TUNLOOP_LIMIT_RING_H

#include "limit.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

/*
 * One direction on an io_uring of its own: a turn submits the writes of a batch and the reads of the next one.
 *
 *   SQ | write 0 | write 1 | write 2 | read 0 | read 1 | ... |  --one io_uring_enter-->  CQ | read 0 | read 1 | ... |
 *
 * Writes that succeed complete in silence where the kernel can do that (Linux 5.17). Thread: the one that opened it.
 */
struct limit_ring;

/* The most packets of a batch. */
#define LIMIT_RING_BATCH 64

/* Two batches of buffers, @bytes each, in memory that the kernel knows. */
struct limit_ring *limit_ring_open(const struct direction *direction, size_t bytes);

/* The kernel lets go of a closed ring some time later, but of its devices and pages now. */
void limit_ring_close(struct limit_ring *ring);

/* The buffer that read @index of the batch being read goes to, or the one that was read the turn before. */
char *limit_ring_buffer(struct limit_ring *ring, bool reading, int index);

/* Prepares a write of one span within a buffer. */
void limit_ring_write(struct limit_ring *ring, const void *packet, size_t bytes);

/* Prepares a write of several spans; they stay valid until the turn is over. */
void limit_ring_writev(struct limit_ring *ring, const struct iovec *spans, int count);

/*
 * Prepares reads, as many as are likely to find a packet, submits everything and waits for packets where there are
 * none. Returns how many came, at most LIMIT_RING_BATCH; @lengths[i] and limit_ring_buffer(ring, false, @order[i]) are
 * packet i.
 */
int limit_ring_turn(struct limit_ring *ring, int32_t *lengths, int *order);

#endif
