package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.chat.crypto.Identity;
import org.junit.jupiter.api.Test;

/** What people compare with each other, seen by real processes. */
class VerificationProcessTest extends ProcessTest {

    @Test
    void bothSidesSeeTheSameAndWhatWasVerifiedIsKeptAndGuarded() throws Exception {
        String worker = worker();
        ChildProcess host = create(worker);
        String invite = invite(host);
        ChildProcess guest = start("guest", "join", invite, "--name", "Grace");
        JsonNode joined = host.await(
                "Grace",
                TIME,
                is("participant").and(event -> event.path("name").asText().equals("Grace")));
        String grace = joined.path("peerId").asText();

        JsonNode seenByHost = ask(host, command("verify").put("ref", "room"), "room_code");
        JsonNode seenByGuest = ask(guest, command("verify").put("ref", "room"), "room_code");
        assertThat(seenByHost.path("digits")).isEqualTo(seenByGuest.path("digits"));
        assertThat(seenByHost.path("words")).isEqualTo(seenByGuest.path("words"));
        assertThat(seenByHost.path("qr")).isEqualTo(seenByGuest.path("qr"));

        JsonNode atHost = ask(host, command("verify").put("peer", "Grace").put("ref", "number"), "safety_number");
        String hostId = host.await(
                        "oneself",
                        TIME,
                        is("participant").and(event -> event.path("self").asBoolean()))
                .path("peerId")
                .asText();
        JsonNode atGuest = ask(guest, command("verify").put("peer", hostId).put("ref", "number"), "safety_number");
        assertThat(atHost.path("digits")).isEqualTo(atGuest.path("digits"));
        assertThat(atHost.path("verified").asBoolean()).isFalse();

        // A name may be another's by now: it confirms whose number was shown last, and nobody else.
        ask(host, command("verify").put("ref", "between").put("peer", somebodyElse()), "safety_number");
        host.command(command("verify").put("peer", "Grace").put("confirm", true).put("ref", "unseen"));
        host.await("a refusal", TIME, error("not_shown"));

        host.command(command("verify")
                .put("peer", "Grace")
                .put("code", "1".repeat(60))
                .put("ref", "wrong"));
        host.await("a refusal", TIME, error("code_differs"));
        JsonNode kept = ask(
                host,
                command("verify")
                        .put("peer", "Grace")
                        .put("code", atGuest.path("words").asText())
                        .put("ref", "right"),
                "peer");
        assertThat(kept.path("verified").asBoolean()).isTrue();

        // Another identity under the name of somebody who is verified.
        guest.command(command("leave"));
        assertThat(guest.awaitExit(TIME)).isZero();
        start("guest", "join", invite, "--name", "grace", "--ephemeral");
        JsonNode alert = host.await("an alert", TIME, is("identity_alert"));
        assertThat(alert.path("cause").asText()).isEqualTo("KNOWN_NAME_OTHER_IDENTITY");
        assertThat(alert.path("other").asText()).isEqualTo(grace);
        assertThat(alert.path("verified").asBoolean()).isTrue();
    }

    private static String somebodyElse() {
        return Identity.generate().peerId().value();
    }

    private static JsonNode ask(
            ChildProcess process, com.fasterxml.jackson.databind.node.ObjectNode command, String answer)
            throws Exception {
        process.command(command);
        String ref = command.path("ref").asText();
        return process.await(
                answer, TIME, is(answer).and(event -> event.path("ref").asText().equals(ref)));
    }
}
