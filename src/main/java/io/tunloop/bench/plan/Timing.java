// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.plan;

/** How long the traffic of a run takes, in seconds. */
public record Timing(int seconds, int warmUpSeconds) {}
