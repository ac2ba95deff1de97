package dev.parley.chat.cli;

import dev.parley.chat.cli.client.Theme;
import dev.parley.chat.cli.screen.Painter;
import java.util.Locale;
import java.util.Map;

/** What a terminal can show, as far as its environment says. */
final class Screens {
    private Screens() {}

    /** How many colours are to be used. */
    static Painter.Colours colours(Map<String, String> environment) {
        if (!environment.getOrDefault("NO_COLOR", "").isEmpty()) {
            return Painter.Colours.NONE;
        }
        String colours = environment.getOrDefault("COLORTERM", "");
        if (colours.equals("truecolor") || colours.equals("24bit")) {
            return Painter.Colours.TRUE;
        }
        String term = environment.getOrDefault("TERM", "");
        if (term.contains("direct") || term.contains("kitty") || term.contains("ghostty")) {
            return Painter.Colours.TRUE;
        }
        return term.contains("256") ? Painter.Colours.PALETTE : Painter.Colours.SIXTEEN;
    }

    /**
     * How pictures are to be shown: not at all without colours, or without the signs they are made of.
     *
     * @throws CliException if there is no such form
     */
    static EmotePictures.Form pictures(String wanted, Map<String, String> environment) {
        EmotePictures.Form form = EmotePictures.formOf(wanted, true, environment);
        boolean isBare = colours(environment) == Painter.Colours.NONE || signs(environment) == Theme.Signs.ASCII;
        return isBare ? EmotePictures.Form.NAMES : form;
    }

    /** Whether a terminal may be asked for its background: the console of Linux takes that for another command. */
    static boolean answersBackground(Map<String, String> environment) {
        return !environment.getOrDefault("TERM", "").equals("linux");
    }

    static Theme theme(Map<String, String> environment) {
        return new Theme(ground(environment), signs(environment));
    }

    /** By {@code COLORFGBG}, which some terminals set; dark where nothing is known. */
    private static Theme.Ground ground(Map<String, String> environment) {
        String colours = environment.getOrDefault("COLORFGBG", "");
        String background = colours.substring(colours.lastIndexOf(';') + 1);
        return background.equals("7") || background.equals("15") ? Theme.Ground.LIGHT : Theme.Ground.DARK;
    }

    /** By the locale, in the order of POSIX (IEEE 1003.1, 8.2). */
    private static Theme.Signs signs(Map<String, String> environment) {
        for (String name : new String[] {"LC_ALL", "LC_CTYPE", "LANG"}) {
            String locale = environment.getOrDefault(name, "");
            if (!locale.isEmpty()) {
                String upper = locale.toUpperCase(Locale.ROOT);
                return upper.contains("UTF-8") || upper.contains("UTF8") ? Theme.Signs.UNICODE : Theme.Signs.ASCII;
            }
        }
        return Theme.Signs.ASCII;
    }
}
