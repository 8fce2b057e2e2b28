// SPDX-License-Identifier: Apache-2.0
#ifndef TUNLOOP_RESIDENT_PAGES_H
#define TUNLOOP_RESIDENT_PAGES_H

/*
 * Unmaps the pages of files that this process has mapped and never written: code, and data that it only reads. What is
 * still needed comes back, from the page cache, when it is touched. Returns the KiB that were resident, or -errno.
 */
long resident_pages_release(void);

#endif
