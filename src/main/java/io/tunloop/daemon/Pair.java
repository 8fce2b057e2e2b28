// SPDX-License-Identifier: Apache-2.0
package io.tunloop.daemon;

import io.tunloop.relay.DeviceSource;
import io.tunloop.relay.ForwarderConfig;

/**
 * Two devices and the way between them.
 *
 * @param source1 where the first device comes from
 * @param source2 where the second device comes from
 * @param mirrorCarrier a device that is switched off takes the carrier of the other one away, as a cable would
 */
public record Pair(ForwarderConfig config, DeviceSource source1, DeviceSource source2, boolean mirrorCarrier) {}
