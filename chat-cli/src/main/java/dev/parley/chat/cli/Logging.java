package dev.parley.chat.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * Sends logs to the standard error, one line each: warnings, or with {@code --verbose} everything of Parley; and
 * everything of Parley to a file, where one is named.
 */
final class Logging {

    // Held, because the log manager holds its loggers weakly and their levels would be lost.
    private static final Logger PARLEY = Logger.getLogger("dev.parley");

    private static final ObjectMapper JSON = new ObjectMapper();

    private Logging() {}

    static void configure(PrintStream err, boolean verbose, Optional<LogFile> file) {
        configure(verbose ? Level.FINE : Level.WARNING, new LineHandler(err::println, verbose), file);
    }

    /** The standard error as JSON, one object a line, with what is of interest to whoever runs a worker. */
    static void configureJson(PrintStream err, boolean verbose, Optional<LogFile> file) {
        configure(verbose ? Level.FINE : Level.INFO, new JsonHandler(err::println, verbose), file);
    }

    private static void configure(Level ofError, Handler error, Optional<LogFile> file) {
        LogManager.getLogManager().reset();
        Logger root = Logger.getLogger("");
        root.setLevel(Level.WARNING);
        PARLEY.setLevel(file.isPresent() ? Level.FINE : ofError);
        error.setLevel(ofError);
        root.addHandler(error);
        file.ifPresent(to -> root.addHandler(new FileHandler(to::write)));
    }

    /** Writes each record in its own way, and without what must not be in a log. */
    private abstract static class Output extends Handler {
        private final Consumer<String> out;

        /** Whether stack traces are shown. */
        final boolean traces;

        Output(Consumer<String> out, boolean traces) {
            this.out = out;
            this.traces = traces;
            setLevel(Level.ALL);
            setFormatter(new java.util.logging.SimpleFormatter());
        }

        abstract String line(LogRecord record);

        @Override
        public final void publish(LogRecord record) {
            if (isLoggable(record)) {
                out.accept(line(record));
            }
        }

        final String message(LogRecord record) {
            return Redaction.of(getFormatter().formatMessage(record));
        }

        @Override
        public final void flush() {
            // Nothing is held back.
        }

        @Override
        public final void close() {
            // Whoever opened what is behind it closes that.
        }
    }

    private static final class JsonHandler extends Output {
        JsonHandler(Consumer<String> out, boolean traces) {
            super(out, traces);
        }

        @Override
        String line(LogRecord record) {
            ObjectNode line = JSON.createObjectNode()
                    .put("time", record.getInstant().toString())
                    .put("level", record.getLevel().getName())
                    .put("logger", record.getLoggerName())
                    .put("message", message(record));
            Throwable thrown = record.getThrown();
            if (thrown != null) {
                line.put("error", thrown.getClass().getName());
                if (traces) {
                    line.put("trace", trace(thrown));
                }
            }
            return line.toString();
        }
    }

    private static class LineHandler extends Output {
        LineHandler(Consumer<String> out, boolean traces) {
            super(out, traces);
        }

        String prefix(LogRecord record) {
            return "parley:";
        }

        @Override
        final String line(LogRecord record) {
            String name = record.getLoggerName() == null ? "" : record.getLoggerName();
            StringBuilder line = new StringBuilder(prefix(record))
                    .append(' ')
                    .append(record.getLevel().getName())
                    .append(' ')
                    .append(name.substring(name.lastIndexOf('.') + 1))
                    .append(": ")
                    .append(TerminalText.clean(message(record)));
            Throwable thrown = record.getThrown();
            if (thrown != null && traces) {
                line.append(System.lineSeparator()).append(trace(thrown));
            } else if (thrown != null) {
                line.append(" (").append(thrown.getClass().getSimpleName()).append(')');
            }
            return line.toString();
        }
    }

    private static final class FileHandler extends LineHandler {
        FileHandler(Consumer<String> out) {
            super(out, true);
        }

        @Override
        String prefix(LogRecord record) {
            return record.getInstant().truncatedTo(ChronoUnit.MILLIS).toString();
        }
    }

    /** A stack trace as text, cleaned line by line. */
    private static String trace(Throwable thrown) {
        StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text));
        StringBuilder clean = new StringBuilder();
        Redaction.of(text.toString())
                .lines()
                .forEach(line -> clean.append(TerminalText.clean(line.replace("\t", "    ")))
                        .append(System.lineSeparator()));
        return clean.toString().stripTrailing();
    }
}
