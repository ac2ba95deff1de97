package dev.parley.chat.cli.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.ChatMessage;
import dev.parley.chat.EmoteReference;
import dev.parley.chat.MessageId;
import dev.parley.chat.PeerId;
import dev.parley.chat.Reaction;
import dev.parley.chat.cli.Deed;
import dev.parley.chat.cli.Event;
import dev.parley.chat.cli.screen.Grid;
import dev.parley.chat.cli.screen.Keypress;
import dev.parley.chat.emotes.Emote;
import dev.parley.chat.emotes.EmoteCatalog;
import dev.parley.chat.emotes.EmoteId;
import dev.parley.chat.emotes.EmoteScope;
import dev.parley.chat.emotes.EmoteSet;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EmotesInClientTest {
    private static final Instant NOW = Instant.parse("2026-05-04T12:00:00Z");
    private static final PeerId ANN = new PeerId("b".repeat(32));
    private static final MessageId SAID = new MessageId("e".repeat(51) + "a");

    private final List<Wish> wishes = new ArrayList<>();
    private final FakePictures pictures = new FakePictures(0);
    private Client client = client(pictures, Theme.Signs.UNICODE);
    private int tab;

    private Client client(Pictures shown, Theme.Signs signs) {
        return new Client(ZoneOffset.UTC, new Theme(Theme.Ground.DARK, signs), shown, wishes::add);
    }

    private static Emote emote(String provider, String id, String code, boolean isOverlay) {
        return Emote.builder(new EmoteId(provider, id), code)
                .zeroWidth(isOverlay)
                .build();
    }

    private static EmoteCatalog catalog() {
        EmoteSet.Builder set = EmoteSet.builder();
        set.add(emote("room", "a1", ":teapot:", false));
        set.add(emote("7tv", "1", "Kappa", false));
        set.add(emote("7tv", "2", "PogChamp", false));
        set.add(emote("7tv", "3", "RainTime", true));
        for (int i = 1; i <= 40; i++) {
            set.add(emote("7tv", "cat" + i, "cat" + i, false));
        }
        set.add(emote("custom", "c1", ":blob_of_a_very_long_name:", false));
        return EmoteCatalog.of(List.of(new EmoteCatalog.Layer(EmoteScope.ROOM, set.build())));
    }

    @BeforeEach
    void open() {
        tab = client.open();
        client.handle(new Happening.Emotes(tab, catalog()), NOW);
    }

    private void press(Keypress.Key key, Keypress.Held... held) {
        client.handle(new Happening.Key(new Keypress.Pressed(key, Set.of(held))), NOW);
    }

    private void type(String text) {
        client.handle(new Happening.Key(new Keypress.Typed(text)), NOW);
    }

    private void click(int row, int column) {
        client.handle(new Happening.Key(new Keypress.Mouse(Keypress.Mouse.Action.PRESS, row, column)), NOW);
    }

    private void say(String text, EmoteReference... emotes) {
        client.handle(
                new Happening.InRoom(
                        tab,
                        new Event.Message(new ChatMessage(
                                SAID, ANN, "Ann", text, NOW, Optional.empty(), List.of(emotes), List.of()))),
                NOW);
    }

    private String screen(int rows, int columns) {
        Grid grid = new Grid(rows, columns);
        client.draw(grid);
        return grid.text();
    }

    private String input() {
        String[] lines = screen(24, 80).split("\n", -1);
        return lines[23];
    }

    // --- The picker -------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"15, 40", "24, 80"})
    void thePickerLooksSo(int rows, int columns) throws Exception {
        pictures.add(":teapot:", "Kappa", "PogChamp", "cat1", "cat2");
        client.handle(new Happening.RecentEmotes(List.of("PogChamp", "😀", "gone")), NOW);
        press(Keypress.Key.F3);
        StringBuilder all = new StringBuilder(screen(rows, columns));
        press(Keypress.Key.TAB);
        press(Keypress.Key.TAB);
        press(Keypress.Key.DOWN);
        press(Keypress.Key.RIGHT);
        all.append("\n-- 7TV, one down and one to the right\n").append(screen(rows, columns));
        press(Keypress.Key.TAB);
        press(Keypress.Key.TAB);
        screen(rows, columns);
        press(Keypress.Key.PAGE_DOWN);
        all.append("\n-- Smileys, a page down\n").append(screen(rows, columns));
        type("pog");
        all.append("\n-- Found\n").append(screen(rows, columns));
        type("xyzzy");
        all.append("\n-- Nothing found\n").append(screen(rows, columns));

        assertLooksLike("picker-" + columns + "x" + rows + ".txt", all.toString());
    }

    @Test
    void thePickerShowsNamesWhereThereAreNoPicturesAndNoSigns() throws Exception {
        client = client(Pictures.NONE, Theme.Signs.ASCII);
        open();
        press(Keypress.Key.F3);
        String names = screen(12, 40);
        press(Keypress.Key.TAB);
        press(Keypress.Key.TAB);
        press(Keypress.Key.TAB);
        String all = names + "\n-- Smileys\n" + screen(12, 40);

        assertThat(all.codePoints().allMatch(c -> c == '\n' || (c >= ' ' && c < 0x7F)))
                .as(all)
                .isTrue();
        assertLooksLike("picker-names-40x12.txt", all);
    }

    /** To write the files again, run this with {@code -Dparley.screens=FOLDER}. */
    private static void assertLooksLike(String name, String text) throws Exception {
        String target = System.getProperty("parley.screens");
        if (target != null) {
            Files.writeString(Path.of(target, name), text);
        }
        try (var in = Objects.requireNonNull(EmotesInClientTest.class.getResourceAsStream("/screens/" + name))) {
            assertThat(text).isEqualTo(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    @Test
    void enterWritesTheChosenEmoteAsAWordAndCloses() {
        type("so");
        press(Keypress.Key.F3);
        press(Keypress.Key.TAB);
        press(Keypress.Key.RIGHT);
        press(Keypress.Key.ENTER);

        assertThat(input()).startsWith("> so PogChamp");
        assertThat(screen(24, 80)).doesNotContain("Search:");
        assertThat(wishes).contains(new Wish.KeepRecentEmotes(List.of("PogChamp")));
    }

    @Test
    void altEnterWritesAndStays() {
        client.handle(new Happening.Key(new Keypress.Chord(Keypress.Held.ALT, 'e')), NOW);
        press(Keypress.Key.ENTER, Keypress.Held.ALT);
        press(Keypress.Key.ENTER, Keypress.Held.SHIFT);

        assertThat(screen(24, 80)).contains("Search:");
        press(Keypress.Key.ESCAPE);
        assertThat(input()).startsWith("> :teapot: :teapot:");
    }

    @Test
    void aClickChoosesAndOneOnANameOpensItsSection() {
        press(Keypress.Key.F3);
        String[] before = screen(24, 80).split("\n", -1);
        int row = rowOf(before, " 7TV ");
        click(row, before[row].indexOf("7TV"));
        String[] lines = screen(24, 80).split("\n", -1);
        int name = rowOf(lines, "PogChamp");
        click(name, lines[name].indexOf("PogChamp"));

        assertThat(input()).startsWith("> PogChamp");
    }

    private static int rowOf(String[] lines, String text) {
        for (int row = 0; row < lines.length; row++) {
            if (lines[row].contains(text)) {
                return row;
            }
        }
        throw new AssertionError("no row has " + text);
    }

    @Test
    void theWheelScrollsTheGrid() {
        press(Keypress.Key.F3);
        press(Keypress.Key.TAB);
        screen(15, 40);
        for (int i = 0; i < 6; i++) {
            client.handle(new Happening.Key(new Keypress.Mouse(Keypress.Mouse.Action.WHEEL_DOWN, 5, 5)), NOW);
        }

        assertThat(screen(15, 40)).contains("cat16").doesNotContain("Kappa");
    }

    @Test
    void onASelectedMessageThePickerReacts() {
        say("tea?");
        press(Keypress.Key.UP);
        press(Keypress.Key.F3);
        assertThat(screen(24, 80)).contains("React");
        type("pog");
        press(Keypress.Key.ENTER, Keypress.Held.ALT);

        assertThat(wishes)
                .contains(new Wish.Do(
                        tab,
                        new Deed.React(SAID, Reaction.of(new EmoteReference("7tv", "2", "PogChamp", 0, 8)), true)));
        assertThat(screen(24, 80)).doesNotContain("Search:");
        assertThat(input().strip()).isEqualTo(">");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 12})
    void thePickerDrawsAndTakesKeysOnAScreenOfAnySize(int side) {
        press(Keypress.Key.F3);
        for (Keypress.Key key : Keypress.Key.values()) {
            screen(side, side);
            if (key != Keypress.Key.ESCAPE && key != Keypress.Key.F3) {
                press(key);
            }
        }
        click(0, 0);
        type("\u001b[31m😀");

        assertThat(screen(side, side).chars().filter(c -> c == '\n')).hasSize(side);
    }

    // --- Messages ---------------------------------------------------------------------------------------------------

    @Test
    void anEmoteOfTheCatalogIsAPictureAsSoonAsItIsThere() {
        say("so Kappa yes", new EmoteReference("7tv", "1", "Kappa", 3, 8));
        assertThat(screen(24, 60)).contains("so Kappa yes");

        pictures.add("Kappa");
        assertThat(screen(24, 60)).contains("so #### yes").doesNotContain("Kappa");
    }

    @Test
    void aMessageOfNothingButEmotesIsLarger() {
        pictures.add("Kappa");
        say(
                "Kappa Kappa",
                new EmoteReference("7tv", "1", "Kappa", 0, 5),
                new EmoteReference("7tv", "1", "Kappa", 6, 11));

        assertThat(screen(24, 60)).contains("====== ======").contains("###### ######");
    }

    @Test
    void aZeroWidthEmoteLiesOverTheOneBefore() {
        pictures.add("Kappa", "RainTime");
        say(
                "x Kappa RainTime",
                new EmoteReference("7tv", "1", "Kappa", 2, 7),
                new EmoteReference("7tv", "3", "RainTime", 8, 16));

        assertThat(screen(24, 60)).contains("x %%%%").doesNotContain("#");
    }

    @Test
    void whatNoCatalogHasIsAName() {
        pictures.add("Kappa");
        say(
                "Kappa Kappa",
                new EmoteReference("7tv", "x", "Kappa", 0, 5),
                new EmoteReference("a._b", "1", "Kappa", 6, 11));

        assertThat(screen(24, 60)).contains("Kappa Kappa").doesNotContain("#");
    }

    @Test
    void whenTheCatalogOfTheRoomChangesSoDoItsPictures() {
        pictures.add("Kappa");
        say("x Kappa", new EmoteReference("7tv", "1", "Kappa", 2, 7));
        assertThat(screen(24, 60)).contains("x ####");

        client.handle(new Happening.Emotes(tab, EmoteCatalog.empty()), NOW);
        assertThat(screen(24, 60)).contains("x Kappa");
    }

    @Test
    void ofAPictureThatReachesBeyondTheUpperEdgeTheLowerRowsAreSeen() {
        pictures.add("Kappa");
        say("Kappa", new EmoteReference("7tv", "1", "Kappa", 0, 5));

        assertThat(screen(24, 40)).contains("======");
        // Header, two rows of the conversation, typing, status, input.
        assertThat(screen(6, 40)).contains("######").doesNotContain("======");
    }

    // --- Completion -------------------------------------------------------------------------------------------------

    @Test
    void completionShowsOneLargePictureWherePicturesOfARowAreTooSmall() {
        pictures.add("PogChamp");
        type(":pogc");
        press(Keypress.Key.DOWN);

        String[] lines = screen(24, 80).split("\n", -1);
        int row = rowOf(lines, "PogChamp");
        assertThat(lines[row]).endsWith("======");
        assertThat(lines[row + 1]).endsWith("######");
    }

    @Test
    void completionShowsAPictureBesideEachNameWhereOneRowIsEnough() {
        FakePictures low = new FakePictures(1);
        low.add("PogChamp");
        client = client(low, Theme.Signs.UNICODE);
        open();
        type(":pogc");

        String[] lines = screen(24, 80).split("\n", -1);
        assertThat(lines[rowOf(lines, "PogChamp")]).startsWith(" ==   PogChamp");
    }
}
