// SPDX-License-Identifier: Apache-2.0
#include "privileges.h"

#include "every_thread.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Of an entry with its strings, at first. A group has all its members in it. */
enum { LOOKUP_BYTES = 16384 };

static const char NONE[] = "0000000000000000";

/* True if the line of @status that begins with @key, a tab included, has this value. */
static bool has_line(const char *status, const char *key, const char *value)
{
    const char *found = strstr(status, key);

    return found && strncmp(found + strlen(key), value, strlen(value)) == 0;
}

static bool has_capability(int capability)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {0};

    return syscall(SYS_capget, &header, data) == 0 &&
           (data[CAP_TO_INDEX(capability)].effective & CAP_TO_MASK(capability));
}

static void drop_bounding(void)
{
    /* The kernel says EINVAL behind the last that it knows. */
    for (unsigned long capability = 0; prctl(PR_CAPBSET_DROP, capability) == 0; capability++) {
    }
}

static bool is_bounding_dropped(const char *status)
{
    return has_line(status, "\nCapBnd:\t", NONE);
}

int privileges_drop_bounding(int timeout_ms)
{
    static const struct thread_change change = {drop_bounding, is_bounding_dropped};

    return has_capability(CAP_SETPCAP) ? every_thread(&change, timeout_ms) : 0;
}

int privileges_set_group(gid_t gid)
{
    if (setgroups(0, NULL) < 0 || setresgid(gid, gid, gid) < 0) {
        return -errno;
    }
    return 0;
}

int privileges_set_user(uid_t uid)
{
    return setresuid(uid, uid, uid) < 0 ? -errno : 0;
}

static void drop_capabilities(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {0};

    /* What fails is seen in the status. */
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    syscall(SYS_capset, &header, none);
}

static bool are_capabilities_dropped(const char *status)
{
    return has_line(status, "\nNoNewPrivs:\t", "1") && has_line(status, "\nCapInh:\t", NONE) &&
           has_line(status, "\nCapPrm:\t", NONE) && has_line(status, "\nCapEff:\t", NONE) &&
           has_line(status, "\nCapAmb:\t", NONE);
}

int privileges_drop_capabilities(int timeout_ms)
{
    static const struct thread_change change = {drop_capabilities, are_capabilities_dropped};

    return every_thread(&change, timeout_ms);
}

/* Makes @buffer twice as large when an entry did not fit. Returns -ERANGE to try again, or another -errno. */
static int lookup_failed(int error, char **buffer, size_t *capacity)
{
    char *larger;

    if (error != ERANGE) {
        return error ? -error : -ENOENT;
    }
    larger = realloc(*buffer, *capacity * 2);
    if (!larger) {
        return -ENOMEM;
    }
    *buffer = larger;
    *capacity *= 2;
    return -ERANGE;
}

int privileges_find_user(const char *name, uid_t *uid, gid_t *gid)
{
    size_t capacity = LOOKUP_BYTES;
    char *buffer = malloc(capacity);
    struct passwd entry, *found = NULL;
    int result;

    do {
        int error = buffer ? getpwnam_r(name, &entry, buffer, capacity, &found) : ENOMEM;

        result = found ? 0 : lookup_failed(error, &buffer, &capacity);
    } while (result == -ERANGE);
    if (result == 0) {
        *uid = found->pw_uid;
        *gid = found->pw_gid;
    }
    free(buffer);
    return result;
}

int privileges_find_group(const char *name, gid_t *gid)
{
    size_t capacity = LOOKUP_BYTES;
    char *buffer = malloc(capacity);
    struct group entry, *found = NULL;
    int result;

    do {
        int error = buffer ? getgrnam_r(name, &entry, buffer, capacity, &found) : ENOMEM;

        result = found ? 0 : lookup_failed(error, &buffer, &capacity);
    } while (result == -ERANGE);
    if (result == 0) {
        *gid = found->gr_gid;
    }
    free(buffer);
    return result;
}
