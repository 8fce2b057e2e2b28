// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.measure;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * A load for a short time, and how much of it the device under test lost.
 *
 * @param packetsPerSecond the load that was asked for
 * @param sent what the generator sent of it
 * @param lost of these, by the device
 * @param seconds in which they were sent
 * @param generatorLimit what the generator itself did not manage, so that the trial says nothing of the device; else {@code
 *     null}
 * @param lateMs how late the generator was at worst
 * @param behindMs how long the last packets had been queued in the device when all was sent
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Trial(
        long packetsPerSecond,
        long sent,
        long lost,
        double seconds,
        String generatorLimit,
        double lateMs,
        double behindMs) {
    // A queue that has grown by more than this in a trial loses packets in a longer one.
    private static final double MAX_BEHIND_MS = 10;

    // What was due in so long is sent at once by a late generator: more than the shortest queues hold.
    private static final double MAX_LATE_MS = 2;

    /** What a trial says of the device. */
    public enum Verdict {
        GOOD,
        BAD,
        /** Nothing: it was not the load that was asked for. */
        LIMITED
    }

    /** A late generator sends the rest in a burst: what passes has passed, but what is lost then was not lost by the device. */
    public Verdict verdict(double toleratedLossPercent) {
        if (generatorLimit != null) {
            return Verdict.LIMITED;
        }
        if (lossPercent() <= toleratedLossPercent && behindMs <= MAX_BEHIND_MS) {
            return Verdict.GOOD;
        }
        return lateMs > MAX_LATE_MS ? Verdict.LIMITED : Verdict.BAD;
    }

    @JsonIgnore
    public double lossPercent() {
        return sent == 0 ? 0 : 100.0 * lost / sent;
    }

    @JsonIgnore
    public double receivedPacketsPerSecond() {
        return seconds == 0 ? 0 : (sent - lost) / seconds;
    }
}
