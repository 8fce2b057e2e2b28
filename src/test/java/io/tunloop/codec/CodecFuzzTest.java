// SPDX-License-Identifier: Apache-2.0
package io.tunloop.codec;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;

/**
 * The properties of {@link CodecFuzz} with the inputs kept in CodecFuzzTestInputs; with {@code JAZZER_FUZZ=1} in the
 * environment, with new inputs for as long as the test says, one test a JVM. A long run is {@code scripts/fuzz.sh}.
 */
class CodecFuzzTest {
    private final CodecFuzz fuzz = new CodecFuzz();

    @FuzzTest(maxDuration = "20s")
    void shouldReadHeadersOfAnyBytes(byte[] bytes) {
        fuzz.headers(bytes);
    }

    @FuzzTest(maxDuration = "20s")
    void shouldSplitAnyFrame(byte[] frame) {
        fuzz.splitter(frame);
    }

    @FuzzTest(maxDuration = "20s")
    void shouldMergeAnyPackets(FuzzedDataProvider data) {
        fuzz.coalescer(data);
    }
}
