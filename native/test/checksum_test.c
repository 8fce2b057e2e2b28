// SPDX-License-Identifier: Apache-2.0
/*
 * Description: every vector unit sums, and copies, as the plain reference does: all lengths 0..65,600, all alignments,
 * and nothing is touched outside (the bytes end where an unmapped page begins).
 */
#include "../checksum.c"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { MAX_BYTES = 65600, ALIGNMENTS = 32, PAGE = 4096, MAP_BYTES = (MAX_BYTES + ALIGNMENTS + PAGE) / PAGE * PAGE };

#if defined(__SANITIZE_ADDRESS__)
enum { LENGTH_STEP = 61 }; /* a sanitized build is 20 times slower; the plain one takes every length */
#elif defined(TUNLOOP_EMULATED)
enum { LENGTH_STEP = 7 }; /* so is an emulated processor; 7 has no factor in common with any vector's length */
#else
enum { LENGTH_STEP = 1 };
#endif

typedef uint64_t (*sum_function)(const uint8_t *from, size_t length);
typedef uint64_t (*copy_function)(uint8_t *to, const uint8_t *from, size_t length);

static uint64_t sum_plain(const uint8_t *from, size_t length)
{
    return sum_tail(NULL, from, length);
}

static uint64_t copy_plain(uint8_t *to, const uint8_t *from, size_t length)
{
    return sum_tail(to, from, length);
}

#if defined(__x86_64__)
static uint64_t add_sse2(const uint8_t *from, size_t length)
{
    return sum_sse2(NULL, from, length);
}

static uint64_t copy_sse2(uint8_t *to, const uint8_t *from, size_t length)
{
    return sum_sse2(to, from, length);
}
#endif

static int failures;

static void expect_sum(const char *unit, size_t length, size_t alignment, uint16_t actual, uint16_t expected)
{
    if (actual != expected && failures++ < 10) {
        fprintf(stderr, "%s: %zu bytes at alignment %zu: %04x, not %04x\n", unit, length, alignment, actual, expected);
    }
}

/* RFC 1071 word by word, the sum of the first @length bytes in @sums[length]. */
static void reference_sums(const uint8_t *data, uint16_t *sums)
{
    uint32_t even = 0;

    for (size_t length = 0; length <= MAX_BYTES; length++) {
        if (length % 2 == 0) {
            sums[length] = (uint16_t)even;
            continue;
        }
        sums[length] = checksum_fold(even + (uint32_t)(data[length - 1] << 8));
        if (length < MAX_BYTES) {
            even = checksum_fold(even + (uint32_t)(data[length - 1] << 8 | data[length]));
        }
    }
}

/* MAP_BYTES of memory with an unmapped page behind them. */
static uint8_t *map_guarded(void)
{
    uint8_t *memory = mmap(NULL, MAP_BYTES + PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED || mprotect(memory + MAP_BYTES, PAGE, PROT_NONE) < 0) {
        perror("mmap");
        exit(1);
    }
    return memory;
}

static void fill_random(uint8_t *data, size_t length)
{
    uint64_t state = 88172645463325252u;

    for (size_t i = 0; i < length; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        data[i] = i % 5 == 0 ? 0xff : (uint8_t)state; /* many carries */
    }
}

/* The word loop is slow and needs no alignment of its own: @alignment_step 8 is enough for it. */
static void test_sum(const char *unit, sum_function sum, size_t alignment_step, uint8_t *memory, const uint8_t *data,
                     const uint16_t *expected)
{
    for (size_t alignment = 0; alignment < ALIGNMENTS; alignment += alignment_step) {
        memcpy(memory + alignment, data, MAX_BYTES);
        for (size_t length = 0; length <= MAX_BYTES; length += LENGTH_STEP) {
            expect_sum(unit, length, alignment, big_endian(sum(memory + alignment, length)), expected[length]);
        }
    }
    for (size_t length = 0; length <= MAX_BYTES; length += LENGTH_STEP) {
        uint8_t *end = memory + MAP_BYTES;

        memcpy(end - length, data, length);
        expect_sum(unit, length, (uintptr_t)(end - length) % ALIGNMENTS, big_endian(sum(end - length, length)),
                   expected[length]);
    }
}

static void test_copy(const char *unit, copy_function copy, uint8_t *to, const uint8_t *data, const uint16_t *expected)
{
    uint8_t *end = to + MAP_BYTES;

    for (size_t length = 0; length <= MAX_BYTES; length += length < 2048 ? 1 : 31) {
        uint8_t *start = end - length;

        start[-1] = 0x5a;
        expect_sum(unit, length, (uintptr_t)start % ALIGNMENTS, big_endian(copy(start, data, length)),
                   expected[length]);
        if (memcmp(start, data, length) != 0 || start[-1] != 0x5a) {
            fprintf(stderr, "%s: copy of %zu bytes differs\n", unit, length);
            failures++;
        }
    }
}

static void test_public_functions(const uint8_t *data, const uint16_t *expected)
{
    static const uint8_t ip4[20] = {0x45, [12] = 10, 0, 1, 1, 10, 0, 2, 1};
    static const uint8_t ip6[40] = {0x60, [8] = 0xfd, [23] = 1, [24] = 0xfd, [39] = 2};
    uint8_t copy[1500];

    expect_sum("checksum_sum", 1500, 0, checksum_sum(data, 1500, 0), expected[1500]);
    expect_sum("checksum_sum + initial", 1500, 0, checksum_sum(data, 1500, 0x1ffff),
               checksum_fold((uint64_t)expected[1500] + 0x1ffff));
    expect_sum("checksum_copy", 1500, 0, checksum_copy(copy, data, 1500), expected[1500]);
    expect_sum("pseudo 4", 0, 0, checksum_pseudo(ip4, 6, 40), 0x0a00 + 0x0101 + 0x0a00 + 0x0201 + 6 + 40);
    expect_sum("pseudo 6", 0, 0, checksum_pseudo(ip6, 17, 65000),
               checksum_fold(0xfd00u + 0x0001 + 0xfd00 + 0x0002 + 17 + 65000));
    expect_sum("checksum_fold", 0, 0, checksum_fold(UINT64_MAX), 0xffff);
}

int main(void)
{
    static uint16_t expected[MAX_BYTES + 1];
    static uint8_t data[MAX_BYTES];
    uint8_t *memory = map_guarded();

    fill_random(data, MAX_BYTES);
    reference_sums(data, expected);
    test_sum("plain", sum_plain, 8, memory, data, expected);
    test_copy("plain", copy_plain, memory, data, expected);
#if defined(__x86_64__)
    test_sum("sse2", add_sse2, 1, memory, data, expected);
    test_copy("sse2", copy_sse2, memory, data, expected);
    if (__builtin_cpu_supports("avx2")) {
        test_sum("avx2", add_avx2, 1, memory, data, expected);
        test_copy("avx2", copy_avx2, memory, data, expected);
    }
#elif defined(__aarch64__)
    test_sum("neon", sum_words, 1, memory, data, expected);
    test_copy("neon", copy_words, memory, data, expected);
#endif
    test_public_functions(data, expected);
    munmap(memory, MAP_BYTES + PAGE);
    return failures ? 1 : 0;
}
