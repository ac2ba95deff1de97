package dev.parley.chat.emotes;

import dev.parley.chat.emotes.MessageToken.Code;
import dev.parley.chat.emotes.MessageToken.Emoji;
import dev.parley.chat.emotes.MessageToken.EmoteToken;
import dev.parley.chat.emotes.MessageToken.Link;
import dev.parley.chat.emotes.MessageToken.Mention;
import dev.parley.chat.emotes.MessageToken.Text;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a message into text, emotes, links and mentions. Pure: same text and catalog, same tokens; it never throws for
 * any text, lone surrogates included, and takes time linear in its length, whatever the catalog's size.
 *
 * <p>The rules:
 *
 * <ul>
 *   <li>Between backticks stands code, in which nothing is looked for: it ends at the next run of as many backticks as
 *       it began with (1 to {@value #MAX_BACKTICKS}). Backticks without an end are text.
 *   <li>The rest is split into words at Unicode white space. A word that is an emote's code becomes that emote.
 *   <li>In other words, {@code :shortcode:} (2 to 64 of {@code A-Z a-z 0-9 _ + -}) becomes the emote whose code it is,
 *       colons included, else the Unicode emoji of that name, if the characters beside it are neither letters nor
 *       digits nor colons.
 *   <li>{@code http://} and {@code https://} begin a link, up to the end of the word without the punctuation that
 *       closes a sentence. No emote or mention is looked for in a link, and none reaches over it.
 *   <li>{@code @name} is a mention where no letter or digit stands before it: 1 to {@value #MAX_MENTION_CHARS} letters,
 *       digits, {@code _}, {@code -} and {@code .}, the last two not at the end.
 *   <li>A zero-width emote is drawn over the emote before it if only white space is between them; else it stands alone.
 *   <li>U+E0000 at the end of a message, which clients append to repeat themselves, is not drawn.
 *   <li>Emoji sequences of Unicode (UTS #51) are emoji, except in the style of text.
 * </ul>
 */
public final class EmoteTokenizer {
    /** The most UTF-16 code units of a mentioned name. */
    public static final int MAX_MENTION_CHARS = 64;

    /** The most backticks that code begins with. */
    public static final int MAX_BACKTICKS = 31;

    private static final int MIN_SHORTCODE_CHARS = 2;
    private static final int MAX_SHORTCODE_CHARS = 64;
    private static final String DUPLICATE_MARK = "\uDB40\uDC00";
    private static final String SCHEME_END = "://";
    private static final List<String> LINK_SCHEMES = List.of("https", "http");
    private static final String CLOSING_PUNCTUATION = ".,;:!?'\"*_~>)]}";

    private EmoteTokenizer() {}

    /**
     * Cuts a message.
     *
     * @param text the message
     * @param catalog the emotes that hold there
     * @return the tokens, covering the text exactly; none for an empty text. Two texts never follow each other.
     */
    public static List<MessageToken> tokenize(String text, EmoteCatalog catalog) {
        Objects.requireNonNull(text, "text");
        Objects.requireNonNull(catalog, "catalog");
        return new Run(text, catalog).tokenize();
    }

    /**
     * Lists all emotes among tokens, overlays included, in the order they are written: what a message has to refer to.
     *
     * @param tokens tokens of one message
     * @return the emotes and where their codes stand
     */
    public static List<EmotePlacement> emotes(List<? extends MessageToken> tokens) {
        List<EmotePlacement> placements = new ArrayList<>();
        for (MessageToken token : tokens) {
            if (token instanceof EmoteToken emote) {
                placements.add(emote.base());
                placements.addAll(emote.overlays());
            }
        }
        return List.copyOf(placements);
    }

    static boolean isShortcodeChar(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '_'
                || c == '+'
                || c == '-';
    }

    /** One pass over one text. */
    private static final class Run {
        private final String text;
        private final EmoteCatalog catalog;
        private final int contentEnd;
        private final ArrayList<MessageToken> tokens = new ArrayList<>();

        /** Everything before it is in tokens, except the emote in {@link #base}. */
        private int textStart;

        /** An emote that may still get overlays, or null; then textStart is its token's end. */
        private @Nullable EmotePlacement base;

        /** Made when there is a first one. */
        private @Nullable List<EmotePlacement> overlays;

        /** A bit for each length of a run of backticks that does not occur again. */
        private int unclosed;

        /** The first {@code ://} that no word before has passed, or the text's length; -1 before the first look. */
        private int nextScheme = -1;

        Run(String text, EmoteCatalog catalog) {
            this.text = text;
            this.catalog = catalog;
            int end = text.length();
            while (text.startsWith(DUPLICATE_MARK, end - DUPLICATE_MARK.length())) {
                end -= DUPLICATE_MARK.length();
            }
            contentEnd = end;
        }

        List<MessageToken> tokenize() {
            int at = 0;
            while (at < contentEnd) {
                if (CodeText.isWhiteSpace(text.charAt(at))) {
                    at++;
                } else {
                    at = wordOrCode(at);
                }
            }
            endText(text.length());
            tokens.trimToSize();
            return Collections.unmodifiableList(tokens);
        }

        /**
         * Takes the word that begins at {@code start}, up to white space or code, or the code; returns where to go on.
         */
        private int wordOrCode(int start) {
            int at = start;
            // The hash of the word, so that no String is needed to look it up.
            int hash = 0;
            while (at < contentEnd) {
                char c = text.charAt(at);
                if (CodeText.isWhiteSpace(c)) {
                    break;
                }
                if (c == '`' && (at == start || text.charAt(at - 1) != '`')) {
                    int end = codeEnd(at);
                    if (end > at) {
                        if (at > start) {
                            word(start, at, hash);
                        }
                        put(new Code(at, end, text.substring(at, end), runEnd(at) - at));
                        return end;
                    }
                }
                hash = CodeText.hash(hash, c);
                at++;
            }
            word(start, at, hash);
            return at;
        }

        /** Where the code ends that begins with the backticks at {@code start}; {@code start} if there is no end. */
        private int codeEnd(int start) {
            int content = runEnd(start);
            int length = content - start;
            if (length > MAX_BACKTICKS || (unclosed & 1 << length) != 0) {
                return start;
            }
            for (int at = text.indexOf('`', content); at >= 0 && at < contentEnd; at = text.indexOf('`', at)) {
                int end = runEnd(at);
                if (end - at == length) {
                    return end;
                }
                at = end;
            }
            // Looked up once for each length, so that the time stays linear.
            unclosed |= 1 << length;
            return start;
        }

        private int runEnd(int start) {
            int at = start;
            while (at < contentEnd && text.charAt(at) == '`') {
                at++;
            }
            return at;
        }

        private void word(int start, int end, int hash) {
            int linkStart = firstLink(start, end);
            if (linkStart >= 0) {
                int linkEnd = linkEnd(linkStart, end);
                pieces(start, linkStart);
                put(new Link(linkStart, linkEnd, text.substring(linkStart, linkEnd)));
                pieces(linkEnd, end);
                return;
            }
            @Nullable Emote emote = catalog.find(text, start, end, hash);
            if (emote != null) {
                put(new EmotePlacement(emote, start, end));
            } else {
                pieces(start, end);
            }
        }

        /** Where the first link of a word begins; -1 if it has none. */
        private int firstLink(int start, int end) {
            if (nextScheme < start) {
                nextScheme = indexOfScheme(start);
            }
            while (nextScheme < end) {
                int linkStart = linkStart(start, nextScheme);
                if (linkStart >= 0) {
                    return linkStart;
                }
                nextScheme = indexOfScheme(nextScheme + 1);
            }
            return -1;
        }

        private int indexOfScheme(int from) {
            int index = text.indexOf(SCHEME_END, from);
            return index < 0 ? text.length() : index;
        }

        /** Where the link begins whose {@code ://} is at {@code colon}; -1 if it is no link. */
        private int linkStart(int wordStart, int colon) {
            int host = colon + SCHEME_END.length();
            boolean hasHost = host < contentEnd
                    && (text.charAt(host) == '[' || Character.isLetterOrDigit(text.codePointAt(host)));
            for (String scheme : LINK_SCHEMES) {
                int start = colon - scheme.length();
                if (hasHost && start >= wordStart && text.regionMatches(true, start, scheme, 0, scheme.length())) {
                    return isAlphanumericBefore(start) ? -1 : start;
                }
            }
            return -1;
        }

        /** Where the link ends: before the punctuation that ends the word, a bracket that the link opened excepted. */
        private int linkEnd(int linkStart, int wordEnd) {
            // Looked up once, so that the time stays linear.
            int opened = lastIndexOf('(', linkStart, wordEnd);
            int end = wordEnd;
            while (CLOSING_PUNCTUATION.indexOf(text.charAt(end - 1)) >= 0) {
                if (text.charAt(end - 1) == ')' && opened >= 0) {
                    break;
                }
                end--;
            }
            return end;
        }

        private int lastIndexOf(char c, int start, int end) {
            for (int i = end - 1; i >= start; i--) {
                if (text.charAt(i) == c) {
                    return i;
                }
            }
            return -1;
        }

        /** Looks for shortcodes, mentions and emoji in a part of a word. */
        private void pieces(int start, int end) {
            int at = start;
            while (at < end) {
                char c = text.charAt(at);
                if (c == ':') {
                    at = shortcode(at, end);
                } else if (c == '@') {
                    at = mention(at, end);
                } else if (UnicodeEmoji.mayBegin(c) || (UnicodeEmoji.isKeycapBase(c) && at + 1 < end)) {
                    at = emoji(at, end);
                } else {
                    at++;
                }
            }
        }

        /** Puts the emoji that begins at {@code start}, if there is one; returns where to go on. */
        private int emoji(int start, int limit) {
            int end = UnicodeEmoji.end(text, start, limit);
            if (end == start) {
                return start + 1;
            }
            put(new Emoji(start, end, text.substring(start, end)));
            return end;
        }

        /** Puts the shortcode that begins at {@code start}, if there is one; returns where to go on. */
        private int shortcode(int start, int limit) {
            int at = start + 1;
            int hash = CodeText.hash(0, ':');
            while (at < limit && at - start <= MAX_SHORTCODE_CHARS && isShortcodeChar(text.charAt(at))) {
                hash = CodeText.hash(hash, text.charAt(at));
                at++;
            }
            int length = at - start - 1;
            if (at >= limit || text.charAt(at) != ':') {
                return at;
            }
            int end = at + 1;
            if (length < MIN_SHORTCODE_CHARS || isShortcodeNeighbourBefore(start) || isShortcodeNeighbourAt(end)) {
                // The closing colon may open the next one.
                return at;
            }
            @Nullable Emote emote = catalog.find(text, start, end, CodeText.hash(hash, ':'));
            if (emote != null) {
                put(new EmotePlacement(emote, start, end));
                return end;
            }
            @Nullable String emoji = UnicodeEmoji.ofShortcode(text.substring(start + 1, at));
            if (emoji == null) {
                return at;
            }
            put(new Emoji(start, end, emoji));
            return end;
        }

        private boolean isShortcodeNeighbourBefore(int index) {
            return isAlphanumericBefore(index) || (index > 0 && text.charAt(index - 1) == ':');
        }

        private boolean isShortcodeNeighbourAt(int index) {
            return index < text.length()
                    && (text.charAt(index) == ':' || Character.isLetterOrDigit(text.codePointAt(index)));
        }

        private boolean isAlphanumericBefore(int index) {
            return index > 0 && Character.isLetterOrDigit(text.codePointBefore(index));
        }

        /** Puts the mention that begins at {@code start}, if there is one; returns where to go on. */
        private int mention(int start, int limit) {
            if (isAlphanumericBefore(start)) {
                return start + 1;
            }
            int at = start + 1;
            while (at < limit) {
                int c = text.codePointAt(at);
                if (!Character.isLetterOrDigit(c) && c != '_' && c != '-' && c != '.') {
                    break;
                }
                at += Character.charCount(c);
            }
            int end = at;
            while (end > start + 1 && (text.charAt(end - 1) == '-' || text.charAt(end - 1) == '.')) {
                end--;
            }
            int length = end - start - 1;
            if (length >= 1 && length <= MAX_MENTION_CHARS) {
                put(new Mention(start, end, text.substring(start, end)));
            }
            return at;
        }

        private void put(EmotePlacement placement) {
            if (base != null && placement.emote().zeroWidth() && isBlank(textStart, placement.start())) {
                if (overlays == null) {
                    overlays = new ArrayList<>(2);
                }
                overlays.add(placement);
            } else {
                endText(placement.start());
                base = placement;
            }
            textStart = placement.end();
        }

        private void put(MessageToken token) {
            endText(token.start());
            tokens.add(token);
            textStart = token.end();
        }

        /** Moves the waiting emote and the text after it, up to {@code end}, into tokens. */
        private void endText(int end) {
            if (base != null) {
                int start = base.start();
                List<EmotePlacement> laid = overlays == null ? List.of() : overlays;
                tokens.add(new EmoteToken(start, textStart, text.substring(start, textStart), base, laid));
                base = null;
                overlays = null;
            }
            if (textStart < end) {
                int drawnEnd = Math.max(textStart, Math.min(end, contentEnd));
                tokens.add(new Text(textStart, end, text.substring(textStart, drawnEnd)));
                textStart = end;
            }
        }

        private boolean isBlank(int start, int end) {
            for (int i = start; i < end; i++) {
                if (!CodeText.isWhiteSpace(text.charAt(i))) {
                    return false;
                }
            }
            return true;
        }
    }
}
