package dev.parley.chat.internal.timeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

/** What passes at once and in the long run, at each limit and one past it. */
final class LinkRateTest {

    private static final long SECOND = 1_000_000_000L;

    @Test
    void aBurstPassesToTheLimitAndNotOneMore() {
        LinkRate rate = new LinkRate(5);
        for (int i = 0; i < LinkRate.EVENT_BURST; i++) {
            assertThat(rate.tryTake(5, 1)).isTrue();
        }
        assertThat(rate.tryTake(5, 1)).isFalse();
        long one = SECOND / LinkRate.EVENTS_PER_SECOND;
        assertThat(rate.tryTake(5 + one - 1, 1)).isFalse();
        assertThat(rate.tryTake(5 + one, 1)).isTrue();
        assertThat(rate.tryTake(5 + one, 1)).isFalse();
    }

    @Test
    void bytesPassToTheLimitAndNotOneMore() {
        LinkRate rate = new LinkRate(0);
        assertThat(rate.tryTake(0, LinkRate.BYTE_BURST + 1)).isFalse();
        assertThat(rate.tryTake(0, LinkRate.BYTE_BURST)).isTrue();
        assertThat(rate.tryTake(0, 1)).isFalse();
        assertThat(rate.tryTake(SECOND, LinkRate.BYTES_PER_SECOND + 1)).isFalse();
        assertThat(rate.tryTake(SECOND, LinkRate.BYTES_PER_SECOND)).isTrue();
    }

    @Test
    void whatIsRefusedCountsForNeither() {
        LinkRate rate = new LinkRate(new TokenBucket(2, 1, 0), new TokenBucket(10, 1, 0));
        assertThat(rate.tryTake(0, 11)).isFalse();
        assertThat(rate.tryTake(0, 5)).isTrue();
        assertThat(rate.tryTake(0, 5)).isTrue();
        assertThat(rate.tryTake(SECOND, 2)).as("bytes are short").isFalse();
        assertThat(rate.tryTake(SECOND, 1)).as("events are not").isTrue();
    }

    @Test
    void anEventThatIsOneTooManyCountsNoBytes() {
        LinkRate rate = new LinkRate(new TokenBucket(1, 1, 0), new TokenBucket(10, 1, 0));
        assertThat(rate.tryTake(0, 1)).isTrue();
        assertThat(rate.tryTake(0, 9)).isFalse();
        assertThat(rate.tryTake(SECOND, 10)).isTrue();
    }

    @Test
    void aBucketDoesNotFillOverItsBrim() {
        TokenBucket bucket = new TokenBucket(3, 2, 0);
        assertThat(bucket.tryTake(0, 1)).isTrue();
        assertThat(bucket.tryTake(SECOND, 3)).isTrue();
        assertThat(bucket.has(SECOND, 1)).isFalse();
    }

    @Test
    void nothingIsGainedByTimeThatGoesBackOrIsAllThereIs() {
        TokenBucket bucket = new TokenBucket(3, 2, 0);
        assertThat(bucket.tryTake(0, 3)).isTrue();
        assertThat(bucket.has(-5, 1)).isFalse();
        assertThat(bucket.has(SECOND / 2 - 1, 1)).isFalse();
        assertThat(bucket.has(SECOND / 2, 1)).isTrue();
        assertThat(bucket.has(Long.MAX_VALUE, 3)).isTrue();
        assertThat(bucket.has(Long.MAX_VALUE, 4)).isFalse();
    }

    @Test
    void theLargestBucketDoesNotOverflow() {
        TokenBucket bucket = new TokenBucket(TokenBucket.MAX_CAPACITY, TokenBucket.MAX_CAPACITY, 0);
        assertThat(bucket.tryTake(0, TokenBucket.MAX_CAPACITY)).isTrue();
        assertThat(bucket.has(0, 1)).isFalse();
        assertThat(bucket.has(SECOND, TokenBucket.MAX_CAPACITY)).isTrue();
        assertThatIllegalArgumentException().isThrownBy(() -> new TokenBucket(TokenBucket.MAX_CAPACITY + 1, 1, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new TokenBucket(1, 2, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new TokenBucket(1, 0, 0));
    }
}
