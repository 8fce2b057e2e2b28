// SPDX-License-Identifier: Apache-2.0
/* Description: one descriptor comes over a socket; anything else is refused, and leaves none open. */
#include "../fd_passing.h"
#include "support.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>

enum { LONG_TIME_MS = 10000, SHORT_TIME_MS = 20, MANY = 8, LOWEST = 3 };

static char path[sizeof(((struct sockaddr_un *)0)->sun_path)];

static int listen_at(const char *where)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    strcpy(address.sun_path, where);
    EXPECT(bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
    EXPECT(listen(fd, 1) == 0);
    return fd;
}

static void send_descriptors(int fd, int sent, size_t count)
{
    union {
        char bytes[CMSG_SPACE(2 * MANY * sizeof(int))];
        struct cmsghdr alignment;
    } control = {{0}};
    struct iovec iov = {"x", 1};
    struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1};

    if (count > 0) {
        struct cmsghdr *part = &control.alignment;

        message.msg_control = control.bytes;
        message.msg_controllen = CMSG_SPACE(count * sizeof(int));
        part->cmsg_level = SOL_SOCKET;
        part->cmsg_type = SCM_RIGHTS;
        part->cmsg_len = CMSG_LEN(count * sizeof(int));
        for (size_t i = 0; i < count; i++) {
            memcpy(CMSG_DATA(part) + i * sizeof(int), &sent, sizeof(sent));
        }
    }
    EXPECT(sendmsg(fd, &message, 0) == 1);
}

/* A process that accepts one connection and sends @count times the same descriptor; a negative count hangs up. */
static pid_t serve(int listener, int count)
{
    pid_t child = fork();

    if (child == 0) {
        int fd = accept(listener, NULL, NULL);

        if (count >= 0) {
            send_descriptors(fd, STDERR_FILENO, (size_t)count);
        }
        _exit(test_result());
    }
    return child;
}

static void expect_success(pid_t child)
{
    int status = -1;

    EXPECT(waitpid(child, &status, 0) == child);
    EXPECT_EQ(status, 0);
}

/* The lowest free number says whether something was left open. */
static int lowest_free(void)
{
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

    close(fd);
    return fd;
}

static int receive_of(int listener, int count)
{
    pid_t child = serve(listener, count);
    int result = fd_receive(path, LONG_TIME_MS);

    expect_success(child);
    return result;
}

static void test_one_descriptor(int listener)
{
    int fd = receive_of(listener, 1);

    EXPECT(fd >= LOWEST);
    EXPECT_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
    close(fd);
}

static void test_refused(int listener)
{
    int free_before = lowest_free();

    EXPECT_EQ(receive_of(listener, 0), -EPROTO);
    EXPECT_EQ(receive_of(listener, 2), -EPROTO);
    EXPECT_EQ(receive_of(listener, 2 * MANY), -EPROTO);
    EXPECT_EQ(receive_of(listener, -1), -ECONNRESET);
    EXPECT_EQ(lowest_free(), free_before);
}

static void test_nothing_comes(int listener)
{
    int peer;

    /* The connection is made by the backlog; nobody accepts it. */
    EXPECT_EQ(fd_receive(path, SHORT_TIME_MS), -ETIMEDOUT);
    peer = accept(listener, NULL, NULL);
    close(peer);
}

static void nothing(int signal)
{
    (void)signal;
}

/* Interrupts what this process waits for, more often than the time that it waits. */
static void interrupt_every_ms(int interval_ms)
{
    struct sigaction handler = {.sa_handler = interval_ms ? nothing : SIG_DFL};
    struct itimerval timer = {.it_interval.tv_usec = interval_ms * 1000, .it_value.tv_usec = interval_ms * 1000};

    sigaction(SIGALRM, &handler, NULL);
    setitimer(ITIMER_REAL, &timer, NULL);
}

static void test_nothing_comes_but_signals(int listener)
{
    int peer;

    interrupt_every_ms(SHORT_TIME_MS / 4);
    EXPECT_EQ(fd_receive(path, SHORT_TIME_MS), -ETIMEDOUT);
    interrupt_every_ms(0);
    peer = accept(listener, NULL, NULL);
    close(peer);
}

/* As many connections as the backlog holds, and nobody to accept them: the next one has to wait. */
static void test_connection_that_nobody_takes(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int waiting[MANY], count = 0, connected = 0;

    strcpy(address.sun_path, path);
    while (connected == 0 && count < MANY) {
        waiting[count] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        connected = connect(waiting[count++], (struct sockaddr *)&address, sizeof(address));
    }
    EXPECT(connected < 0 && errno == EAGAIN);
    alarm(LONG_TIME_MS / 1000);
    EXPECT_EQ(fd_receive(path, SHORT_TIME_MS), -ETIMEDOUT);
    alarm(0);
    while (count > 0) {
        close(waiting[--count]);
    }
}

static void test_no_socket(int listener)
{
    char too_long[200];

    memset(too_long, 'x', sizeof(too_long) - 1);
    too_long[sizeof(too_long) - 1] = '\0';
    EXPECT_EQ(fd_receive(too_long, LONG_TIME_MS), -ENAMETOOLONG);
    close(listener);
    EXPECT_EQ(fd_receive(path, LONG_TIME_MS), -ECONNREFUSED);
    unlink(path);
    EXPECT_EQ(fd_receive(path, LONG_TIME_MS), -ENOENT);
}

int main(void)
{
    char directory[] = "/tmp/tunloop-fd-XXXXXX";
    int listener;

    if (!mkdtemp(directory)) {
        perror("mkdtemp");
        return EXIT_FAILURE;
    }
    snprintf(path, sizeof(path), "%s/socket", directory);
    listener = listen_at(path);
    test_one_descriptor(listener);
    test_refused(listener);
    test_nothing_comes(listener);
    test_nothing_comes_but_signals(listener);
    test_connection_that_nobody_takes();
    test_no_socket(listener);
    rmdir(directory);
    return test_result();
}
