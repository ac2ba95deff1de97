package dev.parley.chat.bench.load;

import dev.parley.chat.worker.SignalingWorker;
import dev.parley.chat.worker.WorkerConfig;
import dev.parley.chat.worker.WorkerLimits;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/** The worker in the process that is measured: as {@code parley serve} runs it, but with room for one loud client. */
final class WorkerMain {

    private static final int MANY = 1_000_000;

    private WorkerMain() {}

    /**
     * Serves until its input ends; {@code heap} on a line asks for the memory in use.
     *
     * @param arguments the folder of the database, or the URI of a Redis
     * @throws Exception if the worker cannot start
     */
    public static void main(String[] arguments) throws Exception {
        WorkerConfig.Builder config = WorkerConfig.builder()
                .port(0)
                .requestRate(MANY, MANY)
                // Some connect only minutes after they have joined.
                .timeToLive(Duration.ofMinutes(10))
                .limits(WorkerLimits.builder()
                        .connections(MANY)
                        .connectionsPerAddress(MANY)
                        .socketsPerAccount(MANY)
                        .build());
        if (arguments[0].startsWith("redis:")) {
            config.redis(URI.create(arguments[0]));
        } else {
            config.dataDirectory(Path.of(arguments[0]));
        }
        try (SignalingWorker worker = SignalingWorker.start(config.build());
                BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            System.out.println("port " + worker.url().getPort());
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.equals("heap")) {
                    System.gc();
                    System.out.println("heap "
                            + ManagementFactory.getMemoryMXBean()
                                    .getHeapMemoryUsage()
                                    .getUsed());
                }
            }
        }
    }
}
