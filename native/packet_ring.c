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
#define SETUP_NO_SQARRAY (1U << 16)
#define ENTER_REGISTERED_RING (1U << 4)
#define REGISTER_RING_FDS 20
#define UNREGISTER_RING_FDS 21
#define FEAT_CQE_SKIP (1U << 11)
#define SQE_CQE_SKIP_SUCCESS (1U << 6)
#define NOWAIT 8 /* RWF_NOWAIT */

/* The fewest reads submitted together: the packet that woke us up, and one that shows that there is no more. */
#define MIN_READS 2

#define NO_QUEUE (-1)

struct queue {
    int fd;           /* -1: free */
    bool shared;      /* as packets_read */
    int expected;     /* reads to submit first: what the last call found, and one more */
    bool unsupported; /* the kernel's TUN cannot do RWF_NOWAIT (older ones): read(2) and write(2) then */
};

/* Packets of one queue that go to the kernel together. */
struct batch {
    int queue;
    const struct iovec *iov;
    const int32_t *spans; /* of packets to write; each read has one */
    int32_t *results;
    int count;
};

struct packet_ring {
    int fd;
    int enter_fd; /* the number that this thread knows the ring by where the kernel has such: see @enter_flags */
    unsigned int enter_flags;
    pid_t thread;
    bool quiet_writes;    /* those that succeed complete in silence */
    unsigned int entries; /* the longest batch; there is room for two, as many packets written as read */
    struct batch ahead;   /* announced; no queue: none is */
    int32_t *ahead_outcome;
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
    static const unsigned int base = SETUP_SUBMIT_ALL | SETUP_SINGLE_ISSUER | SETUP_DEFER_TASKRUN;
    const unsigned int flags[] = {base | SETUP_NO_SQARRAY, base, 0};
    int fd = -1;

    /* Linux 6.6 takes the first, 6.1 the second, older kernels the third. */
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
    ring->entries = params->sq_entries / 2;
    ring->quiet_writes = params->features & FEAT_CQE_SKIP;
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
    ring->sq_head = field(ring, params->sq_off.head);
    ring->sq_tail = field(ring, params->sq_off.tail);
    ring->sq_mask = *field(ring, params->sq_off.ring_mask);
    ring->cq_head = field(ring, params->cq_off.head);
    ring->cq_tail = field(ring, params->cq_off.tail);
    ring->cq_mask = *field(ring, params->cq_off.ring_mask);
    ring->cqes = (struct io_uring_cqe *)field(ring, params->cq_off.cqes);
    for (unsigned int i = 0; !(params->flags & SETUP_NO_SQARRAY) && i < params->sq_entries; i++) {
        field(ring, params->sq_off.array)[i] = i;
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

/* The kernel need not look the ring up for each call where this thread knows it by number: Linux 5.18. */
static void register_ring(struct packet_ring *ring)
{
    struct io_uring_files_update update = {.offset = (unsigned int)-1, .fds = (unsigned int)ring->fd};

    ring->enter_fd = ring->fd;
    ring->thread = (pid_t)syscall(SYS_gettid);
    if (syscall(__NR_io_uring_register, ring->fd, REGISTER_RING_FDS, &update, 1) == 1) {
        ring->enter_fd = (int)update.offset;
        ring->enter_flags = ENTER_REGISTERED_RING;
    }
}

/* The numbers of a thread go with it, and another thread has its own. */
static void unregister_ring(struct packet_ring *ring)
{
    struct io_uring_files_update update = {.offset = (unsigned int)ring->enter_fd};

    if (ring->enter_flags && ring->thread == (pid_t)syscall(SYS_gettid)) {
        (void)call_register(ring, UNREGISTER_RING_FDS, &update, 1);
    }
}

int packet_ring_open(unsigned int entries, struct packet_ring **ring)
{
    struct io_uring_params params;
    struct packet_ring *made = calloc(1, sizeof(*made));
    int result;

    if (!made) {
        return -ENOMEM;
    }
    made->ahead.queue = NO_QUEUE;
    made->fd = setup(2 * entries, &params);
    result = made->fd < 0 ? made->fd : map_rings(made, &params);
    if (result == 0) {
        find_fields(made, &params);
        result = register_queues(made);
    }
    if (result < 0) {
        packet_ring_close(made);
        return result;
    }
    register_ring(made);
    *ring = made;
    return 0;
}

void packet_ring_close(struct packet_ring *ring)
{
    if (ring->fd >= 0) {
        unregister_ring(ring);
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
    if (ring->ahead.queue == queue) {
        packet_ring_withdraw(ring);
    }
    (void)update_queue(ring, queue, -1);
    ring->queues[queue].fd = -1;
}

static bool is_registered(const struct packet_ring *ring, const struct iovec *iov)
{
    uintptr_t offset = (uintptr_t)iov->iov_base - ring->memory;

    return offset < ring->memory_bytes && iov->iov_len <= ring->memory_bytes - offset;
}

/* Behind @place others of this trip, whose results are told apart by it. */
static void prepare(struct packet_ring *ring, int queue, bool write, const struct iovec *iov, int spans,
                    unsigned int place)
{
    bool several = spans > 1;
    bool fixed = !several && is_registered(ring, iov);
    int read_op = fixed ? IORING_OP_READ_FIXED : IORING_OP_READ;
    int write_op = several ? IORING_OP_WRITEV : (fixed ? IORING_OP_WRITE_FIXED : IORING_OP_WRITE);
    struct io_uring_sqe *sqe = &ring->sqes[(*ring->sq_tail + place) & ring->sq_mask];

    *sqe = (struct io_uring_sqe){
        .opcode = (uint8_t)(write ? write_op : read_op),
        .flags = (uint8_t)(IOSQE_FIXED_FILE | (write && ring->quiet_writes ? SQE_CQE_SKIP_SUCCESS : 0)),
        .fd = queue,
        .off = (uint64_t)-1, /* As read(2) and write(2): no position. */
        .addr = several ? (uintptr_t)iov : (uintptr_t)iov->iov_base,
        .len = several ? (uint32_t)spans : (uint32_t)iov->iov_len,
        .rw_flags = NOWAIT,
        .user_data = place,
    };
}

static int32_t length_of(const struct iovec *iov, int spans)
{
    size_t bytes = 0;

    for (int i = 0; i < spans; i++) {
        bytes += iov[i].iov_len;
    }
    return (int32_t)bytes;
}

static void prepare_writes(struct packet_ring *ring, const struct batch *writes)
{
    const struct iovec *iov = writes->iov;

    for (int i = 0; i < writes->count; i++) {
        int spans = writes->spans[i];

        prepare(ring, writes->queue, true, iov, spans, (unsigned int)i);
        if (ring->quiet_writes) {
            writes->results[i] = length_of(iov, spans); /* Anything else, also a part of it, is reported. */
        }
        iov += spans;
    }
}

static void prepare_reads(struct packet_ring *ring, const struct batch *reads, int place)
{
    for (int i = 0; i < reads->count; i++) {
        prepare(ring, reads->queue, false, &reads->iov[i], 1, (unsigned int)(place + i));
    }
}

static int enter(struct packet_ring *ring, unsigned int submit, unsigned int wait)
{
    int result = (int)syscall(__NR_io_uring_enter, ring->enter_fd, submit, wait,
                              IORING_ENTER_GETEVENTS | ring->enter_flags, NULL, 0);

    return result < 0 ? -errno : result;
}

/*
 * Submits what was prepared and waits for @answers of that. Returns how many were taken, from the first on; 0 if the
 * kernel takes none, for lack of memory or because this is not the thread that opened the ring.
 */
static int submit(struct packet_ring *ring, unsigned int count, unsigned int answers)
{
    unsigned int start = *ring->sq_tail, taken;
    int result;

    __atomic_store_n(ring->sq_tail, start + count, __ATOMIC_RELEASE);
    do {
        result = enter(ring, count, answers);
        taken = __atomic_load_n(ring->sq_head, __ATOMIC_ACQUIRE) - start;
    } while (result == -EINTR && taken == 0);
    __atomic_store_n(ring->sq_tail, start + taken, __ATOMIC_RELEASE);
    return (int)taken;
}

/* Empties the completion queue. Returns how many of the completions are of requests from @first on. */
static int collect(struct packet_ring *ring, const struct batch *writes, const struct batch *reads, int first)
{
    unsigned int head = *ring->cq_head, tail = __atomic_load_n(ring->cq_tail, __ATOMIC_ACQUIRE);
    int counted = 0;

    for (; head != tail; head++) {
        const struct io_uring_cqe *cqe = &ring->cqes[head & ring->cq_mask];
        int place = (int)cqe->user_data;

        if (place < writes->count) {
            writes->results[place] = cqe->res;
        } else {
            reads->results[place - writes->count] = cqe->res;
        }
        counted += place >= first;
    }
    __atomic_store_n(ring->cq_head, head, __ATOMIC_RELEASE);
    return counted;
}

/*
 * One trip into the kernel: writes, and reads behind them. Returns how many were taken, as submit. Nothing that was
 * taken outlives this call: it waits for what is answered, and what succeeds in silence has done so before the trip
 * is over, since none of it may wait (RWF_NOWAIT).
 */
static int transfer(struct packet_ring *ring, const struct batch *writes, const struct batch *reads)
{
    int silent = ring->quiet_writes ? writes->count : 0, count = writes->count + reads->count, taken, answers;

    prepare_writes(ring, writes);
    prepare_reads(ring, reads, writes->count);
    taken = submit(ring, (unsigned int)count, (unsigned int)(count - silent));
    answers = collect(ring, writes, reads, silent);
    while (answers < taken - silent) {
        (void)enter(ring, 0, 1); /* A signal came. */
        answers += collect(ring, writes, reads, silent);
    }
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
        struct batch reads = {.queue = queue, .iov = iov + packets, .results = lengths + packets, .count = asked};
        int taken = transfer(ring, &(struct batch){0}, &reads);
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

void packet_ring_announce(struct packet_ring *ring, int queue, const struct iovec *iov, int32_t *lengths, int count,
                          int32_t *outcome)
{
    *outcome = PACKET_RING_PENDING;
    ring->ahead = (struct batch){.queue = queue, .iov = iov, .results = lengths, .count = count};
    ring->ahead_outcome = outcome;
}

void packet_ring_withdraw(struct packet_ring *ring)
{
    ring->ahead.queue = NO_QUEUE;
}

/* The reads announced, as many as are likely to find something, if the last packets of a batch go now; else none. */
static struct batch reads_ahead(const struct packet_ring *ring, bool last)
{
    struct batch reads = ring->ahead;

    if (!last || reads.queue == NO_QUEUE || ring->queues[reads.queue].unsupported) {
        return (struct batch){.queue = NO_QUEUE};
    }
    reads.count = smaller(ring->queues[reads.queue].expected, reads.count);
    return reads;
}

static void finish_ahead(struct packet_ring *ring, const struct batch *reads, int taken)
{
    struct queue *from = &ring->queues[reads->queue];
    int packets = close_gaps(reads->iov, reads->results, taken);

    packet_ring_withdraw(ring);
    from->unsupported = packets == -EOPNOTSUPP;
    if (from->unsupported) {
        return; /* Not made. */
    }
    *ring->ahead_outcome = packets;
    from->expected = packets == reads->count ? smaller(2 * packets, (int)ring->entries) : expect(ring, packets);
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
                         int32_t *results, int count, bool last)
{
    struct queue *to = &ring->queues[queue];
    int packets = 0, rest;

    while (packets < count && !to->unsupported) {
        struct batch writes = {queue, iov, spans + packets, results + packets,
                               smaller((int)ring->entries, count - packets)};
        struct batch reads = reads_ahead(ring, last && writes.count == count - packets);
        int taken = transfer(ring, &writes, &reads), written = smaller(taken, writes.count);
        int done = settle(writes.results, written);
        int32_t failed = done < written ? writes.results[done] : 0;

        if (taken > written) {
            finish_ahead(ring, &reads, taken - written);
        }
        iov = iov_behind(iov, spans + packets, done);
        packets += done;
        to->unsupported = failed == -EOPNOTSUPP;
        if (written == 0 || to->unsupported) {
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
        int done =
            batched ? write_batched(ring, queue, iov, spans + packets, results + packets, run, packets + run == count)
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

void packet_ring_announce(struct packet_ring *ring, int queue, const struct iovec *iov, int32_t *lengths, int count,
                          int32_t *outcome)
{
    (void)ring;
    (void)queue;
    (void)iov;
    (void)lengths;
    (void)count;
    (void)outcome;
}

void packet_ring_withdraw(struct packet_ring *ring)
{
    (void)ring;
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
