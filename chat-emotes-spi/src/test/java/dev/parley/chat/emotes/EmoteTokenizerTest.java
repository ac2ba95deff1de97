package dev.parley.chat.emotes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.emotes.MessageToken.Code;
import dev.parley.chat.emotes.MessageToken.Emoji;
import dev.parley.chat.emotes.MessageToken.EmoteToken;
import dev.parley.chat.emotes.MessageToken.Text;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EmoteTokenizerTest {
    private static final String LONGEST_SHORTCODE = ":" + "x".repeat(64) + ":";
    private static final EmoteCatalog CATALOG = EmoteCatalog.of(List.of(new EmoteCatalog.Layer(
            EmoteScope.GLOBAL,
            EmoteSet.builder()
                    .add(emote("Kappa"))
                    .add(emote(":)))"))
                    .add(emote("$$fish"))
                    .add(emote("(7TV)"))
                    .add(emote("!vote"))
                    .add(emote("Okayge+1"))
                    .add(emote("@wave"))
                    .add(emote("\u0436\u0430\u0431\u0430"))
                    .add(emote(":blob_cat:"))
                    .add(emote(":a:"))
                    .add(emote(LONGEST_SHORTCODE))
                    .add(emote(":" + "y".repeat(65) + ":"))
                    .add(emote("https://tricky.example/Kappa"))
                    .add(zeroWidth("SoSnowy"))
                    .add(zeroWidth(":rain:"))
                    .build())));

    private static Emote emote(String code) {
        return Emote.builder(new EmoteId("test", "id-of-" + code), code).build();
    }

    private static Emote zeroWidth(String code) {
        return Emote.builder(new EmoteId("test", "id-of-" + code), code)
                .zeroWidth(true)
                .build();
    }

    @Test
    void anEmptyTextHasNoTokens() {
        assertThat(EmoteTokenizer.tokenize("", CATALOG)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Kappa", ":)))", "$$fish", "(7TV)", "!vote", "Okayge+1", "@wave", ":blob_cat:", ":a:"})
    void aWordThatIsACodeBecomesThatEmote(String code) {
        assertThat(show("hi " + code + " you")).isEqualTo("T[hi ] E[" + code + "] T[ you]");
    }

    @Test
    void aCodeOfOtherLettersIsFoundToo() {
        assertThat(show("\u0436\u0430\u0431\u0430")).isEqualTo("E[\u0436\u0430\u0431\u0430]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"kappa", "Kappa,", "xKappa", "Kappa\u200b", "KappaKappa"})
    void aWordThatIsNoCodeStaysText(String word) {
        assertThat(show(word)).isEqualTo("T[" + word + "]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                " ", "\t", "\n", "\r", "\u000b", "\u0085", "\u00a0", "\u1680", "\u2003", "\u2028", "\u202f", "\u3000"
            })
    void anyUnicodeWhiteSpaceSplitsWords(String space) {
        assertThat(show("Kappa" + space + "Kappa")).isEqualTo("E[Kappa] T[" + space + "] E[Kappa]");
    }

    @Test
    void aZeroWidthEmoteIsDrawnOverTheOneBeforeIt() {
        List<MessageToken> tokens = EmoteTokenizer.tokenize("a Kappa  SoSnowy :rain: b", CATALOG);

        assertThat(show(tokens)).isEqualTo("T[a ] E[Kappa  SoSnowy :rain:] T[ b]");
        EmoteToken token = (EmoteToken) tokens.get(1);
        assertThat(token.base()).isEqualTo(new EmotePlacement(emote("Kappa"), 2, 7));
        assertThat(token.overlays())
                .containsExactly(
                        new EmotePlacement(zeroWidth("SoSnowy"), 9, 16),
                        new EmotePlacement(zeroWidth(":rain:"), 17, 23));
    }

    @ParameterizedTest
    @CsvSource({
        "SoSnowy Kappa, E[SoSnowy] T[ ] E[Kappa]",
        "Kappa x SoSnowy, E[Kappa] T[ x ] E[SoSnowy]",
        "Kappa @x SoSnowy, E[Kappa] T[ ] M[@x] T[ ] E[SoSnowy]",
        "Kappa http://x.y SoSnowy, E[Kappa] T[ ] L[http://x.y] T[ ] E[SoSnowy]",
        "SoSnowy SoSnowy, E[SoSnowy SoSnowy]",
        "Kappa (:rain:), E[Kappa] T[ (] E[:rain:] T[)]",
    })
    void aZeroWidthEmoteWithoutAnEmoteJustBeforeItStandsAlone(String text, String tokens) {
        assertThat(show(text)).isEqualTo(tokens);
    }

    @ParameterizedTest
    @CsvSource({
        "(:blob_cat:), T[(] E[:blob_cat:] T[)]",
        "'hi,:blob_cat:!', 'T[hi,] E[:blob_cat:] T[!]'",
        "x:blob_cat:, T[x:blob_cat:]",
        ":blob_cat:9, T[:blob_cat:9]",
        "::blob_cat:, T[::blob_cat:]",
        ":blob_cat::, T[:blob_cat::]",
        ":blob_cat::rain:, T[:blob_cat::rain:]",
        ":blob_cat:-:rain:, E[:blob_cat:] T[-] E[:rain:]",
        ":Blob_cat:, T[:Blob_cat:]",
        "10:30:blob_cat:, T[10:30:blob_cat:]",
        "(:none:/:rain:), T[(:none:/] E[:rain:] T[)]",
        "(:a:), T[(:a:)]",
    })
    void aShortcodeNeedsNeighboursThatAreNeitherAlphanumericNorColons(String text, String tokens) {
        assertThat(show(text)).isEqualTo(tokens);
    }

    @Test
    void aNeighbourBeyondTheBasicPlaneCountsAsALetter() {
        String letter = "\uD835\uDC00";
        assertThat(show(letter + ":blob_cat:")).isEqualTo("T[" + letter + ":blob_cat:]");
        assertThat(show("\uD83D\uDE00:blob_cat:\uD83D\uDE00"))
                .isEqualTo("U[\uD83D\uDE00] E[:blob_cat:] U[\uD83D\uDE00]");
    }

    @Test
    void aShortcodeInsideAWordHasAtMost64Characters() {
        assertThat(show("(" + LONGEST_SHORTCODE + ")")).isEqualTo("T[(] E[" + LONGEST_SHORTCODE + "] T[)]");
        String tooLong = "(:" + "y".repeat(65) + ":)";
        assertThat(show(tooLong)).isEqualTo("T[" + tooLong + "]");
    }

    @ParameterizedTest
    @CsvSource({
        "see https://a.example/x?y=1#z., T[see ] L[https://a.example/x?y=1#z] T[.]",
        "'(https://a.example/b),', 'T[(] L[https://a.example/b] T[),]'",
        "https://a.example/b_(c), L[https://a.example/b_(c)]",
        "HTTPS://A.example, L[HTTPS://A.example]",
        "http://[::1]/x, L[http://[::1]/x]",
        "https://a.example/:blob_cat:/x, L[https://a.example/:blob_cat:/x]",
        "https://a.example/@name, L[https://a.example/@name]",
        "https://tricky.example/Kappa, L[https://tricky.example/Kappa]",
        "(:blob_cat:)https://a.example, T[(] E[:blob_cat:] T[)] L[https://a.example]",
        "xhttps://a.example, T[xhttps://a.example]",
        "https://, T[https://]",
        "https:///x, T[https:///x]",
        "ftp://a.example, T[ftp://a.example]",
        "ftp://x+https://a.example, T[ftp://x+] L[https://a.example]",
    })
    void aLinkIsOnePieceAndNoTokenReachesOverIt(String text, String tokens) {
        assertThat(show(text)).isEqualTo(tokens);
    }

    @ParameterizedTest
    @CsvSource({
        "@ann hi, M[@ann] T[ hi]",
        "'hi (@ann-marie.k).', 'T[hi (] M[@ann-marie.k] T[).]'",
        "'@ann,@bob', 'M[@ann] T[,] M[@bob]'",
        "mail@ann.example, T[mail@ann.example]",
        "@, T[@]",
        "@., T[@.]",
        "@@ann, T[@] M[@ann]",
    })
    void aMentionIsANameAfterAnAtSign(String text, String tokens) {
        assertThat(show(text)).isEqualTo(tokens);
    }

    @Test
    void aMentionedNameHasAtMost64Characters() {
        String longest = "@" + "n".repeat(EmoteTokenizer.MAX_MENTION_CHARS);
        assertThat(show(longest)).isEqualTo("M[" + longest + "]");
        assertThat(show(longest + "n")).isEqualTo("T[" + longest + "n]");
    }

    @Test
    void theMarkOfARepeatedMessageIsNotDrawn() {
        String mark = "\uDB40\uDC00";
        assertThat(EmoteTokenizer.tokenize("Kappa " + mark, CATALOG))
                .endsWith(new Text(5, 8, " "))
                .hasSize(2);
        assertThat(EmoteTokenizer.tokenize("Kappa" + mark + mark, CATALOG))
                .endsWith(new Text(5, 9, ""))
                .hasSize(2);
        assertThat(EmoteTokenizer.tokenize(mark, CATALOG)).containsExactly(new Text(0, 2, ""));
        assertThat(show("a" + mark + "b")).isEqualTo("T[a" + mark + "b]");
    }

    @Test
    void allEmotesOfAMessageAreListedInOrder() {
        List<MessageToken> tokens = EmoteTokenizer.tokenize("Kappa SoSnowy (:blob_cat:)", CATALOG);

        assertThat(EmoteTokenizer.emotes(tokens))
                .containsExactly(
                        new EmotePlacement(emote("Kappa"), 0, 5),
                        new EmotePlacement(zeroWidth("SoSnowy"), 6, 13),
                        new EmotePlacement(emote(":blob_cat:"), 15, 25));
    }

    @Test
    void anyTextIsCoveredExactlyByTokensThatFollowTheRules() {
        String[] parts = {
            "Kappa",
            "SoSnowy",
            ":blob_cat:",
            ":rain:",
            ":",
            "::",
            "@",
            "@ann",
            "https://",
            "http://a.b",
            "://",
            "(",
            ")",
            ".",
            " ",
            "\t",
            "\u3000",
            "x",
            "9",
            "_",
            "\uDB40\uDC00",
            "\uDB40",
            "\uDC00",
            "\uD83D\uDE00",
            "\u0000",
            "\u200d",
            "e\u0301"
        };
        for (long seed = 0; seed < 20_000; seed++) {
            Random random = new Random(seed);
            StringBuilder built = new StringBuilder();
            int count = random.nextInt(14);
            for (int i = 0; i < count; i++) {
                built.append(
                        random.nextInt(10) == 0
                                ? String.valueOf((char) random.nextInt(0x10000))
                                : parts[random.nextInt(parts.length)]);
            }
            String text = built.toString();
            assertRules(text, seed);
        }
    }

    private static void assertRules(String text, long seed) {
        String why = "seed " + seed;
        List<MessageToken> tokens = EmoteTokenizer.tokenize(text, CATALOG);
        int at = 0;
        MessageToken previous = null;
        for (MessageToken token : tokens) {
            assertThat(token.start()).as(why).isEqualTo(at);
            assertThat(token.end()).as(why).isGreaterThan(at);
            at = token.end();
            String range = text.substring(token.start(), token.end());
            if (token instanceof Text) {
                assertThat(previous instanceof Text).as(why).isFalse();
                assertThat(range).as(why).startsWith(token.text());
                assertThat(range.substring(token.text().length()).replace("\uDB40\uDC00", ""))
                        .as(why)
                        .isEmpty();
            } else {
                assertThat(token.text()).as(why).isEqualTo(range);
            }
            previous = token;
        }
        assertThat(at).as(why).isEqualTo(text.length());
        int end = 0;
        for (EmotePlacement placement : EmoteTokenizer.emotes(tokens)) {
            assertThat(placement.start()).as(why).isGreaterThanOrEqualTo(end);
            end = placement.end();
            assertThat(text.substring(placement.start(), end))
                    .as(why)
                    .isEqualTo(placement.emote().code());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "`Kappa`|C[`Kappa`]",
                "Kappa `Kappa` Kappa|E[Kappa] T[ ] C[`Kappa`] T[ ] E[Kappa]",
                "a`b`c|T[a] C[`b`] T[c]",
                "Kappa`x`|E[Kappa] C[`x`]",
                "``a ` Kappa``|C[``a ` Kappa``]",
                "`a`` Kappa|T[`a`` ] E[Kappa]",
                "` Kappa|T[` ] E[Kappa]",
                "```https://x.example @you :a:```|C[```https://x.example @you :a:```]",
                "`https://x.example|T[`] L[https://x.example]",
                "Kappa `a` SoSnowy|E[Kappa] T[ ] C[`a`] T[ ] E[SoSnowy]",
                "``|T[``]",
            })
    void nothingIsLookedForBetweenBackticks(String text, String tokens) {
        assertThat(show(text)).isEqualTo(tokens);
    }

    @Test
    void codeBeginsWithAtMost31Backticks() {
        String most = "`".repeat(EmoteTokenizer.MAX_BACKTICKS);
        assertThat(show(most + "a" + most)).isEqualTo("C[" + most + "a" + most + "]");
        String more = most + "`";
        assertThat(show(more + "a" + more)).isEqualTo("T[" + more + "a" + more + "]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {"`a`|a", "`` ` ``|`", "` a `|a"})
    void theContentOfCodeIsWithoutItsBackticks(String text, String content) {
        assertThat(EmoteTokenizer.tokenize(text, CATALOG))
                .singleElement()
                .isInstanceOfSatisfying(
                        Code.class, code -> assertThat(code.content()).isEqualTo(content));
    }

    private static String show(String text) {
        return show(EmoteTokenizer.tokenize(text, CATALOG));
    }

    private static String show(List<MessageToken> tokens) {
        StringBuilder shown = new StringBuilder();
        for (MessageToken token : tokens) {
            String kind = token instanceof EmoteToken
                    ? "E"
                    : token instanceof Emoji
                            ? "U"
                            : token.getClass().getSimpleName().substring(0, 1);
            shown.append(shown.isEmpty() ? "" : " ")
                    .append(kind)
                    .append('[')
                    .append(token.text())
                    .append(']');
        }
        return shown.toString();
    }
}
