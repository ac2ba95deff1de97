package dev.parley.chat.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.chat.worker.RequestLog;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;

/** Writes a line for each request of a worker. Safe for threads. */
final class AccessLog implements RequestLog {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final double MICROS_PER_MILLI = 1000;

    private final PrintStream err;
    private final boolean json;

    AccessLog(PrintStream err, boolean json) {
        this.err = err;
        this.json = json;
    }

    @Override
    public void answered(Entry entry) {
        err.println(json ? jsonLine(entry) : textLine(entry));
    }

    private static String jsonLine(Entry entry) {
        ObjectNode line = JSON.createObjectNode()
                .put("time", Instant.now().toString())
                .put("level", "INFO")
                .put("logger", "access")
                .put("message", "request")
                .put("method", entry.method())
                .put("route", entry.route())
                .put("status", entry.status());
        entry.code().ifPresent(code -> line.put("code", code));
        line.put("millis", millis(entry.duration()));
        entry.account().ifPresent(account -> line.put("account", account));
        return line.put("address", entry.address()).toString();
    }

    private static String textLine(Entry entry) {
        return "parley: INFO access: " + entry.method() + ' ' + entry.route() + ' ' + entry.status()
                + entry.code().map(code -> ' ' + code).orElse("") + " in " + millis(entry.duration()) + " ms, "
                + entry.account().map(account -> "account " + account + ", ").orElse("")
                + "address " + entry.address();
    }

    private static double millis(Duration duration) {
        return Math.round(duration.toNanos() / MICROS_PER_MILLI) / MICROS_PER_MILLI;
    }
}
