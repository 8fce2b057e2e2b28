// SPDX-License-Identifier: Apache-2.0
/* Description: clean pages of a file go and come back; what the process has written to a private mapping stays. */
#include "../resident_pages.h"
#include "support.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PAGE_BYTES = 4096, PAGES = 64 };

/* A private mapping of a file full of ones. */
static unsigned char *map_ones(int fd)
{
    unsigned char page[PAGE_BYTES];

    memset(page, 1, sizeof(page));
    for (int i = 0; i < PAGES; i++) {
        EXPECT(write(fd, page, sizeof(page)) == sizeof(page));
    }
    return mmap(NULL, PAGES * PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
}

/* mincore() would ask whether the page cache has it. */
static bool is_mapped(const unsigned char *address)
{
    FILE *pagemap = fopen("/proc/self/pagemap", "re");
    uint64_t entry = 0;

    EXPECT(fseek(pagemap, (long)((uintptr_t)address / PAGE_BYTES * sizeof(entry)), SEEK_SET) == 0);
    EXPECT(fread(&entry, sizeof(entry), 1, pagemap) == 1);
    fclose(pagemap);
    return entry >> 63;
}

/* An emulator's /proc/self/smaps may say of each mapping that nothing of it is there: qemu-user from 8.1 on. */
static bool smaps_tells_what_is_resident(void)
{
    FILE *smaps = fopen("/proc/self/smaps", "re");
    char line[4096];
    long kb = 0;

    EXPECT(smaps != NULL);
    while (kb == 0 && fgets(line, sizeof(line), smaps)) {
        sscanf(line, "Rss: %ld", &kb);
    }
    fclose(smaps);
    return kb > 0;
}

static void test_clean_pages_go_and_come_back(int fd)
{
    unsigned char *ones = map_ones(fd);

    EXPECT(mprotect(ones, PAGES * PAGE_BYTES, PROT_READ) == 0);
    EXPECT(ones[0] == 1 && is_mapped(ones));
    EXPECT(resident_pages_release() > 0);
    EXPECT(!is_mapped(ones));
    EXPECT(ones[0] == 1);
    EXPECT(munmap(ones, PAGES * PAGE_BYTES) == 0);
}

static void test_written_pages_stay(int fd)
{
    unsigned char *ones = map_ones(fd);

    ones[PAGE_BYTES] = 2;
    EXPECT(mprotect(ones, PAGES * PAGE_BYTES, PROT_READ) == 0);
    EXPECT(resident_pages_release() >= 0);
    EXPECT(is_mapped(ones + PAGE_BYTES) && ones[PAGE_BYTES] == 2);
    EXPECT(munmap(ones, PAGES * PAGE_BYTES) == 0);
}

static void test_writable_pages_stay(int fd)
{
    unsigned char *ones = map_ones(fd);

    EXPECT(ones[0] == 1);
    EXPECT(resident_pages_release() >= 0);
    EXPECT(is_mapped(ones));
    EXPECT(munmap(ones, PAGES * PAGE_BYTES) == 0);
}

int main(void)
{
    void (*const tests[])(int) = {
        test_clean_pages_go_and_come_back,
        test_written_pages_stay,
        test_writable_pages_stay,
    };

    if (!smaps_tells_what_is_resident()) {
        fprintf(stderr, "skipped: /proc/self/smaps tells nothing here\n");
        return SKIP;
    }
    for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
        char path[] = "/tmp/resident_pages_test.XXXXXX";
        int fd = mkstemp(path);

        EXPECT(fd >= 0 && unlink(path) == 0);
        tests[i](fd);
        close(fd);
    }
    return test_result();
}
