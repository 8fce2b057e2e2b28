// SPDX-License-Identifier: Apache-2.0
#include "loadgen.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { NS_PER_S = 1000000000 };

/* As many messages as one call sends, each with its own stamp in front of payload that all of them share. */
struct batch {
    struct mmsghdr messages[BATCH_PACKETS];
    struct iovec parts[BATCH_PACKETS][2];
    struct stamp stamps[BATCH_PACKETS];
};

int64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

bool run_first(void)
{
    struct sched_param priority = {.sched_priority = 1};

    return sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &priority) == 0;
}

int64_t due_after_ns(const struct trial *trial, uint32_t number)
{
    int64_t ns = (int64_t)((uint64_t)number * NS_PER_S / trial->rate);

    return (ns + TICK_NS - 1) / TICK_NS * TICK_NS;
}

static void wait_until(int64_t ns)
{
    struct timespec time = {.tv_sec = ns / NS_PER_S, .tv_nsec = ns % NS_PER_S};

    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) == EINTR) {
    }
}

static void prepare(struct batch *batch, unsigned i, const struct trial *trial, uint32_t number, uint16_t flow)
{
    bool returns = trial->return_every && number % (uint32_t)trial->return_every == 0;

    batch->stamps[i] = (struct stamp){
        .due_ns = trial->start_ns + due_after_ns(trial, number),
        .number = number,
        .flow = flow,
        .magic = STAMP_MAGIC,
        .returns = returns,
    };
    batch->parts[i][1].iov_len = (size_t)(trial->sizes[number % (uint32_t)trial->size_count] - STAMP_BYTES);
}

/* Prepares what is due by @ns. Returns how many. */
static unsigned fill(struct batch *batch, const struct trial *trial, uint32_t first, uint16_t flow, int64_t ns)
{
    unsigned count = 0;

    while (count < BATCH_PACKETS && first + count < trial->packets &&
           trial->start_ns + due_after_ns(trial, first + count) <= ns) {
        prepare(batch, count, trial, first + count, flow);
        count++;
    }
    return count;
}

/* Sends the batch, in several calls where the kernel takes only a part. Returns how many it took. */
static unsigned send_batch(struct batch *batch, unsigned count, int socket)
{
    unsigned sent = 0;

    while (sent < count) {
        int taken = sendmmsg(socket, batch->messages + sent, count - sent, 0);

        if (taken > 0) {
            sent += (unsigned)taken;
        } else if (errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM) {
            return sent; /* the others are tried again as long as there is time */
        } else if (errno != EINTR && errno != ECONNREFUSED) {
            die(EXIT_FAILURE, errno == EMSGSIZE ? "a datagram does not fit the device's MTU: %s" : "send: %s",
                strerror(errno));
        }
    }
    return sent;
}

static void account(struct sender *sender, const struct batch *batch, unsigned sent, int64_t ns)
{
    for (unsigned i = 0; i < sent; i++) {
        buckets_add(sender->late, ns - batch->stamps[i].due_ns, 1);
        sender->marked += batch->stamps[i].returns;
    }
    sender->sent += sent;
    sender->last_ns = ns;
}

static struct batch *new_batch(void)
{
    static char payload[MAX_PAYLOAD_BYTES];
    struct batch *batch = calloc(1, sizeof(*batch));

    if (!batch) {
        die(EXIT_FAILURE, "no memory");
    }
    for (unsigned i = 0; i < BATCH_PACKETS; i++) {
        batch->parts[i][0] = (struct iovec){&batch->stamps[i], STAMP_BYTES};
        batch->parts[i][1] = (struct iovec){payload, 0};
        batch->messages[i].msg_hdr.msg_iov = batch->parts[i];
        batch->messages[i].msg_hdr.msg_iovlen = 2;
    }
    return batch;
}

void *send_packets(void *argument)
{
    struct sender *sender = argument;
    const struct trial *trial = sender->trial;
    struct batch *batch = new_batch();
    unsigned turn = 0;

    sender->real_time = run_first();
    while (sender->sent < trial->packets) {
        unsigned flow = turn++ % (unsigned)trial->flows;
        int64_t ns;

        wait_until(trial->start_ns + due_after_ns(trial, sender->sent));
        ns = now_ns();
        if (ns > trial->end_ns) {
            break;
        }
        account(sender, batch,
                send_batch(batch, fill(batch, trial, sender->sent, (uint16_t)flow, ns), sender->sockets[flow]), ns);
    }
    free(batch);
    return NULL;
}
