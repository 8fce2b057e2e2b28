// SPDX-License-Identifier: Apache-2.0
/* Description: batches over a socket pair stop where the kernel stops, whoever makes the descriptor blocking. */
#include "../packet_io.h"
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <unistd.h>

static void test_read_stops_when_empty(const int pair[2])
{
    char a[8], b[8];
    struct iovec iov[] = {{a, sizeof(a)}, {b, sizeof(b)}};
    int32_t lengths[2] = {0};

    EXPECT(packets_read(pair[0], false, iov, lengths, 2) == 0);
    EXPECT(write(pair[1], "one", 3) == 3);
    EXPECT(packets_read(pair[0], false, iov, lengths, 2) == 1);
    EXPECT(lengths[0] == 3 && memcmp(a, "one", 3) == 0);
}

static void test_write_gathers_spans(const int pair[2])
{
    char got[16];
    struct iovec iov[] = {{"ab", 2}, {"cd", 2}, {"ef", 2}};
    const int32_t spans[] = {2, 1};
    int32_t results[2] = {0};

    EXPECT(packets_write(pair[0], false, iov, spans, results, 2) == 2);
    EXPECT(results[0] == 4 && results[1] == 2);
    EXPECT(read(pair[1], got, sizeof(got)) == 4 && memcmp(got, "abcd", 4) == 0);
    EXPECT(read(pair[1], got, sizeof(got)) == 2 && memcmp(got, "ef", 2) == 0);
}

static void test_write_stops_when_full(const int pair[2], bool shared)
{
    static char big[4096];
    struct iovec iov[64];
    int32_t spans[64], results[64];
    int total = 0, written;

    for (int i = 0; i < 64; i++) {
        iov[i] = (struct iovec){big, sizeof(big)};
        spans[i] = 1;
    }
    while ((written = packets_write(pair[0], shared, iov, spans, results, 64)) > 0) {
        total += written;
    }
    EXPECT(written == 0);
    EXPECT(total > 0);
}

static void test_lost_descriptor_is_an_error(void)
{
    char byte;
    struct iovec iov = {&byte, 1};
    int32_t one = 1, result = 0;

    EXPECT(packets_read(-1, false, &iov, &result, 1) == -EBADF);
    EXPECT(packets_write(-1, false, &iov, &one, &result, 1) == -EBADF);
}

static void make_blocking(int fd)
{
    EXPECT_EQ(fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK), 0);
}

static bool is_blocking(int fd)
{
    return !(fcntl(fd, F_GETFL) & O_NONBLOCK);
}

/* A wait that nobody ends ends the test. */
static void test_shared_descriptor_does_not_wait(void)
{
    char byte;
    struct iovec iov = {&byte, 1};
    int32_t length;
    int pair[2];

    EXPECT_EQ(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
    EXPECT_EQ(packets_read(pair[0], true, &iov, &length, 1), 0);
    test_write_stops_when_full(pair, true);
    close(pair[0]);
    close(pair[1]);
}

/* An inotify descriptor knows no RWF_NOWAIT, as the TUN device of older kernels. */
static void test_shared_descriptor_is_made_nonblocking_where_a_call_cannot_be(void)
{
    char event[64];
    struct iovec iov = {event, sizeof(event)};
    const int32_t one = 1;
    int32_t result;
    int fd = inotify_init1(IN_CLOEXEC);

    EXPECT_EQ(packets_read(fd, true, &iov, &result, 1), 0);
    make_blocking(fd);
    EXPECT_EQ(packets_read(fd, true, &iov, &result, 1), 0);
    EXPECT(!is_blocking(fd));
    close(fd);
    fd = posix_openpt(O_RDWR | O_NOCTTY);
    EXPECT_EQ(packets_write(fd, true, &iov, &one, &result, 1), 1);
    EXPECT(!is_blocking(fd));
    close(fd);
}

int main(void)
{
    int pair[2];

    alarm(30);

    if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, pair) < 0) {
        perror("socketpair");
        return 1;
    }
    test_read_stops_when_empty(pair);
    test_write_gathers_spans(pair);
    test_write_stops_when_full(pair, false);
    test_lost_descriptor_is_an_error();
    test_shared_descriptor_does_not_wait();
    test_shared_descriptor_is_made_nonblocking_where_a_call_cannot_be();
    close(pair[0]);
    close(pair[1]);
    return test_result();
}
