// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** What the options of the bench make of each other. */
class BenchConfigTest {
    @Command
    private static final class Words {
        @Mixin
        private BenchOptions options;
    }

    private static BenchConfig config(String options) {
        var words = new Words();
        new CommandLine(words).setCaseInsensitiveEnumValuesAllowed(true).parseArgs(options.split(" "));
        return BenchConfig.of(words.options, "bench", List.of("async-normal"));
    }

    @ParameterizedTest
    @CsvSource({
        "--workload rr --bidir, '--bidir has no effect on --workload rr, only on tcp and udp and ndr'",
        "--workload rr --reverse, '--reverse has no effect on --workload rr, only on tcp and udp and ndr'",
        "--workload ping --parallel 2, '--parallel has no effect on --workload ping, only on tcp and udp and ndr'",
        "--workload ping --sweep parallel=1, '--parallel has no effect on --workload ping, only on tcp and udp and ndr'",
        "--size 512, '--size has no effect on --workload tcp, only on udp and rr and ping and ndr'",
        "--sweep size=512, '--size has no effect on --workload tcp, only on udp and rr and ping and ndr'",
        "--workload ndr --cc cubic, '--cc has no effect on --workload ndr, only on tcp and rr and ping'",
        "--workload ndr --size 1473, 'ndr sends no fragments: with an MTU of 1500 (--mtu) --size is 1472 at most: 1473'",
        "'--workload ndr --ipv6 --mtu 1280 --sweep size=64,1233', 'ndr sends no fragments: with an MTU of 1280 (--mtu) --size is 1232 at most: 1233'",
        "'--workload ndr --size 600 --sweep mtu=1500,600', 'ndr sends no fragments: with an MTU of 600 (--mtu) --size is 572 at most: 600'",
        "--workload udp --size imix, '--size imix has no effect on --workload udp, only on ndr'",
        "'--workload rr --sweep size=64,imix', '--size imix has no effect on --workload rr, only on ndr'",
        "--workload ndr --size 0, 'size must be 16..65507: 0'",
        "--workload ndr --size small, 'not a number in --size: ''small'''",
        "--workload udp --cc cubic, '--cc has no effect on --workload udp, only on tcp and rr and ping'",
        "--ipv6 --mtu 1279, 'IPv6 needs an MTU of 1280 at least: 1279'",
        "--ipv6 --sweep mtu=1000, 'IPv6 needs an MTU of 1280 at least: 1000'",
        "--reverse --bidir, '--reverse and --bidir exclude each other'",
        "--until 0%, '--until must be a percentage above 0 and below 100, like 3%: 0%'",
        "--until many, '--until must be a percentage above 0 and below 100, like 3%: many'",
        "--until 3% --repeat 5, '--until needs --repeat of 6 at least: 5'",
        "--until 3% --max-time 0, '--max-time must be 1..1440: 0'",
        "--max-time 5, '--max-time has no effect without --until'",
        "--time 0, '--time must be 1..3600: 0'",
    })
    void shouldRefuseWhatMakesNoSense(String options, String message) {
        assertThatThrownBy(() -> config("async-normal " + options))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void shouldRunAtLeastAsOftenAsAnIntervalNeeds() {
        assertThat(config("async-normal --until 3%").rotations()).isEqualTo(6);
        assertThat(config("async-normal --until 2.5 --repeat 8").rotations()).isEqualTo(8);
        assertThat(config("async-normal --until 2.5 --repeat 8").until()).isEqualTo(new Until(2.5, 30));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--bidir --parallel 2",
                "--workload udp --reverse",
                "--workload udp --bidir",
                "--workload ndr --bidir --parallel 4 --size imix",
                "--workload ndr --reverse --ipv6 --mtu 9000 --size 8952",
                "--workload ndr --sweep parallel=1,2",
                "--workload rr --size 100 --cc cubic",
                "--workload ping --sweep mtu=1400,9000"
            })
    void shouldTakeWhatMakesSense(String options) {
        assertThat(config("async-normal " + options).rows()).isNotEmpty();
    }
}
