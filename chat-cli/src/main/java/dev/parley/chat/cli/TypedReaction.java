package dev.parley.chat.cli;

import dev.parley.chat.EmoteReference;
import dev.parley.chat.Reaction;
import dev.parley.chat.emotes.Emote;
import dev.parley.chat.emotes.EmoteCatalog;
import dev.parley.chat.emotes.UnicodeEmoji;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads what a person types to react with: an emoji, the shortcode of one, the code of an emote, or a word. */
public final class TypedReaction {
    private static final Pattern SHORTCODE = Pattern.compile(":([\\w+-]{1,64}):");

    private TypedReaction() {}

    /**
     * Reads it.
     *
     * @throws IllegalArgumentException if no reaction is made of it; says why
     */
    public static Reaction of(String typed, EmoteCatalog catalog) {
        Optional<Reaction> emote = catalog.find(typed).flatMap(TypedReaction::of);
        if (emote.isPresent()) {
            return emote.get();
        }
        Matcher shortcode = SHORTCODE.matcher(typed);
        if (!shortcode.matches()) {
            return Reaction.of(typed);
        }
        return UnicodeEmoji.find(shortcode.group(1))
                .map(Reaction::of)
                .orElseThrow(() -> new IllegalArgumentException("no emote and no emoji is called " + typed));
    }

    /** A reaction with an emote; empty if its names are too long for one. */
    public static Optional<Reaction> of(Emote emote) {
        String id = emote.id().value();
        String code = emote.code();
        if (id.length() > EmoteReference.MAX_EMOTE_CHARS || code.length() > Reaction.MAX_TEXT_CHARS) {
            return Optional.empty();
        }
        return Optional.of(Reaction.of(new EmoteReference(emote.id().providerId(), id, code, 0, code.length())));
    }
}
