package dev.parley.chat.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Sends logs to the standard error, one line each: warnings, or with {@code --verbose} everything of Parley. */
final class Logging {

    // Held, because the log manager holds its loggers weakly and their levels would be lost.
    private static final Logger PARLEY = Logger.getLogger("dev.parley");

    private static final ObjectMapper JSON = new ObjectMapper();

    private Logging() {}

    static void configure(PrintStream err, boolean verbose) {
        configure(verbose ? Level.FINE : Level.WARNING, new LineHandler(err, verbose));
    }

    /** As JSON, one object a line, with what is of interest to whoever runs a worker. */
    static void configureJson(PrintStream err, boolean verbose) {
        configure(verbose ? Level.FINE : Level.INFO, new JsonHandler(err, verbose));
    }

    private static void configure(Level ofParley, Handler handler) {
        LogManager.getLogManager().reset();
        Logger root = Logger.getLogger("");
        root.setLevel(Level.WARNING);
        PARLEY.setLevel(ofParley);
        root.addHandler(handler);
    }

    /** Writes each record in its own way to the standard error. */
    private abstract static class ErrorOutput extends Handler {
        private final PrintStream err;

        /** Whether stack traces are shown. */
        final boolean traces;

        ErrorOutput(PrintStream err, boolean traces) {
            this.err = err;
            this.traces = traces;
            setLevel(Level.ALL);
            setFormatter(new java.util.logging.SimpleFormatter());
        }

        abstract String line(LogRecord record);

        @Override
        public final void publish(LogRecord record) {
            if (isLoggable(record)) {
                err.println(line(record));
            }
        }

        @Override
        public final void flush() {
            err.flush();
        }

        @Override
        public final void close() {
            flush();
        }
    }

    private static final class JsonHandler extends ErrorOutput {
        JsonHandler(PrintStream err, boolean traces) {
            super(err, traces);
        }

        @Override
        String line(LogRecord record) {
            ObjectNode line = JSON.createObjectNode()
                    .put("time", record.getInstant().toString())
                    .put("level", record.getLevel().getName())
                    .put("logger", record.getLoggerName())
                    .put("message", getFormatter().formatMessage(record));
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

    private static final class LineHandler extends ErrorOutput {
        LineHandler(PrintStream err, boolean traces) {
            super(err, traces);
        }

        @Override
        String line(LogRecord record) {
            String name = record.getLoggerName() == null ? "" : record.getLoggerName();
            StringBuilder line = new StringBuilder()
                    .append("parley: ")
                    .append(record.getLevel().getName())
                    .append(' ')
                    .append(name.substring(name.lastIndexOf('.') + 1))
                    .append(": ")
                    .append(TerminalText.clean(getFormatter().formatMessage(record)));
            Throwable thrown = record.getThrown();
            if (thrown != null && traces) {
                line.append(System.lineSeparator()).append(trace(thrown));
            } else if (thrown != null) {
                line.append(" (").append(thrown.getClass().getSimpleName()).append(')');
            }
            return line.toString();
        }
    }

    /** A stack trace as text, cleaned line by line. */
    static String trace(Throwable thrown) {
        StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text));
        StringBuilder clean = new StringBuilder();
        text.toString()
                .lines()
                .forEach(line -> clean.append(TerminalText.clean(line.replace("\t", "    ")))
                        .append(System.lineSeparator()));
        return clean.toString().stripTrailing();
    }
}
