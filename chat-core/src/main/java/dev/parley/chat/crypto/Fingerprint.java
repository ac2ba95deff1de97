package dev.parley.chat.crypto;

import java.util.HexFormat;

/**
 * SHA-256 of a public key, for people to compare.
 *
 * @param hex 64 lower-case hexadecimal digits
 */
public record Fingerprint(String hex) {

    /** Length in bytes. */
    public static final int BYTES = 32;

    /**
     * Checks the form.
     *
     * @throws IllegalArgumentException if {@code hex} is not 64 lower-case hexadecimal digits
     */
    public Fingerprint {
        if (!hex.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException("a fingerprint has 64 lower-case hexadecimal digits");
        }
    }

    /**
     * Makes a fingerprint from its bytes.
     *
     * @param bytes exactly {@value #BYTES} bytes
     * @return the fingerprint
     */
    public static Fingerprint of(byte[] bytes) {
        return new Fingerprint(HexFormat.of().formatHex(bytes));
    }

    /**
     * Returns the digits in groups of four, for reading aloud.
     *
     * @return the digits
     */
    @Override
    public String toString() {
        return hex.replaceAll("(.{4})(?!$)", "$1 ");
    }
}
