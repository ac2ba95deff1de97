package dev.parley.chat.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.fuzz.FuzzTarget.Prepared;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A short look at every parser in every build: its seeds, their prefixes, inputs that were findings once, and as many
 * mutations as time allows, always the same. What takes hours is {@link LongFuzzTest}.
 */
class EveryBuildFuzzTest {

    /** Mutations of the seeds of a target of weight 1. */
    private static final int EXECUTIONS = Integer.getInteger("parley.fuzz.mutations", 5_000);

    private static final int MIN_EXECUTIONS = 10;
    private static final int PREFIX_BYTES = 200;
    private static final int SHOWN_BYTES = 512;
    private static final long SEED = 7_011_970;

    static Stream<FuzzTarget> targets() {
        return FuzzTargets.all().stream();
    }

    @ParameterizedTest
    @MethodSource("targets")
    void whatAStrangerSendsIsTakenOrRefused(FuzzTarget target) {
        Prepared prepared = target.setUp().get();
        List<byte[]> seeds = prepared.seeds();
        assertThat(seeds).as("seeds of " + target).isNotEmpty();
        seeds.forEach(seed -> run(target, prepared, seed.clone()));
        int executions = Math.max(MIN_EXECUTIONS, EXECUTIONS / target.weight());
        Mutator.prefixes(seeds, PREFIX_BYTES).stream()
                .limit(executions)
                .forEach(prefix -> run(target, prepared, prefix));
        Mutator mutator = new Mutator(SEED, seeds);
        for (int i = 0; i < executions; i++) {
            run(target, prepared, mutator.next());
        }
    }

    private static void run(FuzzTarget target, Prepared prepared, byte[] input) {
        byte[] kept = input.clone();
        try {
            AllocationCheck.run(target, prepared.body(), input);
        } catch (Exception | AssertionError | StackOverflowError | OutOfMemoryError finding) {
            String shown = HexFormat.of().formatHex(kept, 0, Math.min(kept.length, SHOWN_BYTES));
            throw new AssertionError(
                    "the target " + target + " finds something with " + kept.length + " bytes: " + shown, finding);
        }
    }

    @Test
    void anInputThatCostsTooMuchIsNoticed() {
        byte[][] held = new byte[1][];
        Prepared greedy = new Prepared(List.of(new byte[8]), input -> held[0] = new byte[1 << 26]);
        assertThat(failureOf(greedy)).hasMessageContaining("8 bytes of input cost");
    }

    @Test
    void anInputThatThrowsIsNoticed() {
        Prepared broken = new Prepared(List.of(new byte[8]), input -> {
            throw new IndexOutOfBoundsException("8");
        });
        assertThat(failureOf(broken)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    private static Throwable failureOf(Prepared prepared) {
        FuzzTarget target = new FuzzTarget("control", FuzzTarget.CHEAP, () -> prepared);
        try {
            run(target, prepared, new byte[8]);
        } catch (AssertionError finding) {
            return finding.getCause();
        }
        throw new AssertionError("nothing was noticed");
    }
}
