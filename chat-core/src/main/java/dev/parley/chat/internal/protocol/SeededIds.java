package dev.parley.chat.internal.protocol;

import dev.parley.chat.internal.crypto.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Ids and jitter drawn from a seed that came in from outside, so that the machine has no source of its own. */
final class SeededIds {

    private static final byte[] SECRET_LABEL = "parley-secret-v1".getBytes(StandardCharsets.US_ASCII);

    private final byte[] seed;
    private long counter;

    /** Takes 32 random bytes. */
    SeededIds(byte[] seed) {
        this.seed = seed.clone();
    }

    /** Returns a number that has not been given out before and cannot be guessed, 16 bytes long. */
    byte[] next() {
        byte[] count = ByteBuffer.allocate(8).putLong(counter++).array();
        return Arrays.copyOf(Sha256.of(seed, count), 16);
    }

    /** Returns 32 bytes that nobody can guess who knows all other numbers. */
    byte[] secret() {
        byte[] count = ByteBuffer.allocate(8).putLong(counter++).array();
        return Sha256.of(SECRET_LABEL, seed, count);
    }

    /** Returns a duration between half of {@code nanos} and {@code nanos}. */
    long jittered(long nanos) {
        long draw = ByteBuffer.wrap(next()).getLong() >>> 1;
        return nanos / 2 + draw % (nanos / 2 + 1);
    }
}
