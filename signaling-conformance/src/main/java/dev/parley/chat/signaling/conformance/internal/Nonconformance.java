package dev.parley.chat.signaling.conformance.internal;

/** The worker does not do what docs/signaling.md says. The message has no token, payload or address. */
public final class Nonconformance extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public Nonconformance(String doing, String expected, String got) {
        super(doing + ": expected " + expected + ", got " + got);
    }

    /** Fails unless two things are the same; both are shown. */
    static void requireSame(String doing, Object expected, Object got) {
        if (!expected.equals(got)) {
            throw new Nonconformance(doing, expected.toString(), got.toString());
        }
    }

    static void require(boolean condition, String doing, String expected, String got) {
        if (!condition) {
            throw new Nonconformance(doing, expected, got);
        }
    }
}
