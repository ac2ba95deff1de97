package dev.parley.chat.cli.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.MessageId;
import dev.parley.chat.Reaction;
import dev.parley.chat.ReactionTotal;
import dev.parley.chat.cli.Event;
import dev.parley.chat.cli.screen.Keypress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The conversation as it is seen in a room of 24 rows and 60 columns, where nobody is listed beside it. */
class TalkViewTest {
    private final Stage stage = Stage.inRoom();

    /** The rows of the talk alone, without blank ones. */
    private List<String> talk() {
        return talk(24, 60);
    }

    private List<String> talk(int rows, int columns) {
        List<String> lines = stage.draw(rows, columns).lines().toList();
        return lines.subList(1, lines.size() - 3).stream()
                .filter(line -> !line.isBlank())
                .collect(Collectors.toList());
    }

    private void many(int count) {
        for (int i = 1; i <= count; i++) {
            stage.say(Stage.GRACE, "line " + i);
        }
    }

    @Test
    void eachDayBeginsWithItsDateInTheZoneOfTheReader() {
        stage.now = Instant.parse("2026-11-23T22:59:00Z");
        stage.say(Stage.GRACE, "late");
        stage.now = Instant.parse("2026-11-23T23:01:00Z");
        stage.say(Stage.GRACE, "early");

        assertThat(talk())
                .anyMatch(line -> line.contains(" Monday, 23 November 2026 "))
                .anyMatch(line -> line.contains(" Tuesday, 24 November 2026 "));
        assertThat(talk()).anyMatch(line -> line.contains("Grace 00:01"));
    }

    @Test
    void whatOneSaysInARowStandsUnderOneName() {
        stage.say(Stage.GRACE, "one");
        stage.say(Stage.GRACE, "two");
        stage.pass(Duration.ofMinutes(6));
        stage.say(Stage.GRACE, "three");
        stage.say(Stage.ADA, "four");
        stage.tell(new Event.PrivateMessage(stage.message(99, Stage.ADA, "five", Optional.empty()), Stage.GRACE, "G"));

        assertThat(talk().stream().filter(line -> line.startsWith(" Grace "))).hasSize(2);
        assertThat(talk().stream().filter(line -> line.startsWith(" Ada "))).hasSize(2);
        assertThat(talk()).anyMatch(line -> line.contains("Ada to G alone"));
    }

    @Test
    void whatComesWhileNobodyLooksBeginsWithALine() {
        stage.say(Stage.GRACE, "seen");
        int first = stage.tab;
        stage.enter("Other");
        int other = stage.tab;
        stage.tab = first;
        stage.say(Stage.GRACE, "unseen");
        stage.say(Stage.GRACE, "unseen too");
        stage.tab = other;
        assertThat(stage.draw()).contains("+2");

        stage.press("\0331");
        List<String> lines = talk();
        int line = lines.indexOf(lines.stream()
                .filter(each -> each.contains("─ new ─"))
                .findFirst()
                .orElseThrow());
        assertThat(lines.subList(0, line)).anyMatch(each -> each.endsWith("  seen"));
        assertThat(lines.subList(line, lines.size())).anyMatch(each -> each.endsWith("unseen"));
        assertThat(stage.draw()).doesNotContain("+2");
        stage.press("\0332");
        stage.press("\0331");
        assertThat(talk()).as("seen by now").noneMatch(each -> each.contains(" new "));
    }

    @Test
    void whoReadsWhatWasSaidBeforeGoesOnSeeingIt() {
        many(50);
        talk();
        stage.press(Stage.PAGE_UP);
        List<String> before = withoutHint(talk());

        stage.say(Stage.GRACE, "a new one\nof\nthree lines");
        assertThat(withoutHint(talk())).isEqualTo(before);
        stage.pass(Duration.ofHours(20));
        stage.say(Stage.ALAN, "another day, another name");
        assertThat(withoutHint(talk())).isEqualTo(before);
        stage.tell(new Event.Reactions(Stage.id(50), List.of(new ReactionTotal(Reaction.of("+"), 2, List.of()))));
        assertThat(withoutHint(talk())).as("a row more below").isEqualTo(before);
        stage.tell(new Event.Edited(stage.message(51, Stage.GRACE, "short", Optional.empty()), "", stage.now));
        assertThat(withoutHint(talk())).as("two rows less below").isEqualTo(before);
        assertThat(stage.draw(24, 60)).contains("2 new below");

        stage.press(Stage.END);
        assertThat(talk()).last().asString().contains("another day");
        assertThat(stage.draw(24, 60)).doesNotContain("below");
    }

    private static List<String> withoutHint(List<String> lines) {
        return lines.stream()
                .map(line -> line.replaceAll("  .*below, End ?$", ""))
                .toList();
    }

    @Test
    void whatIsReadStaysWhenTheTerminalIsResized() {
        for (int i = 1; i <= 60; i++) {
            stage.say(Stage.GRACE, "line " + i + " " + "word ".repeat(12));
        }
        talk();
        stage.press(Stage.PAGE_UP, Stage.PAGE_UP);
        String lowest = lowest(24, 60);
        assertThat(lowest).isNotEqualTo("line 60");

        assertThat(lowest(24, 45)).isEqualTo(lowest);
        assertThat(lowest(12, 45)).isEqualTo(lowest);
        assertThat(lowest(24, 60)).isEqualTo(lowest);
    }

    /** The lowest message of which the beginning is seen, or the one after it. */
    private String lowest(int rows, int columns) {
        String last = "";
        for (String line : talk(rows, columns)) {
            java.util.regex.Matcher matcher =
                    java.util.regex.Pattern.compile("line [0-9]+").matcher(line);
            last = matcher.find() ? matcher.group() : last;
        }
        return last;
    }

    @Test
    void itIsNeverMovedBeyondItsBeginningOrItsEnd() {
        many(40);
        talk();
        for (int i = 0; i < 20; i++) {
            stage.press(Stage.PAGE_UP);
        }
        assertThat(talk()).first().asString().contains("November");
        for (int i = 0; i < 20; i++) {
            stage.press("\033[6~");
        }
        assertThat(talk()).last().asString().endsWith("line 40");
    }

    @Test
    void aMessageIsSelectedByKeyAndByMouse() {
        many(3);
        stage.press(Stage.UP);
        assertThat(talk()).last().asString().startsWith("▌ line 3");
        stage.press(Stage.UP, Stage.UP, Stage.UP);
        assertThat(talk()).anyMatch(line -> line.startsWith("▌ line 1"));
        stage.press(Stage.DOWN, Stage.DOWN, Stage.DOWN);
        assertThat(talk()).as("beyond the last").noneMatch(line -> line.startsWith("▌"));

        int row = stage.draw(24, 60).lines().toList().indexOf("  line 2");
        stage.handle(new Happening.Key(new Keypress.Mouse(Keypress.Mouse.Action.PRESS, row, 5)));
        assertThat(talk()).anyMatch(line -> line.startsWith("▌ line 2"));
        stage.handle(new Happening.Key(new Keypress.Mouse(Keypress.Mouse.Action.PRESS, 2, 5)));
        assertThat(talk()).noneMatch(line -> line.startsWith("▌"));
    }

    @Test
    void aSelectedMessageIsAlwaysSeen() {
        many(80);
        talk();
        for (int i = 79; i > 0; i--) {
            stage.press(Stage.UP);
            if (i % 9 == 0) {
                stage.say(Stage.ALAN, "amid");
            }
            assertThat(talk()).as("%s", i).anyMatch(line -> line.startsWith("▌"));
        }
    }

    @Test
    void whatIsDeletedIsSelectedNoMoreAndHasNoReactions() {
        many(2);
        stage.tell(new Event.Reactions(Stage.id(2), List.of(new ReactionTotal(Reaction.of("👍"), 2, List.of()))));
        assertThat(stage.draw()).contains("👍 2");
        stage.press(Stage.UP);
        stage.tell(new Event.Removed(Stage.id(2), Optional.of(Stage.GRACE), Optional.of(Stage.GRACE)));
        assertThat(stage.draw()).contains("(deleted)").doesNotContain("👍 2");
        stage.press("d");
        assertThat(stage.deeds()).isEmpty();
    }

    @Test
    void aLongMessageIsCutAndSaysHowItIsSeenWhole() {
        stage.say(Stage.GRACE, "x\n".repeat(100) + "end");

        assertThat(talk(40, 60)).last().asString().contains("42 more lines: select it with Up, Enter shows them");
    }

    @Test
    void anAnswerQuotesWhatItAnswers() {
        MessageId one = stage.say(Stage.GRACE, "tea or\ncoffee?");
        stage.answer(Stage.ADA, "tea", Optional.of(one));
        stage.answer(Stage.ADA, "more", Optional.of(Stage.id(77)));
        assertThat(talk()).contains("  ╭ Grace: tea or coffee?").contains("  ╭ something that was said before");
        stage.tell(new Event.Removed(one, Optional.of(Stage.GRACE), Optional.of(Stage.GRACE)));
        assertThat(talk()).contains("  ╭ Grace: (deleted)");
    }

    @Test
    void whateverHappensItCanBeDrawnAtAnySize() {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            Stage any = Stage.inRoom(random.nextBoolean() ? Theme.Signs.UNICODE : Theme.Signs.ASCII);
            for (int step = 0; step < 40; step++) {
                switch (random.nextInt(9)) {
                    case 0, 1, 2 ->
                        any.say(
                                random.nextBoolean() ? Stage.GRACE : Stage.ADA,
                                "word 日本 👍 ".repeat(random.nextInt(30)) + "x");
                    case 3 -> any.press(Stage.PAGE_UP);
                    case 4 -> any.press(random.nextBoolean() ? Stage.UP : Stage.DOWN);
                    case 5 ->
                        any.tell(new Event.Removed(Stage.id(random.nextInt(20)), Optional.empty(), Optional.empty()));
                    case 6 -> any.press("\033OP");
                    case 7 -> any.press(Stage.ESCAPE);
                    default -> any.press(":a@/r日\n");
                }
                any.draw(1 + random.nextInt(30), 1 + random.nextInt(90));
            }
        }
    }

    @Test
    void linesAreKeptOfWhatIsShownAlone() {
        String words = "a ".repeat(8_000).strip();
        for (int i = 0; i < 300; i++) {
            stage.say(Stage.GRACE, words);
        }
        stage.draw(50, 200);
        long before = used();
        for (int i = 0; i < 400; i++) {
            stage.press(Stage.PAGE_UP);
            stage.draw(50, 200);
        }
        assertThat(stage.draw(50, 200)).contains("more below");

        assertThat(used() - before).as("bytes").isLessThan(100_000_000);
    }

    private static long used() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
