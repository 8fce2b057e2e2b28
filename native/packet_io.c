// SPDX-License-Identifier: Apache-2.0
#include "packet_io.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Younger than the oldest headers that this compiles with. */
#ifndef RWF_NOWAIT
#define RWF_NOWAIT 8
#endif

#define NO_POSITION (-1L), (-1L) /* as read(2) and write(2): both halves of it */

/* How to keep a call from waiting. */
enum waiting {
    NONBLOCK, /* the descriptor is non-blocking, and nobody else can change that */
    NOWAIT,   /* the call itself says so */
    CHECKED,  /* the kernel's TUN does not know that (before 5.11): the descriptor is made non-blocking again */
};

static enum waiting waiting_of(bool shared)
{
    return shared ? NOWAIT : NONBLOCK;
}

static void make_nonblocking(int fd)
{
    int flags = fcntl(fd, F_GETFL);

    if (flags >= 0 && !(flags & O_NONBLOCK)) {
        (void)fcntl(fd, F_SETFL, flags | O_NONBLOCK); /* What is wrong with it, the call that follows says too. */
    }
}

/*
 * Past the C library's read and write, which are cancellation points: in a program with threads each call would set and
 * clear the thread's cancellation state, 3 % of the time at 400,000 packets a second. Nobody cancels a thread here.
 */
static ssize_t read_once(int fd, const struct iovec *iov, enum waiting waiting)
{
    if (waiting == NOWAIT) {
        return syscall(SYS_preadv2, fd, iov, 1L, NO_POSITION, RWF_NOWAIT);
    }
    if (waiting == CHECKED) {
        make_nonblocking(fd);
    }
    return syscall(SYS_read, fd, iov->iov_base, iov->iov_len);
}

static ssize_t write_once(int fd, const struct iovec *iov, int spans, enum waiting waiting)
{
    if (waiting == NOWAIT) {
        return syscall(SYS_pwritev2, fd, iov, (long)spans, NO_POSITION, RWF_NOWAIT);
    }
    if (waiting == CHECKED) {
        make_nonblocking(fd);
    }
    return spans == 1 ? syscall(SYS_write, fd, iov->iov_base, iov->iov_len) : syscall(SYS_writev, fd, iov, (long)spans);
}

/* True if the call that failed is to be made again: in another way when the kernel does not know this one. */
static bool is_to_repeat(enum waiting *waiting)
{
    if (*waiting == NOWAIT && (errno == EOPNOTSUPP || errno == ENOSYS)) {
        *waiting = CHECKED;
        return true;
    }
    return errno == EINTR;
}

static ssize_t read_one(int fd, const struct iovec *iov, enum waiting *waiting)
{
    ssize_t length;

    do {
        length = read_once(fd, iov, *waiting);
    } while (length < 0 && is_to_repeat(waiting));
    return length < 0 ? -errno : length;
}

static ssize_t write_one(int fd, const struct iovec *iov, int spans, enum waiting *waiting)
{
    ssize_t length;

    do {
        length = write_once(fd, iov, spans, *waiting);
    } while (length < 0 && is_to_repeat(waiting));
    return length < 0 ? -errno : length;
}

bool packet_is_lost(ssize_t result)
{
    return result == -EIO || result == -EINVAL || result == -ENOBUFS || result == -ENOMEM || result == -EMSGSIZE;
}

int packets_read(int fd, bool shared, const struct iovec *iov, int32_t *lengths, int count)
{
    enum waiting waiting = waiting_of(shared);

    for (int i = 0; i < count; i++) {
        ssize_t length = read_one(fd, &iov[i], &waiting);

        if (length < 0) {
            return i > 0 || length == -EAGAIN ? i : (int)length;
        }
        lengths[i] = (int32_t)length;
    }
    return count;
}

int packets_write(int fd, bool shared, const struct iovec *iov, const int32_t *spans, int32_t *results, int count)
{
    enum waiting waiting = waiting_of(shared);

    for (int i = 0; i < count; i++) {
        ssize_t result = write_one(fd, iov, abs(spans[i]), &waiting);

        if (result < 0 && !packet_is_lost(result)) {
            return i > 0 || result == -EAGAIN ? i : (int)result;
        }
        results[i] = (int32_t)result;
        if (result == -EINVAL && spans[i] < 0) {
            return i + 1;
        }
        iov = iov_behind(iov, spans + i, 1);
    }
    return count;
}
