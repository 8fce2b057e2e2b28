// SPDX-License-Identifier: Apache-2.0
#include "fd_passing.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* More than one, so that surplus descriptors are seen, and closed. */
enum { MAX_DESCRIPTORS = 8 };

static int connect_to(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd;

    if (strlen(path) >= sizeof(address.sun_path)) {
        return -ENAMETOOLONG;
    }
    strcpy(address.sun_path, path);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return -errno;
    }
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
        int error = errno;

        close(fd);
        return -error;
    }
    return fd;
}

static int wait_readable(int fd, int timeout_ms)
{
    struct pollfd poller = {.fd = fd, .events = POLLIN};
    int ready;

    /* A signal starts the time again: signals are rare, and a deadline is not worth a clock. */
    do {
        ready = poll(&poller, 1, timeout_ms);
    } while (ready < 0 && errno == EINTR);
    if (ready < 0) {
        return -errno;
    }
    return ready > 0 ? 0 : -ETIMEDOUT;
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

static int receive_from(int fd)
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
        length = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
    } while (length < 0 && errno == EINTR);
    if (length < 0) {
        return -errno;
    }
    return length > 0 ? only_descriptor(&message) : -ECONNRESET;
}

int fd_receive(const char *path, int timeout_ms)
{
    int result, fd = connect_to(path);

    if (fd < 0) {
        return fd;
    }
    result = wait_readable(fd, timeout_ms);
    if (result == 0) {
        result = receive_from(fd);
    }
    close(fd);
    return result;
}
