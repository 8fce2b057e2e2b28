// SPDX-License-Identifier: Apache-2.0
/* Description: a process with threads gives up its rights, and cannot get them back. Each case in a process of its own.
 */
#include "../privileges.h"
#include "support.h"

#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>

enum { THREADS = 4, TIMEOUT_MS = 10000, NOBODY = 65534, MANY_GROUPS = 2500, MANY_MEMBERS = 4000, MANY_GID = 4711 };

static void *wait_for_ever(void *argument)
{
    for (;;) {
        pause();
    }
    return argument;
}

static void start_threads(void)
{
    pthread_t thread;

    for (int i = 0; i < THREADS; i++) {
        EXPECT(pthread_create(&thread, NULL, wait_for_ever, NULL) == 0);
    }
}

/* The shell looks at this process from inside: each thread's line, counted. */
static int threads_with(const char *line)
{
    char command[256];
    int count = 0;
    FILE *output;

    snprintf(command, sizeof(command), "cat /proc/%d/task/*/status | grep -cF '%s'", getpid(), line);
    output = popen(command, "r");
    EXPECT(output && fscanf(output, "%d", &count) == 1);
    pclose(output);
    return count;
}

static void expect_no_capabilities(void)
{
    EXPECT_EQ(threads_with("NoNewPrivs:\t1"), THREADS + 1);
    EXPECT_EQ(threads_with("CapInh:\t0000000000000000"), THREADS + 1);
    EXPECT_EQ(threads_with("CapPrm:\t0000000000000000"), THREADS + 1);
    EXPECT_EQ(threads_with("CapEff:\t0000000000000000"), THREADS + 1);
    EXPECT_EQ(threads_with("CapBnd:\t0000000000000000"), THREADS + 1);
    EXPECT_EQ(threads_with("CapAmb:\t0000000000000000"), THREADS + 1);
}

static void test_become_nobody(void)
{
    start_threads();
    EXPECT_EQ(privileges_drop_bounding(TIMEOUT_MS), 0);
    EXPECT_EQ(privileges_set_group(NOBODY), 0);
    EXPECT_EQ(privileges_set_user(NOBODY), 0);
    EXPECT_EQ(privileges_drop_capabilities(TIMEOUT_MS), 0);
    expect_no_capabilities();
    EXPECT_EQ(threads_with("Uid:\t65534\t65534\t65534\t65534"), THREADS + 1);
    EXPECT_EQ(threads_with("Gid:\t65534\t65534\t65534\t65534"), THREADS + 1);
    EXPECT_EQ(privileges_set_user(0), -EPERM);
    EXPECT_EQ(privileges_set_group(0), -EPERM);
}

static void test_stay_root_without_capabilities(void)
{
    start_threads();
    EXPECT_EQ(privileges_drop_bounding(TIMEOUT_MS), 0);
    EXPECT_EQ(privileges_drop_capabilities(TIMEOUT_MS), 0);
    expect_no_capabilities();
    /* A second time there is nothing to do. */
    EXPECT_EQ(privileges_drop_bounding(TIMEOUT_MS), 0);
    EXPECT_EQ(privileges_drop_capabilities(TIMEOUT_MS), 0);
}

static void test_lookup(void)
{
    uid_t uid = 1;
    gid_t gid = 1;

    EXPECT_EQ(privileges_find_user("root", &uid, &gid), 0);
    EXPECT(uid == 0 && gid == 0);
    EXPECT_EQ(privileges_find_group("root", &gid), 0);
    EXPECT_EQ(privileges_find_user("tl-nobody", &uid, &gid), -ENOENT);
    EXPECT_EQ(privileges_find_group("tl-nogroup", &gid), -ENOENT);
}

/* Their numbers are in the status of each thread, in front of the capabilities. */
static void test_many_groups(void)
{
    gid_t groups[MANY_GROUPS];

    for (int i = 0; i < MANY_GROUPS; i++) {
        groups[i] = (gid_t)(1000000000 + i);
    }
    EXPECT(setgroups(MANY_GROUPS, groups) == 0);
    start_threads();
    EXPECT_EQ(privileges_drop_bounding(TIMEOUT_MS), 0);
    EXPECT_EQ(privileges_drop_capabilities(TIMEOUT_MS), 0);
    expect_no_capabilities();
}

/* An /etc/group of this process's own. */
static void test_group_of_many_members(void)
{
    char path[] = "/tmp/tunloop-group-XXXXXX";
    int fd = mkstemp(path);
    FILE *file = fdopen(fd, "w");
    gid_t gid = 0;

    fprintf(file, "tl-many:x:%d:", MANY_GID);
    for (int i = 0; i < MANY_MEMBERS; i++) {
        fprintf(file, "%suser%d", i > 0 ? "," : "", i);
    }
    fprintf(file, "\n");
    fclose(file);
    EXPECT(unshare(CLONE_NEWNS) == 0);
    EXPECT(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
    EXPECT(mount(path, "/etc/group", NULL, MS_BIND, NULL) == 0);
    unlink(path);
    EXPECT_EQ(privileges_find_group("tl-many", &gid), 0);
    EXPECT_EQ(gid, MANY_GID);
}

static void run_alone(void (*test)(void))
{
    int status = -1;
    pid_t child = fork();

    if (child == 0) {
        test();
        _exit(test_result());
    }
    EXPECT(waitpid(child, &status, 0) == child);
    EXPECT_EQ(status, 0);
}

int main(void)
{
    test_lookup();
    if (geteuid() != 0) {
        fprintf(stderr, "skipped: needs root, to have rights that can be given up\n");
        return failures ? EXIT_FAILURE : SKIP;
    }
    run_alone(test_become_nobody);
    run_alone(test_stay_root_without_capabilities);
    run_alone(test_many_groups);
    run_alone(test_group_of_many_members);
    return test_result();
}
