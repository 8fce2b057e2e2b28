// SPDX-License-Identifier: Apache-2.0
/**
 * The bounded handoff between two threads. Knows nothing of channels.
 *
 * <pre>
 * producer ─► offer ─► | HandoffQueue: messages and bytes bounded | ─► Drain ─► consumer
 *                └─ false iff full                                     └─ woken only when it sleeps
 * </pre>
 */
package io.tunloop.queue;
