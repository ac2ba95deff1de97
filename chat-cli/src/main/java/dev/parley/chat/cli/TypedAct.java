package dev.parley.chat.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads acts on participants as a person types them: a slash, the act, and whom it concerns. */
final class TypedAct {

    /** A name with blanks in it stands in double quotes where there may be several. */
    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");

    private TypedAct() {}

    /** Returns the act, or null if the line is none. */
    static InputCommand.@Nullable Act parse(String line) {
        int end = line.indexOf(' ');
        String command = end < 0 ? line : line.substring(0, end);
        String rest = end < 0 ? "" : line.substring(end).strip();
        InputCommand.Act.Kind kind = switch (command) {
            case "/kick" -> InputCommand.Act.Kind.KICK;
            case "/ban" -> InputCommand.Act.Kind.BAN;
            case "/unban" -> InputCommand.Act.Kind.UNBAN;
            case "/deputies" -> InputCommand.Act.Kind.DEPUTIES;
            default -> null;
        };
        if (kind == null) {
            return null;
        }
        return new InputCommand.Act(kind, kind == InputCommand.Act.Kind.DEPUTIES ? words(rest) : List.of(rest), null);
    }

    static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        Matcher matcher = WORD.matcher(text);
        while (matcher.find()) {
            words.add(matcher.group(1) != null ? matcher.group(1) : matcher.group(2));
        }
        return words;
    }
}
