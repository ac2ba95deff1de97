package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** The real command in processes of its own, over a real worker and real WebRTC. */
class RoomProcessTest extends ProcessTest {

    @Test
    void aHostAndAGuestExchangeMessagesAndLeave() throws Exception {
        ChildProcess host = create(worker());
        ChildProcess guest = start("guest", "join", invite(host), "--name", "Grace");
        guest.await("connected", TIME, state("CONNECTED"));

        guest.command(command("send").put("text", "hello Ada").put("ref", "r1"));
        String id = guest.await("accepted", TIME, is("accepted")).path("id").asText();
        JsonNode received = host.await("the guest's message", TIME, message("hello Ada"));
        assertThat(received.path("id").asText()).isEqualTo(id);
        assertThat(received.path("name").asText()).isEqualTo("Grace");
        guest.await(
                "delivery",
                TIME,
                is("delivery")
                        .and(event -> event.path("id").asText().equals(id)
                                && event.path("state").asText().equals("DELIVERED")));

        host.command(command("send").put("text", "hello Grace").put("replyTo", id));
        assertThat(guest.await("the answer", TIME, message("hello Grace"))
                        .path("replyTo")
                        .asText())
                .isEqualTo(id);

        guest.command(command("participants").put("ref", "who"));
        assertThat(guest.await("participants", TIME, is("participants")).path("participants"))
                .hasSize(2);

        guest.leave();
        guest.await("closed", TIME, is("closed"));
        assertThat(guest.awaitExit(TIME)).isZero();
        host.await(
                "the guest's leaving",
                TIME,
                is("participant").and(event -> event.path("status").asText().equals("OFFLINE")));
        host.leave();
        assertThat(host.awaitExit(TIME)).isZero();
        assertThat(host.events().get(host.events().size() - 1).path("event").asText())
                .isEqualTo("closed");
    }

    @Test
    void aBadLineIsAnsweredAndChangesNothing() throws Exception {
        ChildProcess host = create(worker());
        invite(host);
        write(host, "nonsense\n{\"cmd\":\"fly\"}\n" + "x".repeat(LineReader.MAX_LINE_BYTES + 1) + "\n");
        host.command(command("send").put("text", "x".repeat(16 * 1024 + 1)).put("ref", "long"));
        host.command(command("send").put("text", "still here"));
        host.await("an error", TIME, error("invalid_json"));
        host.await("an error", TIME, error("unknown_command"));
        host.await("an error", TIME, error("line_too_long"));
        assertThat(host.await("an error", TIME, error("invalid_message"))
                        .path("ref")
                        .asText())
                .isEqualTo("long");
        host.await("the message", TIME, message("still here"));
        assertThat(host.events("message")).hasSize(1);
    }

    @Test
    void theEndOfTheInputIsNotTheEndOfTheStay() throws Exception {
        ChildProcess host = create(worker());
        host.process().getOutputStream().close();
        ChildProcess guest = start("guest", "join", invite(host));
        guest.process().getOutputStream().close();
        guest.await("connected", TIME, state("CONNECTED"));
        assertThat(host.process().isAlive()).isTrue();
        assertThat(guest.process().isAlive()).isTrue();
    }

    @Test
    void theEndOfTheInputLeavesWhereThatIsAskedFor() throws Exception {
        ChildProcess host = create(worker(), "--leave-on-eof");
        invite(host);
        host.process().getOutputStream().close();
        host.await("closed", TIME, is("closed"));
        assertThat(host.awaitExit(TIME)).isZero();
    }

    @Test
    void sigtermLeavesInAnOrderlyWay() throws Exception {
        ChildProcess host = create(worker());
        ChildProcess guest = start("guest", "join", invite(host));
        guest.await("connected", TIME, state("CONNECTED"));

        assertThat(guest.terminate()).isTrue();
        assertThat(guest.awaitExit(TIME)).isZero();
        assertThat(guest.await("closed", TIME, is("closed")).path("reason").asText())
                .isEqualTo("LEFT");
        host.await(
                "the guest's leaving",
                TIME,
                is("participant").and(event -> event.path("status").asText().equals("OFFLINE")));

        assertThat(host.terminate()).isTrue();
        assertThat(host.awaitExit(TIME)).isZero();
        assertThat(host.await("closed", TIME, is("closed")).path("reason").asText())
                .isEqualTo("LEFT");
    }

    @Test
    void aGuestIsToldWhenTheHostEndsTheRoom() throws Exception {
        ChildProcess host = create(worker());
        ChildProcess guest = start("guest", "join", invite(host));
        guest.await("connected", TIME, state("CONNECTED"));
        host.leave();
        assertThat(guest.await("closed", TIME, is("closed")).path("reason").asText())
                .isEqualTo("ROOM_ENDED");
        assertThat(guest.awaitExit(TIME)).isZero();
    }

    @Test
    void aFullRoomRefusesWithSeven() throws Exception {
        ChildProcess host = create(worker(), "--capacity", "2");
        String invite = invite(host);
        ChildProcess guest = start("guest", "join", invite);
        guest.await("connected", TIME, state("CONNECTED"));
        ChildProcess other = start("other", "join", invite);
        assertThat(other.awaitExit(TIME)).isEqualTo(ExitCode.REFUSED.status());
        other.await("an error", TIME, error("room_full"));
    }

    @Test
    void anUnknownRoomEndsWithFive() throws Exception {
        ChildProcess guest = start("guest", "join", worker() + "/r/" + "a".repeat(32));
        assertThat(guest.awaitExit(TIME)).isEqualTo(ExitCode.ROOM_NOT_FOUND.status());
    }

    @Test
    void aWorkerThatIsNotThereEndsWithThree() throws Exception {
        assertThat(create("http://127.0.0.1:1").awaitExit(TIME)).isEqualTo(ExitCode.WORKER_UNREACHABLE.status());
        assertThat(start("guest", "join", "http://127.0.0.1:1/r/" + "a".repeat(32))
                        .awaitExit(TIME))
                .isEqualTo(ExitCode.WORKER_UNREACHABLE.status());
    }

    @Test
    void aPublicRoomIsListedAndJoinedByItsId() throws Exception {
        String worker = worker();
        ChildProcess host = create(worker, "--public");
        invite(host);
        ChildProcess rooms = start("lister", "rooms", "--signaling", worker);
        assertThat(rooms.awaitExit(TIME)).isZero();
        JsonNode listed = rooms.events("room").get(0);
        assertThat(listed.path("name").asText()).isEqualTo("Tea");
        ChildProcess guest = start("guest", "join", listed.path("roomId").asText(), "--signaling", worker);
        guest.await("connected", TIME, state("CONNECTED"));
    }

    @Test
    void sendIsDoneWhenTheHostHasTheMessage() throws Exception {
        ChildProcess host = create(worker());
        ChildProcess sender = start("sender", "send", invite(host), "one", "shot");
        assertThat(sender.awaitExit(TIME)).isZero();
        host.await("the message", TIME, message("one shot"));
    }

    @Test
    void withoutAWorkerCreateStartsOneAndSaysSo() throws Exception {
        ChildProcess host = start("host", "create", "Tea");
        String url = host.await("listening", TIME, is("listening")).path("url").asText();
        String invite = invite(host);
        assertThat(invite).startsWith(url + "/r/");
        ChildProcess guest = start("guest", "join", invite);
        guest.await("connected", TIME, state("CONNECTED"));
    }

    @Test
    void aSecondProcessOfOneHomeTakesANewIdentity() throws Exception {
        ChildProcess host = create(worker());
        String invite = invite(host);
        ChildProcess guest = startIn(folder.resolve("host"), "guest", "join", invite);
        guest.await("connected", TIME, state("CONNECTED"));
        guest.await("a notice", TIME, is("notice"));
        host.await(
                "two participants",
                TIME,
                is("participant").and(event -> !event.path("self").asBoolean()));
    }

    @Test
    void aTakenPortIsSaidClearly() throws Exception {
        String url = worker();
        String port = url.substring(url.lastIndexOf(':') + 1);
        ChildProcess second = start("second", "serve", "--port", port);
        assertThat(second.awaitExit(TIME)).isEqualTo(ExitCode.FAILED.status());
        assertThat(second.await("an error", TIME, error("address_unavailable"))
                        .path("message")
                        .asText())
                .contains("port " + port + " is in use");
    }

    private static void write(ChildProcess child, String text) throws IOException {
        child.process().getOutputStream().write(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        child.process().getOutputStream().flush();
    }
}
