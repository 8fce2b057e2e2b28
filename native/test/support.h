// SPDX-License-Identifier: Apache-2.0
#ifndef TUNLOOP_TEST_SUPPORT_H
#define TUNLOOP_TEST_SUPPORT_H

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { SKIP = 77 };

static int failures;

#define EXPECT(condition)                                                                                              \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                                            \
            failures++;                                                                                                \
        }                                                                                                              \
    } while (0)

/* Compares numbers, and shows both. */
#define EXPECT_EQ(actual, expected)                                                                                    \
    do {                                                                                                               \
        long long actual_value = (long long)(actual), expected_value = (long long)(expected);                          \
                                                                                                                       \
        if (actual_value != expected_value) {                                                                          \
            fprintf(stderr, "%s:%d: %s is %lld, not %lld\n", __FILE__, __LINE__, #actual, actual_value,                \
                    expected_value);                                                                                   \
            failures++;                                                                                                \
        }                                                                                                              \
    } while (0)

/* Puts the program into a network namespace of its own, which goes with it; skips it where that cannot be. */
static inline void enter_namespace_or_skip(void)
{
    const char *require = getenv("TUNLOOP_REQUIRE_TUN");

    if (access("/dev/net/tun", R_OK | W_OK) == 0 && unshare(CLONE_NEWNET) == 0) {
        return;
    }
    fprintf(stderr, "skipped: needs /dev/net/tun and a network namespace of its own (root)\n");
    exit(failures || (require && require[0] == '1') ? EXIT_FAILURE : SKIP);
}

static inline int test_result(void)
{
    return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
