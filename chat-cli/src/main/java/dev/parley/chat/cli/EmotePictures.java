package dev.parley.chat.cli;

import dev.parley.chat.emotes.Emote;
import dev.parley.chat.emotes.EmoteImage;
import dev.parley.chat.emotes.EmoteImageFormat;
import dev.parley.chat.emotes.EmoteRegistry;
import dev.parley.chat.emotes.images.HalfBlocks;
import dev.parley.chat.emotes.images.ImageDecoder;
import dev.parley.chat.emotes.images.ImageLimits;
import dev.parley.chat.emotes.images.ImageRefusedException;
import dev.parley.chat.emotes.images.KittyImages;
import dev.parley.chat.emotes.images.Picture;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/** Draws emotes as the terminal can. */
final class EmotePictures {

    /** What can be drawn, the smallest encoding of the same picture first. */
    private static final List<EmoteImageFormat> FORMATS =
            List.of(EmoteImageFormat.WEBP, EmoteImageFormat.GIF, EmoteImageFormat.PNG, EmoteImageFormat.UNKNOWN);

    /** Set by the launcher when its standard output is a terminal: Java 17 cannot ask for that output alone. */
    private static final String SCREEN_PROPERTY = "parley.screen";

    static final int MAX_FRAMES = 200;

    /** Of a cell, for the choice of a file; the terminal scales it. */
    private static final int CELL_PIXELS = 20;

    private static final int MAX_COLUMNS = 40;

    private final Form form;

    /** Begins where no other process is likely to be, whose pictures may be on the screen still. */
    private final AtomicLong nextId = new AtomicLong(ThreadLocalRandom.current().nextInt(1, 0xF0_0000));

    /** How pictures are shown. */
    enum Form {
        /** By the graphics protocol of kitty, which Ghostty knows as well. */
        KITTY,
        /** By coloured half blocks. */
        BLOCKS,
        /** Not at all: names stand for them. */
        NAMES
    }

    EmotePictures(Form form) {
        this.form = form;
    }

    /**
     * Says what a terminal can show, by the environment: nothing else can be asked without reading the answer from the
     * keyboard.
     *
     * @param wanted {@code auto}, or the name of a form
     * @param terminal whether a person looks at the output
     * @throws CliException if there is no such form
     */
    static Form formOf(String wanted, boolean terminal, Map<String, String> environment) {
        if (!wanted.equalsIgnoreCase("auto")) {
            try {
                return Form.valueOf(wanted.toUpperCase(Locale.ROOT));
            } catch (IllegalArgumentException e) {
                throw new CliException(
                        ExitCode.USAGE,
                        "pictures cannot be \"" + TerminalText.clean(wanted) + "\"",
                        "write --pictures auto, kitty, blocks or names",
                        e);
            }
        }
        String term = environment.getOrDefault("TERM", "");
        boolean plain = !terminal
                || !environment.getOrDefault("NO_COLOR", "").isEmpty()
                || term.isEmpty()
                || term.equals("dumb");
        if (plain) {
            return Form.NAMES;
        }
        String program = environment.getOrDefault("TERM_PROGRAM", "");
        // A multiplexer takes the commands for pictures for itself.
        boolean multiplexed = environment.containsKey("TMUX") || term.startsWith("screen") || term.startsWith("tmux");
        boolean kitty = term.equals("xterm-kitty")
                || term.equals("xterm-ghostty")
                || program.equalsIgnoreCase("ghostty")
                || environment.containsKey("KITTY_WINDOW_ID");
        if (kitty && !multiplexed) {
            return Form.KITTY;
        }
        String colours = environment.getOrDefault("COLORTERM", "");
        return kitty || colours.equals("truecolor") || colours.equals("24bit") ? Form.BLOCKS : Form.NAMES;
    }

    /** Whether a person looks at the standard output. */
    static boolean isScreen() {
        return Boolean.getBoolean(SCREEN_PROPERTY);
    }

    /**
     * Fetches and draws an emote.
     *
     * @param rows how high, in cells
     * @return completes with the rows of the picture; with none if pictures are not shown, or with one sentence in
     *     place of the picture if there is none that can be shown
     */
    CompletableFuture<Drawn> draw(EmoteRegistry registry, Emote emote, int rows) {
        if (form == Form.NAMES) {
            return CompletableFuture.completedFuture(new Drawn(List.of(), ""));
        }
        int height = rows * (form == Form.KITTY ? CELL_PIXELS : 2);
        int frames = form == Form.KITTY ? MAX_FRAMES : 1;
        Optional<EmoteImage> image = choose(emote, height, frames);
        if (image.isEmpty()) {
            return CompletableFuture.completedFuture(new Drawn(List.of(), "has no picture that can be shown here"));
        }
        return registry.images()
                .fetch(image.get())
                .thenApplyAsync(file -> drawn(file, height, rows))
                .exceptionally(thrown -> {
                    Throwable cause = thrown instanceof CompletionException && thrown.getCause() != null
                            ? thrown.getCause()
                            : thrown;
                    return new Drawn(List.of(), String.valueOf(cause.getMessage()));
                });
    }

    /**
     * Chooses the file to show an emote by.
     *
     * @param height in pixels
     * @param frames how many are wanted at most; more if there is no other file
     * @return empty if none can be decoded here
     */
    static Optional<EmoteImage> choose(Emote emote, int height, int frames) {
        return emote.imageFor(height, FORMATS, ImageLimits.EMOTE.maxBytes(), frames)
                .or(() -> emote.imageFor(height, FORMATS, ImageLimits.EMOTE.maxBytes(), MAX_FRAMES));
    }

    /**
     * A picture, or why there is none.
     *
     * @param rows of the picture, with the commands that it needs; for this terminal as they are
     * @param problem why there is none; empty if there is one, or none is wanted
     */
    record Drawn(List<String> rows, String problem) {}

    private Drawn drawn(byte[] file, int height, int rows) {
        Picture picture;
        try {
            picture = ImageDecoder.decode(file, ImageLimits.EMOTE, height);
        } catch (ImageRefusedException e) {
            return new Drawn(List.of(), String.valueOf(e.getMessage()));
        }
        if (form == Form.BLOCKS) {
            return new Drawn(HalfBlocks.rows(picture, 0, MAX_COLUMNS, rows), "");
        }
        long id = nextId.incrementAndGet();
        int columns = Math.min(MAX_COLUMNS, KittyImages.columns(picture, rows));
        List<String> lines = new ArrayList<>(KittyImages.placeholderRows(id, columns, rows));
        String commands = String.join("", KittyImages.transmit(id, picture)) + KittyImages.place(id, columns, rows);
        lines.set(0, commands + lines.get(0));
        return new Drawn(List.copyOf(lines), "");
    }
}
