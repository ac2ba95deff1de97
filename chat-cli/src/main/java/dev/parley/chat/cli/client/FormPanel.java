package dev.parley.chat.cli.client;

import dev.parley.chat.HistoryPolicy;
import dev.parley.chat.cli.screen.Canvas;
import dev.parley.chat.cli.screen.Keypress;
import java.time.Duration;
import java.util.List;

/** A form that is filled in and then done; what cannot be done is told below it. */
abstract class FormPanel implements Panel {
    /** What newcomers can be given of what was said, in words; see {@link #HISTORIES}. */
    static final List<String> HISTORY_NAMES = List.of("none", "last 50", "one day", "all");

    static final List<HistoryPolicy> HISTORIES = List.of(
            HistoryPolicy.NONE, HistoryPolicy.last(50), HistoryPolicy.last(Duration.ofDays(1)), HistoryPolicy.ALL);

    final Form form;
    private final String title;
    private final Theme theme;
    private final String notANumber;

    /**
     * Makes one without fields.
     *
     * @param action what Enter on the last line does, in words
     * @param notANumber what is told if a number is none
     */
    FormPanel(String title, String action, String notANumber, Theme theme) {
        this.form = new Form(action);
        this.title = title;
        this.notANumber = notANumber;
        this.theme = theme;
    }

    /**
     * Does what was filled in.
     *
     * @throws IllegalArgumentException if that is not possible, with what to say of it
     */
    abstract void submit();

    @Override
    public final String title() {
        return title;
    }

    @Override
    public final int wantedRows(int columns) {
        return form.rows();
    }

    @Override
    public final void draw(Canvas canvas) {
        form.draw(canvas, theme);
    }

    @Override
    public final Taken take(Keypress key) {
        if (!form.take(key)) {
            return Taken.STAYS;
        }
        try {
            submit();
            return Taken.CLOSES;
        } catch (NumberFormatException e) {
            form.refuse(notANumber);
        } catch (IllegalArgumentException e) {
            form.refuse(e.getMessage() == null ? "that is not possible" : e.getMessage());
        }
        return Taken.STAYS;
    }
}
