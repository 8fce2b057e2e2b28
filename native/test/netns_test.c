// SPDX-License-Identifier: Apache-2.0
/* Description: a call in another network namespace happens there, and leaves the thread where it was. */
#include "../if_linux.h"
#include "../netlink.h"
#include "../netns.h"
#include "../tun_linux.h"
#include "support.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/if_tun.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static int here(void)
{
    return open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
}

static ino_t number_of(int netns)
{
    struct stat file = {0};

    EXPECT(fstat(netns, &file) == 0);
    return file.st_ino;
}

static int number_of_here(void)
{
    int netns = here();
    ino_t number = number_of(netns);

    close(netns);
    return (int)number;
}

static void test_device_and_socket_are_there(int there)
{
    int fd = netns_call(there, tun_open);
    int socket_here = netlink_open(), socket_there = netns_call(there, netlink_open);

    EXPECT_EQ(tun_attach(fd, "ta", IFF_TUN | IFF_NO_PI), 0);
    EXPECT_EQ(if_index(socket_here, "ta"), -ENODEV);
    EXPECT(if_index(socket_there, "ta") > 0);
    close(socket_here);
    close(socket_there);
    close(fd);
}

static void test_thread_is_put_back(int there)
{
    int before = number_of_here();

    EXPECT_EQ(netns_call(there, number_of_here), (int)number_of(there));
    EXPECT_EQ(number_of_here(), before);
    EXPECT_EQ(netns_call(NETNS_HERE, number_of_here), before);
}

static void test_other_files_are_refused(void)
{
    int file = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    int wrong_kind = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);

    EXPECT_EQ(netns_try(file), -EINVAL);
    EXPECT_EQ(netns_try(wrong_kind), -EINVAL);
    EXPECT_EQ(netns_try(-2), -EBADF);
    close(file);
    close(wrong_kind);
}

static void test_only_namespaces_are_opened(void)
{
    char directory[] = "/tmp/tunloop-netns-XXXXXX", fifo[sizeof(directory) + sizeof("/fifo")];
    int fd = netns_open("/proc/self/ns/net");

    EXPECT_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
    close(fd);
    if (!mkdtemp(directory)) {
        perror("mkdtemp");
        exit(EXIT_FAILURE);
    }
    snprintf(fifo, sizeof(fifo), "%s/fifo", directory);
    EXPECT(mkfifo(fifo, 0600) == 0);
    /* Nobody writes to it. */
    alarm(10);
    EXPECT_EQ(netns_open(fifo), -EINVAL);
    alarm(0);
    EXPECT_EQ(netns_open(directory), -EINVAL);
    EXPECT_EQ(netns_open("/dev/null"), -EINVAL);
    unlink(fifo);
    EXPECT_EQ(netns_open(fifo), -ENOENT);
    rmdir(directory);
}

static void test_device_tells_where_it_is(int there)
{
    int fd = netns_call(there, tun_open), netns;

    EXPECT_EQ(tun_attach(fd, "ta", IFF_TUN | IFF_NO_PI), 0);
    netns = tun_netns(fd);
    EXPECT(netns >= 0);
    EXPECT_EQ(number_of(netns), number_of(there));
    close(netns);
    close(fd);
}

/* Makes the way back impossible. */
static int give_up_rights(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {0};

    return (int)syscall(SYS_capset, &header, none);
}

static void test_process_ends_when_the_thread_cannot_be_put_back(int there)
{
    char message[128] = "";
    int output[2], status = 0;
    pid_t child;

    EXPECT(pipe(output) == 0);
    child = fork();
    if (child == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        dup2(output[1], STDERR_FILENO);
        netns_call(there, give_up_rights);
        _exit(EXIT_SUCCESS);
    }
    close(output[1]);
    EXPECT(read(output[0], message, sizeof(message) - 1) > 0);
    close(output[0]);
    EXPECT(waitpid(child, &status, 0) == child);
    EXPECT(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    EXPECT(strstr(message, "tunloop: cannot return to the network namespace of this process: Operation not permitted"));
}

int main(void)
{
    int there;

    enter_namespace_or_skip();
    there = here();
    enter_namespace_or_skip();
    EXPECT_EQ(netns_try(there), 0);
    test_device_and_socket_are_there(there);
    test_thread_is_put_back(there);
    test_other_files_are_refused();
    test_only_namespaces_are_opened();
    test_device_tells_where_it_is(there);
    test_process_ends_when_the_thread_cannot_be_put_back(there);
    close(there);
    return test_result();
}
