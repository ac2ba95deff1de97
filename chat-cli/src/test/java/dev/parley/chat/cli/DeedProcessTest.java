package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** What programs do to messages, to participants and to the room, through processes over a real worker. */
class DeedProcessTest extends ProcessTest {

    private void done(ChildProcess who, ObjectNode command) throws Exception {
        JsonNode answer = ask(who, command);
        assertThat(answer.path("event").asText()).as("the answer %s", answer).isEqualTo("done");
        assertThat(answer.path("cmd")).isEqualTo(command.path("cmd"));
        assertThat(answer.path("id")).isEqualTo(command.path("id"));
        assertThat(answer.path("peers").path(0)).isEqualTo(command.path("peer"));
    }

    private String presenceAt(ChildProcess who, String peer) throws Exception {
        for (JsonNode participant : ask(who, command("participants")).path("participants")) {
            if (participant.path("peerId").asText().equals(peer)) {
                return participant.path("presence").asText();
            }
        }
        throw new AssertionError(peer + " is not there");
    }

    private String say(ChildProcess who, String text) throws Exception {
        JsonNode answer = ask(who, command("send").put("text", text));
        assertThat(answer.path("event").asText()).isEqualTo("accepted");
        return answer.path("id").asText();
    }

    private static Predicate<JsonNode> of(String kind, String field, String value) {
        return is(kind).and(event -> event.path(field).asText().equals(value));
    }

    @Test
    void aProgramDoesToMessagesWhatAPersonCan() throws Exception {
        ChildProcess host = create(worker());
        String invite = invite(host);
        ChildProcess guest = join("Grace", invite);
        ChildProcess other = join("Eve", invite);
        String message = say(guest, "tea");
        host.await("the message", TIME, message("tea"));

        done(guest, command("edit").put("id", message).put("text", "green tea"));
        JsonNode edited = host.await("the other wording", TIME, is("message_edited"));
        assertThat(edited.path("id").asText()).isEqualTo(message);
        assertThat(edited.path("from").asText()).isEqualTo(peerId(guest));
        assertThat(edited.path("text").asText()).isEqualTo("green tea");
        assertThat(edited.path("before").asText()).isEqualTo("tea");

        done(host, command("react").put("id", message).put("text", "+"));
        JsonNode reactions = guest.await("a reaction", TIME, is("reactions"));
        assertThat(reactions.path("id").asText()).isEqualTo(message);
        assertThat(reactions.path("reactions").path(0).path("count").asInt()).isEqualTo(1);
        done(host, command("react").put("id", message).put("text", "+").put("add", false));
        guest.await(
                "no reaction",
                TIME,
                is("reactions").and(event -> event.path("reactions").isEmpty()));

        JsonNode whispered =
                ask(host, command("private").put("peer", peerId(guest)).put("text", "psst"));
        assertThat(whispered.path("event").asText()).isEqualTo("accepted");
        JsonNode heard = guest.await("the private message", TIME, is("private_message"));
        assertThat(heard.path("id")).isEqualTo(whispered.path("id"));
        assertThat(heard.path("to").asText()).isEqualTo(peerId(guest));
        assertThat(heard.path("text").asText()).isEqualTo("psst");

        done(guest, command("delete").put("id", message));
        JsonNode removed = host.await("the deletion", TIME, is("message_removed"));
        assertThat(removed.path("id").asText()).isEqualTo(message);
        assertThat(removed.path("by").asText()).isEqualTo(peerId(guest));

        String last = say(guest, "the end");
        host.await("the last message", TIME, message("the end"));
        done(host, command("read").put("id", last));
        JsonNode read = guest.await(
                "that it was read",
                TIME,
                of("delivery", "state", "READ")
                        .and(event -> event.path("id").asText().equals(last)));
        assertThat(read.path("peer").asText()).isEqualTo(peerId(host));
        other.await("the last message", TIME, message("the end"));
        assertThat(other.events("private_message")).isEmpty();
    }

    @Test
    void aProgramKeepsOrderAsAPersonCan() throws Exception {
        ChildProcess host = create(worker());
        ChildProcess guest = join("Grace", invite(host));
        String peer = peerId(guest);

        done(host, command("settings").put("topic", "tea").put("slowMode", 1).put("history", "ALL"));
        JsonNode set = guest.await("the settings", TIME, of("settings", "topic", "tea"));
        assertThat(set.path("history").asText()).isEqualTo("ALL");
        assertThat(set.path("before").path("history").asText()).isEqualTo("NONE");
        assertThat(set.path("before").has("locked")).isFalse();
        assertThat(ask(guest, command("settings")).path("slowMode").asInt()).isEqualTo(1);

        done(host, command("role").put("peer", peer).put("role", "MODERATOR"));
        JsonNode changed = guest.await(
                "its role", TIME, of("participant", "role", "MODERATOR").and(event -> event.has("before")));
        assertThat(changed.path("peerId").asText()).isEqualTo(peer);
        assertThat(changed.path("before").path("role").asText()).isEqualTo("MEMBER");
        done(guest, command("settings").put("locked", true));
        done(host, command("role").put("peer", peer).put("role", "MEMBER"));

        done(host, command("mute").put("peer", peer).put("until", 253_402_300_799_999L));
        JsonNode muted = guest.await("the mute", TIME, of("moderation", "kind", "MUTE"));
        assertThat(muted.path("by").asText()).isEqualTo(peerId(host));
        assertThat(muted.path("peerId").asText()).isEqualTo(peer);
        assertThat(muted.path("until").asLong()).isEqualTo(253_402_300_799_999L);
        done(host, command("unmute").put("peer", peer));
        guest.await("the end of the mute", TIME, of("moderation", "kind", "UNMUTE"));

        done(guest, command("away"));
        host.await("the guest away", TIME, of("presence", "presence", "AWAY"));
        assertThat(presenceAt(host, peer)).isEqualTo("AWAY");
        assertThat(presenceAt(guest, peer)).isEqualTo("AWAY");
        done(guest, command("back"));
        host.await("the guest back", TIME, of("presence", "presence", "ONLINE"));
        done(guest, command("typing"));
        host.await(
                "that the guest writes",
                TIME,
                of("typing", "peerId", peer).and(event -> event.path("typing").asBoolean()));

        done(host, command("ban").put("peer", peer));
        done(host, command("unban").put("peer", peer));
        guest.await("closed", TIME, of("closed", "reason", "BANNED"));
    }

    @Test
    void whoIsBlockedIsSoInTheNextProcessToo() throws Exception {
        ChildProcess host = create(worker());
        String invite = invite(host);
        ChildProcess eve = join("Eve", invite);
        ChildProcess guest = join("Grace", invite);
        String peer = peerId(eve);
        String spam = say(eve, "spam");
        guest.await("the message", TIME, message("spam"));

        done(guest, command("block").put("peer", peer));
        JsonNode hidden = guest.await("that it is hidden", TIME, is("message_hidden"));
        assertThat(hidden.path("id").asText()).isEqualTo(spam);
        assertThat(hidden.path("from").asText()).isEqualTo(peer);
        assertThat(hidden.path("blocked").asBoolean()).isTrue();
        guest.leave();
        assertThat(guest.awaitExit(TIME)).isZero();

        ChildProcess again = join("Grace", invite);
        JsonNode blocked = ask(again, command("blocked")).path("peers");
        assertThat(blocked).hasSize(1);
        assertThat(blocked.path(0).path("peerId").asText()).isEqualTo(peer);
        assertThat(blocked.path(0).path("name").asText()).isEqualTo("Eve");
        talk(eve, host, "more spam");
        talk(host, again, "tea");
        assertThat(again.events("message"))
                .noneMatch(event -> event.path("from").asText().equals(peer));
        assertThat(again.events("message_hidden")).isEmpty();

        done(again, command("unblock").put("peer", peer));
        again.await("what was hidden", TIME, message("more spam"));
        assertThat(ask(again, command("blocked")).path("peers")).isEmpty();
    }

    @Test
    void whatCannotBeDoneIsAnsweredAndNothingIsLost() throws Exception {
        ChildProcess host = create(worker());
        ChildProcess guest = join("Grace", invite(host));
        String message = say(host, "mine");
        guest.await("the message", TIME, message("mine"));
        String unknown = "a".repeat(52);

        refused(guest, command("delete").put("id", message), "not_allowed");
        refused(guest, command("edit").put("id", message).put("text", "yours"), "not_allowed");
        refused(guest, command("react").put("id", unknown).put("text", "+"), "not_allowed");
        refused(guest, command("settings").put("topic", "mine"), "not_allowed");
        refused(guest, command("mute").put("peer", peerId(host)), "not_allowed");
        refused(guest, command("private").put("peer", "a".repeat(32)).put("text", "psst"), "not_allowed");
        refused(host, command("edit").put("id", message).put("text", ""), "invalid_message");
        refused(host, command("edit").put("id", "mine").put("text", "x"), "invalid_command");
        refused(host, command("mute").put("peer", "Grace"), "invalid_command");

        talk(guest, host, "still here");
        talk(host, guest, "so am I");
        assertThat(guest.events("message_edited")).isEmpty();
        assertThat(guest.events("message_removed")).isEmpty();
    }
}
