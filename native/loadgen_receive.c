// SPDX-License-Identifier: Apache-2.0
#include "loadgen.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { STOP_POLL_MS = 20 };

struct inbox {
    struct mmsghdr messages[BATCH_PACKETS];
    struct iovec parts[BATCH_PACKETS];
    struct sockaddr_storage from[BATCH_PACKETS];
    char packets[BATCH_PACKETS][MAX_PAYLOAD_BYTES];
};

static bool is_first_copy(struct receiver *receiver, uint32_t number)
{
    uint8_t *byte = &receiver->seen[number / 8], bit = (uint8_t)(1 << number % 8);
    bool first = !(*byte & bit);

    *byte |= bit;
    return first;
}

bool receiver_count(struct receiver *receiver, const void *datagram, unsigned length, int64_t ns)
{
    struct stamp stamp;

    if (length < STAMP_BYTES) {
        return false;
    }
    memcpy(&stamp, datagram, sizeof(stamp));
    if (stamp.magic != STAMP_MAGIC || stamp.number >= receiver->trial->packets || stamp.flow >= MAX_FLOWS) {
        return false;
    }
    if (!is_first_copy(receiver, stamp.number)) {
        receiver->duplicates++;
        return false;
    }
    if (stamp.number < receiver->highest[stamp.flow]) {
        receiver->out_of_order++;
    } else {
        receiver->highest[stamp.flow] = (int64_t)stamp.number + 1;
    }
    if (!receiver->last_ns || ns - stamp.due_ns < receiver->fastest_ns) {
        receiver->fastest_ns = ns - stamp.due_ns;
    }
    receiver->last_ns = ns;
    if (receiver->round_trip) {
        buckets_add(receiver->round_trip, ns - stamp.due_ns, 1);
    }
    __atomic_fetch_add(&receiver->received, 1, __ATOMIC_RELAXED);
    return true;
}

/* Sends messages back where they came from. */
static void send_back(struct receiver *receiver, int socket, struct mmsghdr *messages, unsigned count)
{
    unsigned sent = 0;

    while (sent < count) {
        int taken = sendmmsg(socket, messages + sent, count - sent, 0);

        if (taken > 0) {
            sent += (unsigned)taken;
        } else if (errno != EINTR && errno != ECONNREFUSED) {
            receiver->not_returned += count - sent;
            return;
        }
    }
}

static bool is_to_return(const struct receiver *receiver, const char *packet)
{
    return receiver->returns && packet[offsetof(struct stamp, returns)];
}

/* Counts @count messages, and moves those to be sent back to the front of @back. Returns how many these are. */
static unsigned take(struct receiver *receiver, struct inbox *inbox, unsigned count, struct mmsghdr *back)
{
    int64_t ns = now_ns();
    unsigned returned = 0;

    for (unsigned i = 0; i < count; i++) {
        unsigned length = inbox->messages[i].msg_len;

        if (receiver_count(receiver, inbox->packets[i], length, ns) && is_to_return(receiver, inbox->packets[i])) {
            inbox->parts[i].iov_len = length;
            back[returned++] = inbox->messages[i];
        }
    }
    return returned;
}

/* Makes the first @count messages ready to be received into. */
static void reset(struct inbox *inbox, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        inbox->parts[i] = (struct iovec){inbox->packets[i], sizeof(inbox->packets[i])};
        inbox->messages[i].msg_hdr = (struct msghdr){
            .msg_name = &inbox->from[i],
            .msg_namelen = sizeof(inbox->from[i]),
            .msg_iov = &inbox->parts[i],
            .msg_iovlen = 1,
        };
    }
}

/* Returns whether there was anything. */
static bool receive_from(struct receiver *receiver, int socket, struct inbox *inbox)
{
    struct mmsghdr back[BATCH_PACKETS];
    int count;

    count = recvmmsg(socket, inbox->messages, BATCH_PACKETS, MSG_DONTWAIT, NULL);
    if (count < 0) {
        if (errno != EAGAIN && errno != EINTR && errno != ECONNREFUSED) {
            die(EXIT_FAILURE, "receive: %s", strerror(errno));
        }
        return false;
    }
    send_back(receiver, socket, back, take(receiver, inbox, (unsigned)count, back));
    reset(inbox, (unsigned)count);
    return true;
}

static bool receive_from_all(struct receiver *receiver, struct inbox *inbox)
{
    bool any = false;

    for (int i = 0; i < receiver->socket_count; i++) {
        any |= receive_from(receiver, receiver->sockets[i], inbox);
    }
    return any;
}

void *receive_packets(void *argument)
{
    struct receiver *receiver = argument;
    struct inbox *inbox = calloc(1, sizeof(*inbox));
    struct pollfd polled[MAX_FLOWS];

    if (!inbox) {
        die(EXIT_FAILURE, "no memory");
    }
    for (int i = 0; i < receiver->socket_count; i++) {
        polled[i] = (struct pollfd){.fd = receiver->sockets[i], .events = POLLIN};
    }
    reset(inbox, BATCH_PACKETS);
    (void)run_first();
    while (!__atomic_load_n(&receiver->stop, __ATOMIC_ACQUIRE)) {
        if (!receive_from_all(receiver, inbox)) {
            (void)poll(polled, (nfds_t)receiver->socket_count, STOP_POLL_MS);
        }
    }
    free(inbox);
    return NULL;
}
