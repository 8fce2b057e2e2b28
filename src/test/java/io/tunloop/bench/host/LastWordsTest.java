// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LastWordsTest {
    static Stream<Arguments> endings() {
        return Stream.of(
                Arguments.of("""
                        Picked up JAVA_TOOL_OPTIONS: -Dfoo=bar
                        tunloop: ioctl(TUNSETIFF) on tun11: EBUSY""", "tunloop: ioctl(TUNSETIFF) on tun11: EBUSY"),
                Arguments.of("""
                        Exception in thread "main" java.lang.IllegalStateException: no device
                        \tat a.Main.main(Main.java:3)
                        Caused by: java.io.IOException: Device or resource busy
                        \tat a.Main.open(Main.java:9)
                        \t... 1 more
                        """, "Caused by: java.io.IOException: Device or resource busy"),
                Arguments.of("""
                        thread 'main' panicked at src/main.rs:5:10:
                        cannot open tun11: EPERM
                        note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace
                        """, "cannot open tun11: EPERM"),
                Arguments.of("""
                        error: unexpected argument '--x' found

                        Usage: peer [OPTIONS]

                        For more information, try '--help'.
                        """, "error: unexpected argument '--x' found"),
                Arguments.of("""
                        panic: open tun11: permission denied

                        goroutine 1 [running]:
                        main.main()
                        \t/src/main.go:12 +0x1d
                        exit status 2
                        """, "panic: open tun11: permission denied"),
                Arguments.of("""
                        Traceback (most recent call last):
                          File "peer.py", line 1, in <module>
                        OSError: [Errno 16] Device or resource busy
                        """, "OSError: [Errno 16] Device or resource busy"),
                Arguments.of("warming up\nlink is down\n\n", "link is down"));
    }

    @ParameterizedTest
    @MethodSource("endings")
    void shouldFindTheLineThatSaysWhy(String errorOutput, String reason) {
        assertThat(LastWords.of(errorOutput.lines().toList(), List.of("ready"))).isEqualTo(reason);
    }

    @Test
    void shouldTakeTheLastLineOfTheOutputWhereNoErrorWasPrinted() {
        assertThat(LastWords.of(List.of("Picked up JAVA_TOOL_OPTIONS: -X", ""), List.of("one", "two", "")))
                .isEqualTo("two");
        assertThat(LastWords.of(List.of(), List.of())).isEqualTo("it printed nothing");
    }
}
