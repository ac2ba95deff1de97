package dev.parley.chat.emotes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.emotes.MessageToken.Emoji;
import dev.parley.chat.emotes.MessageToken.Text;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import net.fellbaum.jemoji.EmojiGroup;
import net.fellbaum.jemoji.EmojiManager;
import net.fellbaum.jemoji.EmojiSubGroup;
import net.fellbaum.jemoji.Qualification;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The table of emoji against a library that knows them all, and whose classes take too long to load for a chat program
 * to start with. To write the table again, run this test with {@code -Dparley.emoji.table=FILE}.
 */
class UnicodeEmojiTest {
    private static final String EMOJI_STYLE = "\uFE0F";

    private static List<net.fellbaum.jemoji.Emoji> all() {
        return EmojiManager.getAllEmojis().stream()
                .sorted(Comparator.comparing(net.fellbaum.jemoji.Emoji::getEmoji))
                .toList();
    }

    @Test
    void theTableSaysWhatTheLibrarySays() throws Exception {
        BitSet pictures = new BitSet();
        BitSet letters = new BitSet();
        Map<EmojiGroup, TreeMap<EmojiSubGroup, List<String>>> groups = new TreeMap<>();
        Set<String> taken = new HashSet<>();
        for (net.fellbaum.jemoji.Emoji emoji : all()) {
            String text = emoji.getEmoji();
            int first = text.codePointAt(0);
            String rest = text.substring(Character.charCount(first));
            boolean keycapOrFlag = first < 0x80 || (first >= 0x1F1E6 && first <= 0x1F1FF);
            if (emoji.getQualification() == Qualification.FULLY_QUALIFIED && !keycapOrFlag) {
                if (rest.isEmpty()) {
                    pictures.set(first);
                } else if (rest.equals(EMOJI_STYLE)) {
                    letters.set(first);
                }
            }
            if (emoji.getQualification() == Qualification.COMPONENT && rest.isEmpty() && first >= 0x1F3FB) {
                pictures.set(first);
            }
            if (emoji.getQualification() != Qualification.FULLY_QUALIFIED
                    || text.codePoints().anyMatch(c -> c >= 0x1F3FB && c <= 0x1F3FF)) {
                continue;
            }
            Set<String> names = new LinkedHashSet<>();
            Stream.of(emoji.getGithubAliases(), emoji.getDiscordAliases(), emoji.getSlackAliases())
                    .flatMap(aliases -> aliases.stream().sorted())
                    .map(alias -> alias.replaceAll("^:|:$", "").toLowerCase(Locale.ROOT))
                    .filter(alias -> alias.matches("[a-z0-9_+-]{2,64}"))
                    .filter(taken::add)
                    .forEach(names::add);
            if (!names.isEmpty()) {
                groups.computeIfAbsent(emoji.getGroup(), group -> new TreeMap<>())
                        .computeIfAbsent(emoji.getSubgroup(), group -> new ArrayList<>())
                        .add(text + " " + String.join(" ", names));
            }
        }
        List<String> lines = new ArrayList<>();
        groups.forEach((group, parts) -> {
            lines.add("group " + group.getName());
            parts.values().forEach(lines::addAll);
        });
        String table = "# Emoji of Unicode: which code points are pictures by themselves, which are letters that can be"
                + " shown so, and the shortcodes by groups.\n"
                + "pictures " + ranges(pictures) + "\nletters " + ranges(letters) + "\n" + String.join("\n", lines)
                + "\n";
        String target = System.getProperty("parley.emoji.table");
        if (target != null) {
            Files.writeString(Path.of(target), table);
        }
        try (var in = Objects.requireNonNull(UnicodeEmoji.class.getResourceAsStream("emoji.txt"))) {
            assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo(table);
        }
    }

    @Test
    void emojiAreListedInTheGroupsOfUnicodeWithTheirShortcodes() {
        assertThat(UnicodeEmoji.groups())
                .extracting(UnicodeEmoji.Group::name)
                .containsExactly(
                        "Smileys & Emotion",
                        "People & Body",
                        "Animals & Nature",
                        "Food & Drink",
                        "Travel & Places",
                        "Activities",
                        "Objects",
                        "Symbols",
                        "Flags");
        assertThat(UnicodeEmoji.groups().get(0).emoji())
                .contains(new UnicodeEmoji.Listed("\uD83D\uDE00", List.of("grinning", "grinning_face")));
    }

    private static String ranges(BitSet set) {
        List<String> ranges = new ArrayList<>();
        for (int first = set.nextSetBit(0); first >= 0; ) {
            int last = set.nextClearBit(first) - 1;
            ranges.add(Integer.toHexString(first) + (last > first ? "-" + Integer.toHexString(last) : ""));
            first = set.nextSetBit(last + 1);
        }
        return String.join(" ", ranges);
    }

    @Test
    void everyEmojiOfUnicodeIsOneToken() {
        for (net.fellbaum.jemoji.Emoji emoji : all()) {
            if (emoji.getQualification() == Qualification.FULLY_QUALIFIED
                    || emoji.getQualification() == Qualification.MINIMALLY_QUALIFIED) {
                String text = emoji.getEmoji();
                assertThat(EmoteTokenizer.tokenize("a" + text + "b", EmoteCatalog.empty()))
                        .as(text)
                        .containsExactly(
                                new Text(0, 1, "a"),
                                new Emoji(1, 1 + text.length(), text),
                                new Text(1 + text.length(), 2 + text.length(), "b"));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1",
                "#",
                "\u00a9",
                "\u2764",
                "\u2764\uFE0E",
                "1\uFE0F",
                "\uD83C\uDDE9",
                "\uD83C",
                "\uDDE9",
                "\u200D",
                "\uFE0F",
                "\u4e2d\u6587",
            })
    void whatIsNotShownAsEmojiStaysText(String text) {
        assertThat(EmoteTokenizer.tokenize(text, EmoteCatalog.empty()))
                .containsExactly(new Text(0, text.length(), text));
    }

    @ParameterizedTest
    @ValueSource(strings = {":smile:", ":+1:", ":thumbsup:"})
    void aShortcodeBecomesItsEmoji(String text) {
        assertThat(EmoteTokenizer.tokenize(text, EmoteCatalog.empty()))
                .singleElement()
                .satisfies(token -> {
                    assertThat(token).isInstanceOf(Emoji.class);
                    assertThat(token.text()).isNotEqualTo(text);
                });
    }

    @Test
    void anEmoteComesBeforeTheEmojiOfThatName() {
        Emote smile = Emote.builder(new EmoteId("test", "1"), ":smile:").build();
        EmoteCatalog catalog = EmoteCatalog.of(List.of(new EmoteCatalog.Layer(
                EmoteScope.GLOBAL, EmoteSet.builder().add(smile).build())));

        assertThat(EmoteTokenizer.emotes(EmoteTokenizer.tokenize(":smile:", catalog)))
                .extracting(EmotePlacement::emote)
                .containsExactly(smile);
    }
}
