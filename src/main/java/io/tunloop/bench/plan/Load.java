// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.plan;

import java.util.Locale;
import java.util.Set;

/**
 * What traffic to send, over which devices: the options of a workload, each of which a sweep may vary.
 *
 * @param kind which program sends what
 * @param congestion of TCP; {@code null} for the kernel's default
 * @param parallel streams at once
 * @param reverse the server sends
 * @param bidirectional both send
 * @param ipv6 instead of IPv4
 * @param mtuBytes set on both devices; 0 leaves them alone
 * @param sizeBytes payload of a datagram or of a request; {@link #IMIX} for a mixture
 */
public record Load(
        Kind kind,
        String congestion,
        int parallel,
        boolean reverse,
        boolean bidirectional,
        boolean ipv6,
        int mtuBytes,
        int sizeBytes) {
    /** Instead of a size: small, medium and large packets in turns. */
    public static final int IMIX = 0;

    /** On the command line and in the result file in lower case. */
    public enum Kind {
        TCP(Knob.PARALLEL, Knob.REVERSE, Knob.BIDIR, Knob.CC),
        UDP(Knob.PARALLEL, Knob.REVERSE, Knob.BIDIR, Knob.SIZE),
        // The congestion control is that of the TCP stream beside them.
        RR(Knob.SIZE, Knob.CC),
        PING(Knob.SIZE, Knob.CC),
        NDR(Knob.PARALLEL, Knob.REVERSE, Knob.BIDIR, Knob.SIZE);

        private final Set<Knob> knobs;

        Kind(Knob... knobs) {
            this.knobs = Set.of(knobs);
        }

        /** As on the command line. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        boolean has(Knob knob) {
            return knobs.contains(knob);
        }
    }

    /** What only some workloads can be told. MTU, IPv6 and the number of threads are the forwarder's: all have them. */
    enum Knob {
        PARALLEL,
        REVERSE,
        BIDIR,
        SIZE,
        CC;

        /** As on the command line. */
        String option() {
            return "--" + name().toLowerCase(Locale.ROOT);
        }
    }

    /** This load at one point of a sweep; {@code null} for no sweep. */
    public Load at(Variation variation) {
        if (variation == null) {
            return this;
        }
        int value = variation.value();
        return switch (variation.axis()) {
            case PARALLEL -> new Load(kind, congestion, value, reverse, bidirectional, ipv6, mtuBytes, sizeBytes);
            case MTU -> new Load(kind, congestion, parallel, reverse, bidirectional, ipv6, value, sizeBytes);
            case SIZE -> new Load(kind, congestion, parallel, reverse, bidirectional, ipv6, mtuBytes, value);
            case THREAD -> this;
        };
    }
}
