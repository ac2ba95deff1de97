package dev.parley.chat.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.StringJoiner;

/**
 * Runs all comparisons in processes of their own, one after the other, and prints the table. The workloads of a
 * comparison take turns, run by run, so that what else the machine does falls on all of them alike.
 *
 * <p>System properties: {@code parley.bench.forks} (3), {@code parley.bench.only} (part of a title; all),
 * {@code parley.bench.jvm} (more arguments for the processes, with blanks between them), {@code parley.bench.table} (a
 * file to which the table is written as well).
 */
public final class Benchmarks {

    private static final List<Integer> PARTICIPANTS = List.of(10, 63);
    private static final List<Integer> MEMBERS = List.of(10, 100, 500);

    private static final long WARM_UP_NANOS = 1_000_000_000L;
    private static final int ROUNDS = 10;
    private static final long ROUND_NANOS = 100_000_000L;

    private Benchmarks() {}

    /**
     * Measures.
     *
     * @param arguments none; a process of its own gets the file for what it measures
     * @throws Exception if a workload does not do what it measures, or a process cannot be run
     */
    public static void main(String[] arguments) throws Exception {
        if (arguments.length == 1) {
            measure(Path.of(arguments[0]), System.getProperty("parley.bench.only", ""));
            return;
        }
        Figures figures = new Figures();
        int forks = Integer.getInteger("parley.bench.forks", 3);
        for (int fork = 1; fork <= forks; fork++) {
            System.err.println("process " + fork + " of " + forks);
            Path measured = Files.createTempFile("parley-bench", ".tsv");
            try {
                fork(measured);
                read(measured, figures);
            } finally {
                Files.deleteIfExists(measured);
            }
        }
        String table = figures.table();
        System.out.print(table);
        String file = System.getProperty("parley.bench.table", "");
        if (!file.isEmpty()) {
            Files.writeString(Path.of(file), table);
        }
    }

    private static void fork(Path measured) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx1g", "-XX:+UseSerialGC"));
        String more = System.getProperty("parley.bench.jvm", "").trim();
        if (!more.isEmpty()) {
            command.addAll(Arrays.asList(more.split(" +", -1)));
        }
        command.add("-Dparley.bench.only=" + System.getProperty("parley.bench.only", ""));
        command.addAll(List.of(
                "-classpath", System.getProperty("java.class.path"), Benchmarks.class.getName(), measured.toString()));
        int status = new ProcessBuilder(command).inheritIO().start().waitFor();
        if (status != 0) {
            throw new IllegalStateException(
                    "a measuring process ended with status " + status + "; see its output above");
        }
    }

    private static void read(Path measured, Figures figures) throws IOException {
        for (String line : Files.readAllLines(measured)) {
            String[] fields = line.split("\t", -1);
            long[] nanos = Arrays.stream(fields[3].split(",", -1))
                    .mapToLong(Long::parseLong)
                    .toArray();
            figures.add(fields[0], fields[1], nanos, Double.parseDouble(fields[2]));
        }
    }

    private static void measure(Path file, String only) throws Exception {
        try (BufferedWriter out = Files.newBufferedWriter(file, UTF_8)) {
            for (Comparison comparison : Comparison.all(PARTICIPANTS, MEMBERS)) {
                if (comparison.title().contains(only)) {
                    System.err.println("  " + comparison.title());
                    measure(comparison, out);
                }
            }
        }
    }

    private static void measure(Comparison comparison, BufferedWriter out) throws Exception {
        List<Workload<?, ?>> workloads = comparison.workloads();
        for (Workload<?, ?> workload : workloads) {
            long end = Cost.cpuNanos() + WARM_UP_NANOS;
            while (Cost.cpuNanos() < end) {
                workload.measure();
            }
        }
        for (int round = 0; round < ROUNDS; round++) {
            List<List<Cost>> costs = new ArrayList<>();
            workloads.forEach(workload -> costs.add(new ArrayList<>()));
            long end = Cost.cpuNanos() + ROUND_NANOS;
            do {
                for (int i = 0; i < workloads.size(); i++) {
                    costs.get(i).add(workloads.get(i).measure());
                }
            } while (Cost.cpuNanos() < end);
            for (int i = 0; i < workloads.size(); i++) {
                write(comparison.title(), workloads.get(i).name(), costs.get(i), out);
            }
        }
    }

    private static void write(String title, String name, List<Cost> costs, BufferedWriter out) throws IOException {
        double bytes = costs.stream().mapToLong(Cost::bytes).average().orElse(0);
        StringJoiner nanos = new StringJoiner(",");
        costs.forEach(cost -> nanos.add(Long.toString(cost.nanos())));
        out.write(String.join("\t", title, name, Double.toString(bytes), nanos.toString()));
        out.newLine();
    }
}
