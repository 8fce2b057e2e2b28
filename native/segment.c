// SPDX-License-Identifier: Apache-2.0
#include "segment.h"

#include "checksum.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>

enum {
    IP4_TOTAL_LENGTH = 2,
    IP4_ID = 4,
    IP4_CHECKSUM = 10,
    IP6_PAYLOAD_LENGTH = 4,
    IP6_BYTES = 40,
    TCP_SEQUENCE = 4,
    TCP_FLAGS = 13,
    TCP_CHECKSUM = 16,
    UDP_LENGTH = 4,
    UDP_CHECKSUM = 6,

    TCP_FIN = 0x01,
    TCP_PSH = 0x08,
    TCP_CWR = 0x80,
};

static uint16_t load16(const uint8_t *from)
{
    return (uint16_t)(from[0] << 8 | from[1]);
}

static void store16(uint8_t *to, uint32_t value)
{
    to[0] = (uint8_t)(value >> 8);
    to[1] = (uint8_t)value;
}

static uint32_t load32(const uint8_t *from)
{
    return (uint32_t)load16(from) << 16 | load16(from + 2);
}

static void store32(uint8_t *to, uint32_t value)
{
    store16(to, value >> 16);
    store16(to + 2, value);
}

static bool is_ipv6(const uint8_t *packet)
{
    return packet[0] >> 4 == 6;
}

static uint32_t ip4_header_bytes(const uint8_t *packet)
{
    return (packet[0] & 0xfu) << 2;
}

uint32_t segment_count(const struct gso_frame *frame)
{
    uint32_t payload_bytes = frame->packet_bytes - frame->header_bytes;

    return payload_bytes == 0 ? 1 : (payload_bytes - 1) / frame->gso_size + 1;
}

static uint32_t segment_payload_bytes(const struct gso_frame *frame, uint32_t index)
{
    uint32_t rest = frame->packet_bytes - frame->header_bytes - index * frame->gso_size;

    return rest < frame->gso_size ? rest : frame->gso_size;
}

/* The sum of an IPv4 header without the fields that differ from segment to segment. */
static uint16_t ip4_common_sum(const struct gso_frame *frame)
{
    uint8_t header[60];
    uint32_t bytes = ip4_header_bytes(frame->packet);

    memcpy(header, frame->packet, bytes);
    store16(header + IP4_TOTAL_LENGTH, 0);
    store16(header + IP4_ID, 0);
    store16(header + IP4_CHECKSUM, 0);
    return checksum_sum(header, bytes, 0);
}

static void set_ip4(uint8_t *header, uint32_t index, uint32_t packet_bytes, uint16_t common_sum)
{
    uint16_t id = (uint16_t)(load16(header + IP4_ID) + index);

    store16(header + IP4_TOTAL_LENGTH, packet_bytes);
    store16(header + IP4_ID, id);
    store16(header + IP4_CHECKSUM, (uint16_t)~checksum_fold((uint64_t)common_sum + packet_bytes + id));
}

static void set_tcp(uint8_t *tcp, const struct gso_frame *frame, uint32_t index, bool last)
{
    store32(tcp + TCP_SEQUENCE, load32(tcp + TCP_SEQUENCE) + index * frame->gso_size);
    if (!last) {
        tcp[TCP_FLAGS] &= (uint8_t) ~(TCP_FIN | TCP_PSH);
    }
    if (index > 0) {
        tcp[TCP_FLAGS] &= (uint8_t)~TCP_CWR;
    }
    store16(tcp + TCP_CHECKSUM, 0);
}

static void set_udp(uint8_t *udp, uint32_t udp_bytes)
{
    store16(udp + UDP_LENGTH, udp_bytes);
    store16(udp + UDP_CHECKSUM, 0);
}

static void write_header(const struct gso_frame *frame, uint32_t index, bool last, uint16_t ip4_sum, uint8_t *header)
{
    uint32_t packet_bytes = frame->header_bytes + segment_payload_bytes(frame, index);
    uint8_t *transport = header + frame->transport_offset;

    memcpy(header, frame->packet, frame->header_bytes);
    if (is_ipv6(header)) {
        store16(header + IP6_PAYLOAD_LENGTH, packet_bytes - IP6_BYTES);
    } else {
        set_ip4(header, index, packet_bytes, ip4_sum);
    }
    if (frame->protocol == IPPROTO_TCP) {
        set_tcp(transport, frame, index, last);
    } else {
        set_udp(transport, packet_bytes - frame->transport_offset);
    }
}

/* @payload_sum is the sum of the payload, which begins at an even offset: transport headers have even lengths. */
static void store_checksum(const struct gso_frame *frame, uint8_t *header, uint32_t payload_bytes, uint16_t payload_sum)
{
    uint8_t *transport = header + frame->transport_offset;
    uint32_t transport_bytes = frame->header_bytes - frame->transport_offset;
    uint32_t pseudo = frame->address_sum + frame->protocol + transport_bytes + payload_bytes;
    uint16_t checksum = (uint16_t)~checksum_sum(transport, transport_bytes, pseudo + payload_sum);

    if (frame->protocol == IPPROTO_TCP) {
        store16(transport + TCP_CHECKSUM, checksum);
    } else {
        store16(transport + UDP_CHECKSUM, checksum == 0 ? 0xffff : checksum); /* 0 says that there is none */
    }
}

void segment_headers(const struct gso_frame *frame, uint32_t first, uint32_t count, uint8_t *out, size_t stride)
{
    uint32_t last = segment_count(frame) - 1;
    uint16_t ip4_sum = is_ipv6(frame->packet) ? 0 : ip4_common_sum(frame);

    for (uint32_t i = first; i < first + count; i++, out += stride) {
        write_header(frame, i, i == last, ip4_sum, out);
    }
}

void segment_packets(const struct gso_frame *frame, uint32_t first, uint32_t count, uint8_t *out, size_t stride)
{
    const uint8_t *payload = frame->packet + frame->header_bytes + (size_t)first * frame->gso_size;
    uint32_t last = segment_count(frame) - 1;
    uint16_t ip4_sum = is_ipv6(frame->packet) ? 0 : ip4_common_sum(frame);

    for (uint32_t i = first; i < first + count; i++, out += stride, payload += frame->gso_size) {
        uint32_t payload_bytes = segment_payload_bytes(frame, i);

        write_header(frame, i, i == last, ip4_sum, out);
        store_checksum(frame, out, payload_bytes, checksum_copy(out + frame->header_bytes, payload, payload_bytes));
    }
}

void segment_complete(const struct gso_frame *frame, uint8_t *header, const uint8_t *payload, uint32_t payload_bytes)
{
    store_checksum(frame, header, payload_bytes, checksum_sum(payload, payload_bytes, 0));
}
