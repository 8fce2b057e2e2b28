// SPDX-License-Identifier: Apache-2.0
#ifndef TUNLOOP_SEGMENT_H
#define TUNLOOP_SEGMENT_H

#include <stddef.h>
#include <stdint.h>

/*
 * Makes the wire packets that a GSO frame stands for, byte for byte as the kernel's own segmentation would.
 *
 * What a frame is, and that it is sound, is decided by the caller (io.tunloop.codec.FrameLayout); here only bytes move.
 */
struct gso_frame {
    const uint8_t *packet;     /* its IP header */
    uint32_t packet_bytes;     /* IP header to the end of the payload */
    uint32_t transport_offset; /* from the IP header to the TCP or UDP header */
    uint32_t header_bytes;     /* from the IP header to the payload, at most packet_bytes */
    uint32_t gso_size;         /* payload of every segment but the last, at least 1 */
    uint16_t address_sum;      /* of source and final destination, for the pseudo header */
    uint8_t protocol;          /* IPPROTO_TCP or IPPROTO_UDP */
};

/* The number of segments, at least 1. */
uint32_t segment_count(const struct gso_frame *frame);

/* Writes the headers of @count segments from the @first on, @stride bytes apart; their transport checksums are left 0.
 */
void segment_headers(const struct gso_frame *frame, uint32_t first, uint32_t count, uint8_t *out, size_t stride);

/* Writes @count segments from the @first on, complete and valid, @stride bytes apart. */
void segment_packets(const struct gso_frame *frame, uint32_t first, uint32_t count, uint8_t *out, size_t stride);

/* Stores the transport checksum of @header, whose checksum field is 0, one of @frame's segments, for the @payload that
 * follows it elsewhere. Of the frame, the packet is not looked at. */
void segment_complete(const struct gso_frame *frame, uint8_t *header, const uint8_t *payload, uint32_t payload_bytes);

#endif
