// SPDX-License-Identifier: Apache-2.0
/*
 * The least a forwarder can do, as the measure for all others: two devices, reads and writes, nothing else.
 *
 *     tun A  --read--> thread 1 --write-->  tun B
 *     tun A <--write-- thread 2 <--read---  tun B
 *
 * plain               a read and a write for each IP packet, blocking
 * epoll               as plain, but non-blocking descriptors and an epoll loop in each thread
 * ring                as plain, but batches: the writes of one and the reads of the next in one io_uring_enter
 * merge               as ring, but TCP segments read together are written as one
 * passthrough         as plain, with virtio_net_hdr frames of up to 64 KiB, moved whole
 * passthrough-single  the same with one thread for both directions
 */
#include "limit.h"
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
#include <sys/eventfd.h>
#include <unistd.h>

enum { DEFAULT_PREFIX = 24, USAGE = 2 };

/* What TUN_F_USO4 and TUN_F_USO6 are in kernels from 6.2; older headers lack them. */
enum { USO = 0x20 | 0x40, TSO = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN };

struct kind {
    const char *name;
    void *(*forward)(void *argument);
    bool vnet_header;
    bool offload;
    bool blocking;
    bool single; /* one thread for both directions */
    bool ring;   /* its threads return when stopped */
};

static const struct kind KINDS[] = {
    {.name = "plain", .forward = forward_blocking, .blocking = true},
    {.name = "epoll", .forward = forward_epoll},
    {.name = "ring", .forward = forward_ring, .ring = true},
    {.name = "merge", .forward = forward_merge, .vnet_header = true, .ring = true},
    {.name = "passthrough", .forward = forward_blocking, .vnet_header = true, .offload = true, .blocking = true},
    {.name = "passthrough-single", .forward = forward_both, .vnet_header = true, .offload = true, .single = true},
};

struct options {
    const char *name[2];
    const char *address[2];
    int mtu;
    int txqueuelen;
    const struct kind *kind;
};

void die(int status, const char *format, ...)
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

/* Returns the MTU. */
static int configure(const char *name, const char *address, const struct options *options)
{
    int socket = check("socket(AF_NETLINK)", name, netlink_open()), mtu;

    if (options->mtu) {
        check("SIOCSIFMTU", name, if_set_mtu(socket, name, options->mtu));
    }
    if (options->txqueuelen) {
        check("RTM_NEWLINK", name, if_set_txqueuelen(socket, name, options->txqueuelen));
    }
    add_address(socket, name, address);
    check("SIOCSIFFLAGS", name, if_set_up(socket, name, true));
    mtu = check("SIOCGIFMTU", name, if_mtu(socket, name));
    close(socket);
    return mtu;
}

static int open_device(const char *name, const char *address, const struct options *options, int *mtu)
{
    int fd = check("open", "/dev/net/tun", tun_open());
    int flags = IFF_TUN | IFF_NO_PI | (options->kind->vnet_header ? IFF_VNET_HDR : 0);

    check("TUNSETIFF", name, tun_attach(fd, name, flags));
    check("TUNSETVNETHDRSZ", name, tun_set_vnet_header_bytes(fd, VNET_HEADER_BYTES));
    set_offload(fd, name, options->kind->offload);
    if (options->kind->blocking && fcntl(fd, F_SETFL, O_RDWR) < 0) {
        die(EXIT_FAILURE, "fcntl on %s: %s", name, strerror(errno));
    }
    *mtu = configure(name, address, options);
    return fd;
}

void written(const struct direction *direction, int error)
{
    switch (error) {
    case 0:
        break;
    case EIO:    /* the link is down */
    case EINVAL: /* the kernel refuses this packet */
    case ENOBUFS:
    case ENOMEM:
    case EAGAIN:
        __atomic_fetch_add(direction->lost, 1, __ATOMIC_RELAXED);
        break;
    default:
        die(EXIT_FAILURE, "write: %s", strerror(error));
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
    die(USAGE, "usage: limit plain|epoll|ring|merge|passthrough|passthrough-single --iface1 NAME --ip1 "
               "ADDRESS[/PREFIX] --iface2 NAME "
               "--ip2 ADDRESS[/PREFIX] [--mtu BYTES] [--txqueuelen PACKETS]");
}

static const struct kind *parse_kind(const char *name)
{
    for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++) {
        if (strcmp(KINDS[i].name, name) == 0) {
            return &KINDS[i];
        }
    }
    usage();
    return NULL;
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
    options.kind = parse_kind(arguments[optind]);
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

static pthread_t start(const struct kind *kind, struct direction *direction)
{
    pthread_t thread;
    int error = pthread_create(&thread, NULL, kind->forward, direction);

    if (error) {
        die(EXIT_FAILURE, "pthread_create: %s", strerror(error));
    }
    return thread;
}

/* A ring left to the end of the process would keep the devices for some time after it. */
static void stop(int stop_fd, const pthread_t *threads)
{
    if (write(stop_fd, &(uint64_t){1}, sizeof(uint64_t)) < 0) {
        die(EXIT_FAILURE, "write to eventfd: %s", strerror(errno));
    }
    for (int i = 0; i < 2; i++) {
        pthread_join(threads[i], NULL);
    }
}

int main(int count, char **arguments)
{
    struct options options = parse(count, arguments);
    sigset_t signals = block_signals();
    unsigned long lost = 0;
    int mtu_a, mtu_b, signal;
    int a = open_device(options.name[0], options.address[0], &options, &mtu_a);
    int b = open_device(options.name[1], options.address[1], &options, &mtu_b);
    int stop_fd = eventfd(0, EFD_CLOEXEC);
    struct direction directions[] = {{a, b, mtu_a, &lost, stop_fd}, {b, a, mtu_b, &lost, stop_fd}};
    pthread_t threads[2];

    check("eventfd", "this process", stop_fd < 0 ? -errno : 0);
    for (int i = 0; i < (options.kind->single ? 1 : 2); i++) {
        threads[i] = start(options.kind, &directions[i]);
    }
    sigwait(&signals, &signal);
    if (options.kind->ring) {
        stop(stop_fd, threads);
    }
    fprintf(stderr, "limit: %lu packets lost\n", __atomic_load_n(&lost, __ATOMIC_RELAXED));
    /* The devices go with their descriptors; the other threads never return. */
    _exit(EXIT_SUCCESS);
}
