package dev.parley.chat.internal.timeline;

import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The types of events that make a room what it is, which everybody needs, whatever it is given of the rest. */
public final class ActTypes {

    /** Acts of moderation. */
    public static final Set<String> MODERATION = Set.of("settings", "role", "kick", "ban", "unban", "mute", "unmute");

    /** What the room has its emoji by. */
    public static final Set<String> EMOJI = Set.of("emoji", "unemoji");

    /** All of these. */
    public static final Set<String> ALL =
            Stream.of(MODERATION, EMOJI).flatMap(Set::stream).collect(Collectors.toUnmodifiableSet());

    private ActTypes() {}
}
