package dev.parley.chat.cli;

import static dev.parley.chat.cli.FakeRoom.ANN;
import static dev.parley.chat.cli.FakeRoom.BOB;
import static dev.parley.chat.cli.FakeRoom.SELF;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.ChatMessage;
import dev.parley.chat.MessageId;
import dev.parley.chat.PeerId;
import dev.parley.chat.store.InMemoryPeerBook;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What becomes of what stands on the standard input, until its end. */
class RoomRunTest {

    private static final MessageId FIRST = id('a');
    private static final MessageId SECOND = id('e');
    private static final MessageId THIRD = id('i');
    private static final MessageId OWN = id('m');

    private enum Where {
        TERMINAL,
        PIPE
    }

    private final FakeRoom room = new FakeRoom();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private static MessageId id(char letter) {
        return new MessageId(String.valueOf(letter).repeat(51) + "a");
    }

    private static ChatMessage message(MessageId id, PeerId sender, int second) {
        return new ChatMessage(
                id, sender, "x", "hi", Instant.ofEpochSecond(second), Optional.empty(), List.of(), List.of());
    }

    /** Shows some messages, then takes what stands on the standard input. */
    private void run(String input, Where where, Console.Form form, ReadMarks marks) {
        CliContext context = new CliContext(
                Map.of(),
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                out,
                new PrintStream(err, true, StandardCharsets.UTF_8),
                ZoneOffset.UTC,
                where == Where.TERMINAL,
                Optional.empty(),
                new Stop());
        try (InMemoryPeerBook book = new InMemoryPeerBook()) {
            Console console = context.console(form);
            RoomDesk desk = new RoomDesk(console, Emotes.none(), book, marks, Path.of(""));
            RoomRun run = new RoomRun(desk, console, context, RoomRun.InputEnd.LEAVE, false);
            desk.onMessage(room.room(), message(FIRST, ANN, 1));
            desk.onMessage(room.room(), message(SECOND, ANN, 2));
            desk.onMessage(room.room(), message(OWN, SELF, 3));
            desk.onPrivateMessage(room.room(), message(THIRD, BOB, 4), SELF);
            // Hidden for a while, and shown again.
            desk.onMessage(room.room(), message(FIRST, ANN, 1));
            assertThat(run.stay(CompletableFuture.completedFuture(room.room()))).isEqualTo(ExitCode.DONE);
        }
    }

    @Test
    void whatWasShownIsReadWhenAPersonTypes() {
        run("hello\nagain\n", Where.TERMINAL, Console.Form.PLAIN, new ReadMarks(true));
        assertThat(room.asked()).containsExactly("read " + SECOND, "read " + THIRD, "send hello", "send again");
    }

    @Test
    void anEmptyLineIsReadingToo() {
        run("\n", Where.TERMINAL, Console.Form.PLAIN, new ReadMarks(true));
        assertThat(room.asked()).containsExactly("read " + SECOND, "read " + THIRD);
    }

    @Test
    void whoTypesNothingHasReadNothing() {
        run("", Where.TERMINAL, Console.Form.PLAIN, new ReadMarks(true));
        assertThat(room.asked()).isEmpty();
    }

    @Test
    void aPipeHasReadNothing() {
        run("hello\n", Where.PIPE, Console.Form.PLAIN, new ReadMarks(true));
        assertThat(room.asked()).containsExactly("send hello");
    }

    @Test
    void aProgramHasReadNothingUnlessItSaysSo() {
        run("{\"cmd\":\"send\",\"text\":\"again\"}\n", Where.TERMINAL, Console.Form.JSON, new ReadMarks(true));
        assertThat(room.asked()).containsExactly("send again");
    }

    @Test
    void aProgramSaysWhatWasRead() {
        run(
                "{\"cmd\":\"read\",\"id\":\"" + FIRST + "\",\"ref\":\"r\"}\n",
                Where.PIPE,
                Console.Form.JSON,
                new ReadMarks(true));
        assertThat(room.asked()).containsExactly("read " + FIRST);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("{\"event\":\"done\",\"ref\":\"r\",\"cmd\":\"read\",\"peers\":[],\"id\":\"" + FIRST + "\"}");
    }

    @Test
    void nobodyIsToldWhatWasReadWhereThatIsTurnedOff() {
        run("hello\n", Where.TERMINAL, Console.Form.PLAIN, new ReadMarks(false));
        assertThat(room.asked()).containsExactly("send hello");
    }

    @Test
    void aProgramIsToldThatReadMarksAreTurnedOff() {
        run(
                "{\"cmd\":\"read\",\"id\":\"" + FIRST + "\",\"ref\":\"r\"}\n",
                Where.PIPE,
                Console.Form.JSON,
                new ReadMarks(false));
        assertThat(room.asked()).isEmpty();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("\"code\":\"read_marks_off\"", "\"ref\":\"r\"");
    }
}
