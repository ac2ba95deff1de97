package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Who only listens in a room. */
class TailProcessTest extends ProcessTest {

    private ChildProcess tail(String invite, String... more) throws Exception {
        String[] arguments = new String[2 + more.length];
        arguments[0] = "tail";
        arguments[1] = invite;
        System.arraycopy(more, 0, arguments, 2, more.length);
        ChildProcess tail = start("tail", arguments);
        tail.await("connected", TIME, state("CONNECTED"));
        return tail;
    }

    private static void stop(ChildProcess tail) throws Exception {
        assertThat(tail.terminate()).isTrue();
        assertThat(tail.awaitExit(TIME)).isZero();
        assertThat(tail.events().get(tail.events().size() - 1).path("event").asText())
                .isEqualTo("closed");
    }

    @Test
    void itTellsWhatIsSaidAndSaysNothing() throws Exception {
        ChildProcess host = create(worker());
        ChildProcess tail = tail(invite(host));
        tail.process()
                .getOutputStream()
                .write("{\"cmd\":\"send\",\"text\":\"not me\"}\n{\"cmd\":\"leave\"}\n"
                        .getBytes(StandardCharsets.UTF_8));
        tail.process().getOutputStream().close();
        talk(host, tail, "one");
        talk(host, tail, "two");
        host.await(
                "that the other has it",
                TIME,
                is("delivery").and(event -> event.path("state").asText().equals("DELIVERED")));
        stop(tail);
        host.await("that the other has left", TIME, presence(peerId(tail).substring(0, 8), "OFFLINE"));
        assertThat(host.events("message")).hasSize(2);
        assertThat(host.events("delivery"))
                .noneMatch(event -> event.path("state").asText().equals("READ"));
    }

    @Test
    void theLastMessagesThatAreKeptComeFirstAndOnceAndWhatWasMissedComesAfterThem() throws Exception {
        ChildProcess host = create(worker());
        String invite = invite(host);
        ChildProcess first = tail(invite, "--lines", "5");
        assertThat(first.events("kept")).isEmpty();
        // Who has left is a newcomer.
        assertThat(ask(host, command("settings").put("history", "ALL"))
                        .path("event")
                        .asText())
                .isEqualTo("done");
        talk(host, first, "one");
        talk(host, first, "two");
        stop(first);
        host.await("that the other has left", TIME, presence(peerId(first).substring(0, 8), "OFFLINE"));
        host.send("missed");

        ChildProcess second = tail(invite, "--lines", "1");
        second.await("what it has missed", TIME, message("missed"));
        talk(host, second, "three");
        assertThat(second.events("kept"))
                .singleElement()
                .satisfies(kept -> assertThat(kept.path("text").asText()).isEqualTo("two"));
        assertThat(second.events().get(0).path("event").asText()).isEqualTo("kept");
        assertThat(second.events("message"))
                .extracting(message -> message.path("text").asText())
                .containsExactly("missed", "three");
    }

    @Test
    void aRoomThatIsNotThereIsAnEndOfItsOwn() throws Exception {
        ChildProcess tail = start("tail", "tail", "a".repeat(32), "--signaling", worker());
        assertThat(tail.awaitExit(TIME)).isEqualTo(ExitCode.ROOM_NOT_FOUND.status());
        tail.await("an error", TIME, error("room_not_found"));
    }
}
