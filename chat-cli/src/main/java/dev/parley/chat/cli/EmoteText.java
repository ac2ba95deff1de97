package dev.parley.chat.cli;

import dev.parley.chat.emotes.Emote;
import dev.parley.chat.emotes.EmoteImage;
import dev.parley.chat.emotes.EmoteVisibility;
import dev.parley.chat.emotes.EmoteWarning;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Describes emotes for people. Whatever comes from a provider is cleaned; pictures are for the terminal as they are.
 */
final class EmoteText {

    private static final String GAP = "  ";

    private EmoteText() {}

    /** One emote of a list: its picture, and beside it its code and what there is to say. */
    static String line(Emote emote, EmotePictures.Drawn drawn) {
        String code = TerminalText.clean(emote.code());
        String remarks = remarks(emote);
        List<String> rows = drawn.rows();
        if (rows.size() < 2) {
            String problem = drawn.problem().isEmpty() ? "" : GAP + "(" + TerminalText.clean(drawn.problem()) + ")";
            return (rows.isEmpty() ? "" : rows.get(0) + GAP) + code + GAP + remarks + problem;
        }
        List<String> lines = new ArrayList<>(rows);
        lines.set(0, rows.get(0) + GAP + code);
        lines.set(1, rows.get(1) + GAP + remarks);
        return String.join("\n", lines);
    }

    /** All that is known of an emote. */
    static String describe(Emote emote, EmotePictures.Drawn drawn) {
        List<String> lines = new ArrayList<>(drawn.rows());
        lines.add("Code:     " + TerminalText.clean(emote.code()));
        lines.add("Source:   " + TerminalText.clean(emote.id().providerId()) + "/"
                + TerminalText.clean(emote.id().value()));
        lines.add("Kind:     " + kind(emote));
        emote.category().ifPresent(category -> lines.add("Category: " + TerminalText.clean(category)));
        if (!emote.tags().isEmpty()) {
            lines.add("Tags:     " + TerminalText.clean(String.join(", ", emote.tags())));
        }
        if (!emote.warnings().isEmpty()) {
            lines.add("Warnings: " + warnings(emote));
        }
        for (EmoteImage image : emote.images()) {
            lines.add("File:     " + TerminalText.clean(image.url().toString()) + figures(image));
        }
        if (!drawn.problem().isEmpty()) {
            lines.add("Picture:  " + TerminalText.clean(drawn.problem()));
        }
        return String.join("\n", lines);
    }

    private static String remarks(Emote emote) {
        List<String> remarks = new ArrayList<>();
        remarks.add(TerminalText.clean(emote.id().providerId()));
        if (emote.animated()) {
            remarks.add("animated");
        }
        if (emote.zeroWidth()) {
            remarks.add("zero-width");
        }
        if (emote.visibility() != EmoteVisibility.LISTED) {
            remarks.add("not offered");
        }
        emote.category().ifPresent(category -> remarks.add(TerminalText.clean(category)));
        if (!emote.warnings().isEmpty()) {
            remarks.add(warnings(emote));
        }
        return String.join(", ", remarks);
    }

    private static String kind(Emote emote) {
        return (emote.animated() ? "animated" : "still")
                + (emote.zeroWidth() ? ", drawn over the emote before it" : "")
                + (emote.visibility() == EmoteVisibility.LISTED ? "" : ", not offered");
    }

    private static String warnings(Emote emote) {
        return String.join(
                ", ", emote.warnings().stream().sorted().map(EmoteText::warning).toList());
    }

    private static String warning(EmoteWarning warning) {
        return warning.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static String figures(EmoteImage image) {
        StringBuilder figures = new StringBuilder();
        if (image.heightPixels() > 0) {
            figures.append(GAP).append(image.widthPixels()).append('x').append(image.heightPixels());
        }
        if (image.sizeBytes() > 0) {
            figures.append(GAP).append(image.sizeBytes()).append(" bytes");
        }
        if (image.frameCount() > 1) {
            figures.append(GAP).append(image.frameCount()).append(" frames");
        }
        return figures.toString();
    }
}
