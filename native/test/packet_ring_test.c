// SPDX-License-Identifier: Apache-2.0
/* Description: batches by io_uring over a TUN device, in a network namespace of the test's own, do as batches without.
 */
#include <stdarg.h>
#include <sys/syscall.h>
#include <unistd.h>

static long older_kernel(long number, ...);

/* For close_gaps and settle, which the kernel seldom needs, and for kernels that know less than this one. */
#define syscall(...) older_kernel(__VA_ARGS__, 0L, 0L, 0L, 0L, 0L, 0L)
#include "../packet_ring.c"
#undef syscall

#include <arpa/inet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>

#include "../tun_linux.h"
#include "support.h"

#define HERE "10.99.0.1"
#define THERE "10.99.0.2"
#define PORT 4711
#define HEADERS 28 /* IPv4 and UDP */
#define ENTRIES 8
#define PACKETS 20

/* What a kernel does not know. */
struct kernel {
    const char *name;
    unsigned int setup_flags;
    unsigned int features;
    bool ring_fds;
};

static const struct kernel KERNELS[] = {
    {"this one", 0, 0, false},
    {"before 6.6", SETUP_NO_SQARRAY, 0, false},
    {"before 6.1", SETUP_NO_SQARRAY | SETUP_SINGLE_ISSUER | SETUP_DEFER_TASKRUN | SETUP_SUBMIT_ALL, 0, false},
    {"before 5.18", SETUP_NO_SQARRAY | SETUP_SINGLE_ISSUER | SETUP_DEFER_TASKRUN | SETUP_SUBMIT_ALL, 0, true},
    {"before 5.17", SETUP_NO_SQARRAY | SETUP_SINGLE_ISSUER | SETUP_DEFER_TASKRUN | SETUP_SUBMIT_ALL, FEAT_CQE_SKIP,
     true},
};

static const struct kernel *kernel = KERNELS;

static long older_kernel(long number, ...)
{
    va_list list;
    long a[6];
    long result;

    va_start(list, number);
    for (int i = 0; i < 6; i++) {
        a[i] = va_arg(list, long);
    }
    va_end(list);
    if ((number == __NR_io_uring_setup && ((struct io_uring_params *)a[1])->flags & kernel->setup_flags) ||
        (number == __NR_io_uring_register && (unsigned int)a[1] == REGISTER_RING_FDS && kernel->ring_fds)) {
        errno = EINVAL;
        return -1;
    }
    result = syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
    if (number == __NR_io_uring_setup && result >= 0) {
        ((struct io_uring_params *)a[1])->features &= ~kernel->features;
    }
    return result;
}

struct fixture {
    int tun;
    int udp;
    struct packet_ring *ring;
    int queue;
    unsigned char *memory;
    struct iovec iov[PACKETS];
    int32_t spans[PACKETS];
    int32_t results[PACKETS];
};

static void require(int result, const char *what)
{
    if (result < 0) {
        fprintf(stderr, "%s: %s\n", what, strerror(errno));
        exit(1);
    }
}

static void configure(const char *name)
{
    struct ifreq request = {0};
    struct sockaddr_in *address = (struct sockaddr_in *)&request.ifr_addr;
    int socket_fd = socket(AF_INET, SOCK_DGRAM, 0);

    strcpy(request.ifr_name, name);
    address->sin_family = AF_INET;
    inet_pton(AF_INET, HERE, &address->sin_addr);
    require(ioctl(socket_fd, SIOCSIFADDR, &request), "SIOCSIFADDR");
    inet_pton(AF_INET, "255.255.255.0", &address->sin_addr);
    require(ioctl(socket_fd, SIOCSIFNETMASK, &request), "SIOCSIFNETMASK");
    request.ifr_flags = IFF_UP;
    require(ioctl(socket_fd, SIOCSIFFLAGS, &request), "SIOCSIFFLAGS");
    close(socket_fd);
}

static int udp_socket(void)
{
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);

    inet_pton(AF_INET, HERE, &here.sin_addr);
    require(bind(fd, (struct sockaddr *)&here, sizeof(here)), "bind");
    return fd;
}

/* Half of the buffers lie in memory that the ring knows. */
static void setup_buffers(struct fixture *f)
{
    static unsigned char elsewhere[PACKETS / 2][2048];

    f->memory = mmap(NULL, PACKETS / 2 * 2048, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    EXPECT(packet_ring_add_memory(f->ring, f->memory, PACKETS / 2 * 2048) == 0);
    for (int i = 0; i < PACKETS; i++) {
        f->iov[i] = (struct iovec){i % 2 ? elsewhere[i / 2] : f->memory + i / 2 * 2048, 2048};
        f->spans[i] = 1;
    }
}

static void setup_fixture(struct fixture *f)
{
    char name[IFNAMSIZ];

    f->tun = tun_open();
    require(f->tun < 0 ? -1 : 0, "/dev/net/tun");
    require(tun_attach(f->tun, "ringtest", IFF_TUN | IFF_NO_PI), "TUNSETIFF");
    tun_device(f->tun, name);
    configure(name);
    f->udp = udp_socket();
    EXPECT(packet_ring_open(ENTRIES, &f->ring) == 0);
    f->queue = packet_ring_attach(f->ring, f->tun, false);
    EXPECT(f->queue >= 0);
    setup_buffers(f);
    /* What the kernel says on its own when the link comes up (IPv6) is not the test's. */
    while (packet_ring_read(f->ring, f->queue, f->iov, f->results, PACKETS) > 0) {
    }
}

static void send_number(const struct fixture *f, unsigned char number)
{
    struct sockaddr_in there = {.sin_family = AF_INET, .sin_port = htons(PORT)};

    inet_pton(AF_INET, THERE, &there.sin_addr);
    require(sendto(f->udp, &number, 1, 0, (struct sockaddr *)&there, sizeof(there)) == 1 ? 0 : -1, "sendto");
}

static bool is_number(const struct fixture *f, int i, unsigned char number)
{
    const unsigned char *packet = f->iov[i].iov_base;

    return f->results[i] == HEADERS + 1 && packet[0] == 0x45 && packet[HEADERS] == number;
}

/* Packets from elsewhere, IPv6 router solicitations for example, would spoil the count: then once more. */
static int read_numbers(struct fixture *f, int count)
{
    int packets = packet_ring_read(f->ring, f->queue, f->iov, f->results, count);

    for (int i = 0; i < packets; i++) {
        const unsigned char *packet = f->iov[i].iov_base;

        if (packet[0] != 0x45) {
            fprintf(stderr, "a packet of IPv%d is in the way\n", packet[0] >> 4);
            exit(1);
        }
    }
    return packets;
}

static void test_reads_in_order(struct fixture *f)
{
    for (unsigned char i = 0; i < PACKETS; i++) {
        send_number(f, i);
    }
    EXPECT(read_numbers(f, PACKETS) == PACKETS);
    for (unsigned char i = 0; i < PACKETS; i++) {
        EXPECT(is_number(f, i, i));
    }
}

static void test_reads_no_more_than_asked(struct fixture *f)
{
    for (unsigned char i = 0; i < 5; i++) {
        send_number(f, i);
    }
    EXPECT(read_numbers(f, 3) == 3);
    EXPECT(read_numbers(f, PACKETS) == 2);
    EXPECT(is_number(f, 0, 3) && is_number(f, 1, 4));
}

static void test_empty_read_leaves_nothing_behind(struct fixture *f)
{
    char buffer[2048];

    EXPECT(packet_ring_read(f->ring, f->queue, f->iov, f->results, PACKETS) == 0);
    memset(f->iov[0].iov_base, 0, 64);
    send_number(f, 7);
    EXPECT(read(f->tun, buffer, sizeof(buffer)) == HEADERS + 1);
    EXPECT(*(unsigned char *)f->iov[0].iov_base == 0);
    EXPECT(packet_ring_read(f->ring, f->queue, f->iov, f->results, PACKETS) == 0);
}

static uint16_t ip_checksum(const unsigned char *header)
{
    uint32_t sum = 0;

    for (int i = 0; i < 20; i += 2) {
        sum += (uint32_t)(header[i] << 8 | header[i + 1]);
    }
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t) ~(sum + (sum >> 16));
}

/* A datagram of one byte from the other end to our socket, into buffer @i. */
static void make_number(struct fixture *f, int i, unsigned char number)
{
    unsigned char *packet = f->iov[i].iov_base;
    uint16_t sum;

    memset(packet, 0, HEADERS);
    memcpy(packet, (unsigned char[]){0x45, 0, 0, HEADERS + 1, 0, 0, 0, 0, 64, IPPROTO_UDP}, 10);
    inet_pton(AF_INET, THERE, packet + 12);
    inet_pton(AF_INET, HERE, packet + 16);
    sum = ip_checksum(packet);
    packet[10] = (unsigned char)(sum >> 8);
    packet[11] = (unsigned char)sum;
    packet[20] = packet[22] = PORT >> 8;
    packet[21] = packet[23] = PORT & 0xff;
    packet[25] = 9;
    packet[HEADERS] = number;
    f->iov[i].iov_len = HEADERS + 1;
}

static void expect_number(const struct fixture *f, unsigned char number)
{
    struct pollfd readable = {.fd = f->udp, .events = POLLIN};
    unsigned char got[2] = {0};

    EXPECT(poll(&readable, 1, 5000) == 1);
    EXPECT(recv(f->udp, got, sizeof(got), 0) == 1 && got[0] == number);
}

static void restore_lengths(struct fixture *f)
{
    for (int i = 0; i < PACKETS; i++) {
        f->iov[i].iov_len = 2048;
    }
}

static void test_writes_in_order_past_a_refused_packet(struct fixture *f)
{
    for (unsigned char i = 0; i < PACKETS; i++) {
        make_number(f, i, i);
    }
    *(unsigned char *)f->iov[5].iov_base = 0xf5; /* IP version 15 */
    EXPECT(packet_ring_write(f->ring, f->queue, f->iov, f->spans, f->results, PACKETS) == PACKETS);
    for (unsigned char i = 0; i < PACKETS; i++) {
        EXPECT(f->results[i] == (i == 5 ? -EINVAL : HEADERS + 1));
        if (i != 5) {
            expect_number(f, i);
        }
    }
    EXPECT(recv(f->udp, (char[1]){0}, 1, 0) < 0 && errno == EAGAIN);
    restore_lengths(f);
}

/* Packet @i in two spans. */
static void add_parts(const struct fixture *f, int i, struct iovec *parts)
{
    parts[0] = (struct iovec){f->iov[i].iov_base, 10};
    parts[1] = (struct iovec){(char *)f->iov[i].iov_base + 10, HEADERS + 1 - 10};
}

/* Packet @i in @count spans, the last of which has all that the others, of a byte each, have not. */
static void add_bytes(const struct fixture *f, int i, struct iovec *parts, int count)
{
    char *packet = f->iov[i].iov_base;

    for (int part = 0; part < count; part++) {
        parts[part] = (struct iovec){packet + part, part < count - 1 ? 1 : (size_t)(HEADERS + 1 - part)};
    }
}

static void test_writes_packets_of_several_spans_too(struct fixture *f)
{
    struct iovec parts[2 * PACKET_RING_SPANS + 5];
    const int32_t spans[] = {2, 1, PACKET_RING_SPANS, PACKET_RING_SPANS + 1, 1};
    unsigned int before;

    for (unsigned char i = 0; i < 5; i++) {
        make_number(f, i, i);
    }
    add_parts(f, 0, parts);
    parts[2] = f->iov[1];
    add_bytes(f, 2, parts + 3, PACKET_RING_SPANS);
    add_bytes(f, 3, parts + 3 + PACKET_RING_SPANS, PACKET_RING_SPANS + 1);
    parts[4 + 2 * PACKET_RING_SPANS] = f->iov[4];
    before = *f->ring->sq_tail;
    EXPECT(packet_ring_write(f->ring, f->queue, parts, spans, f->results, 5) == 5);
    EXPECT_EQ(*f->ring->sq_tail - before, 4); /* All but the one of too many spans. */
    for (unsigned char i = 0; i < 5; i++) {
        EXPECT_EQ(f->results[i], HEADERS + 1);
        expect_number(f, i);
    }
    restore_lengths(f);
}

static void test_goes_on_behind_a_refused_packet_of_several_spans(struct fixture *f)
{
    struct iovec parts[5];
    const int32_t spans[] = {2, 2, 1};

    for (unsigned char i = 0; i < 3; i++) {
        make_number(f, i, i);
    }
    *(unsigned char *)f->iov[0].iov_base = 0xf5; /* IP version 15 */
    add_parts(f, 0, parts);
    add_parts(f, 1, parts + 2);
    parts[4] = f->iov[2];
    EXPECT_EQ(packet_ring_write(f->ring, f->queue, parts, spans, f->results, 3), 3);
    EXPECT_EQ(f->results[0], -EINVAL);
    expect_number(f, 1);
    expect_number(f, 2);
    restore_lengths(f);
}

/* What is refused alone loses nothing but itself; in place of one with parts those are to be written first. */
static void test_ends_behind_a_refused_packet_with_parts(struct fixture *f)
{
    struct iovec parts[8];
    const int32_t spans[] = {1, 1, -2, 1, -2, 1};

    for (unsigned char i = 0; i < 6; i++) {
        make_number(f, i, i);
    }
    *(unsigned char *)f->iov[0].iov_base = 0xf5; /* IP version 15 */
    *(unsigned char *)f->iov[4].iov_base = 0xf5;
    parts[0] = f->iov[0];
    parts[1] = f->iov[1];
    add_parts(f, 2, parts + 2);
    parts[4] = f->iov[3];
    add_parts(f, 4, parts + 5);
    parts[7] = f->iov[5];
    EXPECT(packet_ring_write(f->ring, f->queue, parts, spans, f->results, 6) == 5);
    for (unsigned char i = 0; i < 5; i++) {
        EXPECT(f->results[i] == (i == 0 || i == 4 ? -EINVAL : HEADERS + 1));
        if (f->results[i] >= 0) {
            expect_number(f, i);
        }
    }
    EXPECT(recv(f->udp, (char[1]){0}, 1, 0) < 0 && errno == EAGAIN);
    restore_lengths(f);
}

static int32_t announce(struct fixture *f, struct iovec *iov, int32_t *lengths, int32_t *outcome)
{
    for (int i = 0; i < PACKETS; i++) {
        iov[i] = f->iov[PACKETS - 1 - i];
        iov[i].iov_len = 2048;
    }
    packet_ring_announce(f->ring, f->queue, iov, lengths, PACKETS / 2, outcome);
    return *outcome;
}

static int write_numbers(struct fixture *f, unsigned char first, int count)
{
    for (int i = 0; i < count; i++) {
        make_number(f, i, (unsigned char)(first + i));
    }
    return packet_ring_write(f->ring, f->queue, f->iov, f->spans, f->results, count);
}

static bool is_number_of(const struct iovec *iov, int32_t length, unsigned char number)
{
    return length == HEADERS + 1 && ((const unsigned char *)iov->iov_base)[HEADERS] == number;
}

/* As many as it has expected: the first time the two that show whether there is more, then more at once. */
static void test_reads_ahead_with_a_write(struct fixture *f)
{
    struct iovec iov[PACKETS];
    int32_t lengths[PACKETS], outcome;

    EXPECT(packet_ring_read(f->ring, f->queue, f->iov, f->results, PACKETS) == 0);
    for (unsigned char i = 0; i < 5; i++) {
        send_number(f, i);
    }
    EXPECT(announce(f, iov, lengths, &outcome) == PACKET_RING_PENDING);
    EXPECT(write_numbers(f, 50, 2) == 2);
    expect_number(f, 50);
    expect_number(f, 51);
    EXPECT(outcome == 2);
    EXPECT(is_number_of(&iov[0], lengths[0], 0) && is_number_of(&iov[1], lengths[1], 1));
    EXPECT(announce(f, iov, lengths, &outcome) == PACKET_RING_PENDING);
    EXPECT(write_numbers(f, 60, 1) == 1);
    expect_number(f, 60);
    EXPECT(outcome == 3);
    EXPECT(is_number_of(&iov[0], lengths[0], 2) && is_number_of(&iov[2], lengths[2], 4));
    EXPECT(announce(f, iov, lengths, &outcome) == PACKET_RING_PENDING);
    EXPECT(write_numbers(f, 70, 1) == 1);
    expect_number(f, 70);
    EXPECT(outcome == 0);
    restore_lengths(f);
}

/* The reads go with the last packets of a long batch, and a refused packet of them is told apart from both. */
static void test_reads_ahead_behind_a_long_batch(struct fixture *f)
{
    struct iovec iov[PACKETS];
    int32_t lengths[PACKETS], outcome, spans[ENTRIES + 2];
    struct iovec packets[ENTRIES + 2];

    EXPECT(packet_ring_read(f->ring, f->queue, f->iov, f->results, PACKETS) == 0);
    for (unsigned char i = 0; i < ENTRIES + 2; i++) {
        make_number(f, i, i);
        packets[i] = f->iov[i];
        spans[i] = 1;
    }
    *(unsigned char *)packets[0].iov_base = 0xf5; /* IP version 15 */
    *(unsigned char *)packets[ENTRIES].iov_base = 0xf5;
    send_number(f, 99);
    announce(f, iov, lengths, &outcome);
    EXPECT(packet_ring_write(f->ring, f->queue, packets, spans, f->results, ENTRIES + 2) == ENTRIES + 2);
    for (unsigned char i = 0; i < ENTRIES + 2; i++) {
        EXPECT(f->results[i] == (i % ENTRIES == 0 ? -EINVAL : HEADERS + 1));
        if (i % ENTRIES != 0) {
            expect_number(f, i);
        }
    }
    EXPECT(outcome == 1 && is_number_of(&iov[0], lengths[0], 99));
    restore_lengths(f);
}

static void test_reads_nothing_ahead_that_is_withdrawn(struct fixture *f)
{
    struct iovec iov[PACKETS];
    int32_t lengths[PACKETS], outcome;

    send_number(f, 1);
    announce(f, iov, lengths, &outcome);
    packet_ring_withdraw(f->ring);
    EXPECT(write_numbers(f, 2, 1) == 1);
    expect_number(f, 2);
    EXPECT(outcome == PACKET_RING_PENDING);
    restore_lengths(f);
    EXPECT(read_numbers(f, PACKETS) == 1);
    EXPECT(is_number(f, 0, 1));
}

/* Nor with packets that do not go by ring. */
static void test_reads_nothing_ahead_of_a_detached_queue_or_with_a_packet_with_parts(struct fixture *f)
{
    struct iovec iov[PACKETS], parts[2];
    int32_t lengths[PACKETS], outcome;

    announce(f, iov, lengths, &outcome);
    make_number(f, 0, 3);
    add_parts(f, 0, parts);
    EXPECT(packet_ring_write(f->ring, f->queue, parts, (int32_t[]){-2}, f->results, 1) == 1);
    expect_number(f, 3);
    EXPECT(outcome == PACKET_RING_PENDING);
    packet_ring_detach(f->ring, f->queue);
    f->queue = packet_ring_attach(f->ring, f->tun, false);
    EXPECT(write_numbers(f, 4, 1) == 1);
    expect_number(f, 4);
    EXPECT(outcome == PACKET_RING_PENDING);
    restore_lengths(f);
}

static void test_goes_on_without_ring_where_it_is_unsupported(struct fixture *f)
{
    struct iovec iov[PACKETS];
    int32_t lengths[PACKETS], outcome;

    f->ring->queues[f->queue].unsupported = true;
    announce(f, iov, lengths, &outcome);
    send_number(f, 1);
    send_number(f, 2);
    EXPECT(read_numbers(f, PACKETS) == 2);
    EXPECT(is_number(f, 0, 1) && is_number(f, 1, 2));
    make_number(f, 0, 3);
    EXPECT(packet_ring_write(f->ring, f->queue, f->iov, f->spans, f->results, 1) == 1);
    expect_number(f, 3);
    EXPECT(outcome == PACKET_RING_PENDING);
    packet_ring_withdraw(f->ring);
    f->ring->queues[f->queue].unsupported = false;
    restore_lengths(f);
}

static void test_closes_gaps(void)
{
    char a[8] = "", b[8] = "one", c[8] = "", d[2] = "", e[8] = "two";
    struct iovec iov[] = {{a, 8}, {b, 8}, {c, 8}, {d, 2}, {e, 8}};
    int32_t lengths[] = {-EAGAIN, 3, -EAGAIN, -EAGAIN, 3};
    int32_t none[] = {-EAGAIN, -EAGAIN};
    int32_t lost[] = {-EAGAIN, -EBADFD};
    struct iovec unmapped[] = {{(void *)1, 8}, {b, 8}};
    int32_t faulty[] = {-EFAULT, 3};

    EXPECT(close_gaps(iov, lengths, 5) == 2);
    EXPECT(lengths[0] == 3 && memcmp(a, "one", 3) == 0);
    EXPECT(lengths[1] == 3 && memcmp(b, "two", 3) == 0);
    EXPECT(close_gaps(iov, none, 2) == 0);
    EXPECT(close_gaps(iov, lost, 2) == -EBADFD);
    EXPECT(close_gaps(unmapped, faulty, 2) == -EFAULT);
}

static void test_loses_what_was_overtaken(void)
{
    int32_t overtaken[] = {10, -EAGAIN, 10, -EIO, -EAGAIN};
    int32_t full[] = {-EAGAIN, -EAGAIN};

    EXPECT(settle(overtaken, 5) == 4);
    EXPECT(overtaken[1] == -ENOBUFS && overtaken[3] == -EIO);
    EXPECT(settle(full, 2) == 0);
}

static void test_refuses_what_it_cannot_keep_in_order(struct fixture *f)
{
    int pair[2], limit = 65536;
    int other = tun_open();

    require(pipe(pair), "pipe");
    EXPECT(packet_ring_attach(f->ring, pair[0], false) == -ENOTTY);
    require(tun_attach(other, "ringtest2", IFF_TUN | IFF_NO_PI), "TUNSETIFF");
    require(ioctl(other, TUNSETSNDBUF, &limit), "TUNSETSNDBUF");
    EXPECT(packet_ring_attach(f->ring, other, false) == -EBUSY);
    close(pair[0]);
    close(pair[1]);
    close(other);
}

static void test_detached_device_goes_with_its_descriptor(struct fixture *f)
{
    int other = tun_open(), queue;

    require(tun_attach(other, "ringtest3", IFF_TUN | IFF_NO_PI), "TUNSETIFF");
    queue = packet_ring_attach(f->ring, other, false);
    EXPECT(queue >= 0 && queue != f->queue);
    EXPECT(packet_ring_read(f->ring, queue, f->iov, f->results, PACKETS) == 0);
    packet_ring_detach(f->ring, queue);
    close(other);
    EXPECT(if_nametoindex("ringtest3") == 0);
}

static void delete_link(const char *name)
{
    struct {
        struct nlmsghdr header;
        struct ifinfomsg link;
    } request = {{sizeof(request), RTM_DELLINK, NLM_F_REQUEST | NLM_F_ACK, 1, 0},
                 {.ifi_family = AF_UNSPEC, .ifi_index = (int)if_nametoindex(name)}};
    char answer[256];
    int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);

    require(send(fd, &request, sizeof(request), 0) < 0 ? -1 : 0, "RTM_DELLINK");
    require(recv(fd, answer, sizeof(answer), 0) < 0 ? -1 : 0, "RTM_DELLINK");
    close(fd);
}

static void test_deleted_device_is_an_error(struct fixture *f)
{
    struct iovec iov[PACKETS];
    int32_t lengths[PACKETS], outcome;

    delete_link("ringtest");
    EXPECT(packet_ring_read(f->ring, f->queue, f->iov, f->results, PACKETS) == -EBADFD);
    EXPECT(packet_ring_write(f->ring, f->queue, f->iov, f->spans, f->results, PACKETS) == -EBADFD);
    announce(f, iov, lengths, &outcome);
    EXPECT(packet_ring_write(f->ring, f->queue, f->iov, f->spans, f->results, PACKETS) == -EBADFD);
    EXPECT(outcome == PACKET_RING_PENDING || outcome == -EBADFD);
}

static void *open_ring(void *ring)
{
    EXPECT(packet_ring_open(ENTRIES, ring) == 0);
    return NULL;
}

/* A number belongs to the thread that has registered it: the one that closes the ring may have another by that number.
 */
static void test_closes_the_ring_of_a_thread_that_has_ended(void)
{
    struct packet_ring *own, *ring;
    pthread_t thread;

    EXPECT(packet_ring_open(ENTRIES, &own) == 0);
    EXPECT(pthread_create(&thread, NULL, open_ring, &ring) == 0);
    EXPECT(pthread_join(thread, NULL) == 0);
    packet_ring_close(ring);
    EXPECT(enter(own, 0, 0) == 0);
    packet_ring_close(own);
}

static void test_everything(void)
{
    struct fixture f = {0};

    setup_fixture(&f);
    test_reads_in_order(&f);
    test_reads_no_more_than_asked(&f);
    test_empty_read_leaves_nothing_behind(&f);
    test_writes_in_order_past_a_refused_packet(&f);
    test_writes_packets_of_several_spans_too(&f);
    test_goes_on_behind_a_refused_packet_of_several_spans(&f);
    test_ends_behind_a_refused_packet_with_parts(&f);
    test_reads_ahead_with_a_write(&f);
    test_reads_ahead_behind_a_long_batch(&f);
    test_reads_nothing_ahead_that_is_withdrawn(&f);
    test_reads_nothing_ahead_of_a_detached_queue_or_with_a_packet_with_parts(&f);
    test_goes_on_without_ring_where_it_is_unsupported(&f);
    test_refuses_what_it_cannot_keep_in_order(&f);
    test_detached_device_goes_with_its_descriptor(&f);
    test_deleted_device_is_an_error(&f);
    packet_ring_close(f.ring);
    munmap(f.memory, PACKETS / 2 * 2048);
    close(f.tun);
    close(f.udp);
    test_closes_the_ring_of_a_thread_that_has_ended();
}

int main(void)
{
    struct packet_ring *ring;
    FILE *ipv6;

    test_closes_gaps();
    test_loses_what_was_overtaken();
    enter_namespace_or_skip();
    if (packet_ring_open(ENTRIES, &ring) < 0) {
        fprintf(stderr, "no io_uring here\n");
        return failures ? EXIT_FAILURE : SKIP;
    }
    packet_ring_close(ring);
    ipv6 = fopen("/proc/sys/net/ipv6/conf/default/disable_ipv6", "w");
    if (ipv6) {
        fputs("1", ipv6);
        fclose(ipv6);
    }
    for (size_t i = 0; i < sizeof(KERNELS) / sizeof(KERNELS[0]); i++) {
        int before = failures;

        kernel = &KERNELS[i];
        test_everything();
        if (failures > before) {
            fprintf(stderr, "on a kernel %s\n", kernel->name);
        }
    }
    return test_result();
}
