// SPDX-License-Identifier: Apache-2.0
#ifndef TUNLOOP_PACKET_IO_H
#define TUNLOOP_PACKET_IO_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/uio.h>

/*
 * Batches of packets on a non-blocking TUN descriptor, one system call per packet.
 *
 * None of them waits for the device, whatever others do to it: @shared says that the open descriptor is not this
 * process's alone. Who has handed it over can then make it blocking at any time, and each call has to say itself that
 * it does not wait, for about 100 ns more.
 *
 * The arrays are laid out by io.tunloop.device.PacketVector: this is a contract between the two.
 */

/*
 * Reads until the queue is empty or @count packets came: packet i into @iov[i], its length into @lengths[i].
 * Returns the number of packets read; 0 when there was none; -errno when the first read failed. An error behind the
 * first packet is not lost: the next call meets it again.
 */
int packets_read(int fd, bool shared, const struct iovec *iov, int32_t *lengths, int count);

/*
 * Writes @count packets; packet i is made of the next |@spans[i]| entries of @iov. Stores the bytes written, or -errno,
 * in @results[i]. EIO (link down), EINVAL (malformed), ENOBUFS and ENOMEM lose that packet and go on; but one with
 * negative @spans[i] that the kernel refuses (EINVAL) is the last one of this call, so that the caller can write its
 * parts in its place.
 * Returns the number of packets with a result; 0 when the device takes none now; -errno when it is lost.
 */
int packets_write(int fd, bool shared, const struct iovec *iov, const int32_t *spans, int32_t *results, int count);

/* The first entry of @iov behind @count packets. */
static inline const struct iovec *iov_behind(const struct iovec *iov, const int32_t *spans, int count)
{
    for (int i = 0; i < count; i++) {
        iov += abs(spans[i]);
    }
    return iov;
}

/* True if @result is an error that costs this packet and no more: the device is fine. */
bool packet_is_lost(ssize_t result);

#endif
