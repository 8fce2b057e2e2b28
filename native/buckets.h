// SPDX-License-Identifier: Apache-2.0
#ifndef TUNLOOP_BUCKETS_H
#define TUNLOOP_BUCKETS_H

#include <stdint.h>
#include <stdio.h>

/*
 * Counts times in buckets that are as wide as three digits need, laid out as HdrHistogram does for 1 ns and 3 digits:
 * what is recorded there again, by the lowest value of each bucket, falls into the same one, so that nothing is rounded
 * twice.
 *
 * Units: nanoseconds. Negative times count as 0, times above the highest as the highest.
 * Source: https://hdrhistogram.org, "sub-bucket": 2048 of them, of which each octave above the first uses the upper
 * half.
 */
enum { SUB_BUCKET_BITS = 11, HALF_BUCKETS = 1 << (SUB_BUCKET_BITS - 1), HIGHEST_BITS = 36 };
enum { BUCKETS = (HIGHEST_BITS - SUB_BUCKET_BITS + 2) * HALF_BUCKETS };

struct buckets {
    uint64_t counts[BUCKETS];
};

static inline unsigned bucket_of(int64_t ns)
{
    const int64_t highest = (INT64_C(1) << HIGHEST_BITS) - 1;
    uint64_t value = (uint64_t)(ns < 0 ? 0 : ns > highest ? highest : ns);
    int bits = value ? 64 - __builtin_clzll(value) : 0;
    int shift = bits > SUB_BUCKET_BITS ? bits - SUB_BUCKET_BITS : 0;

    return (unsigned)(shift * HALF_BUCKETS + (int)(value >> shift));
}

static inline uint64_t lowest_of(unsigned bucket)
{
    unsigned shift = bucket < 2 * HALF_BUCKETS ? 0 : bucket / HALF_BUCKETS - 1;

    return (uint64_t)(bucket - shift * HALF_BUCKETS) << shift;
}

static inline void buckets_add(struct buckets *buckets, int64_t ns, uint64_t count)
{
    buckets->counts[bucket_of(ns)] += count;
}

/* Prints [[lowest value, count], ...] of those that have any. */
static inline void buckets_print(const struct buckets *buckets, FILE *out)
{
    const char *separator = "";

    fputc('[', out);
    for (unsigned i = 0; i < BUCKETS; i++) {
        if (buckets->counts[i]) {
            fprintf(out, "%s[%llu,%llu]", separator, (unsigned long long)lowest_of(i),
                    (unsigned long long)buckets->counts[i]);
            separator = ",";
        }
    }
    fputc(']', out);
}

#endif
