// SPDX-License-Identifier: Apache-2.0
/*
 * Description: loadgen sends what it is asked to and counts what arrives.
 *
 *     loadgen --> lo --> loadgen
 *
 * Looks into its receiver too, at what a good network never brings about.
 */
#include "../if_linux.h"
#include "../loadgen.h"
#include "../netlink.h"
#include "support.h"

#include <limits.h>
#include <stdarg.h>
#include <string.h>
#include <sys/wait.h>

enum { USAGE = 2, ANSWER_BYTES = 1 << 20, MAX_ARGUMENTS = 40 };

static const char *loadgen;
static char answer[ANSWER_BYTES];

/* What the receiver needs from the program around it. */
void die(int status, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    exit(status);
}

/* Runs it with further arguments, separated by blanks. Returns its exit code; what it printed is in the answer. */
static int run(const char *arguments)
{
    char line[4096];
    size_t length;
    FILE *out;
    int status;

    snprintf(line, sizeof(line), "%s %s", loadgen, arguments);
    out = popen(line, "r");
    EXPECT(out != NULL);
    length = fread(answer, 1, sizeof(answer) - 1, out);
    answer[length] = '\0';
    status = pclose(out);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* A number of the answer; -1 for none of that name. */
static long long number(const char *name)
{
    char key[64];
    const char *found;

    snprintf(key, sizeof(key), "\"%s\":", name);
    found = strstr(answer, key);
    return found ? atoll(found + strlen(key)) : -1;
}

/* How many times are in the buckets of that name. */
static long long counted(const char *name)
{
    char key[64];
    const char *at;
    long long count = 0;

    snprintf(key, sizeof(key), "\"%s\":[", name);
    at = strstr(answer, key);
    EXPECT(at != NULL);
    for (at = at ? at + strlen(key) : "]"; *at == '[' || *at == ','; at = strchr(at, ']') + 1) {
        count += atoll(strchr(at + 1, ',') + 1);
    }
    return count;
}

static void test_all_arrive(const char *addresses)
{
    char line[512];

    snprintf(line, sizeof(line), "%s --sizes 16,512,1400 --rate 20000 --ms 300 --flows 3 --return-every 4", addresses);
    EXPECT_EQ(run(line), 0);
    EXPECT_EQ(number("asked"), 6000);
    EXPECT_EQ(number("sent"), 6000);
    EXPECT_EQ(number("received"), 6000);
    EXPECT_EQ(number("marked"), 1500);
    EXPECT_EQ(number("returned"), 1500);
    EXPECT_EQ(number("outOfOrder"), 0);
    EXPECT_EQ(number("duplicates"), 0);
    EXPECT_EQ(number("ownDrops"), 0);
    EXPECT_EQ(counted("lateNs"), 6000);
    EXPECT_EQ(counted("roundTripNs"), 1500);
    EXPECT(number("sendNs") >= 299000000);
    EXPECT(number("behindNs") >= 0 && number("behindNs") < 250000000);
}

static void test_more_than_can_be_sent(void)
{
    EXPECT_EQ(run("--from 127.0.0.1 --to 127.0.0.1 --sizes 1000 --rate 100000000 --ms 100"), 0);
    EXPECT_EQ(number("asked"), 10000000);
    EXPECT(number("sent") > 0 && number("sent") < 10000000);
    EXPECT(number("sendNs") <= 110000000);
    EXPECT_EQ(number("returned"), 0);
}

static void test_wrong_usage(void)
{
    static const char ends[] = "--from 127.0.0.1 --to 127.0.0.1";
    static const char *const wrong[] = {
        "--sizes 16 --rate 10",                    /* no time */
        "--sizes 15 --rate 10 --ms 1000",          /* no place for the stamp */
        "--sizes 16 --rate 0 --ms 1000",           /* nothing to send */
        "--sizes 16 --rate 10 --ms 1",             /* nothing to send in that time */
        "--sizes 16 --rate 100000000 --ms 100000", /* too much to count */
        "--sizes 16 --rate 10 --ms 1000 --flows 129",
        "--sizes 16 --rate 10 --ms 1000 --to fd00::1",
        "--sizes 16 --rate 10 --ms 1000 --to nowhere",
        "--sizes 16 --rate 10 --ms 1000 more",
    };

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        char line[512];

        snprintf(line, sizeof(line), "%s %s", ends, wrong[i]);
        EXPECT_EQ(run(line), USAGE);
        EXPECT_EQ(strlen(answer), 0);
    }
}

static void test_what_is_not_there(void)
{
    EXPECT_EQ(run("--from 10.9.9.9 --to 127.0.0.1 --sizes 16 --rate 10 --ms 1000"), EXIT_FAILURE);
    EXPECT_EQ(run("--from 127.0.0.1 --to-netns /proc/self/no --to 127.0.0.1 --sizes 16 --rate 10 --ms 1000"),
              EXIT_FAILURE);
    EXPECT_EQ(run("--from 127.0.0.1 --to 127.0.0.1 --sizes 16 --rate 10 --ms 1000 >/dev/full"), EXIT_FAILURE);
}

static void test_datagram_above_the_mtu(int socket)
{
    EXPECT_EQ(if_set_mtu(socket, "lo", 1400), 0);
    EXPECT_EQ(run("--from 127.0.0.1 --to 127.0.0.1 --sizes 1372 --rate 1000 --ms 100"), 0);
    EXPECT_EQ(number("received"), 100);
    EXPECT_EQ(run("--from 127.0.0.1 --to 127.0.0.1 --sizes 1373 --rate 1000 --ms 100"), EXIT_FAILURE);
    EXPECT_EQ(if_set_mtu(socket, "lo", 65536), 0);
}

static bool count(struct receiver *receiver, uint32_t number, uint16_t flow)
{
    struct stamp stamp = {.due_ns = 1000, .number = number, .flow = flow, .magic = STAMP_MAGIC};

    return receiver_count(receiver, &stamp, sizeof(stamp), 5000);
}

static void test_counts_copies_and_order(void)
{
    static struct buckets round_trip;
    struct trial trial = {.packets = 20};
    uint8_t seen[3] = {0};
    struct receiver receiver = {.trial = &trial, .seen = seen, .round_trip = &round_trip};
    struct stamp foreign = {.number = 3};

    EXPECT(count(&receiver, 0, 0));
    EXPECT(count(&receiver, 19, 1)); /* ahead, but of another flow */
    EXPECT(count(&receiver, 5, 0));
    EXPECT(count(&receiver, 2, 0)); /* behind 5 */
    EXPECT(count(&receiver, 6, 0));
    EXPECT(!count(&receiver, 5, 0));
    EXPECT(!count(&receiver, 20, 0)); /* of another trial */
    EXPECT(!receiver_count(&receiver, &foreign, sizeof(foreign), 5000));
    EXPECT(!receiver_count(&receiver, &foreign, sizeof(foreign) - 1, 5000));
    EXPECT_EQ(receiver.received, 5);
    EXPECT_EQ(receiver.out_of_order, 1);
    EXPECT_EQ(receiver.duplicates, 1);
    EXPECT_EQ(receiver.fastest_ns, 4000);
    EXPECT_EQ(receiver.last_ns, 5000);
    EXPECT_EQ(round_trip.counts[bucket_of(4000)], 5);
}

static void test_due_at_ticks(void)
{
    struct trial trial = {.rate = 1000000};

    EXPECT_EQ(due_after_ns(&trial, 0), 0);
    EXPECT_EQ(due_after_ns(&trial, 1), TICK_NS);
    EXPECT_EQ(due_after_ns(&trial, 50), TICK_NS);
    EXPECT_EQ(due_after_ns(&trial, 51), 2 * TICK_NS);
    EXPECT_EQ(due_after_ns(&trial, 3000000000U), 3000000000000);
}

/* No bucket is wider than a thousandth of what is in it, and each one's lowest value is its own. */
static void test_buckets(void)
{
    EXPECT_EQ(bucket_of(-5), 0);
    EXPECT_EQ(bucket_of(INT64_MAX), BUCKETS - 1);
    for (unsigned i = 0; i < BUCKETS; i++) {
        uint64_t lowest = lowest_of(i), width = i + 1 < BUCKETS ? lowest_of(i + 1) - lowest : 1;

        EXPECT_EQ(bucket_of((int64_t)lowest), i);
        EXPECT_EQ(bucket_of((int64_t)(lowest + width - 1)), i);
        EXPECT(width == 1 || lowest / width >= 1000);
    }
}

int main(int count_of_arguments, char **arguments)
{
    int socket;

    if (count_of_arguments != 2) {
        fprintf(stderr, "usage: loadgen_test LOADGEN\n");
        return EXIT_FAILURE;
    }
    loadgen = arguments[1];
    test_counts_copies_and_order();
    test_due_at_ticks();
    test_buckets();
    enter_namespace_or_skip();
    socket = netlink_open();
    EXPECT_EQ(if_set_up(socket, "lo", true), 0);
    test_all_arrive("--from 127.0.0.1 --to 127.0.0.1 --to-netns /proc/self/ns/net");
    test_all_arrive("--from ::1 --to ::1");
    test_more_than_can_be_sent();
    test_wrong_usage();
    test_what_is_not_there();
    test_datagram_above_the_mtu(socket);
    close(socket);
    return test_result();
}
