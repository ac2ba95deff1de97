package dev.parley.chat.internal.crypto;

import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/**
 * Argon2id, version 0x13 (RFC 9106): makes a key of a passphrase, at a price in time and memory for whoever guesses.
 * Stateless; any thread but a room's loop, since it takes tenths of a second and more.
 */
public final class Argon2id {

    /** Length of a salt in bytes. */
    public static final int SALT_BYTES = 16;

    private Argon2id() {}

    /**
     * What a key costs. Who opens a file takes the cost from it, so that no more than this is ever done for a
     * stranger's file: four times the memory and some twenty times the time of {@link #RECOMMENDED}.
     *
     * @param memoryKib 8 for each lane, to {@value #MAX_MEMORY_KIB} KiB
     * @param passes 1 to {@value #MAX_PASSES}
     * @param lanes 1 to {@value #MAX_LANES}
     */
    public record Cost(int memoryKib, int passes, int lanes) {

        /** Most memory, in KiB. */
        public static final int MAX_MEMORY_KIB = 256 * 1024;

        /** Most passes over the memory. */
        public static final int MAX_PASSES = 16;

        /** Most lanes. */
        public static final int MAX_LANES = 16;

        /** Least memory for each lane, in KiB (RFC 9106 section 3.1). */
        public static final int MIN_MEMORY_KIB_PER_LANE = 8;

        /** The second recommended option of RFC 9106 section 4: 64 MiB, 3 passes, 4 lanes. */
        public static final Cost RECOMMENDED = new Cost(64 * 1024, 3, 4);

        /**
         * Checks the bounds.
         *
         * @throws IllegalArgumentException if a value is out of its bounds; the message names it
         */
        public Cost {
            require("lanes", lanes, 1, MAX_LANES);
            require("passes", passes, 1, MAX_PASSES);
            require("memory in KiB", memoryKib, MIN_MEMORY_KIB_PER_LANE * lanes, MAX_MEMORY_KIB);
        }

        private static void require(String what, int value, int min, int max) {
            if (value < min || value > max) {
                throw new IllegalArgumentException(
                        "the Argon2id " + what + " are " + min + " to " + max + ", not " + value);
            }
        }

        /**
         * Returns the memory.
         *
         * @return bytes
         */
        public long memoryBytes() {
            return memoryKib * 1024L;
        }
    }

    /**
     * Derives a key.
     *
     * @param passphrase its bytes
     * @param salt {@value #SALT_BYTES} random bytes
     * @param cost what it costs
     * @param length bytes wanted
     * @return {@code length} new bytes
     */
    public static byte[] derive(byte[] passphrase, byte[] salt, Cost cost, int length) {
        Argon2BytesGenerator generator = new Argon2BytesGenerator();
        generator.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                .withMemoryAsKB(cost.memoryKib())
                .withIterations(cost.passes())
                .withParallelism(cost.lanes())
                .withSalt(salt)
                .build());
        byte[] key = new byte[length];
        generator.generateBytes(passphrase, key);
        return key;
    }
}
