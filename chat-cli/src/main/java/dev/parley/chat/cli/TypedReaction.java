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
        Optional<Emote> emote = catalog.find(typed);
        if (emote.isPresent() && canBeSaid(emote.get())) {
            return Reaction.of(new EmoteReference(
                    emote.get().id().providerId(), emote.get().id().value(), typed, 0, typed.length()));
        }
        Matcher shortcode = SHORTCODE.matcher(typed);
        if (!shortcode.matches()) {
            return Reaction.of(typed);
        }
        return UnicodeEmoji.find(shortcode.group(1))
                .map(Reaction::of)
                .orElseThrow(() -> new IllegalArgumentException("no emote and no emoji is called " + typed));
    }

    private static boolean canBeSaid(Emote emote) {
        return emote.id().value().length() <= EmoteReference.MAX_EMOTE_CHARS
                && emote.code().length() <= Reaction.MAX_TEXT_CHARS;
    }
}
