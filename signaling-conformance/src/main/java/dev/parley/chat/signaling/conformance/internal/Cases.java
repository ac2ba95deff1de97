package dev.parley.chat.signaling.conformance.internal;

import dev.parley.chat.signaling.conformance.ConformanceCase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** All cases, in the order in which they run. */
public final class Cases {
    private final List<Case> all = new ArrayList<>();
    private final String section;

    private Cases(String section) {
        this.section = section;
    }

    /** What a case does; it throws when the worker does not do as it says. */
    @FunctionalInterface
    public interface Body {
        void run(Lab lab) throws java.io.IOException, InterruptedException;
    }

    /** A case and what it does. */
    public record Case(ConformanceCase described, Body body) {}

    /** Begins the cases of a section of docs/signaling.md. */
    static Cases of(String section) {
        return new Cases(section);
    }

    Cases add(String name, Body body) {
        return slow(Duration.ZERO, name, body);
    }

    /** A case that lets this time pass. */
    Cases slow(Duration waits, String name, Body body) {
        all.add(new Case(new ConformanceCase(name, section, waits), body));
        return this;
    }

    public static List<Case> all() {
        List<Case> all = new ArrayList<>();
        for (Cases group : List.of(
                GeneralCases.general(),
                GeneralCases.health(),
                TokenCases.tokens(),
                RoomCases.rooms(),
                RoomCases.succession(),
                LeaseCases.lease(),
                NameplateCases.nameplates(),
                PeerCases.peers(),
                MessageCases.messages(),
                PushCases.push(),
                EmojiCases.emoji())) {
            all.addAll(group.all);
        }
        return List.copyOf(all);
    }
}
