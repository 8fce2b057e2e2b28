// SPDX-License-Identifier: Apache-2.0
#include "limit_ring.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if __has_include(<linux/io_uring.h>)

#include <linux/io_uring.h>
#include <sys/mman.h>
#include <sys/syscall.h>

/* Younger than the oldest headers that this compiles with. The kernel refuses what it does not know. */
#define SETUP_SUBMIT_ALL (1U << 7)
#define SETUP_SINGLE_ISSUER (1U << 12)
#define SETUP_DEFER_TASKRUN (1U << 13)
#define SETUP_NO_SQARRAY (1U << 16)
#define ENTER_REGISTERED_RING (1U << 4)
#define REGISTER_RING_FDS 20
#define FEAT_CQE_SKIP (1U << 11)
#define SQE_CQE_SKIP_SUCCESS (1U << 6)
#define NOWAIT 8 /* RWF_NOWAIT */

enum {
    FROM,
    TO,
    FILES,
    SUBMISSIONS = 2 * LIMIT_RING_BATCH,
    MIN_READS = 2, /* the packet that woke us up, and one that shows that there is no more */
    WRITE = 1 << 30,
    TURNS_PER_LOOK = 256
};

struct limit_ring {
    const struct direction *direction;
    int ring_fd;
    int enter_fd; /* a number in the ring's own table where that exists: see @enter_flags */
    unsigned int enter_flags;
    bool quiet_writes;
    unsigned int *sq_head, *sq_tail, sq_mask;
    unsigned int *cq_head, *cq_tail, cq_mask;
    struct io_uring_sqe *sqes;
    struct io_uring_cqe *cqes;
    char *memory;
    size_t buffer_bytes;
    int reading;    /* which of the two batches */
    int writes;     /* prepared in this turn */
    int next_reads; /* what the turn before makes likely */
    unsigned int turns;
};

static int setup(struct io_uring_params *params)
{
    static const unsigned int base = SETUP_SUBMIT_ALL | SETUP_SINGLE_ISSUER | SETUP_DEFER_TASKRUN;
    const unsigned int flags[] = {base | SETUP_NO_SQARRAY, base, 0};
    int fd = -1;

    for (size_t i = 0; fd < 0 && i < sizeof(flags) / sizeof(flags[0]); i++) {
        *params = (struct io_uring_params){.flags = flags[i]};
        fd = (int)syscall(__NR_io_uring_setup, SUBMISSIONS, params);
    }
    if (fd < 0) {
        die(EXIT_FAILURE, "io_uring_setup: %s", strerror(errno));
    }
    return fd;
}

static void *map(int fd, size_t bytes, off_t offset)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, offset);

    if (memory == MAP_FAILED) {
        die(EXIT_FAILURE, "mmap of the ring: %s", strerror(errno));
    }
    return memory;
}

static void map_rings(struct limit_ring *ring, const struct io_uring_params *params)
{
    char *sq, *cq;

    ring->sqes = map(ring->ring_fd, params->sq_entries * sizeof(struct io_uring_sqe), IORING_OFF_SQES);
    sq = map(ring->ring_fd, params->sq_off.array + params->sq_entries * sizeof(unsigned int), IORING_OFF_SQ_RING);
    cq = map(ring->ring_fd, params->cq_off.cqes + params->cq_entries * sizeof(struct io_uring_cqe), IORING_OFF_CQ_RING);
    ring->sq_head = (unsigned int *)(sq + params->sq_off.head);
    ring->sq_tail = (unsigned int *)(sq + params->sq_off.tail);
    ring->sq_mask = params->sq_entries - 1;
    ring->cq_head = (unsigned int *)(cq + params->cq_off.head);
    ring->cq_tail = (unsigned int *)(cq + params->cq_off.tail);
    ring->cq_mask = params->cq_entries - 1;
    ring->cqes = (struct io_uring_cqe *)(cq + params->cq_off.cqes);
    for (unsigned int i = 0; !(params->flags & SETUP_NO_SQARRAY) && i < params->sq_entries; i++) {
        ((unsigned int *)(sq + params->sq_off.array))[i] = i;
    }
}

static void call_register(struct limit_ring *ring, unsigned int what, const void *argument, unsigned int count)
{
    if (syscall(__NR_io_uring_register, ring->ring_fd, what, argument, count) < 0) {
        die(EXIT_FAILURE, "io_uring_register(%u): %s", what, strerror(errno));
    }
}

static void register_files_and_memory(struct limit_ring *ring)
{
    const int files[FILES] = {ring->direction->from, ring->direction->to};
    struct iovec memory = {.iov_len = 2 * LIMIT_RING_BATCH * ring->buffer_bytes};

    ring->memory = mmap(NULL, memory.iov_len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (ring->memory == MAP_FAILED) {
        die(EXIT_FAILURE, "mmap of the buffers: %s", strerror(errno));
    }
    memory.iov_base = ring->memory;
    call_register(ring, IORING_REGISTER_FILES, files, FILES);
    call_register(ring, IORING_REGISTER_BUFFERS, &memory, 1);
}

/* The kernel need not look the ring up for each call where it knows it by number: Linux 5.18. */
static void register_ring(struct limit_ring *ring)
{
    struct io_uring_files_update update = {.offset = (unsigned int)-1, .fds = (unsigned int)ring->ring_fd};

    if (syscall(__NR_io_uring_register, ring->ring_fd, REGISTER_RING_FDS, &update, 1) == 1) {
        ring->enter_fd = (int)update.offset;
        ring->enter_flags = ENTER_REGISTERED_RING;
    }
}

struct limit_ring *limit_ring_open(const struct direction *direction, size_t bytes)
{
    struct limit_ring *ring = calloc(1, sizeof(*ring));
    struct io_uring_params params;

    if (!ring) {
        die(EXIT_FAILURE, "calloc: %s", strerror(errno));
    }
    ring->direction = direction;
    ring->buffer_bytes = (bytes + 63) / 64 * 64;
    ring->next_reads = MIN_READS;
    ring->ring_fd = ring->enter_fd = setup(&params);
    ring->quiet_writes = params.features & FEAT_CQE_SKIP;
    map_rings(ring, &params);
    register_files_and_memory(ring);
    register_ring(ring);
    return ring;
}

void limit_ring_close(struct limit_ring *ring)
{
    (void)syscall(__NR_io_uring_register, ring->ring_fd, IORING_UNREGISTER_FILES, NULL, 0);
    (void)syscall(__NR_io_uring_register, ring->ring_fd, IORING_UNREGISTER_BUFFERS, NULL, 0);
    close(ring->ring_fd);
}

char *limit_ring_buffer(struct limit_ring *ring, bool reading, int index)
{
    int batch = reading ? ring->reading : !ring->reading;

    return ring->memory + (size_t)(batch * LIMIT_RING_BATCH + index) * ring->buffer_bytes;
}

static void prepare(struct limit_ring *ring, unsigned int place, struct io_uring_sqe sqe)
{
    sqe.flags |= IOSQE_FIXED_FILE;
    sqe.off = (uint64_t)-1; /* as read(2) and write(2): no position */
    sqe.rw_flags = NOWAIT;
    ring->sqes[(*ring->sq_tail + place) & ring->sq_mask] = sqe;
}

static void prepare_write(struct limit_ring *ring, uint8_t opcode, const void *address, size_t length)
{
    prepare(ring, (unsigned int)ring->writes,
            (struct io_uring_sqe){
                .opcode = opcode,
                .flags = ring->quiet_writes ? SQE_CQE_SKIP_SUCCESS : 0,
                .fd = TO,
                .addr = (uintptr_t)address,
                .len = (uint32_t)length,
                .user_data = WRITE,
            });
    ring->writes++;
}

void limit_ring_write(struct limit_ring *ring, const void *packet, size_t bytes)
{
    prepare_write(ring, IORING_OP_WRITE_FIXED, packet, bytes);
}

void limit_ring_writev(struct limit_ring *ring, const struct iovec *spans, int count)
{
    prepare_write(ring, IORING_OP_WRITEV, spans, (size_t)count);
}

static void prepare_reads(struct limit_ring *ring, int reads)
{
    for (int i = 0; i < reads; i++) {
        prepare(ring, (unsigned int)(ring->writes + i),
                (struct io_uring_sqe){
                    .opcode = IORING_OP_READ_FIXED,
                    .fd = FROM,
                    .addr = (uintptr_t)limit_ring_buffer(ring, true, i),
                    .len = (uint32_t)ring->buffer_bytes,
                    .user_data = (uint64_t)i,
                });
    }
}

/* Nothing of a turn outlives it: none of its calls waits in the kernel. */
static void submit(struct limit_ring *ring, unsigned int count, unsigned int completions)
{
    __atomic_store_n(ring->sq_tail, *ring->sq_tail + count, __ATOMIC_RELEASE);
    while (*ring->sq_tail != __atomic_load_n(ring->sq_head, __ATOMIC_ACQUIRE) ||
           __atomic_load_n(ring->cq_tail, __ATOMIC_ACQUIRE) - *ring->cq_head < completions) {
        unsigned int left = *ring->sq_tail - __atomic_load_n(ring->sq_head, __ATOMIC_ACQUIRE);

        if (syscall(__NR_io_uring_enter, ring->enter_fd, left, completions, IORING_ENTER_GETEVENTS | ring->enter_flags,
                    NULL, 0) < 0 &&
            errno != EINTR) {
            die(EXIT_FAILURE, "io_uring_enter: %s", strerror(errno));
        }
    }
}

/* Empties the completion queue: packets in the order in which they were read. Returns how many. */
static int collect(struct limit_ring *ring, int32_t *lengths, int *order)
{
    unsigned int head = *ring->cq_head, tail = __atomic_load_n(ring->cq_tail, __ATOMIC_ACQUIRE);
    int packets = 0;

    for (; head != tail; head++) {
        const struct io_uring_cqe *cqe = &ring->cqes[head & ring->cq_mask];

        if (cqe->user_data == WRITE) {
            written(ring->direction, cqe->res < 0 ? -cqe->res : 0);
        } else if (cqe->res > 0) {
            order[packets] = (int)cqe->user_data;
            lengths[packets++] = cqe->res;
        } else if (cqe->res < 0 && cqe->res != -EAGAIN) {
            die(EXIT_FAILURE, "read: %s", strerror(-cqe->res));
        }
    }
    __atomic_store_n(ring->cq_head, head, __ATOMIC_RELEASE);
    return packets;
}

/* Returns false if the direction is stopped. Waits for a packet if @packets is 0. */
static bool wait_readable(const struct direction *direction, int packets)
{
    struct pollfd pollers[] = {{.fd = direction->stop, .events = POLLIN}, {.fd = direction->from, .events = POLLIN}};

    if (poll(pollers, packets > 0 ? 1 : 2, packets > 0 ? 0 : -1) < 0 && errno != EINTR) {
        die(EXIT_FAILURE, "poll: %s", strerror(errno));
    }
    return !(pollers[0].revents & POLLIN);
}

int limit_ring_turn(struct limit_ring *ring, int32_t *lengths, int *order)
{
    int reads = ring->next_reads, packets;

    prepare_reads(ring, reads);
    submit(ring, (unsigned int)(ring->writes + reads), (unsigned int)(reads + (ring->quiet_writes ? 0 : ring->writes)));
    ring->writes = 0;
    packets = collect(ring, lengths, order);
    if (packets == reads) {
        ring->next_reads = 2 * reads < LIMIT_RING_BATCH ? 2 * reads : LIMIT_RING_BATCH;
    } else {
        ring->next_reads = packets < MIN_READS ? MIN_READS : packets + 1;
    }
    if (packets > 0) {
        ring->reading = !ring->reading;
    }
    /* Under load nothing waits: then the look at the eventfd comes with every so many turns. */
    if ((packets == 0 || ++ring->turns % TURNS_PER_LOOK == 0) && !wait_readable(ring->direction, packets)) {
        return -1;
    }
    return packets;
}

#else /* headers older than io_uring */

struct limit_ring *limit_ring_open(const struct direction *direction, size_t bytes)
{
    (void)direction;
    (void)bytes;
    die(EXIT_FAILURE, "io_uring_setup: %s", strerror(ENOSYS));
}

void limit_ring_close(struct limit_ring *ring)
{
    (void)ring;
}

char *limit_ring_buffer(struct limit_ring *ring, bool reading, int index)
{
    (void)ring;
    (void)reading;
    (void)index;
    return NULL;
}

void limit_ring_write(struct limit_ring *ring, const void *packet, size_t bytes)
{
    (void)ring;
    (void)packet;
    (void)bytes;
}

void limit_ring_writev(struct limit_ring *ring, const struct iovec *spans, int count)
{
    (void)ring;
    (void)spans;
    (void)count;
}

int limit_ring_turn(struct limit_ring *ring, int32_t *lengths, int *order)
{
    (void)ring;
    (void)lengths;
    (void)order;
    return 0;
}

#endif

void *forward_ring(void *argument)
{
    const struct direction *direction = argument;
    struct limit_ring *ring = limit_ring_open(direction, (size_t)direction->mtu);
    int32_t lengths[LIMIT_RING_BATCH];
    int order[LIMIT_RING_BATCH];

    int packets;

    while ((packets = limit_ring_turn(ring, lengths, order)) >= 0) {
        for (int i = 0; i < packets; i++) {
            limit_ring_write(ring, limit_ring_buffer(ring, false, order[i]), (size_t)lengths[i]);
        }
    }
    limit_ring_close(ring);
    return NULL;
}
