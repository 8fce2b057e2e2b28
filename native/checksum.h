// SPDX-License-Identifier: Apache-2.0
#ifndef TUNLOOP_CHECKSUM_H
#define TUNLOOP_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/*
 * The Internet checksum (RFC 1071): sums of big-endian 16-bit words, a last odd byte padded with a zero behind it.
 *
 * Every sum is folded to 16 bits and not complemented; it is a number in host order. Sums of even lengths may be added.
 * The vector unit is chosen at run time: AVX2 or SSE2 on x86-64, NEON on arm64, 64-bit words elsewhere.
 */

/* Folds the sum of several sums to 16 bits. */
static inline uint16_t checksum_fold(uint64_t sum)
{
    sum = (sum >> 32) + (sum & 0xffffffff);
    sum = (sum >> 32) + (sum & 0xffffffff);
    sum = (sum >> 16) + (sum & 0xffff);
    sum = (sum >> 16) + (sum & 0xffff);
    return (uint16_t)sum;
}

/* Sums @length bytes at @data and @initial. */
uint16_t checksum_sum(const void *data, size_t length, uint32_t initial);

/* Copies @length bytes from @from to @to, which do not overlap, and returns their sum. */
uint16_t checksum_copy(void *restrict to, const void *restrict from, size_t length);

/*
 * Sums the pseudo header of IP packet @packet: addresses, @protocol and the @length of transport header and payload.
 * The destination is that of the IP header: not for a packet that its source has routed through others (RFC 8200, 8.1).
 */
uint16_t checksum_pseudo(const uint8_t *packet, uint8_t protocol, uint32_t length);

#endif
