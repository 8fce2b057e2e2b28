// SPDX-License-Identifier: Apache-2.0
/* Description: batches over a non-blocking socket pair stop where the kernel stops. */
#include "../packet_io.h"
#include "support.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void test_read_stops_when_empty(const int pair[2])
{
    char a[8], b[8];
    struct iovec iov[] = {{a, sizeof(a)}, {b, sizeof(b)}};
    int32_t lengths[2] = {0};

    EXPECT(packets_read(pair[0], iov, lengths, 2) == 0);
    EXPECT(write(pair[1], "one", 3) == 3);
    EXPECT(packets_read(pair[0], iov, lengths, 2) == 1);
    EXPECT(lengths[0] == 3 && memcmp(a, "one", 3) == 0);
}

static void test_write_gathers_spans(const int pair[2])
{
    char got[16];
    struct iovec iov[] = {{"ab", 2}, {"cd", 2}, {"ef", 2}};
    const int32_t spans[] = {2, 1};
    int32_t results[2] = {0};

    EXPECT(packets_write(pair[0], iov, spans, results, 2) == 2);
    EXPECT(results[0] == 4 && results[1] == 2);
    EXPECT(read(pair[1], got, sizeof(got)) == 4 && memcmp(got, "abcd", 4) == 0);
    EXPECT(read(pair[1], got, sizeof(got)) == 2 && memcmp(got, "ef", 2) == 0);
}

static void test_write_stops_when_full(const int pair[2])
{
    static char big[4096];
    struct iovec iov[64];
    int32_t spans[64], results[64];
    int total = 0, written;

    for (int i = 0; i < 64; i++) {
        iov[i] = (struct iovec){big, sizeof(big)};
        spans[i] = 1;
    }
    while ((written = packets_write(pair[0], iov, spans, results, 64)) > 0) {
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

    EXPECT(packets_read(-1, &iov, &result, 1) == -EBADF);
    EXPECT(packets_write(-1, &iov, &one, &result, 1) == -EBADF);
}

int main(void)
{
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, pair) < 0) {
        perror("socketpair");
        return 1;
    }
    test_read_stops_when_empty(pair);
    test_write_gathers_spans(pair);
    test_write_stops_when_full(pair);
    test_lost_descriptor_is_an_error();
    close(pair[0]);
    close(pair[1]);
    return test_result();
}
