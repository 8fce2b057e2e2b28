// SPDX-License-Identifier: Apache-2.0
/**
 * Forwarding between two devices, in one of several modes.
 *
 * <pre>
 *             ┌──────────────────────── one event loop ────────────────────────┐
 * tun11 fd ─► │ TunChannel ─► [your handler] ─► [codec] ─► Relay ─► TunChannel │ ─► dup of tun22 fd
 *             └────────────────────────────────────────────────────────────────┘
 *                                    and the same the other way
 * </pre>
 * <p>{@link io.tunloop.relay.Forwarder} does it all; {@link io.tunloop.relay.Relay} is the handler between two channels of
 * your own.
 */
package io.tunloop.relay;
