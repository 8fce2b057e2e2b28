// SPDX-License-Identifier: Apache-2.0
#include "resident_pages.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

struct mapping {
    uintptr_t begin;
    uintptr_t end;
    bool candidate;
    long resident_kb;
};

/* The line that begins a mapping: "begin-end perms offset device inode path". False for any other line. */
static bool parse_mapping(const char *line, struct mapping *mapping)
{
    unsigned long begin, end;
    char perms[5];
    int path = 0;

    if (sscanf(line, "%lx-%lx %4s %*x %*x:%*x %*u %n", &begin, &end, perms, &path) != 3 || path == 0) {
        return false;
    }
    mapping->begin = begin;
    mapping->end = end;
    /* What may be written now may be about to be. */
    mapping->candidate = line[path] == '/' && perms[1] == '-';
    mapping->resident_kb = 0;
    return true;
}

/* Pages of a private mapping that have been written are in no file: with any of those, it is left alone. */
static long release(const struct mapping *mapping, long anonymous_kb)
{
    if (!mapping->candidate || anonymous_kb != 0 || mapping->resident_kb == 0) {
        return 0;
    }
    if (madvise((void *)mapping->begin, mapping->end - mapping->begin, MADV_DONTNEED) < 0) {
        return 0; /* Locked, for one: it stays. */
    }
    return mapping->resident_kb;
}

long resident_pages_release(void)
{
    FILE *smaps = fopen("/proc/self/smaps", "re");
    struct mapping mapping = {0};
    char *line = NULL;
    size_t size = 0;
    long released_kb = 0, value_kb;

    if (smaps == NULL) {
        return -errno;
    }
    while (getline(&line, &size, smaps) > 0) {
        if (parse_mapping(line, &mapping)) {
            continue;
        }
        if (sscanf(line, "Rss: %ld", &value_kb) == 1) {
            mapping.resident_kb = value_kb;
        } else if (sscanf(line, "Anonymous: %ld", &value_kb) == 1) {
            released_kb += release(&mapping, value_kb);
        }
    }
    free(line);
    fclose(smaps);
    return released_kb;
}
