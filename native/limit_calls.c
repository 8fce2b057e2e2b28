// SPDX-License-Identifier: Apache-2.0
#include "limit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

/* What a device is emptied by before the other one has its turn: no direction waits for long. */
enum { PACKETS_PER_TURN = 64 };

/* Moves one packet. Returns false if there is none. */
static bool forward_one(const struct direction *direction, char *packet)
{
    ssize_t length = read(direction->from, packet, VNET_HEADER_BYTES + MAX_PACKET_BYTES);

    if (length < 0) {
        if (errno != EAGAIN && errno != EINTR) {
            die(EXIT_FAILURE, "read: %s", strerror(errno));
        }
        return errno == EINTR;
    }
    if (length > 0) {
        written(direction, write(direction->to, packet, (size_t)length) < 0 ? errno : 0);
    }
    return true;
}

static int open_poller(const struct direction *directions, unsigned int count)
{
    int poller = epoll_create1(EPOLL_CLOEXEC);

    for (unsigned int i = 0; i < count; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};

        if (poller < 0 || epoll_ctl(poller, EPOLL_CTL_ADD, directions[i].from, &event) < 0) {
            die(EXIT_FAILURE, "epoll: %s", strerror(errno));
        }
    }
    return poller;
}

static void forward_polled(const struct direction *directions, unsigned int count)
{
    static _Thread_local char packet[VNET_HEADER_BYTES + MAX_PACKET_BYTES];
    int poller = open_poller(directions, count);

    for (;;) {
        struct epoll_event events[2];
        int ready = epoll_wait(poller, events, 2, -1);

        if (ready < 0 && errno != EINTR) {
            die(EXIT_FAILURE, "epoll_wait: %s", strerror(errno));
        }
        for (int i = 0; i < ready; i++) {
            const struct direction *direction = &directions[events[i].data.u32];

            for (int packets = 0; packets < PACKETS_PER_TURN && forward_one(direction, packet); packets++) {
            }
        }
    }
}

void *forward_blocking(void *argument)
{
    static _Thread_local char packet[VNET_HEADER_BYTES + MAX_PACKET_BYTES];

    for (;;) {
        (void)forward_one(argument, packet);
    }
}

void *forward_epoll(void *argument)
{
    forward_polled(argument, 1);
    return NULL;
}

void *forward_both(void *argument)
{
    forward_polled(argument, 2);
    return NULL;
}
