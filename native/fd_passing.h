// SPDX-License-Identifier: Apache-2.0
#ifndef TUNLOOP_FD_PASSING_H
#define TUNLOOP_FD_PASSING_H

/*
 * Connects to the stream socket at @path and receives one descriptor, the first that the other side sends with
 * SCM_RIGHTS next to at least one byte. Waits @timeout_ms at most, for the connection and the descriptor together.
 *
 * Returns the descriptor, close-on-exec, or -errno: -ETIMEDOUT when nobody took the connection or nothing came,
 * -ECONNRESET when the other side hung up, -EPROTO when it sent bytes but not exactly one descriptor.
 */
int fd_receive(const char *path, int timeout_ms);

#endif
