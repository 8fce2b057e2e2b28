// SPDX-License-Identifier: Apache-2.0
/**
 * Segmentation and coalescing: what the kernel leaves to the reader and the writer of an offloaded device.
 *
 * <pre>
 * TunChannel ─► frame, 64 KiB ─► GsoSplitter ─► wire packets ─► your handlers
 * TunChannel ◄─ frame, 64 KiB ◄─ GroCoalescer ◄─ wire packets ◄─ your handlers
 * </pre>
 * <p>The splitter emits byte for byte what the kernel would; the coalescer never merges what the kernel would not.
 */
package io.tunloop.codec;
