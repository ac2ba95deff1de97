package dev.parley.chat.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What was measured, of all forks and rounds, as a table in Markdown. A ratio is taken within a round, where both sides
 * were measured a moment apart; of all rounds the table has the median, and the range that the middle four fifths are
 * in.
 */
final class Figures {

    private static final double LOW = 0.1;
    private static final double HIGH = 0.9;

    /** One round of one workload: what each run cost. */
    @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
    private record Round(long[] sortedNanos, double bytes) {}

    /** Title, then workload, then rounds; in the order in which they came. */
    private final Map<String, Map<String, List<Round>>> rounds = new LinkedHashMap<>();

    /**
     * Takes one round in.
     *
     * @param title of the comparison
     * @param workload its name; the first one of a title is ours
     * @param nanos of each run, at least one
     * @param bytes that a run allocated on average
     */
    void add(String title, String workload, long[] nanos, double bytes) {
        if (nanos.length == 0) {
            throw new IllegalArgumentException("a round without a run");
        }
        long[] sorted = nanos.clone();
        Arrays.sort(sorted);
        rounds.computeIfAbsent(title, key -> new LinkedHashMap<>())
                .computeIfAbsent(workload, key -> new ArrayList<>())
                .add(new Round(sorted, bytes));
    }

    /** Writes the table. */
    String table() {
        StringBuilder table = new StringBuilder();
        rounds.forEach((title, workloads) -> {
            table.append("| ").append(title).append(" | p50 µs | p99 µs | KB | ours : this | runs |\n");
            table.append("|---|---:|---:|---:|---:|---:|\n");
            List<Round> ours = workloads.values().iterator().next();
            workloads.forEach((name, theirs) -> {
                long[] all = theirs.stream()
                        .flatMapToLong(round -> Arrays.stream(round.sortedNanos))
                        .sorted()
                        .toArray();
                table.append(String.format(
                        Locale.ROOT,
                        "| %s | %s | %s | %s | %s | %d |%n",
                        name,
                        micros(percentile(all, 0.5)),
                        micros(percentile(all, 0.99)),
                        kilobytes(theirs),
                        theirs == ours ? "" : ratio(ours, theirs),
                        all.length));
            });
            table.append('\n');
        });
        return table.toString();
    }

    private static String micros(long nanos) {
        double micros = nanos / 1e3;
        return String.format(Locale.ROOT, micros < 100 ? "%.1f" : "%,.0f", micros);
    }

    private static String kilobytes(List<Round> rounds) {
        double bytes = rounds.stream().mapToDouble(Round::bytes).average().orElse(0);
        return String.format(Locale.ROOT, "%,.1f", bytes / 1024);
    }

    private static String ratio(List<Round> ours, List<Round> theirs) {
        double[] ratios = new double[Math.min(ours.size(), theirs.size())];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = (double) percentile(ours.get(i).sortedNanos, 0.5) / percentile(theirs.get(i).sortedNanos, 0.5);
        }
        Arrays.sort(ratios);
        return String.format(
                Locale.ROOT,
                "%.2f (%.2f–%.2f)",
                ratios[rank(ratios.length, 0.5)],
                ratios[rank(ratios.length, LOW)],
                ratios[rank(ratios.length, HIGH)]);
    }

    /** The nearest-rank percentile of sorted values. */
    static long percentile(long[] sorted, double fraction) {
        return sorted[rank(sorted.length, fraction)];
    }

    private static int rank(int count, double fraction) {
        return Math.max(0, (int) Math.ceil(fraction * count) - 1);
    }
}
