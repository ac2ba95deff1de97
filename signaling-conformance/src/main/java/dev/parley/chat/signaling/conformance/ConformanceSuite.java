package dev.parley.chat.signaling.conformance;

import dev.parley.chat.signaling.conformance.CaseResult.Outcome;
import dev.parley.chat.signaling.conformance.internal.Cases;
import dev.parley.chat.signaling.conformance.internal.Cases.Case;
import dev.parley.chat.signaling.conformance.internal.Lab;
import dev.parley.chat.signaling.conformance.internal.Nonconformance;
import dev.parley.chat.signaling.conformance.internal.NotTried;
import dev.parley.chat.signaling.conformance.internal.Wire;
import java.io.IOException;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Tries a running signaling worker against docs/signaling.md: a list of cases, each a sentence that must be true of it.
 *
 * <pre>{@code
 * Report report = ConformanceSuite.run(Target.builder(url).build(), result -> System.out.println(result));
 * }</pre>
 *
 * <p>The suite needs the base URL of the worker, and two access tokens unless the worker is its own issuer. It makes
 * rooms of its own under fresh keys, deletes them, and honours 429 with a {@code Retry-After} of some seconds.
 */
public final class ConformanceSuite {

    private ConformanceSuite() {}

    /**
     * Lists the cases.
     *
     * @return all of them, in the order in which they run
     */
    public static List<ConformanceCase> cases() {
        return Cases.all().stream().map(Case::described).toList();
    }

    /**
     * Runs the cases one after another, on the thread of the caller.
     *
     * @param target the worker, and which cases
     * @param listener is told as it goes
     * @return what came of each chosen case
     * @throws IOException if nothing answers at the base URL
     * @throws IllegalArgumentException if tokens are needed and missing, or no case was chosen
     * @throws InterruptedException if the thread is interrupted; rooms are deleted all the same
     */
    public static Report run(Target target, ConformanceListener listener) throws IOException, InterruptedException {
        List<Case> chosen = Cases.all().stream()
                .filter(candidate -> target.wants(candidate.described()))
                .toList();
        if (chosen.isEmpty()) {
            throw new IllegalArgumentException("no case has such a name");
        }
        Wire wire = new Wire(target.url());
        wire.requireAnswer();
        List<CaseResult> results = new ArrayList<>();
        for (Case next : chosen) {
            CaseResult result = run(next, target, wire, listener);
            results.add(result);
            listener.onResult(result);
        }
        return new Report(results);
    }

    private static CaseResult run(Case next, Target target, Wire wire, ConformanceListener listener)
            throws InterruptedException {
        if (next.described().isSlow() && !target.slow()) {
            return new CaseResult(
                    next.described(),
                    Outcome.SKIPPED,
                    "lets " + next.described().waits().toSeconds() + " s pass; runs when slow cases are asked for",
                    Duration.ZERO);
        }
        listener.onBegin(next.described());
        long begin = System.nanoTime();
        Outcome outcome = Outcome.PASSED;
        String detail = "";
        try (Lab lab = new Lab(wire, target.tokens(), target.pause())) {
            next.body().run(lab);
        } catch (Nonconformance e) {
            outcome = Outcome.FAILED;
            detail = String.valueOf(e.getMessage());
        } catch (NotTried e) {
            outcome = Outcome.SKIPPED;
            detail = String.valueOf(e.getMessage());
        } catch (HttpTimeoutException e) {
            outcome = Outcome.FAILED;
            detail = "expected an answer, got none in time";
        } catch (IOException e) {
            // Its message may name an address.
            outcome = Outcome.FAILED;
            detail = "expected an answer, got a broken connection ("
                    + e.getClass().getSimpleName() + ")";
        }
        if (Thread.interrupted()) {
            throw new InterruptedException("the run was interrupted");
        }
        return new CaseResult(next.described(), outcome, detail, Duration.ofNanos(System.nanoTime() - begin));
    }

    /**
     * Says what tokens a run would use.
     *
     * @param target the worker
     * @return what is missing to run, if something is
     * @throws IOException if nothing answers at the base URL
     * @throws InterruptedException if the thread is interrupted
     */
    public static Optional<String> missing(Target target) throws IOException, InterruptedException {
        Wire wire = new Wire(target.url());
        wire.requireAnswer();
        if (target.tokens().size() >= 2 || Lab.offersTokens(wire)) {
            return Optional.empty();
        }
        return Optional.of(
                "the worker gives no tokens away: at least two access tokens of different accounts are needed");
    }
}
