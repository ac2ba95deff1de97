package dev.parley.chat.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Where a command says what happens, for people or as JSON lines. Safe for threads; each event is one write. */
final class Console {

    /** How events are written. */
    enum Form {
        PLAIN,
        JSON
    }

    private final OutputStream out;
    private final PrintStream err;
    private final Form form;
    private final Runnable onBroken;
    private final PlainText plain;
    private final @Nullable Consumer<Event> listener;
    private boolean finished;

    /**
     * Makes a console.
     *
     * @param onBroken is run when the reader of {@code out} has gone away
     */
    Console(OutputStream out, PrintStream err, Form form, ZoneId zone, Runnable onBroken) {
        this(out, err, form, zone, onBroken, null);
    }

    private Console(
            OutputStream out,
            PrintStream err,
            Form form,
            ZoneId zone,
            Runnable onBroken,
            @Nullable Consumer<Event> listener) {
        this.out = out;
        this.err = err;
        this.form = form;
        this.onBroken = onBroken;
        this.plain = new PlainText(zone);
        this.listener = listener;
    }

    /** Makes one that gives the events themselves to somebody, one at a time, and writes nothing. */
    static Console to(Consumer<Event> listener) {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        return new Console(nowhere, nowhere, Form.PLAIN, ZoneId.of("UTC"), () -> {}, listener);
    }

    boolean isJson() {
        return form == Form.JSON;
    }

    /** Says that something happened. In plain form failures go to the standard error. */
    void emit(Event event) {
        if (listener != null) {
            give(listener, event);
            return;
        }
        if (form == Form.JSON) {
            write(EventJson.write(event));
            return;
        }
        Optional<String> line = plain.write(event);
        if (line.isEmpty()) {
            return;
        }
        if (event instanceof Event.Problem) {
            err.println(line.get());
        } else {
            write(line.get());
        }
    }

    /** Says the last thing; whatever is said after it is dropped. */
    synchronized void emitLast(Event event) {
        emit(event);
        finished = true;
    }

    void notice(String text) {
        emit(new Event.Notice(text));
    }

    /** For people only, on the standard error in both forms. */
    void diagnose(String text) {
        if (listener != null) {
            notice(text);
            return;
        }
        err.println("parley: " + TerminalText.clean(text));
    }

    private synchronized void give(Consumer<Event> to, Event event) {
        if (!finished) {
            to.accept(event);
        }
    }

    private synchronized void write(String line) {
        if (finished) {
            return;
        }
        try {
            out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
        } catch (IOException e) {
            // The reader has gone away, as in "parley join ... | head": stop in an orderly way.
            finished = true;
            onBroken.run();
        }
    }
}
