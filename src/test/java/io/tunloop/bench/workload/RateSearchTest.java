// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tunloop.bench.measure.LossFree.Rate;
import io.tunloop.bench.measure.Trial;
import java.util.List;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The search on devices that are simulated: whose rate is known. */
class RateSearchTest {
    private static final double SECONDS = 0.5;
    private static final long GENERATOR_MAX = 700_000;

    @ParameterizedTest
    @ValueSource(longs = {800, 10_000, 123_456, 690_000})
    void shouldFindWhatADeviceBears(long capacity) throws Exception {
        List<Rate> rates = search(rate -> Math.max(0, rate - capacity));

        assertThat(rates.get(0).packetsPerSecond()).isCloseTo(capacity, slightlyBelow(capacity));
        assertThat(rates.get(0).lowestFailed()).isGreaterThan(capacity);
        assertThat(rates.get(0).limitedByGenerator()).isFalse();
        long halfPercentMore = Math.round(capacity / 0.995);
        assertThat(rates.get(1).packetsPerSecond()).isCloseTo(halfPercentMore, slightlyBelow(halfPercentMore));
    }

    @Test
    void shouldTellTheTwoRatesOfADeviceThatLosesLittleBeforeItLosesMuch() throws Exception {
        List<Rate> rates = search(rate -> rate <= 50_000 ? 0 : rate <= 80_000 ? rate / 400 : rate / 2);

        assertThat(rates.get(0).packetsPerSecond()).isCloseTo(50_000, slightlyBelow(50_000));
        assertThat(rates.get(1).packetsPerSecond()).isCloseTo(80_000, slightlyBelow(80_000));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void shouldTolerateTrialsThatAreBadByChance(long seed) throws Exception {
        Random random = new Random(seed);

        List<Rate> rates = search(rate -> Math.max(0, rate - 100_000) + (random.nextInt(20) == 0 ? rate / 10 : 0));

        assertThat(rates.get(0).packetsPerSecond()).isCloseTo(100_000, slightlyBelow(100_000));
    }

    /** Whichever trial it is, also the flood that the search starts from. */
    @Test
    void shouldFindTheSameWithAnyOneTrialSpoilt() throws Exception {
        for (int spoilt = 0; spoilt < 40; spoilt++) {
            int bad = spoilt;
            int[] count = {0};

            List<Rate> rates = search(rate -> count[0]++ == bad ? rate : Math.max(0, rate - 100_000));

            assertThat(rates.get(0).packetsPerSecond())
                    .as("trial " + spoilt)
                    .isCloseTo(100_000, slightlyBelow(100_000));
        }
    }

    @Test
    void shouldFindNoLossFreeRateOfADeviceThatAlwaysLosesSome() throws Exception {
        List<Rate> rates = search(rate -> rate / 400 + Math.max(0, rate - 100_000));

        assertThat(rates.get(0).packetsPerSecond()).isNull();
        assertThat(rates.get(0).lowestFailed()).isCloseTo(5_000, within(250L)); // a twentieth of what gets through
        assertThat(rates.get(0).limitedByGenerator()).isFalse();
        assertThat(rates.get(1).packetsPerSecond()).isCloseTo(100_000, within(2_500L));
    }

    @Test
    void shouldFindNoRateOfADeviceThatLosesMuchAtAnyLoad() throws Exception {
        List<Rate> rates = search(rate -> rate / 10);

        assertThat(rates).extracting(Rate::packetsPerSecond).containsExactly(null, null);
    }

    @Test
    void shouldEndWithADeviceThatForwardsNothing() throws Exception {
        List<Rate> rates = search(rate -> rate);

        assertThat(rates).extracting(Rate::packetsPerSecond).containsExactly(null, null);
        assertThat(rates.get(0).lowestFailed()).isEqualTo(RateSearch.MIN_RATE);
    }

    /** Its rate falls when it gets too much, as that of many receivers does. */
    @Test
    void shouldFindTheRateOfADeviceThatCollapsesUnderAFlood() throws Exception {
        List<Rate> rates = search(rate -> rate <= 200_000 ? 0 : Math.round(rate * 0.999));

        assertThat(rates.get(0).packetsPerSecond()).isCloseTo(200_000, slightlyBelow(200_000));
    }

    @Test
    void shouldSayThatTheGeneratorIsTheLimitAndNotBlameTheDevice() throws Exception {
        List<Rate> rates = search(rate -> 0);

        assertThat(rates).allMatch(Rate::limitedByGenerator);
        assertThat(rates.get(0).packetsPerSecond()).isCloseTo(GENERATOR_MAX, slightlyBelow(GENERATOR_MAX));
        assertThat(rates.get(1))
                .isEqualTo(new Rate(
                        0.5, rates.get(0).packetsPerSecond(), rates.get(0).lowestFailed(), true));
    }

    /** It was late, and what it then sent at once was too much. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void shouldNotCountWhatIsLostWhenTheGeneratorIsLate(long seed) throws Exception {
        Random random = new Random(seed);

        List<Rate> rates = searchTrials(rate -> {
            boolean late = random.nextInt(4) == 0;
            long lost = rate > 100_000 ? rate - 100_000 : late ? rate / 50 : 0;
            return new Trial(rate, packets(rate), packets(lost), SECONDS, null, late ? 8 : 0, 0);
        });

        assertThat(rates.get(0).packetsPerSecond()).isCloseTo(100_000, slightlyBelow(100_000));
        assertThat(rates.get(0).limitedByGenerator()).isFalse();
    }

    /** A queue of 20,000 packets takes what is too much, as long as a trial lasts. */
    @Test
    void shouldNotTakeALongQueueForAHighRate() throws Exception {
        List<Rate> rates = searchTrials(rate -> {
            double queued = Math.max(0, rate - 100_000) * SECONDS;
            long lost = Math.round(Math.max(0, queued - 20_000));
            double behindMs = Math.min(queued, 20_000) / 100_000 * 1_000;
            return new Trial(rate, packets(rate), lost, SECONDS, null, 0, behindMs);
        });

        assertThat(rates.get(0).packetsPerSecond()).isBetween(98_000L, 102_100L);
    }

    @Test
    void shouldEndWithADeviceThatLosesByChanceAlone() throws Exception {
        Random random = new Random(7);

        List<Rate> rates = search(rate -> random.nextBoolean() ? rate / 10 : 0);

        assertThat(rates).hasSize(2);
    }

    /** What a device loses of a load, both in packets per second. */
    private interface Loss {
        long of(long rate);
    }

    private static List<Rate> search(Loss loss) throws Exception {
        return searchTrials(rate -> trial(rate, loss));
    }

    private static List<Rate> searchTrials(RateSearch.Device device) throws Exception {
        RateSearch search = new RateSearch(device);
        List<Rate> rates = search.run(0, 0.5);
        assertThat(search.trials()).hasSizeLessThanOrEqualTo(RateSearch.MAX_TRIALS);
        return rates;
    }

    /** By a generator that cannot send more than its maximum. */
    private static Trial trial(long rate, Loss loss) {
        long sent = Math.min(rate, GENERATOR_MAX);
        String limit = sent < 0.99 * rate ? "it sent less" : null;
        return new Trial(rate, packets(sent), packets(loss.of(sent)), SECONDS, limit, 0, 0);
    }

    private static long packets(long perSecond) {
        return Math.round(perSecond * SECONDS);
    }

    /** As wide as the search leaves it. */
    private static Offset<Long> slightlyBelow(long rate) {
        return within(Math.max(1, Math.round(rate * (RateSearch.WIDTH - 1))));
    }
}
