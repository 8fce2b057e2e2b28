// SPDX-License-Identifier: Apache-2.0
/*
 * The least a forwarder can do, as the measure for all others: two devices, one thread per direction, read(2) and
 * write(2), nothing else.
 *
 *     tun A  --read--> thread 1 --write-->  tun B
 *     tun A <--write-- thread 2 <--read---  tun B
 *
 * plain        blocking descriptors, IP packets
 * passthrough  blocking descriptors, virtio_net_hdr frames of up to 64 KiB, moved whole
 * epoll        as plain, but non-blocking descriptors and an epoll loop in each thread
 */
#include "if_linux.h"
#include "netlink.h"
#include "tun_linux.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <linux/if_tun.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { VNET_HEADER_BYTES = 10, MAX_PACKET_BYTES = 65535, DEFAULT_PREFIX = 24, USAGE = 2 };

/* What TUN_F_USO4 and TUN_F_USO6 are in kernels from 6.2; older headers lack them. */
enum { USO = 0x20 | 0x40, TSO = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN };

struct options {
    const char *name[2];
    const char *address[2];
    int mtu;
    int txqueuelen;
    bool offload;
    bool epoll;
};

struct direction {
    int from;
    int to;
    bool epoll;
};

__attribute__((format(printf, 2, 3), noreturn)) static void die(int status, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    fputs("limit: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(status);
}

static int check(const char *call, const char *device, int result)
{
    if (result < 0) {
        die(EXIT_FAILURE, "%s on %s: %s", call, device, strerror(-result));
    }
    return result;
}

static void set_offload(int fd, const char *name, bool offload)
{
    int status = tun_set_offload(fd, offload ? TSO | USO : 0);

    if (offload && status == -EINVAL) {
        status = tun_set_offload(fd, TSO);
    }
    check("TUNSETOFFLOAD", name, status);
}

/* Addresses are 10.0.1.1 or 10.0.1.1/24. */
static void add_address(int socket, const char *name, const char *text)
{
    char literal[INET6_ADDRSTRLEN + sizeof("/128")], *slash, *end;
    unsigned char address[16];
    int family = strchr(text, ':') ? AF_INET6 : AF_INET;
    long prefix = DEFAULT_PREFIX;

    snprintf(literal, sizeof(literal), "%s", text);
    slash = strchr(literal, '/');
    if (slash) {
        *slash = '\0';
        prefix = strtol(slash + 1, &end, 10);
        if (end == slash + 1 || *end || prefix < 0 || prefix > (family == AF_INET ? 32 : 128)) {
            die(USAGE, "bad prefix length: %s", text);
        }
    }
    if (inet_pton(family, literal, address) != 1) {
        die(USAGE, "bad address: %s", text);
    }
    check("RTM_NEWADDR", name, if_add_address(socket, name, family, address, (int)prefix));
}

static void configure(const char *name, const char *address, const struct options *options)
{
    int socket = check("socket(AF_NETLINK)", name, netlink_open());

    if (options->mtu) {
        check("SIOCSIFMTU", name, if_set_mtu(socket, name, options->mtu));
    }
    if (options->txqueuelen) {
        check("RTM_NEWLINK", name, if_set_txqueuelen(socket, name, options->txqueuelen));
    }
    add_address(socket, name, address);
    check("SIOCSIFFLAGS", name, if_set_up(socket, name, true));
    close(socket);
}

static int open_device(const char *name, const char *address, const struct options *options)
{
    int fd = check("open", "/dev/net/tun", tun_open());
    int flags = IFF_TUN | IFF_NO_PI | (options->offload ? IFF_VNET_HDR : 0);

    check("TUNSETIFF", name, tun_attach(fd, name, flags));
    check("TUNSETVNETHDRSZ", name, tun_set_vnet_header_bytes(fd, VNET_HEADER_BYTES));
    set_offload(fd, name, options->offload);
    if (!options->epoll && fcntl(fd, F_SETFL, O_RDWR) < 0) {
        die(EXIT_FAILURE, "fcntl on %s: %s", name, strerror(errno));
    }
    configure(name, address, options);
    return fd;
}

/* Waits for the next packet where the descriptor does not. */
static void wait_readable(int poller)
{
    struct epoll_event event;

    if (epoll_wait(poller, &event, 1, -1) < 0 && errno != EINTR) {
        die(EXIT_FAILURE, "epoll_wait: %s", strerror(errno));
    }
}

static int open_poller(const struct direction *direction)
{
    struct epoll_event event = {.events = EPOLLIN};
    int poller = epoll_create1(EPOLL_CLOEXEC);

    if (poller < 0 || epoll_ctl(poller, EPOLL_CTL_ADD, direction->from, &event) < 0) {
        die(EXIT_FAILURE, "epoll: %s", strerror(errno));
    }
    return poller;
}

static void *forward(void *argument)
{
    const struct direction *direction = argument;
    int poller = direction->epoll ? open_poller(direction) : -1;
    static _Thread_local char packet[VNET_HEADER_BYTES + MAX_PACKET_BYTES];

    for (;;) {
        ssize_t length = read(direction->from, packet, sizeof(packet));

        if (length < 0 && errno == EAGAIN) {
            wait_readable(poller);
        } else if (length < 0 && errno != EINTR) {
            die(EXIT_FAILURE, "read: %s", strerror(errno));
        } else if (length > 0 && write(direction->to, packet, (size_t)length) < 0 && errno != EIO && errno != EINVAL &&
                   errno != ENOBUFS && errno != ENOMEM && errno != EAGAIN) {
            /* EIO is a link that is down, EINVAL a packet that the kernel refuses: both lose that packet only. */
            die(EXIT_FAILURE, "write: %s", strerror(errno));
        }
    }
}

static int parse_number(const char *option, const char *text)
{
    char *end;
    long value = strtol(text, &end, 10);

    if (end == text || *end || value < 1 || value > 1000000) {
        die(USAGE, "--%s must be a positive number: %s", option, text);
    }
    return (int)value;
}

static void usage(void)
{
    die(USAGE, "usage: limit plain|passthrough|epoll --iface1 NAME --ip1 ADDRESS[/PREFIX] --iface2 NAME "
               "--ip2 ADDRESS[/PREFIX] [--mtu BYTES] [--txqueuelen PACKETS]");
}

static void parse_mode(const char *mode, struct options *options)
{
    options->offload = strcmp(mode, "passthrough") == 0;
    options->epoll = strcmp(mode, "epoll") == 0;
    if (!options->offload && !options->epoll && strcmp(mode, "plain") != 0) {
        usage();
    }
}

static struct options parse(int count, char **arguments)
{
    static const struct option known[] = {
        {"iface1", required_argument, NULL, 'a'},
        {"ip1", required_argument, NULL, 'b'},
        {"iface2", required_argument, NULL, 'c'},
        {"ip2", required_argument, NULL, 'd'},
        {"mtu", required_argument, NULL, 'm'},
        {"txqueuelen", required_argument, NULL, 'q'},
        {NULL, 0, NULL, 0},
    };
    struct options options = {0};
    int option;

    if (count < 2) {
        usage();
    }
    while ((option = getopt_long(count, arguments, "", known, NULL)) != -1) {
        switch (option) {
        case 'a':
        case 'c':
            options.name[option == 'c'] = optarg;
            break;
        case 'b':
        case 'd':
            options.address[option == 'd'] = optarg;
            break;
        case 'm':
            options.mtu = parse_number("mtu", optarg);
            break;
        case 'q':
            options.txqueuelen = parse_number("txqueuelen", optarg);
            break;
        default:
            usage();
        }
    }
    if (optind != count - 1 || !options.name[0] || !options.name[1] || !options.address[0] || !options.address[1]) {
        usage();
    }
    parse_mode(arguments[optind], &options);
    return options;
}

/* The threads inherit the mask, so that only sigwait takes the signals. */
static sigset_t block_signals(void)
{
    sigset_t signals;

    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    return signals;
}

static void start(struct direction *direction)
{
    pthread_t thread;
    int error = pthread_create(&thread, NULL, forward, direction);

    if (error) {
        die(EXIT_FAILURE, "pthread_create: %s", strerror(error));
    }
}

int main(int count, char **arguments)
{
    struct options options = parse(count, arguments);
    sigset_t signals = block_signals();
    int a = open_device(options.name[0], options.address[0], &options);
    int b = open_device(options.name[1], options.address[1], &options);
    struct direction directions[] = {{a, b, options.epoll}, {b, a, options.epoll}};
    int signal;

    start(&directions[0]);
    start(&directions[1]);
    sigwait(&signals, &signal);
    /* The devices go with their descriptors; the threads never return. */
    _exit(EXIT_SUCCESS);
}
