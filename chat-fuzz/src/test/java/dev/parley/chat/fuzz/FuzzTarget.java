package dev.parley.chat.fuzz;

import java.util.List;
import java.util.function.Supplier;

/**
 * One parser, or one machine of parsers, that takes bytes from a stranger. Its body either takes an input, refuses it
 * in the way that the parser declares, or throws: then something is wrong with the parser.
 *
 * @param name names it on the command line and in findings; lower case
 * @param weight what one execution costs, in executions of a cheap target; it gets so many fewer
 * @param setUp makes what all executions share: keys, groups, seeds; called once in a process
 */
public record FuzzTarget(String name, int weight, Supplier<Prepared> setUp) {

    /** A parser of bytes or text, some microseconds each. */
    public static final int CHEAP = 1;

    /** One with a signature or a decryption in it. */
    public static final int CRYPTO = 20;

    /** A whole machine, with links that are made anew. */
    public static final int MACHINE = 1_000;

    private static final long FREE_BYTES = 2L * 1024 * 1024;
    private static final long FREE_BYTES_OF_A_MACHINE = 64L * 1024 * 1024;

    /** What an execution may allocate for each byte of input: trees of JSON, lists of short items, copies. */
    static final long BYTES_PER_BYTE = 512;

    /** Takes one input. */
    @FunctionalInterface
    public interface Body {

        /**
         * Takes one input.
         *
         * @param input any bytes; belongs to the target
         * @throws Exception what the parser does not declare
         */
        void accept(byte[] input) throws Exception;
    }

    /**
     * What is ready to run.
     *
     * @param seeds inputs that get far; at least one
     * @param body takes inputs, one after the other
     */
    public record Prepared(List<byte[]> seeds, Body body) {}

    /**
     * Fails an execution unless something holds.
     *
     * @param holds whether it does
     * @param what what should hold
     */
    public static void require(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    /** What an execution may allocate beside what it may for each byte of input. */
    long freeBytes() {
        return weight < MACHINE / 10 ? FREE_BYTES : FREE_BYTES_OF_A_MACHINE;
    }

    @Override
    public String toString() {
        return name;
    }
}
