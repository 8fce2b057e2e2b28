// SPDX-License-Identifier: Apache-2.0
package io.tunloop.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Runs a test only where it can make TUN devices and network namespaces: as root with /dev/net/tun. Elsewhere it is
 * skipped with the reason; with TUNLOOP_REQUIRE_TUN=1 (environment or system property) it fails with it.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(TunCondition.class)
public @interface RequiresTun {}
