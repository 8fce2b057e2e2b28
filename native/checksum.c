// SPDX-License-Identifier: Apache-2.0
#include "checksum.h"

#include <stdbool.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

/*
 * Words are added in the host's byte order, 32 bits at a time into 64-bit lanes, which a packet never overflows: the
 * sum modulo 0xffff does not care, and swapping the folded result once gives the big-endian one (RFC 1071, 2B).
 * @to is NULL, known while compiling, for a sum without copy.
 */
#define ALWAYS_INLINE static inline __attribute__((always_inline))

ALWAYS_INLINE uint64_t sum_tail(uint8_t *to, const uint8_t *from, size_t length)
{
    uint64_t sum = 0;
    uint16_t last = 0;

    for (; length >= 8; length -= 8, from += 8) {
        uint64_t word;

        memcpy(&word, from, 8);
        if (to) {
            memcpy(to, &word, 8);
            to += 8;
        }
        sum += (word & 0xffffffff) + (word >> 32);
    }
    for (; length >= 2; length -= 2, from += 2) {
        uint16_t word;

        memcpy(&word, from, 2);
        if (to) {
            memcpy(to, &word, 2);
            to += 2;
        }
        sum += word;
    }
    if (length > 0) {
        if (to) {
            *to = *from;
        }
        memcpy(&last, from, 1); /* the first of the two bytes in memory, whatever the byte order */
    }
    return sum + last;
}

#if defined(__x86_64__)

__attribute__((target("avx2"))) ALWAYS_INLINE uint64_t sum_avx2(uint8_t *to, const uint8_t *from, size_t length)
{
    const __m256i low = _mm256_set1_epi64x(0xffffffff);
    __m256i sums[4] = {_mm256_setzero_si256(), _mm256_setzero_si256(), _mm256_setzero_si256(), _mm256_setzero_si256()};
    __m256i sum;
    __m128i half;

    for (; length >= 64; length -= 64, from += 64) {
        __m256i a = _mm256_loadu_si256((const __m256i *)from);
        __m256i b = _mm256_loadu_si256((const __m256i *)(from + 32));

        if (to) {
            _mm256_storeu_si256((__m256i *)to, a);
            _mm256_storeu_si256((__m256i *)(to + 32), b);
            to += 64;
        }
        sums[0] = _mm256_add_epi64(sums[0], _mm256_and_si256(a, low));
        sums[1] = _mm256_add_epi64(sums[1], _mm256_srli_epi64(a, 32));
        sums[2] = _mm256_add_epi64(sums[2], _mm256_and_si256(b, low));
        sums[3] = _mm256_add_epi64(sums[3], _mm256_srli_epi64(b, 32));
    }
    sum = _mm256_add_epi64(_mm256_add_epi64(sums[0], sums[1]), _mm256_add_epi64(sums[2], sums[3]));
    half = _mm_add_epi64(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
    return checksum_fold((uint64_t)_mm_cvtsi128_si64(half)) +
           checksum_fold((uint64_t)_mm_cvtsi128_si64(_mm_unpackhi_epi64(half, half))) + sum_tail(to, from, length);
}

ALWAYS_INLINE uint64_t sum_sse2(uint8_t *to, const uint8_t *from, size_t length)
{
    const __m128i low = _mm_set1_epi64x(0xffffffff);
    __m128i sums[4] = {_mm_setzero_si128(), _mm_setzero_si128(), _mm_setzero_si128(), _mm_setzero_si128()};
    __m128i sum;

    for (; length >= 32; length -= 32, from += 32) {
        __m128i a = _mm_loadu_si128((const __m128i *)from);
        __m128i b = _mm_loadu_si128((const __m128i *)(from + 16));

        if (to) {
            _mm_storeu_si128((__m128i *)to, a);
            _mm_storeu_si128((__m128i *)(to + 16), b);
            to += 32;
        }
        sums[0] = _mm_add_epi64(sums[0], _mm_and_si128(a, low));
        sums[1] = _mm_add_epi64(sums[1], _mm_srli_epi64(a, 32));
        sums[2] = _mm_add_epi64(sums[2], _mm_and_si128(b, low));
        sums[3] = _mm_add_epi64(sums[3], _mm_srli_epi64(b, 32));
    }
    sum = _mm_add_epi64(_mm_add_epi64(sums[0], sums[1]), _mm_add_epi64(sums[2], sums[3]));
    return checksum_fold((uint64_t)_mm_cvtsi128_si64(sum)) +
           checksum_fold((uint64_t)_mm_cvtsi128_si64(_mm_unpackhi_epi64(sum, sum))) + sum_tail(to, from, length);
}

__attribute__((target("avx2"))) static uint64_t add_avx2(const uint8_t *data, size_t length)
{
    return sum_avx2(NULL, data, length);
}

__attribute__((target("avx2"))) static uint64_t copy_avx2(uint8_t *to, const uint8_t *from, size_t length)
{
    return sum_avx2(to, from, length);
}

static uint64_t sum_words(const uint8_t *data, size_t length)
{
    if (length < 64) {
        return sum_tail(NULL, data, length);
    }
    return __builtin_cpu_supports("avx2") ? add_avx2(data, length) : sum_sse2(NULL, data, length);
}

static uint64_t copy_words(uint8_t *to, const uint8_t *from, size_t length)
{
    return __builtin_cpu_supports("avx2") ? copy_avx2(to, from, length) : sum_sse2(to, from, length);
}

#elif defined(__aarch64__)

ALWAYS_INLINE uint64_t sum_neon(uint8_t *to, const uint8_t *from, size_t length)
{
    uint64x2_t sums[2] = {vdupq_n_u64(0), vdupq_n_u64(0)};

    for (; length >= 32; length -= 32, from += 32) {
        uint8x16_t a = vld1q_u8(from);
        uint8x16_t b = vld1q_u8(from + 16);

        if (to) {
            vst1q_u8(to, a);
            vst1q_u8(to + 16, b);
            to += 32;
        }
        sums[0] = vpadalq_u32(sums[0], vreinterpretq_u32_u8(a));
        sums[1] = vpadalq_u32(sums[1], vreinterpretq_u32_u8(b));
    }
    sums[0] = vaddq_u64(sums[0], sums[1]);
    return checksum_fold(vgetq_lane_u64(sums[0], 0)) + checksum_fold(vgetq_lane_u64(sums[0], 1)) +
           sum_tail(to, from, length);
}

static uint64_t sum_words(const uint8_t *data, size_t length)
{
    return sum_neon(NULL, data, length);
}

static uint64_t copy_words(uint8_t *to, const uint8_t *from, size_t length)
{
    return sum_neon(to, from, length);
}

#else

static uint64_t sum_words(const uint8_t *data, size_t length)
{
    return sum_tail(NULL, data, length);
}

static uint64_t copy_words(uint8_t *to, const uint8_t *from, size_t length)
{
    return sum_tail(to, from, length);
}

#endif

static uint16_t big_endian(uint64_t sum)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return __builtin_bswap16(checksum_fold(sum));
#else
    return checksum_fold(sum);
#endif
}

uint16_t checksum_sum(const void *data, size_t length, uint32_t initial)
{
    return checksum_fold((uint64_t)big_endian(sum_words(data, length)) + initial);
}

uint16_t checksum_copy(void *restrict to, const void *restrict from, size_t length)
{
    return big_endian(copy_words(to, from, length));
}

uint16_t checksum_pseudo(const uint8_t *packet, uint8_t protocol, uint32_t length)
{
    bool ipv6 = packet[0] >> 4 == 6;
    uint64_t addresses = ipv6 ? sum_words(packet + 8, 32) : sum_words(packet + 12, 8);

    return checksum_fold((uint64_t)big_endian(addresses) + protocol + length);
}
