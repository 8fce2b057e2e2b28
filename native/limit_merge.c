// SPDX-License-Identifier: Apache-2.0
#include "limit_ring.h"

#include <arpa/inet.h>
#include <linux/virtio_net.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <string.h>

/*
 * Merges the TCP segments of one read batch, as GRO does, with no more care than traffic of this machine needs:
 * payloads stay where they were read, checksums are not verified.
 *
 *   read     | vnet, IP, TCP, payload 0 | vnet, IP, TCP, payload 1 | ...
 *   written  | vnet, IP, TCP, payload 0 |                payload 1 | ...      one writev, the first header mended in
 * place
 */
struct group {
    struct iovec spans[LIMIT_RING_BATCH];
    int count;
    bool open;
    uint32_t next_sequence;
    uint16_t next_id;
    size_t total; /* bytes of IP packet */
};

/* One packet's header, where it was read. */
struct segment {
    char *frame;
    struct iphdr *v4; /* one of these two, or neither: then it does not merge */
    struct ip6_hdr *v6;
    struct tcphdr *tcp;
    size_t ip_bytes, header_bytes, payload_bytes;
};

static struct segment parse(char *frame, int32_t length)
{
    struct segment segment = {.frame = frame};
    char *ip = frame + VNET_HEADER_BYTES;
    size_t bytes = (size_t)length - VNET_HEADER_BYTES;
    bool v4 = bytes > 40 && (unsigned char)ip[0] == 0x45 && ip[9] == IPPROTO_TCP;
    bool v6 = bytes > 60 && (ip[0] & 0xf0) == 0x60 && ip[6] == IPPROTO_TCP;

    segment.ip_bytes = v4 ? sizeof(struct iphdr) : sizeof(struct ip6_hdr);
    if ((v4 && ((struct iphdr *)ip)->frag_off & htons(IP_MF | IP_OFFMASK)) || (!v4 && !v6)) {
        return segment;
    }
    segment.tcp = (struct tcphdr *)(ip + segment.ip_bytes);
    segment.header_bytes = segment.ip_bytes + segment.tcp->doff * 4U;
    if (segment.header_bytes < bytes && ((segment.tcp->th_flags & ~TH_PUSH) == TH_ACK)) {
        segment.payload_bytes = bytes - segment.header_bytes;
        segment.v4 = v4 ? (struct iphdr *)ip : NULL;
        segment.v6 = v4 ? NULL : (struct ip6_hdr *)ip;
    }
    return segment;
}

static bool is_same_ip(const struct segment *a, const struct segment *b)
{
    if (a->v4) {
        return b->v4 && a->v4->tos == b->v4->tos && a->v4->frag_off == b->v4->frag_off && a->v4->ttl == b->v4->ttl &&
               memcmp(&a->v4->saddr, &b->v4->saddr, 8) == 0;
    }
    return b->v6 && a->v6->ip6_flow == b->v6->ip6_flow && a->v6->ip6_hlim == b->v6->ip6_hlim &&
           memcmp(&a->v6->ip6_src, &b->v6->ip6_src, 32) == 0;
}

static bool is_same_flow(const struct segment *a, const struct segment *b)
{
    return is_same_ip(a, b) && a->tcp->source == b->tcp->source && a->tcp->dest == b->tcp->dest;
}

/* Ack, data offset, window and options: all but the sequence number, PSH and the checksum. */
static bool is_same_tcp(const struct segment *a, const struct segment *b)
{
    size_t options = a->header_bytes - a->ip_bytes - sizeof(struct tcphdr);

    return a->header_bytes == b->header_bytes && a->tcp->ack_seq == b->tcp->ack_seq &&
           a->tcp->window == b->tcp->window && a->tcp->res1 == b->tcp->res1 &&
           memcmp(a->tcp + 1, b->tcp + 1, options) == 0;
}

static bool continues(const struct group *group, const struct segment *first, const struct segment *next)
{
    return group->open && is_same_tcp(first, next) && ntohl(next->tcp->seq) == group->next_sequence &&
           (!next->v4 || ntohs(next->v4->id) == group->next_id) && next->payload_bytes <= first->payload_bytes &&
           group->total + next->payload_bytes <= MAX_PACKET_BYTES;
}

static void append(struct group *group, struct segment *first, const struct segment *next)
{
    group->spans[group->count++] = (struct iovec){
        next == first ? next->frame : next->frame + VNET_HEADER_BYTES + next->header_bytes,
        next == first ? VNET_HEADER_BYTES + next->header_bytes + next->payload_bytes : next->payload_bytes,
    };
    group->total += next->payload_bytes;
    group->next_sequence = ntohl(next->tcp->seq) + (uint32_t)next->payload_bytes;
    group->next_id = next->v4 ? (uint16_t)(ntohs(next->v4->id) + 1) : 0;
    group->open = !next->tcp->psh && next->payload_bytes == first->payload_bytes;
    first->tcp->psh |= next->tcp->psh;
}

static uint32_t sum(uint32_t sum, const void *data, size_t bytes)
{
    for (size_t i = 0; i < bytes; i += 2) {
        uint16_t word;

        memcpy(&word, (const char *)data + i, sizeof(word));
        sum += word;
    }
    return sum;
}

static uint16_t fold(uint32_t sum)
{
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)(sum + (sum >> 16));
}

/* Turns the header of the first segment into that of the merged packet. */
static void finish(const struct group *group, const struct segment *first)
{
    uint16_t tcp_bytes = htons((uint16_t)(group->total - first->ip_bytes)), protocol = htons(IPPROTO_TCP);
    uint32_t addresses;
    struct virtio_net_hdr header = {
        .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
        .gso_type = first->v4 ? VIRTIO_NET_HDR_GSO_TCPV4 : VIRTIO_NET_HDR_GSO_TCPV6,
        .hdr_len = (uint16_t)first->header_bytes,
        .gso_size = (uint16_t)first->payload_bytes,
        .csum_start = (uint16_t)first->ip_bytes,
        .csum_offset = offsetof(struct tcphdr, check),
    };

    memcpy(first->frame, &header, VNET_HEADER_BYTES);
    if (first->v4) {
        first->v4->tot_len = htons((uint16_t)group->total);
        first->v4->check = 0;
        first->v4->check = (uint16_t)~fold(sum(0, first->v4, sizeof(*first->v4)));
        addresses = sum(0, &first->v4->saddr, 8);
    } else {
        first->v6->ip6_plen = tcp_bytes;
        addresses = sum(0, &first->v6->ip6_src, 32);
    }
    first->tcp->check = fold(addresses + tcp_bytes + protocol);
}

/* Groups packets; a group's first segment has the group's index. Returns the groups. */
static int merge(struct limit_ring *ring, const int32_t *lengths, const int *order, int packets, struct group *groups,
                 struct segment *firsts)
{
    int count = 0;

    for (int i = 0; i < packets; i++) {
        struct segment next = parse(limit_ring_buffer(ring, false, order[i]), lengths[i]);
        bool mergeable = next.v4 || next.v6;
        int found = count - 1;

        while (mergeable && found >= 0 &&
               !((firsts[found].v4 || firsts[found].v6) && is_same_flow(&firsts[found], &next))) {
            found--;
        }
        if (mergeable && found >= 0 && continues(&groups[found], &firsts[found], &next)) {
            append(&groups[found], &firsts[found], &next);
            continue;
        }
        groups[count].count = 0;
        groups[count].total = next.header_bytes;
        firsts[count] = next;
        if (mergeable) {
            append(&groups[count], &firsts[count], &firsts[count]);
        } else {
            groups[count].spans[groups[count].count++] = (struct iovec){next.frame, (size_t)lengths[i]};
            groups[count].open = false;
        }
        count++;
    }
    return count;
}

void *forward_merge(void *argument)
{
    const struct direction *direction = argument;
    struct limit_ring *ring = limit_ring_open(direction, (size_t)direction->mtu + VNET_HEADER_BYTES);
    static _Thread_local struct group groups[LIMIT_RING_BATCH];
    struct segment firsts[LIMIT_RING_BATCH];
    int32_t lengths[LIMIT_RING_BATCH];
    int order[LIMIT_RING_BATCH];
    int packets;

    while ((packets = limit_ring_turn(ring, lengths, order)) >= 0) {
        int count = merge(ring, lengths, order, packets, groups, firsts);

        for (int i = 0; i < count; i++) {
            if (groups[i].count > 1) {
                finish(&groups[i], &firsts[i]);
            } else {
                memset(groups[i].spans[0].iov_base, 0, VNET_HEADER_BYTES);
            }
            limit_ring_writev(ring, groups[i].spans, groups[i].count);
        }
    }
    limit_ring_close(ring);
    return NULL;
}
