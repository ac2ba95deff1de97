package dev.parley.chat.cli.client;

import dev.parley.chat.cli.QrDrawing;
import dev.parley.chat.cli.screen.Canvas;
import dev.parley.chat.cli.screen.Flow;
import dev.parley.chat.cli.screen.Graphemes;
import dev.parley.chat.cli.screen.Grid;
import dev.parley.chat.cli.screen.Keypress;
import java.util.List;
import java.util.function.Consumer;

/** How others come in: by a link, which is a QR code as well, or by a short code that is said. */
final class InvitePanel implements Panel {
    private static final int GAP_COLUMNS = 2;
    private static final int MIN_BESIDE_COLUMNS = 24;

    private final int tab;
    private final Talk talk;
    private final Theme theme;
    private final Consumer<Wish> wishes;
    private boolean isQrCodeAlone;
    private boolean isCopied;

    InvitePanel(int tab, Talk talk, Theme theme, Consumer<Wish> wishes) {
        this.tab = tab;
        this.talk = talk;
        this.theme = theme;
        this.wishes = wishes;
    }

    @Override
    public String title() {
        return "Invite";
    }

    private Flow words() {
        Flow flow = new Flow();
        if (talk.invite().isEmpty()) {
            return flow.run("The room is not entered yet.", theme.quiet());
        }
        flow.run("Whoever has this link can come in:\n", theme.quiet());
        flow.run(talk.invite() + "\n", theme.accent());
        flow.run(
                isCopied ? "It was given to the clipboard\n\n" : "c copies the link\n\n",
                isCopied ? theme.good() : theme.quiet());
        if (talk.code().isEmpty()) {
            return flow.run("s gives out a short code to be said to one person.", theme.quiet());
        }
        flow.run("Or say this code to one person: ", theme.quiet());
        flow.run(talk.code(), theme.strong());
        return flow.run("\nIt is good for one try, and for 10 minutes. s gives out another one.", theme.quiet());
    }

    private List<Flow.Line> qrCode() {
        boolean canDraw = theme.signs() == Theme.Signs.UNICODE && !talk.invite().isEmpty();
        return canDraw
                ? new Flow().run(QrDrawing.draw(talk.invite()), theme.qrCode()).lines(Grid.MAX_SIDE)
                : List.of();
    }

    private static int columns(List<Flow.Line> qrCode) {
        return qrCode.stream()
                .flatMap(line -> line.parts().stream())
                .mapToInt(placed -> placed.part() instanceof Flow.Run run ? Graphemes.width(run.text()) : 0)
                .max()
                .orElse(0);
    }

    /** How many columns are left for words beside a QR code; 0 where they are too few. */
    private static int beside(List<Flow.Line> qrCode, int columns) {
        int left = columns - columns(qrCode) - GAP_COLUMNS;
        return qrCode.isEmpty() || left < MIN_BESIDE_COLUMNS ? 0 : left;
    }

    @Override
    public int wantedRows(int columns) {
        List<Flow.Line> qrCode = qrCode();
        int beside = beside(qrCode, columns);
        int words = Scroll.rows(words().lines(Math.max(1, beside > 0 ? beside : columns)));
        // Below the words one row for what q does, and room for what it shows.
        return Math.max(beside > 0 ? words : words + 2, columns(qrCode) <= columns ? qrCode.size() : 0);
    }

    @Override
    public void draw(Canvas canvas) {
        List<Flow.Line> qrCode = qrCode();
        boolean fits = !qrCode.isEmpty() && columns(qrCode) <= canvas.columns() && qrCode.size() <= canvas.rows();
        int beside = fits ? beside(qrCode, canvas.columns()) : 0;
        if (beside > 0) {
            draw(words().lines(beside), canvas, 0);
            int left = beside + GAP_COLUMNS;
            draw(qrCode, canvas.part(0, left, canvas.rows(), canvas.columns() - left), 0);
        } else if (fits && isQrCodeAlone) {
            draw(qrCode, canvas, 0);
        } else {
            List<Flow.Line> words = words().lines(Math.max(1, canvas.columns()));
            draw(words, canvas, 0);
            // Whole, or not at all.
            canvas.put(Scroll.rows(words) + 1, 0, fits ? "q shows the link as a QR code" : "", theme.quiet());
        }
    }

    private static void draw(List<Flow.Line> lines, Canvas canvas, int top) {
        int row = top;
        for (Flow.Line line : lines) {
            Flow.draw(line, canvas, row, (name, part, hidden) -> {});
            row += line.rows();
        }
    }

    @Override
    public boolean escape() {
        boolean wasAlone = isQrCodeAlone;
        isQrCodeAlone = false;
        return wasAlone;
    }

    @Override
    public Taken take(Keypress key) {
        if (!(key instanceof Keypress.Typed typed)) {
            return key instanceof Keypress.Mouse ? Taken.STAYS : Taken.PASSES;
        }
        switch (typed.text()) {
            case "c" -> {
                wishes.accept(new Wish.Copy(talk.invite()));
                isCopied = true;
            }
            case "s" -> wishes.accept(new Wish.Type(tab, "/code"));
            case "q" -> {
                isQrCodeAlone = !isQrCodeAlone;
                return Taken.STAYS;
            }
            default -> {
                return Taken.PASSES;
            }
        }
        return Taken.STAYS;
    }
}
