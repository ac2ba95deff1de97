package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who does not have the whole invite does not come in, and disturbs nobody. */
class RefusalProcessTest extends ProcessTest {

    private static final Duration REFUSAL = Duration.ofSeconds(10);

    @Test
    void whoHasNotTheSecretIsRefusedAndTheHostHearsNothing() throws Exception {
        ChildProcess host = create(worker());
        String invite = invite(host);
        String withoutSecret = invite.substring(0, invite.indexOf('#'));
        host.command(command("participants").put("ref", "before"));
        host.await("an answer", TIME, is("participants").and(event -> ref(event).equals("before")));
        int before = host.events().size();

        for (String wrong : List.of(withoutSecret + "#" + "A".repeat(43), withoutSecret)) {
            ChildProcess guest = start("guest", "join", wrong);
            assertThat(guest.awaitExit(REFUSAL)).isEqualTo(ExitCode.REFUSED.status());
            assertThat(guest.events()).anyMatch(error("wrong_secret")).noneMatch(is("room"));
        }
        ChildProcess byId = start(
                "guest",
                "join",
                withoutSecret.substring(withoutSecret.lastIndexOf('/') + 1),
                "--signaling",
                withoutSecret.substring(0, withoutSecret.indexOf("/r/")));
        assertThat(byId.awaitExit(REFUSAL)).isEqualTo(ExitCode.REFUSED.status());

        // The room is alive, and these two are all that it has to say.
        host.command(command("participants").put("ref", "after"));
        host.await("an answer", TIME, is("participants").and(event -> ref(event).equals("after")));
        List<JsonNode> since = host.events().subList(before, host.events().size());
        assertThat(since)
                .extracting(event -> event.path("event").asText())
                .containsExactly("participant", "participants");
    }

    private static String ref(JsonNode event) {
        return event.path("ref").asText();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1:1/r/%s#tooShortASecretXYZ",
                "http://127.0.0.1:1/r/%s#thisOneHasA!SignThatNoSecretEverHasXYZ_____",
                "http://127.0.0.1:1/r/%s#thisSecretIsLongerThanASecretIsXYZ_____________________________",
                "http://127.0.0.1:1/r/abc#thisSecretIsBehindADamagedRoomIdXYZ________",
                "ftp://127.0.0.1:1/r/%s#thisSecretIsBehindAnotherSchemeXYZ_________",
                "http://user:pass@127.0.0.1:1/r/%s#thisSecretIsBehindAUserAndAPasswordXYZ____",
                "http://127.0.0.1:1/r/%s?x=1#thisSecretIsBehindAQueryXYZ________________",
                "http://127.0.0.1 1/r/%s#thisSecretIsBehindASpaceXYZ________________",
                "thisIsOnlyTheSecretXYZ_____________________",
                ""
            })
    void aDamagedInviteIsAMistakeOfUsageAndNotRepeated(String template) throws Exception {
        String damaged = template.replace("%s", "a".repeat(32));
        ChildProcess guest = start("guest", "join", damaged);
        assertThat(guest.awaitExit(TIME)).isEqualTo(ExitCode.USAGE.status());
        assertThat(guest.events()).hasSize(1).allMatch(error("usage"));
        String said = guest.events().get(0) + guest.diagnostics();
        assertThat(said).doesNotContain("XYZ", "user:pass", "Exception");
        assertThat(guest.events().get(0).path("message").asText()).isNotBlank().doesNotContain("\n");
        assertThat(guest.events().get(0).path("hint").asText()).isNotBlank();
    }
}
