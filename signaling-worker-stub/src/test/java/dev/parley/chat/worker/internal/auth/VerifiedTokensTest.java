package dev.parley.chat.worker.internal.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.parley.chat.worker.internal.auth.VerifiedTokens.Verified;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class VerifiedTokensTest {
    private static final long TRUST = VerifiedTokens.TRUST.toMillis();
    private static final long FOREVER = Long.MAX_VALUE;

    private final AtomicLong now = new AtomicLong(1_000_000);
    private long untilMillis = FOREVER;
    private int looks;

    private final VerifiedTokens<String> tokens =
            new VerifiedTokens<>(this::look, () -> Instant.ofEpochMilli(now.get()));

    private Verified<String> look(String token) {
        looks++;
        if (token.startsWith("bad")) {
            throw new IllegalArgumentException(token);
        }
        return new Verified<>("account of " + token, untilMillis);
    }

    private void expectLooks(int count) {
        assertThat(tokens.verify("a")).isEqualTo("account of a");
        assertThat(looks).isEqualTo(count);
    }

    @Test
    void aTokenIsBelievedForAWhile() {
        expectLooks(1);
        now.addAndGet(TRUST - 1);
        expectLooks(1);
        now.addAndGet(1);
        expectLooks(2);
        assertThat(tokens.verify("b")).isEqualTo("account of b");
        assertThat(looks).isEqualTo(3);
    }

    @Test
    void notPastItsEnd() {
        untilMillis = now.get() + 500;
        expectLooks(1);
        now.addAndGet(499);
        expectLooks(1);
        now.addAndGet(1);
        expectLooks(2);
    }

    @Test
    void notWhenTheClockWasSetBack() {
        expectLooks(1);
        now.addAndGet(-1);
        expectLooks(2);
    }

    @Test
    void aRefusalIsNotRemembered() {
        for (int i = 1; i <= 2; i++) {
            assertThatIllegalArgumentException().isThrownBy(() -> tokens.verify("bad"));
            assertThat(looks).isEqualTo(i);
        }
    }

    @Test
    void allAreForgotten() {
        expectLooks(1);
        tokens.forgetAll();
        expectLooks(2);
    }
}
