package dev.parley.chat.bench.load;

import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Holds idle WebSocket peers and requests against our worker, against two of them on one Redis, and against PeerServer,
 * one after the other, on the machine that runs this, over loopback; prints a table. Bounded in number and time.
 *
 * <p>System properties: {@code parley.load.peers} (5,000), {@code parley.load.rate} (requests in a second; 500),
 * {@code parley.load.seconds} (60), {@code parley.load.heap} (of a worker; 256m), {@code parley.load.redis} (the URI of
 * a Redis that may be filled; none leaves it out), {@code parley.load.peerserver} (the folder with its
 * {@code server.js}; none leaves it out), {@code parley.load.table} (a file for the table as well).
 */
public final class SignalingLoad {

    /** What a server keeps for a short while only is gone by then: compilers' memory, tokens verified a moment ago. */
    private static final Duration SETTLING = Duration.ofSeconds(40);

    private static final Duration FLAT_OUT = Duration.ofSeconds(15);
    private static final Duration WARM_UP = Duration.ofSeconds(10);

    private final int peers = Integer.getInteger("parley.load.peers", 5_000);
    private final int rate = Integer.getInteger("parley.load.rate", 500);
    private final Duration time = Duration.ofSeconds(Integer.getInteger("parley.load.seconds", 60));
    private final HttpClient client = HttpClient.newHttpClient();

    private SignalingLoad() {}

    /** One column of the table. */
    private record Column(String name, List<String> figures) {}

    private static final List<String> ROWS = List.of(
            "memory of the idle server, RSS, MB",
            "memory for each idle peer, RSS, KB",
            "heap after a collection, with all peers, MB",
            "requests paced, sent",
            "of those, messages lost / heard twice",
            "connections lost",
            "answer p50 / p99 / max, ms",
            "request to push p50 / p99 / max, ms",
            "processor time of the server, % of one",
            "heap after a collection, under load, MB",
            "plain requests, flat out, 1/s",
            "messages, flat out, 1/s");

    /**
     * Measures.
     *
     * @param arguments none
     * @throws Exception if a server cannot be run, or does not answer as it should
     */
    public static void main(String[] arguments) throws Exception {
        SignalingLoad load = new SignalingLoad();
        Path folder = Files.createTempDirectory("parley-load");
        List<Column> columns = new ArrayList<>();
        String heap = System.getProperty("parley.load.heap", "256m");
        try (Target worker = WorkerTarget.alone(load.client, folder, heap, load.peers)) {
            columns.add(load.measure(worker));
        }
        String redis = System.getProperty("parley.load.redis", "");
        if (!redis.isEmpty()) {
            try (Target two = WorkerTarget.ofTwo(load.client, folder, URI.create(redis), heap, load.peers)) {
                columns.add(load.measure(two));
            }
        }
        String peerServer = System.getProperty("parley.load.peerserver", "");
        if (!peerServer.isEmpty()) {
            try (Target other = new PeerServerTarget(load.client, Path.of(peerServer))) {
                columns.add(load.measure(other));
            }
        }
        String table = table(columns);
        System.out.print(table);
        String file = System.getProperty("parley.load.table", "");
        if (!file.isEmpty()) {
            Files.writeString(Path.of(file), table);
        }
    }

    private Column measure(Target target) throws Exception {
        List<String> figures = new ArrayList<>();
        ServerProcess process = target.process();
        try (Load load = new Load(target, peers)) {
            say(target, "is known " + peers + " peers");
            target.register();
            settle();
            process.heapBytes();
            long empty = process.residentBytes();
            figures.add(megabytes(empty));
            say(target, "gets their connections");
            // What the first ones cost is mostly the code that they need.
            int first = peers / 10;
            load.connect(first);
            load.keepAlive();
            settle();
            process.heapBytes();
            long few = process.residentBytes();
            load.connect(peers);
            settle();
            long heap = process.heapBytes();
            long full = process.residentBytes();
            figures.add(String.format(Locale.ROOT, "%.1f", (full - few) / 1024.0 / (peers - first)));
            figures.add(megabytes(heap));

            say(target, "warms up");
            load.paced(rate, WARM_UP);
            say(target, "answers " + rate + " requests a second");
            long cpu = process.cpuNanos();
            Load.Result paced = load.paced(rate, time);
            double share = (process.cpuNanos() - cpu) / 1e9 / paced.seconds();
            figures.add(Integer.toString(paced.requests()));
            figures.add(paced.lost() + " / " + load.heardTwice());
            figures.add(Integer.toString(load.connectionsLost()));
            figures.add(Load.Result.describe(paced.requestNanos()));
            figures.add(Load.Result.describe(paced.deliveryNanos()));
            figures.add(String.format(Locale.ROOT, "%.0f", share * 100));
            figures.add(megabytes(process.heapBytes()));

            say(target, "answers as much as it can");
            load.flatOut(false, WARM_UP);
            figures.add(perSecond(load.flatOut(false, FLAT_OUT)));
            Load.Result relayed = load.flatOut(true, FLAT_OUT);
            figures.add(perSecond(relayed) + (relayed.lost() == 0 ? "" : " (" + relayed.lost() + " lost)"));
        }
        return new Column(target.name(), figures);
    }

    private static void settle() throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(SETTLING.toNanos());
    }

    private static void say(Target target, String what) {
        System.err.println("  " + target.name() + " " + what);
    }

    private static String megabytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f", bytes / 1024.0 / 1024.0);
    }

    private static String perSecond(Load.Result result) {
        return String.format(Locale.ROOT, "%.0f", result.perSecond());
    }

    private static String table(List<Column> columns) {
        StringBuilder table = new StringBuilder("| |");
        columns.forEach(column -> table.append(' ').append(column.name()).append(" |"));
        table.append("\n|---|").append("---:|".repeat(columns.size())).append('\n');
        for (int row = 0; row < ROWS.size(); row++) {
            table.append("| ").append(ROWS.get(row)).append(" |");
            for (Column column : columns) {
                table.append(' ').append(column.figures().get(row)).append(" |");
            }
            table.append('\n');
        }
        return table.toString();
    }
}
