package dev.parley.chat.cli.client;

/**
 * What a person likes of what can be changed while the client runs.
 *
 * @param background for which kind of background the colours are
 * @param mouse whether the client takes the mouse; else the terminal selects text by it
 * @param bell whether it rings when one is spoken to
 * @param people whether those who are here are listed beside the talk
 * @param clock how times are written
 * @param readMarks whether others are told what was read
 */
public record Preferences(
        Background background, boolean mouse, boolean bell, boolean people, Clock clock, boolean readMarks) {

    /** As most like it. */
    public static final Preferences USUAL = new Preferences(Background.AUTO, true, true, true, Clock.HOURS_24, true);

    /** For which kind of background the colours are. */
    public enum Background {
        /** As the terminal says. */
        AUTO,
        DARK,
        LIGHT
    }

    /** How times are written. */
    public enum Clock {
        HOURS_24,
        HOURS_12
    }

    Preferences withBackground(Background other) {
        return new Preferences(other, mouse, bell, people, clock, readMarks);
    }

    Preferences withMouse(boolean isTaken) {
        return new Preferences(background, isTaken, bell, people, clock, readMarks);
    }

    Preferences withBell(boolean rings) {
        return new Preferences(background, mouse, rings, people, clock, readMarks);
    }

    Preferences withPeople(boolean areListed) {
        return new Preferences(background, mouse, bell, areListed, clock, readMarks);
    }

    Preferences withClock(Clock other) {
        return new Preferences(background, mouse, bell, people, other, readMarks);
    }

    Preferences withReadMarks(boolean areSent) {
        return new Preferences(background, mouse, bell, people, clock, areSent);
    }
}
