// SPDX-License-Identifier: Apache-2.0
/* Description: segments are complete, valid and the same whether made whole or as headers; nothing is touched outside.
 */
#include "../checksum.h"
#include "../segment.h"
#include "support.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t get16(const uint8_t *from)
{
    return (uint32_t)(from[0] << 8 | from[1]);
}

static uint8_t *tcp4_frame(uint32_t payload_bytes, uint32_t tcp_bytes, uint8_t flags)
{
    uint8_t *packet = calloc(1, 20 + tcp_bytes + payload_bytes);

    memcpy(packet, (uint8_t[]){0x45, 0, 0, 0, 0xff, 0xfe, 0x40, 0, 64, 6}, 10);
    memcpy(packet + 12, (uint8_t[]){10, 0, 1, 1, 10, 0, 2, 1, 0x10, 0, 0x20, 0, 0xff, 0xff, 0xff, 0xf0}, 16);
    packet[32] = (uint8_t)(tcp_bytes << 2);
    packet[33] = flags;
    for (uint32_t i = 0; i < payload_bytes; i++) {
        packet[20 + tcp_bytes + i] = (uint8_t)(i * 7);
    }
    return packet;
}

static uint16_t addresses(const uint8_t *packet)
{
    return packet[0] >> 4 == 6 ? checksum_sum(packet + 8, 32, 0) : checksum_sum(packet + 12, 8, 0);
}

static struct gso_frame frame_of(const uint8_t *packet, uint32_t bytes, uint32_t transport, uint32_t header,
                                 uint32_t gso_size, uint8_t protocol)
{
    return (struct gso_frame){packet, bytes, transport, header, gso_size, addresses(packet), protocol};
}

static void expect_segment(const struct gso_frame *frame, const uint8_t *segment, const uint8_t *header, uint32_t index)
{
    uint32_t bytes = get16(segment + 2);
    const uint8_t *payload = frame->packet + frame->header_bytes + index * frame->gso_size;
    uint8_t *completed = malloc(frame->header_bytes);

    EXPECT(checksum_sum(segment, 20, 0) == 0xffff);
    EXPECT(checksum_sum(segment + 20, bytes - 20, checksum_pseudo(segment, 6, bytes - 20)) == 0xffff);
    EXPECT(get16(segment + 4) == ((0xfffe + index) & 0xffff));
    EXPECT(memcmp(segment + frame->header_bytes, payload, bytes - frame->header_bytes) == 0);
    memcpy(completed, header, frame->header_bytes);
    segment_complete(frame, completed, payload, bytes - frame->header_bytes);
    EXPECT(memcmp(completed, segment, frame->header_bytes) == 0);
    free(completed);
}

/* Segments made one by one, each to memory of its own, are those made together. */
static void expect_windows(const struct gso_frame *frame, const uint8_t *packets, size_t stride, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t bytes = get16(packets + i * stride + 2);
        uint8_t *one = malloc(bytes);
        uint8_t *header = malloc(frame->header_bytes);

        segment_packets(frame, i, 1, one, stride);
        EXPECT(memcmp(one, packets + i * stride, bytes) == 0);
        segment_headers(frame, i, 1, header, frame->header_bytes);
        segment_complete(frame, header, one + frame->header_bytes, bytes - frame->header_bytes);
        EXPECT(memcmp(header, one, frame->header_bytes) == 0);
        free(header);
        free(one);
    }
}

static void test_split(uint32_t payload_bytes, uint32_t gso_size, uint32_t expected_count)
{
    uint8_t *packet = tcp4_frame(payload_bytes, 32, 0x99);
    struct gso_frame frame = frame_of(packet, 52 + payload_bytes, 20, 52, gso_size, IPPROTO_TCP);
    uint32_t count = segment_count(&frame);
    size_t stride = 52 + (payload_bytes < gso_size ? payload_bytes : gso_size);
    uint8_t *headers = malloc(count * 52);
    uint8_t *packets =
        malloc(52 * count + payload_bytes); /* exactly what is needed: the sanitizer sees one byte more */

    EXPECT(count == expected_count);
    segment_headers(&frame, 0, count, headers, 52);
    segment_packets(&frame, 0, count, packets, stride);
    for (uint32_t i = 0; i < count; i++) {
        uint8_t flags = (uint8_t)(0x10 | (i == 0 ? 0x80 : 0) | (i == count - 1 ? 0x09 : 0));

        expect_segment(&frame, packets + i * stride, headers + i * 52, i);
        EXPECT(packets[i * stride + 33] == flags);
    }
    expect_windows(&frame, packets, stride, count);
    free(headers);
    free(packets);
    free(packet);
}

static void test_udp_checksum_is_never_zero(void)
{
    uint8_t packet[30] = {0x45, 0, 0, 30, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 1, 1, 10, 0, 2, 1, 0, 1, 0, 2, 0, 10};
    struct gso_frame frame = frame_of(packet, 30, 20, 28, 100, IPPROTO_UDP);
    uint8_t out[30];
    uint32_t sum = checksum_sum(packet + 20, 8, checksum_pseudo(packet, 17, 10));

    packet[28] = (uint8_t)((0xffff - sum) >> 8);
    packet[29] = (uint8_t)(0xffff - sum);
    segment_packets(&frame, 0, 1, out, 30);
    EXPECT(get16(out + 26) == 0xffff);
}

static void test_ip6_extension_header(void)
{
    uint8_t packet[40 + 8 + 20 + 250] = {0x60, [6] = 0, [7] = 64, [40] = 6, [60] = 0x50, [61] = 0x10};
    struct gso_frame frame = frame_of(packet, sizeof(packet), 48, 68, 100, IPPROTO_TCP);
    uint8_t out[3 * 68 + 250];

    segment_packets(&frame, 0, 3, out, 168);
    EXPECT(get16(out + 4) == 128 && get16(out + 168 + 4) == 128 && get16(out + 336 + 4) == 78);
    EXPECT(checksum_sum(out + 336 + 48, 70, checksum_pseudo(out + 336, 6, 70)) == 0xffff);
}

/* Behind a routing header with segments left, the addresses of the pseudo header are not those of the IP header. */
static void test_pseudo_header_of_the_final_destination(void)
{
    uint8_t packet[40 + 24 + 20 + 250] = {0x60, [6] = 43, [7] = 64, [39] = 2, [40] = 6, 2, 0, 1, [63] = 9, [76] = 0x50};
    struct gso_frame frame = frame_of(packet, sizeof(packet), 64, 84, 100, IPPROTO_TCP);
    uint8_t out[3 * 84 + 250];

    frame.address_sum = 9;
    segment_packets(&frame, 0, 3, out, 184);
    for (uint32_t i = 0; i < 3; i++) {
        uint32_t bytes = i < 2 ? 120 : 70;

        EXPECT(checksum_sum(out + i * 184 + 64, bytes, 9 + 6 + bytes) == 0xffff);
    }
}

int main(void)
{
    test_split(2560, 1000, 3);
    test_split(2000, 1000, 2);
    test_split(999, 1000, 1);
    test_split(0, 1000, 1);
    test_split(3000, 1, 3000);
    test_split(65535 - 52, 1448, 46);
    test_udp_checksum_is_never_zero();
    test_ip6_extension_header();
    test_pseudo_header_of_the_final_destination();
    return test_result();
}
