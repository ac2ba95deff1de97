package dev.parley.chat;

import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A message to be sent. Immutable. */
public final class OutgoingMessage {

    /** Longest text, in bytes of UTF-8. */
    public static final int MAX_TEXT_BYTES = 16 * 1024;

    /** Most emotes that a message refers to. */
    public static final int MAX_EMOTES = 256;

    /** Most mentions in a message. */
    public static final int MAX_MENTIONS = 64;

    /**
     * Most bytes that the text, its emotes and its mentions take together, in the JSON in which they travel; a text
     * alone is always below it.
     */
    public static final int MAX_ENCODED_BYTES = 120 * 1024;

    /** What an emote takes besides its id and code: field names, its provider and its range. */
    private static final int EMOTE_ENCODED_BYTES = 64 + EmoteReference.MAX_PROVIDER_CHARS;

    /** What a mention takes: field names, a peer id and its range. */
    private static final int MENTION_ENCODED_BYTES = 80;

    private final String text;
    private final List<EmoteReference> emotes;
    private final List<Mention> mentions;
    private final @Nullable MessageId replyTo;

    private OutgoingMessage(Builder builder) {
        text = builder.text;
        emotes = List.copyOf(builder.emotes);
        mentions = List.copyOf(builder.mentions);
        replyTo = builder.replyTo;
    }

    /**
     * Makes a message of plain text.
     *
     * @param text see {@link #builder}
     * @return the message
     */
    public static OutgoingMessage of(String text) {
        return builder(text).build();
    }

    /**
     * Starts a message.
     *
     * @param text well-formed Unicode, not empty, at most {@value #MAX_TEXT_BYTES} bytes of UTF-8; checked by
     *     {@link Builder#build}
     * @return a new builder
     */
    public static Builder builder(String text) {
        return new Builder(text);
    }

    /**
     * Returns the text.
     *
     * @return the text
     */
    public String text() {
        return text;
    }

    /**
     * Returns which parts of the text are emotes.
     *
     * @return an immutable list, in the order of the text
     */
    public List<EmoteReference> emotes() {
        return emotes;
    }

    /**
     * Returns who is meant by parts of the text.
     *
     * @return an immutable list, in the order of the text
     */
    public List<Mention> mentions() {
        return mentions;
    }

    /**
     * Returns the message that this one answers.
     *
     * @return its id, or empty
     */
    public Optional<MessageId> replyTo() {
        return Optional.ofNullable(replyTo);
    }

    /** Collects the parts of an {@link OutgoingMessage}. */
    public static final class Builder {
        private final String text;
        private final List<EmoteReference> emotes = new ArrayList<>();
        private final List<Mention> mentions = new ArrayList<>();
        private @Nullable MessageId replyTo;

        private Builder(String text) {
            this.text = text;
        }

        /**
         * Says that a part of the text is an emote. References must come in the order of the text and not overlap;
         * zero-width emotes are parts of their own.
         *
         * @param emote whose range holds its code in the text
         * @return this
         */
        public Builder emote(EmoteReference emote) {
            emotes.add(emote);
            return this;
        }

        /**
         * Says that a part of the text means a participant. Mentions must come in the order of the text and not overlap
         * each other.
         *
         * @param mention whose range holds the name in the text
         * @return this
         */
        public Builder mention(Mention mention) {
            mentions.add(mention);
            return this;
        }

        /**
         * Says which message this one answers. Default: none.
         *
         * @param message its id
         * @return this
         */
        public Builder replyTo(MessageId message) {
            this.replyTo = message;
            return this;
        }

        /**
         * Makes the message.
         *
         * @return the message
         * @throws IllegalArgumentException if the text is empty, too long or holds half a surrogate pair, a reference
         *     does not fit the text, or there is too much of both
         */
        public OutgoingMessage build() {
            if (text.isEmpty()) {
                throw new IllegalArgumentException("a message needs a text");
            }
            int bytes;
            try {
                bytes = StandardCharsets.UTF_8
                        .newEncoder()
                        .encode(CharBuffer.wrap(text))
                        .remaining();
            } catch (CharacterCodingException e) {
                throw new IllegalArgumentException("the text holds half a surrogate pair", e);
            }
            if (bytes > MAX_TEXT_BYTES) {
                throw new IllegalArgumentException("the text has " + bytes + " bytes of UTF-8, the limit is "
                        + MAX_TEXT_BYTES + "; send it in parts");
            }
            if (emotes.size() > MAX_EMOTES) {
                throw new IllegalArgumentException(
                        "the message has " + emotes.size() + " emotes, the limit is " + MAX_EMOTES);
            }
            if (mentions.size() > MAX_MENTIONS) {
                throw new IllegalArgumentException(
                        "the message has " + mentions.size() + " mentions, the limit is " + MAX_MENTIONS);
            }
            int encodedBytes = encodedBytes(text) + mentions.size() * MENTION_ENCODED_BYTES;
            for (EmoteReference emote : emotes) {
                encodedBytes += EMOTE_ENCODED_BYTES + encodedBytes(emote.emote()) + encodedBytes(emote.code());
            }
            if (encodedBytes > MAX_ENCODED_BYTES) {
                throw new IllegalArgumentException("the text, its emotes and its mentions take " + encodedBytes
                        + " bytes, the limit is " + MAX_ENCODED_BYTES + "; send it in parts");
            }
            int at = 0;
            for (EmoteReference emote : emotes) {
                if (emote.start() < at || emote.end() > text.length()) {
                    throw new IllegalArgumentException(
                            "the emote at " + emote.start() + " does not fit the text or overlaps");
                }
                at = emote.end();
            }
            at = 0;
            for (Mention mention : mentions) {
                if (mention.start() < at || mention.end() > text.length()) {
                    throw new IllegalArgumentException(
                            "the mention at " + mention.start() + " does not fit the text or overlaps");
                }
                at = mention.end();
            }
            return new OutgoingMessage(this);
        }

        /** How many bytes a text takes in JSON at most (RFC 8259 section 7). */
        private static int encodedBytes(String text) {
            int bytes = 0;
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if (c < ' ' || Character.isSurrogate(c)) {
                    bytes += 6;
                } else if (c < 0x80) {
                    bytes += c == '"' || c == '\\' ? 2 : 1;
                } else {
                    bytes += c < 0x800 ? 2 : 3;
                }
            }
            return bytes;
        }
    }
}
