// SPDX-License-Identifier: Apache-2.0
#ifndef TUNLOOP_LOADGEN_H
#define TUNLOOP_LOADGEN_H

#include "buckets.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

/*
 * What the parts of loadgen share: see loadgen.c. All of it is on one machine, so that both ends have one clock
 * (CLOCK_MONOTONIC) and one byte order.
 */

enum { MAX_FLOWS = 128, MAX_SIZES = 64, BATCH_PACKETS = 64, MAX_PAYLOAD_BYTES = 65507 };

/* Packets are due at whole ticks: what is finer than a timer would only be lateness. */
enum { TICK_NS = 50000 };

/* The first bytes of each datagram. */
struct stamp {
    int64_t due_ns;  /* when it should have been sent, whenever it was */
    uint32_t number; /* of all that the trial sends */
    uint16_t flow;
    uint8_t magic;
    uint8_t returns; /* 1: the receiver sends it back */
};

enum { STAMP_BYTES = sizeof(struct stamp), STAMP_MAGIC = 0x7b };

/* Where packets are sent from, or to. */
struct end {
    const char *netns; /* a file; NULL for this process's own */
    struct sockaddr_storage address;
    socklen_t address_bytes;
    int sockets[MAX_FLOWS];
    int socket_count;
};

/* What to send. */
struct trial {
    uint32_t rate; /* packets per second, all flows together */
    uint32_t packets;
    int64_t start_ns;
    int64_t end_ns; /* whatever is not sent by then was more than could be sent */
    int sizes[MAX_SIZES];
    int size_count; /* the payloads take turns */
    int flows;
    int return_every; /* of so many packets one comes back; 0 for none */
};

/* One thread that sends. */
struct sender {
    const struct trial *trial;
    const int *sockets; /* one a flow, connected */
    uint32_t sent;
    uint32_t marked; /* of these: to be sent back */
    int64_t last_ns; /* when the last batch was sent */
    bool real_time;
    struct buckets *late; /* from the time a packet was due to the time it was sent */
};

/* One thread that receives, counts and, at the far end, sends back what is marked. */
struct receiver {
    const struct trial *trial;
    const int *sockets;
    int socket_count;
    bool returns;
    bool stop;                  /* set by another thread, read atomically */
    uint32_t received;          /* different packets; read atomically by another thread */
    uint32_t duplicates;        /* further copies */
    uint32_t out_of_order;      /* behind a later one of its flow */
    uint32_t not_returned;      /* the kernel refused to send them */
    int64_t fastest_ns;         /* of all, from the time it was due to its arrival */
    int64_t last_ns;            /* when the last one arrived; 0 for none */
    uint8_t *seen;              /* a bit for each packet of the trial */
    int64_t highest[MAX_FLOWS]; /* number of the latest packet of each flow, plus 1 */
    struct buckets *round_trip; /* from the time a packet was due to now; NULL for none */
};

/* Ends the program with a line on standard error. */
__attribute__((format(printf, 2, 3), noreturn)) void die(int status, const char *format, ...);

int64_t now_ns(void);

/* Puts this thread before all that share its processors, so that the device under test does not slow its own load down.
 * Returns false where that is not allowed. */
bool run_first(void);

/* Opens so many sockets, each bound to a port of its own. */
void open_sockets(struct end *end, int count);

/* Each flow's socket sends to, and hears, the one socket at the far end. */
void connect_flows(const struct end *from, const struct end *to);

/* What an end's sockets had no room for: not the device's loss. */
uint64_t dropped_by(const struct end *end);

/* When packet @number is due, from the start of the trial. */
int64_t due_after_ns(const struct trial *trial, uint32_t number);

/* Sends the trial's packets, each as soon as it is due. @argument is a struct sender. */
void *send_packets(void *argument);

/* Receives until stopped. @argument is a struct receiver. */
void *receive_packets(void *argument);

/* Counts one datagram of @length bytes that was received at @ns. Returns false for what is no packet of the trial. */
bool receiver_count(struct receiver *receiver, const void *datagram, unsigned length, int64_t ns);

#endif
