package dev.parley.chat.worker;

import java.nio.file.Path;

/** A worker in a process of its own, for tests that kill it. Ends with its standard input. */
public final class WorkerProcess {
    private WorkerProcess() {}

    /**
     * Runs until standard input ends.
     *
     * @param args the data directory and the port
     */
    public static void main(String[] args) throws Exception {
        try (SignalingWorker worker = SignalingWorker.start(WorkerConfig.builder()
                .dataDirectory(Path.of(args[0]))
                .port(Integer.parseInt(args[1]))
                .build())) {
            System.out.println(worker.url());
            while (System.in.read() >= 0) {
                // Only its end counts.
            }
        }
    }
}
