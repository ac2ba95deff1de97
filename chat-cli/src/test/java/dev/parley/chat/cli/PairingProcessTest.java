package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;

/** A room entered by a code that people say, between real processes and through a real worker. */
class PairingProcessTest extends ProcessTest {

    @Test
    void whoIsToldTheCodeComesInAndAWrongOneHarmsNobody() throws Exception {
        String worker = worker();
        ChildProcess host = start("host", "create", "Tea", "--signaling", worker, "--code");
        String first = host.await("a code", TIME, is("code")).path("code").asText();
        String wrong = swapped(first);

        ChildProcess guesser = start("guest", "join", wrong, "--signaling", worker);
        assertThat(guesser.awaitExit(TIME)).isEqualTo(ExitCode.REFUSED.status());
        assertThat(guesser.events()).anyMatch(error("wrong_code")).noneMatch(is("room"));
        JsonNode ended = host.await("the end of the code", TIME, is("code_ended"));
        assertThat(ended.path("outcome").asText()).isEqualTo("BURNT");

        ChildProcess late = start("guest", "join", first, "--signaling", worker);
        assertThat(late.awaitExit(TIME)).isEqualTo(ExitCode.ROOM_NOT_FOUND.status());
        assertThat(late.events()).anyMatch(error("unknown_code"));

        host.command(command("code").put("ref", "again"));
        String second = host.await(
                        "another code",
                        TIME,
                        is("code").and(event -> event.path("ref").asText().equals("again")))
                .path("code")
                .asText();
        ChildProcess guest = start("guest", "join", second.replace('-', ' '), "--signaling", worker);
        guest.await("the room", TIME, is("room"));
        guest.command(command("send").put("text", "said by telephone"));
        host.await("the message", TIME, event -> event.path("text").asText().equals("said by telephone"));
    }

    /** The same words in the other order; where they are the same, others. */
    private static String swapped(String code) {
        String[] parts = code.split("-", -1);
        return parts[1].equals(parts[2]) ? parts[0] + "-above-about" : parts[0] + "-" + parts[2] + "-" + parts[1];
    }

    @Test
    void aWordThatNoCodeHasIsAMistakeOfUsage() throws Exception {
        ChildProcess guest = start("guest", "join", "7-qqqqzz-lemon", "--signaling", "http://127.0.0.1:1");
        assertThat(guest.awaitExit(TIME)).isEqualTo(ExitCode.USAGE.status());
        assertThat(guest.events()).hasSize(1).allMatch(error("usage"));
    }
}
