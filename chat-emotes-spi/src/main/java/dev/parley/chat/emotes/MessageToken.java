package dev.parley.chat.emotes;

import java.util.List;
import java.util.Objects;

/**
 * A piece of a message, as {@link EmoteTokenizer} cuts it. The ranges of a message's tokens follow each other without a
 * gap and cover it completely. More kinds may come: draw an unknown one as its {@link #text()}.
 */
public sealed interface MessageToken {
    /**
     * Tells where the piece begins.
     *
     * @return the index of its first UTF-16 code unit
     */
    int start();

    /**
     * Tells where the piece ends.
     *
     * @return the index after its last UTF-16 code unit
     */
    int end();

    /**
     * Gives the piece as text, for where nothing better can be drawn. Control characters are still in it: a terminal
     * has to strip them.
     *
     * @return the text
     */
    String text();

    /**
     * Plain text, white space included.
     *
     * @param start where it begins
     * @param end where it ends, exclusive
     * @param text what to draw: the characters of the range, except U+E0000 at the end of a message
     */
    record Text(int start, int end, String text) implements MessageToken {
        /**
         * Checks the parts and copies what could change.
         *
         * @param start as described above
         * @param end as described above
         * @param text as described above
         */
        public Text {
            Objects.requireNonNull(text, "text");
        }
    }

    /**
     * A Unicode emoji, written as itself or as {@code :shortcode:}.
     *
     * @param start where it begins
     * @param end where it ends, exclusive
     * @param text what to draw: the emoji
     */
    record Emoji(int start, int end, String text) implements MessageToken {
        /**
         * Checks the parts.
         *
         * @param start as described above
         * @param end as described above
         * @param text as described above
         */
        public Emoji {
            Objects.requireNonNull(text, "text");
        }
    }

    /**
     * Text between backticks, in which nothing else is looked for.
     *
     * @param start where the first backtick is
     * @param end where the last backtick ends, exclusive
     * @param text the characters of the range, backticks included
     * @param backticks how many there are on each side
     */
    record Code(int start, int end, String text, int backticks) implements MessageToken {
        /**
         * Checks the parts.
         *
         * @param start as described above
         * @param end as described above
         * @param text as described above
         * @param backticks as described above
         */
        public Code {
            Objects.requireNonNull(text, "text");
        }

        /**
         * Gives what is between the backticks; of one space on both sides, as is needed around a backtick, neither.
         *
         * @return the code
         */
        public String content() {
            String between = text.substring(backticks, text.length() - backticks);
            boolean padded = between.length() > 2
                    && between.charAt(0) == ' '
                    && between.charAt(between.length() - 1) == ' '
                    && !between.isBlank();
            return padded ? between.substring(1, between.length() - 1) : between;
        }
    }

    /**
     * An emote and the zero-width emotes drawn over it.
     *
     * @param start where its code begins
     * @param end where the code of the last overlay ends, or its own if there is none; exclusive
     * @param text the characters of the range: the codes and the white space between them
     * @param base the emote below; itself zero-width only if no emote stands just before it
     * @param overlays the zero-width emotes above it, in the order they are written
     */
    record EmoteToken(int start, int end, String text, EmotePlacement base, List<EmotePlacement> overlays)
            implements MessageToken {
        /**
         * Checks the parts and copies what could change.
         *
         * @param start as described above
         * @param end as described above
         * @param text as described above
         * @param base as described above
         * @param overlays as described above
         */
        public EmoteToken {
            Objects.requireNonNull(text, "text");
            Objects.requireNonNull(base, "base");
            overlays = List.copyOf(overlays);
        }
    }

    /**
     * A web link. It is recognised by its form only and may not be a valid URI.
     *
     * @param start where it begins
     * @param end where it ends, exclusive
     * @param text the link, beginning with {@code http://} or {@code https://} in any case
     */
    record Link(int start, int end, String text) implements MessageToken {
        /**
         * Checks the parts and copies what could change.
         *
         * @param start as described above
         * @param end as described above
         * @param text as described above
         */
        public Link {
            Objects.requireNonNull(text, "text");
        }
    }

    /**
     * A name with an at sign before it. Whether anyone has that name is for the caller to look up.
     *
     * @param start where the at sign is
     * @param end where the name ends, exclusive
     * @param text the at sign and the name
     */
    record Mention(int start, int end, String text) implements MessageToken {
        /**
         * Checks the parts and copies what could change.
         *
         * @param start as described above
         * @param end as described above
         * @param text as described above
         */
        public Mention {
            Objects.requireNonNull(text, "text");
        }

        /**
         * Gives the name.
         *
         * @return the text without the at sign
         */
        public String name() {
            return text.substring(1);
        }
    }
}
