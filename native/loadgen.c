// SPDX-License-Identifier: Apache-2.0
/*
 * One trial of a load: sends datagrams at a steady rate through the device under test, and counts what arrives.
 *
 *     namespace A                                                          namespace B
 *     sender   --> 10.0.1.1 ==> device ==> forwarder ==> device ==> 10.0.2.1 --> receiver: counts
 *     receiver <--          <==        <==           <==        <==          <-- what is marked goes back
 *
 * Both ends are threads of this one process, each with its sockets in its namespace: they share a clock and their
 * counts. The load is open: a packet is due at its time whatever became of those before it, and its round trip counts
 * from then.
 *
 * What was lost by the ends themselves is told apart: less sent than asked for, packets dropped by a socket's full
 * buffer, and how late packets were sent.
 */
#include "loadgen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { USAGE = 2, NS_PER_MS = 1000000, START_NS = 2 * NS_PER_MS };
/* What is on its way when all is sent gets this long, from the last packet that arrived; a slow one is no lost one. */
enum { QUIET_NS = 250 * NS_PER_MS, DRAIN_POLL_NS = 2 * NS_PER_MS };
/* The last packet may be as late as any other. */
enum { GRACE_NS = 2 * NS_PER_MS };
enum { MAX_MS = 3600000, MAX_PACKETS = 1 << 30 };

void die(int status, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    fputs("loadgen: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    /* The other threads end with it. */
    _exit(status);
}

static void usage(void)
{
    die(USAGE,
        "usage: loadgen --from ADDRESS [--from-netns FILE] --to ADDRESS [--to-netns FILE] --sizes BYTES[,BYTES...] "
        "--rate PACKETS_PER_SECOND --ms MILLISECONDS [--flows N] [--return-every N]");
}

static int parse_number(const char *option, const char *text, int min, int max)
{
    char *end;
    long value;

    errno = 0;
    value = strtol(text, &end, 10);
    if (end == text || *end || errno || value < min || value > max) {
        die(USAGE, "--%s must be %d..%d: %s", option, min, max, text);
    }
    return (int)value;
}

static void parse_address(const char *option, const char *text, struct end *end)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *)&end->address;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&end->address;

    if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
        end->address.ss_family = AF_INET;
        end->address_bytes = sizeof(*v4);
    } else if (inet_pton(AF_INET6, text, &v6->sin6_addr) == 1) {
        end->address.ss_family = AF_INET6;
        end->address_bytes = sizeof(*v6);
    } else {
        die(USAGE, "--%s must be an IP address: %s", option, text);
    }
}

static void parse_sizes(char *text, struct trial *trial)
{
    char *rest, *size = strtok_r(text, ",", &rest);

    for (; size; size = strtok_r(NULL, ",", &rest)) {
        if (trial->size_count == MAX_SIZES) {
            die(USAGE, "--sizes takes %d at most", MAX_SIZES);
        }
        trial->sizes[trial->size_count++] = parse_number("sizes", size, STAMP_BYTES, MAX_PAYLOAD_BYTES);
    }
}

static void parse(int count, char **arguments, struct trial *trial, struct end *from, struct end *to)
{
    static const struct option known[] = {
        {"from", required_argument, NULL, 'f'},         {"from-netns", required_argument, NULL, 'F'},
        {"to", required_argument, NULL, 't'},           {"to-netns", required_argument, NULL, 'T'},
        {"sizes", required_argument, NULL, 's'},        {"rate", required_argument, NULL, 'r'},
        {"ms", required_argument, NULL, 'm'},           {"flows", required_argument, NULL, 'n'},
        {"return-every", required_argument, NULL, 'e'}, {NULL, 0, NULL, 0},
    };
    uint64_t packets;
    int option, ms = 0;

    trial->flows = 1;
    while ((option = getopt_long(count, arguments, "", known, NULL)) != -1) {
        switch (option) {
        case 'f':
            parse_address("from", optarg, from);
            break;
        case 't':
            parse_address("to", optarg, to);
            break;
        case 'F':
            from->netns = optarg;
            break;
        case 'T':
            to->netns = optarg;
            break;
        case 's':
            parse_sizes(optarg, trial);
            break;
        case 'r':
            trial->rate = (uint32_t)parse_number("rate", optarg, 1, 100000000);
            break;
        case 'm':
            ms = parse_number("ms", optarg, 1, MAX_MS);
            break;
        case 'n':
            trial->flows = parse_number("flows", optarg, 1, MAX_FLOWS);
            break;
        case 'e':
            trial->return_every = parse_number("return-every", optarg, 1, MAX_PACKETS);
            break;
        default:
            usage();
        }
    }
    if (optind != count || !from->address_bytes || !to->address_bytes || !trial->size_count || !trial->rate || !ms) {
        usage();
    }
    if (from->address.ss_family != to->address.ss_family) {
        die(USAGE, "--from and --to must be of one IP version");
    }
    packets = (uint64_t)trial->rate * (uint64_t)ms / 1000;
    if (packets < 1 || packets > MAX_PACKETS) {
        die(USAGE, "--rate and --ms make %llu packets, not 1..%d", (unsigned long long)packets, MAX_PACKETS);
    }
    trial->packets = (uint32_t)packets;
    trial->end_ns = (int64_t)ms * NS_PER_MS + GRACE_NS;
}

static void *allocate(size_t bytes)
{
    void *memory = calloc(1, bytes);

    if (!memory) {
        die(EXIT_FAILURE, "no memory for %zu bytes", bytes);
    }
    return memory;
}

static pthread_t start(void *(*run)(void *), void *argument)
{
    pthread_t thread;
    int error = pthread_create(&thread, NULL, run, argument);

    if (error) {
        die(EXIT_FAILURE, "pthread_create: %s", strerror(error));
    }
    return thread;
}

/* Waits until so many packets have come, or none does any more. */
static void drain(const struct receiver *receiver, uint32_t expected)
{
    const struct timespec pause = {.tv_nsec = DRAIN_POLL_NS};
    int64_t quiet_since = now_ns();
    uint32_t before = 0, now;

    while ((now = __atomic_load_n(&receiver->received, __ATOMIC_RELAXED)) < expected &&
           now_ns() - quiet_since < QUIET_NS) {
        if (now != before) {
            before = now;
            quiet_since = now_ns();
        }
        clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
    }
}

static void stop(struct receiver *receiver, pthread_t thread)
{
    __atomic_store_n(&receiver->stop, true, __ATOMIC_RELEASE);
    pthread_join(thread, NULL);
}

/*
 * How long after the last packet was sent the last one arrived, beyond what a packet needs at least: what had queued
 * up. A device with a long queue loses nothing for a while of what is too much for it.
 */
static long long behind_ns(const struct sender *sender, const struct receiver *receiver)
{
    int64_t ns = receiver->last_ns - sender->last_ns - receiver->fastest_ns;

    return receiver->last_ns && ns > 0 ? ns : 0;
}

static void print(const struct trial *trial, const struct sender *sender, const struct receiver *far,
                  const struct receiver *near, uint64_t dropped)
{
    printf("{\"asked\":%u,\"sent\":%u,\"sendNs\":%lld,\"received\":%u,\"marked\":%u,\"returned\":%u", trial->packets,
           sender->sent, (long long)(sender->sent ? sender->last_ns - trial->start_ns : 0), far->received,
           sender->marked, near->received);
    printf(",\"outOfOrder\":%u,\"duplicates\":%u,\"ownDrops\":%llu,\"realTime\":%s",
           far->out_of_order + near->out_of_order, far->duplicates + near->duplicates,
           (unsigned long long)dropped + far->not_returned, sender->real_time ? "true" : "false");
    printf(",\"behindNs\":%lld,\"returnedBehindNs\":%lld", behind_ns(sender, far), behind_ns(sender, near));
    printf(",\"lateNs\":");
    buckets_print(sender->late, stdout);
    printf(",\"roundTripNs\":");
    buckets_print(near->round_trip, stdout);
    printf("}\n");
    if (fflush(stdout) == EOF) {
        die(EXIT_FAILURE, "standard output: %s", strerror(errno));
    }
}

static void run(struct trial *trial, struct end *from, struct end *to)
{
    size_t seen_bytes = trial->packets / 8 + 1;
    struct receiver far = {.trial = trial, .sockets = to->sockets, .socket_count = 1, .returns = true};
    struct receiver near = {.trial = trial, .sockets = from->sockets, .socket_count = from->socket_count};
    struct sender sender = {.trial = trial, .sockets = from->sockets};
    pthread_t far_thread, near_thread;

    far.seen = allocate(seen_bytes);
    near.seen = allocate(seen_bytes);
    near.round_trip = allocate(sizeof(*near.round_trip));
    sender.late = allocate(sizeof(*sender.late));
    far_thread = start(receive_packets, &far);
    near_thread = start(receive_packets, &near);
    trial->start_ns = now_ns() + START_NS;
    trial->end_ns += trial->start_ns;
    pthread_join(start(send_packets, &sender), NULL);
    drain(&far, sender.sent);
    drain(&near, sender.marked);
    stop(&far, far_thread);
    stop(&near, near_thread);
    print(trial, &sender, &far, &near, dropped_by(from) + dropped_by(to));
    free(far.seen);
    free(near.seen);
    free(near.round_trip);
    free(sender.late);
}

int main(int count, char **arguments)
{
    struct trial trial = {0};
    struct end from = {0}, to = {0};

    parse(count, arguments, &trial, &from, &to);
    open_sockets(&to, 1);
    open_sockets(&from, trial.flows);
    connect_flows(&from, &to);
    run(&trial, &from, &to);
    return EXIT_SUCCESS;
}
