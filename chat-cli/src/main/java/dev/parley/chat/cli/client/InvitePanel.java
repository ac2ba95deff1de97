package dev.parley.chat.cli.client;

import dev.parley.chat.cli.screen.Canvas;
import dev.parley.chat.cli.screen.Flow;
import dev.parley.chat.cli.screen.Keypress;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

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
    private @Nullable QrPicture qrCode;

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

    /** The link as a QR code; null where none can be drawn. */
    private @Nullable QrPicture qrCode() {
        boolean canDraw = theme.signs() == Theme.Signs.UNICODE && !talk.invite().isEmpty();
        qrCode = canDraw ? QrPicture.of(talk.invite(), theme, qrCode) : null;
        return qrCode;
    }

    /** How many columns are left for words beside a QR code; 0 where they are too few. */
    private static int beside(@Nullable QrPicture picture, int columns) {
        int left = picture == null ? 0 : columns - picture.columns() - GAP_COLUMNS;
        return left < MIN_BESIDE_COLUMNS ? 0 : left;
    }

    @Override
    public int wantedRows(int columns) {
        QrPicture picture = qrCode();
        int beside = beside(picture, columns);
        int words = Scroll.rows(words().lines(Math.max(1, beside > 0 ? beside : columns)));
        int drawn = picture != null && picture.columns() <= columns ? picture.rows() : 0;
        // Below the words one row for what q does, and room for what it shows.
        return Math.max(beside > 0 ? words : words + 2, drawn);
    }

    @Override
    public void draw(Canvas canvas) {
        QrPicture picture = qrCode();
        if (picture != null && (picture.columns() > canvas.columns() || picture.rows() > canvas.rows())) {
            picture = null;
        }
        int beside = beside(picture, canvas.columns());
        if (picture != null && beside > 0) {
            Flow.draw(words().lines(beside), canvas, 0);
            int left = beside + GAP_COLUMNS;
            picture.draw(canvas.part(0, left, canvas.rows(), canvas.columns() - left));
        } else if (picture != null && isQrCodeAlone) {
            picture.draw(canvas);
        } else {
            List<Flow.Line> words = words().lines(Math.max(1, canvas.columns()));
            Flow.draw(words, canvas, 0);
            String hint = picture != null ? "q shows the link as a QR code" : "";
            canvas.put(Scroll.rows(words) + 1, 0, hint, theme.quiet());
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
