// SPDX-License-Identifier: Apache-2.0
#include "packet_ring.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "packet_io.h"

#if __has_include(<linux/io_uring.h>)

#include <linux/if_tun.h>
#include <linux/io_uring.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>

/* Younger than the oldest headers that this compiles with. The kernel refuses what it does not know. */
#define SETUP_SUBMIT_ALL (1U << 7)
#define SETUP_SINGLE_ISSUER (1U << 12)
#define SETUP_DEFER_TASKRUN (1U << 13)
#define NOWAIT 8 /* RWF_NOWAIT */

/* The fewest reads submitted together: the packet that woke us up, and one that shows that there is no more. */
#define MIN_READS 2

struct queue {
    int fd;           /* -1: free */
    bool shared;      /* as packets_read */
    int expected;     /* reads to submit first: what the last call found, and one more */
    bool unsupported; /* the kernel's TUN cannot do RWF_NOWAIT (older ones): read(2) and write(2) then */
};

struct packet_ring {
    int fd;
    unsigned int entries;
    unsigned int *sq_head, *sq_tail, sq_mask;
    unsigned int *cq_head, *cq_tail, cq_mask;
    struct io_uring_sqe *sqes;
    struct io_uring_cqe *cqes;
    void *rings;
    size_t rings_bytes, sqes_bytes;
    uintptr_t memory;
    size_t memory_bytes;
    struct queue queues[PACKET_RING_QUEUES];
};

static int setup(unsigned int entries, struct io_uring_params *params)
{
    static const unsigned int flags[] = {SETUP_SUBMIT_ALL | SETUP_SINGLE_ISSUER | SETUP_DEFER_TASKRUN, 0};
    int fd = -1;

    /* Linux 6.1 takes the first, older kernels the second. */
    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
        *params = (struct io_uring_params){.flags = flags[i]};
        fd = (int)syscall(__NR_io_uring_setup, entries, params);
        if (fd >= 0 || errno != EINVAL) {
            break;
        }
    }
    return fd < 0 ? -errno : fd;
}

static void *map(int fd, size_t bytes, off_t offset)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, offset);

    return memory == MAP_FAILED ? NULL : memory;
}

static size_t rings_bytes(const struct io_uring_params *params)
{
    size_t sq = params->sq_off.array + params->sq_entries * sizeof(unsigned int);
    size_t cq = params->cq_off.cqes + params->cq_entries * sizeof(struct io_uring_cqe);

    return sq > cq ? sq : cq;
}

static int map_rings(struct packet_ring *ring, const struct io_uring_params *params)
{
    if (!(params->features & IORING_FEAT_SINGLE_MMAP) || !(params->features & IORING_FEAT_RW_CUR_POS)) {
        return -ENOSYS; /* Before Linux 5.6, which has no plain read and write either. */
    }
    ring->entries = params->sq_entries;
    ring->rings_bytes = rings_bytes(params);
    ring->sqes_bytes = params->sq_entries * sizeof(struct io_uring_sqe);
    ring->rings = map(ring->fd, ring->rings_bytes, IORING_OFF_SQ_RING);
    ring->sqes = map(ring->fd, ring->sqes_bytes, IORING_OFF_SQES);
    return ring->rings && ring->sqes ? 0 : -errno;
}

static unsigned int *field(struct packet_ring *ring, uint32_t offset)
{
    return (unsigned int *)((char *)ring->rings + offset);
}

static void find_fields(struct packet_ring *ring, const struct io_uring_params *params)
{
    unsigned int *array = field(ring, params->sq_off.array);

    ring->sq_head = field(ring, params->sq_off.head);
    ring->sq_tail = field(ring, params->sq_off.tail);
    ring->sq_mask = *field(ring, params->sq_off.ring_mask);
    ring->cq_head = field(ring, params->cq_off.head);
    ring->cq_tail = field(ring, params->cq_off.tail);
    ring->cq_mask = *field(ring, params->cq_off.ring_mask);
    ring->cqes = (struct io_uring_cqe *)field(ring, params->cq_off.cqes);
    for (unsigned int i = 0; i < params->sq_entries; i++) {
        array[i] = i;
    }
}

static int call_register(struct packet_ring *ring, unsigned int what, const void *argument, unsigned int count)
{
    return syscall(__NR_io_uring_register, ring->fd, what, argument, count) < 0 ? -errno : 0;
}

/* An empty table of files: the kernel then counts references per attachment, not per packet. */
static int register_queues(struct packet_ring *ring)
{
    int fds[PACKET_RING_QUEUES];

    for (int i = 0; i < PACKET_RING_QUEUES; i++) {
        ring->queues[i].fd = -1;
        fds[i] = -1;
    }
    return call_register(ring, IORING_REGISTER_FILES, fds, PACKET_RING_QUEUES);
}

int packet_ring_open(unsigned int entries, struct packet_ring **ring)
{
    struct io_uring_params params;
    struct packet_ring *made = calloc(1, sizeof(*made));
    int result;

    if (!made) {
        return -ENOMEM;
    }
    made->fd = setup(entries, &params);
    result = made->fd < 0 ? made->fd : map_rings(made, &params);
    if (result == 0) {
        find_fields(made, &params);
        result = register_queues(made);
    }
    if (result < 0) {
        packet_ring_close(made);
        return result;
    }
    *ring = made;
    return 0;
}

void packet_ring_close(struct packet_ring *ring)
{
    if (ring->fd >= 0) {
        /* The kernel lets go of a closed ring some time later, but of these files and pages now. */
        (void)call_register(ring, IORING_UNREGISTER_FILES, NULL, 0);
        (void)call_register(ring, IORING_UNREGISTER_BUFFERS, NULL, 0);
        close(ring->fd);
    }
    if (ring->rings) {
        munmap(ring->rings, ring->rings_bytes);
    }
    if (ring->sqes) {
        munmap(ring->sqes, ring->sqes_bytes);
    }
    free(ring);
}

int packet_ring_add_memory(struct packet_ring *ring, void *memory, size_t bytes)
{
    struct iovec iov = {memory, bytes};
    int result = call_register(ring, IORING_REGISTER_BUFFERS, &iov, 1);

    if (result == 0) {
        ring->memory = (uintptr_t)memory;
        ring->memory_bytes = bytes;
    }
    return result;
}

static int update_queue(struct packet_ring *ring, int queue, int fd)
{
    struct io_uring_files_update update = {.offset = (unsigned int)queue, .fds = (uintptr_t)&fd};

    return call_register(ring, IORING_REGISTER_FILES_UPDATE, &update, 1);
}

int packet_ring_attach(struct packet_ring *ring, int fd, bool shared)
{
    int queue = 0, send_buffer, result;

    if (ioctl(fd, TUNGETSNDBUF, &send_buffer) < 0) {
        return -errno;
    }
    if (send_buffer != INT_MAX) {
        return -EBUSY;
    }
    while (queue < PACKET_RING_QUEUES && ring->queues[queue].fd >= 0) {
        queue++;
    }
    if (queue == PACKET_RING_QUEUES) {
        return -ENFILE;
    }
    result = update_queue(ring, queue, fd);
    if (result < 0) {
        return result;
    }
    ring->queues[queue] = (struct queue){.fd = fd, .shared = shared, .expected = MIN_READS};
    return queue;
}

void packet_ring_detach(struct packet_ring *ring, int queue)
{
    (void)update_queue(ring, queue, -1);
    ring->queues[queue].fd = -1;
}

static bool is_registered(const struct packet_ring *ring, const struct iovec *iov)
{
    uintptr_t offset = (uintptr_t)iov->iov_base - ring->memory;

    return offset < ring->memory_bytes && iov->iov_len <= ring->memory_bytes - offset;
}

static void prepare(struct packet_ring *ring, int queue, bool write, const struct iovec *iov, int spans,
                    unsigned int index)
{
    bool several = spans > 1;
    bool fixed = !several && is_registered(ring, iov);
    int read_op = fixed ? IORING_OP_READ_FIXED : IORING_OP_READ;
    int write_op = several ? IORING_OP_WRITEV : (fixed ? IORING_OP_WRITE_FIXED : IORING_OP_WRITE);
    struct io_uring_sqe *sqe = &ring->sqes[(*ring->sq_tail + index) & ring->sq_mask];

    *sqe = (struct io_uring_sqe){
        .opcode = (uint8_t)(write ? write_op : read_op),
        .flags = IOSQE_FIXED_FILE,
        .fd = queue,
        .off = (uint64_t)-1, /* As read(2) and write(2): no position. */
        .addr = several ? (uintptr_t)iov : (uintptr_t)iov->iov_base,
        .len = several ? (uint32_t)spans : (uint32_t)iov->iov_len,
        .rw_flags = NOWAIT,
        .user_data = index,
    };
}

static unsigned int completed(const struct packet_ring *ring)
{
    return __atomic_load_n(ring->cq_tail, __ATOMIC_ACQUIRE) - *ring->cq_head;
}

static int enter(struct packet_ring *ring, unsigned int submit, unsigned int wait)
{
    int result = (int)syscall(__NR_io_uring_enter, ring->fd, submit, wait, IORING_ENTER_GETEVENTS, NULL, 0);

    return result < 0 ? -errno : result;
}

/*
 * Submits what was prepared and waits until all of that is complete. Returns how many were taken, from the first on;
 * 0 if the kernel takes none, for lack of memory or because this is not the thread that opened the ring.
 */
static int submit(struct packet_ring *ring, unsigned int count)
{
    unsigned int start = *ring->sq_tail, taken;
    int result;

    __atomic_store_n(ring->sq_tail, start + count, __ATOMIC_RELEASE);
    do {
        result = enter(ring, count, count);
        taken = __atomic_load_n(ring->sq_head, __ATOMIC_ACQUIRE) - start;
    } while (result == -EINTR && taken == 0);
    __atomic_store_n(ring->sq_tail, start + taken, __ATOMIC_RELEASE);
    while (completed(ring) < taken) {
        /* A signal came: what was taken must not outlive this call. */
        (void)enter(ring, 0, taken);
    }
    return (int)taken;
}

/* Empties the completion queue into @results, in the order of submission. */
static void collect(struct packet_ring *ring, int32_t *results)
{
    unsigned int head = *ring->cq_head, tail = __atomic_load_n(ring->cq_tail, __ATOMIC_ACQUIRE);

    for (; head != tail; head++) {
        const struct io_uring_cqe *cqe = &ring->cqes[head & ring->cq_mask];

        results[cqe->user_data] = cqe->res;
    }
    __atomic_store_n(ring->cq_head, head, __ATOMIC_RELEASE);
}

/* One trip into the kernel for @count packets: to write, of @spans; to read (no @spans), of one each. As submit. */
static int transfer(struct packet_ring *ring, int queue, const struct iovec *iov, const int32_t *spans,
                    int32_t *results, int count)
{
    int taken;

    for (int i = 0; i < count; i++) {
        int parts = spans ? spans[i] : 1;

        prepare(ring, queue, spans != NULL, iov, parts, (unsigned int)i);
        iov += parts;
    }
    taken = submit(ring, (unsigned int)count);
    collect(ring, results);
    return taken;
}

/*
 * Closes the gaps before a packet that came while the reads before it found nothing. Returns the packets; 0 or the
 * first error if there are none. What the kernel could not write to (EFAULT) nobody can: that is an error in any case.
 */
static int close_gaps(const struct iovec *iov, int32_t *lengths, int count)
{
    int packets = 0, error = 0;

    for (int i = 0; i < count; i++) {
        if (lengths[i] == -EFAULT) {
            return -EFAULT;
        }
        if (lengths[i] < 0) {
            error = error == 0 && lengths[i] != -EAGAIN ? lengths[i] : error;
            continue;
        }
        if (i > packets) {
            size_t room = iov[packets].iov_len, length = (size_t)lengths[i];

            lengths[packets] = (int32_t)(length < room ? length : room);
            memcpy(iov[packets].iov_base, iov[i].iov_base, (size_t)lengths[packets]);
        }
        packets++;
    }
    return packets > 0 ? packets : error;
}

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

/* How many reads to begin with when the last call ended with @packets: enough to see that there are no more. */
static int expect(const struct packet_ring *ring, int packets)
{
    return packets < MIN_READS ? MIN_READS : smaller(packets + 1, (int)ring->entries);
}

int packet_ring_read(struct packet_ring *ring, int queue, const struct iovec *iov, int32_t *lengths, int count)
{
    struct queue *from = &ring->queues[queue];
    int packets = 0, wanted = from->expected;

    while (packets < count && !from->unsupported) {
        int asked = smaller(smaller(wanted, (int)ring->entries), count - packets);
        int taken = transfer(ring, queue, iov + packets, NULL, lengths + packets, asked);
        int got = close_gaps(iov + packets, lengths + packets, taken);

        from->unsupported = got == -EOPNOTSUPP;
        if (taken == 0 || from->unsupported) {
            break;
        }
        if (got < 0 && packets == 0) {
            return got;
        }
        packets += got > 0 ? got : 0;
        if (got < taken) {
            from->expected = expect(ring, packets);
            return packets;
        }
        wanted *= 2;
    }
    if (packets < count) {
        int rest = packets_read(from->fd, from->shared, iov + packets, lengths + packets, count - packets);

        return packets > 0 && rest < 0 ? packets : packets + rest;
    }
    from->expected = expect(ring, packets);
    return packets;
}

/*
 * Returns how many of the packets are done with: written or lost. A packet that the device had no room for, before one
 * that it had, is lost: it must not be written behind that one.
 */
static int settle(int32_t *results, int count)
{
    int done = count;

    while (done > 0 && results[done - 1] < 0 && !packet_is_lost(results[done - 1])) {
        done--;
    }
    for (int i = 0; i < done; i++) {
        if (results[i] < 0 && !packet_is_lost(results[i])) {
            results[i] = -ENOBUFS;
        }
    }
    return done;
}

/* As packet_ring_write, for packets that share a system call. */
static int write_batched(struct packet_ring *ring, int queue, const struct iovec *iov, const int32_t *spans,
                         int32_t *results, int count)
{
    struct queue *to = &ring->queues[queue];
    int packets = 0, rest;

    while (packets < count && !to->unsupported) {
        int asked = smaller((int)ring->entries, count - packets);
        int taken = transfer(ring, queue, iov, spans + packets, results + packets, asked);
        int done = settle(results + packets, taken);
        int32_t failed = done < taken ? results[packets + done] : 0;

        iov = iov_behind(iov, spans + packets, done);
        packets += done;
        to->unsupported = failed == -EOPNOTSUPP;
        if (taken == 0 || to->unsupported) {
            break;
        }
        if (failed) {
            return packets > 0 || failed == -EAGAIN ? packets : failed;
        }
    }
    if (packets == count) {
        return packets;
    }
    rest = packets_write(to->fd, to->shared, iov, spans + packets, results + packets, count - packets);
    return packets > 0 && rest < 0 ? packets : packets + rest;
}

static bool shares_call(int32_t spans)
{
    return spans > 0 && spans <= PACKET_RING_SPANS;
}

/* How many packets from the first on share a call, as it does, or do not, as it does not. */
static int run_length(const int32_t *spans, int count)
{
    int length = 1;

    while (length < count && shares_call(spans[length]) == shares_call(spans[0])) {
        length++;
    }
    return length;
}

int packet_ring_write(struct packet_ring *ring, int queue, const struct iovec *iov, const int32_t *spans,
                      int32_t *results, int count)
{
    const struct queue *to = &ring->queues[queue];
    int packets = 0;

    while (packets < count) {
        bool batched = shares_call(spans[packets]);
        int run = run_length(spans + packets, count - packets);
        int done = batched ? write_batched(ring, queue, iov, spans + packets, results + packets, run)
                           : packets_write(to->fd, to->shared, iov, spans + packets, results + packets, run);

        if (done < 0) {
            return packets > 0 ? packets : done;
        }
        iov = iov_behind(iov, spans + packets, done);
        packets += done;
        if (done < run || (spans[packets - 1] < 0 && results[packets - 1] == -EINVAL)) {
            break;
        }
    }
    return packets;
}

#else /* headers older than io_uring */

int packet_ring_open(unsigned int entries, struct packet_ring **ring)
{
    (void)entries;
    (void)ring;
    return -ENOSYS;
}

void packet_ring_close(struct packet_ring *ring)
{
    (void)ring;
}

int packet_ring_add_memory(struct packet_ring *ring, void *memory, size_t bytes)
{
    (void)ring;
    (void)memory;
    (void)bytes;
    return -ENOSYS;
}

int packet_ring_attach(struct packet_ring *ring, int fd, bool shared)
{
    (void)ring;
    (void)fd;
    (void)shared;
    return -ENOSYS;
}

void packet_ring_detach(struct packet_ring *ring, int queue)
{
    (void)ring;
    (void)queue;
}

int packet_ring_read(struct packet_ring *ring, int queue, const struct iovec *iov, int32_t *lengths, int count)
{
    (void)ring;
    (void)queue;
    (void)iov;
    (void)lengths;
    (void)count;
    return -ENOSYS;
}

int packet_ring_write(struct packet_ring *ring, int queue, const struct iovec *iov, const int32_t *spans,
                      int32_t *results, int count)
{
    (void)ring;
    (void)queue;
    (void)iov;
    (void)spans;
    (void)results;
    (void)count;
    return -ENOSYS;
}

#endif
