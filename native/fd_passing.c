// SPDX-License-Identifier: Apache-2.0
#include "fd_passing.h"

#include "clock.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

/* More than one, so that surplus descriptors are seen, and closed. */
enum { MAX_DESCRIPTORS = 8 };

/* Lets @option, SO_SNDTIMEO or SO_RCVTIMEO, end what waits on @fd at @deadline_ms. Returns 0 or -errno. */
static int end_at(int fd, int option, int64_t deadline_ms)
{
    int64_t left_ms = deadline_ms - now_ms();
    struct timeval timeout = {.tv_sec = left_ms / 1000, .tv_usec = left_ms % 1000 * 1000};

    if (left_ms <= 0) {
        return -ETIMEDOUT;
    }
    return setsockopt(fd, SOL_SOCKET, option, &timeout, sizeof(timeout)) < 0 ? -errno : 0;
}

/* The errno of a call that waits until a time has come: the kernel calls it EAGAIN. */
static int timed_errno(void)
{
    return errno == EAGAIN ? -ETIMEDOUT : -errno;
}

/* Waits while more have connected than the other side has room for. */
static int connect_socket(int fd, const struct sockaddr_un *address, int64_t deadline_ms)
{
    int result;

    do {
        result = end_at(fd, SO_SNDTIMEO, deadline_ms);
        if (result == 0 && connect(fd, (const struct sockaddr *)address, sizeof(*address)) < 0) {
            result = timed_errno();
        }
    } while (result == -EINTR);
    return result;
}

static int connect_to(const char *path, int64_t deadline_ms)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd, result;

    if (strlen(path) >= sizeof(address.sun_path)) {
        return -ENAMETOOLONG;
    }
    strcpy(address.sun_path, path);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return -errno;
    }
    result = connect_socket(fd, &address, deadline_ms);
    if (result < 0) {
        close(fd);
        return result;
    }
    return fd;
}

/* Takes the descriptors out of @message. Returns the only one; closes them all and returns -EPROTO if there are others.
 */
static int only_descriptor(struct msghdr *message)
{
    int found[MAX_DESCRIPTORS];
    size_t count = 0;

    for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part; part = CMSG_NXTHDR(message, part)) {
        if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_RIGHTS) {
            count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
            memcpy(found, CMSG_DATA(part), count * sizeof(int));
        }
    }
    if (count == 1 && !(message->msg_flags & MSG_CTRUNC)) {
        return found[0];
    }
    while (count > 0) {
        close(found[--count]);
    }
    return -EPROTO;
}

static int receive_from(int fd, int64_t deadline_ms)
{
    char byte[64];
    union {
        char bytes[CMSG_SPACE(MAX_DESCRIPTORS * sizeof(int))];
        struct cmsghdr alignment;
    } control;
    struct iovec iov = {byte, sizeof(byte)};
    struct msghdr message = {
        .msg_iov = &iov,
        .msg_iovlen = 1,
        .msg_control = control.bytes,
        .msg_controllen = sizeof(control.bytes),
    };
    ssize_t length;

    do {
        length = end_at(fd, SO_RCVTIMEO, deadline_ms);
        if (length == 0 && (length = recvmsg(fd, &message, MSG_CMSG_CLOEXEC)) < 0) {
            length = timed_errno();
        } else if (length == 0) {
            length = -ECONNRESET;
        }
    } while (length == -EINTR);
    return length < 0 ? (int)length : only_descriptor(&message);
}

int fd_receive(const char *path, int timeout_ms)
{
    int64_t deadline_ms = now_ms() + timeout_ms;
    int result, fd = connect_to(path, deadline_ms);

    if (fd < 0) {
        return fd;
    }
    result = receive_from(fd, deadline_ms);
    close(fd);
    return result;
}
