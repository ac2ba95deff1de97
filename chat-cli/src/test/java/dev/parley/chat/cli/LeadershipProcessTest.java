package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Who leads a room removes others, and may itself be killed. */
class LeadershipProcessTest extends ProcessTest {

    /**
     * A lease of 30 s runs out, the lost link is noticed, and all make their links anew: 60 s in all (protocol §13).
     */
    private static final Duration TAKEOVER = Duration.ofSeconds(90);

    @Test
    void whoIsKickedIsOutAndTheOldInviteWithIt() throws Exception {
        ChildProcess host = create(worker());
        String before = invite(host);
        ChildProcess grace = join("Grace", before);
        ChildProcess alan = join("Alan", before);
        talk(grace, alan, "before");

        host.command(command("kick").put("peer", "Grace").put("ref", "k"));
        host.await("the answer", TIME, is("done"));
        assertThat(grace.awaitExit(TIME)).isEqualTo(ExitCode.REFUSED.status());
        assertThat(grace.await("closed", TIME, is("closed")).path("reason").asText())
                .isEqualTo("KICKED");
        String after =
                host.await("a new invite", TIME, is("invite")).path("invite").asText();
        assertThat(after).isNotEqualTo(before);
        assertThat(alan.await("the new invite", TIME, is("invite"))
                        .path("invite")
                        .asText())
                .isEqualTo(after);
        talk(host, alan, "without Grace");
        assertThat(grace.events()).noneMatch(is("invite")).noneMatch(message("without Grace"));

        ChildProcess late = start("late", "join", before, "--name", "Late");
        assertThat(late.awaitExit(TIME)).isEqualTo(ExitCode.REFUSED.status());
        late.await("an error", TIME, error("wrong_secret"));
        ChildProcess niklaus = join("Niklaus", after);
        talk(niklaus, alan, "by the new invite");
    }

    @Test
    void theRoomGoesOnUnderADeputyWhenItsHostIsKilled() throws Exception {
        String worker = worker();
        List<Led> rooms = List.of(new Led("private", worker), new Led("public", worker, "--public"));
        for (Led room : rooms) {
            room.host.command(JSON.createObjectNode()
                    .put("cmd", "deputies")
                    .set("peers", JSON.createArrayNode().add("Deputy")));
            room.host.await("the answer", TIME, is("done"));
            talk(room.host, room.deputy, "the host has spoken");
            talk(room.deputy, room.guest, "the deputy has spoken");
            talk(room.guest, room.host, "the guest has spoken");
        }
        for (Led room : rooms) {
            // SIGKILL: the host cannot say goodbye. Both speak before they have noticed.
            room.host.close();
            room.guest.send("said by the guest to nobody");
            room.deputy.send("said by the deputy to nobody");
        }
        for (Led room : rooms) {
            room.deputy.await("the guest's words", TAKEOVER, message("said by the guest to nobody"));
            room.guest.await("the deputy's words", TAKEOVER, message("said by the deputy to nobody"));
            room.deputy.await("its own words", TIME, message("said by the deputy to nobody"));
            room.guest.await("its own words", TIME, message("said by the guest to nobody"));
            // They talk at once; somebody new needs who leads.
            room.deputy.await("that it leads", TAKEOVER, is("leader"));
            ChildProcess newcomer = join("Newcomer of the " + room.name + " room", room.invite);
            talk(newcomer, room.guest, "the newcomer speaks");
            talk(room.guest, newcomer, "the guest goes on");
            talk(room.deputy, newcomer, "the deputy goes on");
            room.guest.await("the deputy's words", TIME, message("the deputy goes on"));
            assertThat(newcomer.events("message"))
                    .extracting(event -> event.path("text").asText())
                    .noneMatch(text -> text.contains("spoken") || text.contains("nobody"));
            for (ChildProcess process : List.of(room.deputy, room.guest)) {
                assertThat(process.events("message"))
                        .extracting(event -> event.path("text").asText())
                        .doesNotHaveDuplicates()
                        .contains("the host has spoken", "the deputy has spoken", "the guest has spoken");
                assertThat(process.events()).noneMatch(is("error")).noneMatch(is("closed"));
            }
            assertThat(room.guest.events("participant")).anyMatch(LeadershipProcessTest::leads);
            for (ChildProcess process : List.of(room.deputy, room.guest, newcomer)) {
                JsonNode leader = process.await("who leads", TIME, is("leader"));
                assertThat(leader.path("name").asText()).isEqualTo("Deputy");
                assertThat(leader.path("host").asBoolean(true)).isFalse();
            }
        }
    }

    private static boolean leads(JsonNode participant) {
        return participant.path("name").asText().equals("Deputy")
                && participant.path("role").asText().equals("HOST");
    }

    /** A room with a host, a deputy to be, and a guest. */
    private final class Led {
        final String name;
        final ChildProcess host;
        final String invite;
        final ChildProcess deputy;
        final ChildProcess guest;

        Led(String name, String worker, String... more) throws Exception {
            this.name = name;
            List<String> arguments = Stream.concat(
                            Stream.of("create", "Tea", "--signaling", worker, "--name", "Host"), Stream.of(more))
                    .toList();
            host = start("host " + name, arguments.toArray(new String[0]));
            invite = LeadershipProcessTest.invite(host);
            deputy = enter("Deputy");
            guest = enter("Guest");
        }

        private ChildProcess enter(String who) throws Exception {
            ChildProcess process = start(who + " " + name, "join", invite, "--name", who);
            process.await("connected", TIME, state("CONNECTED"));
            return process;
        }
    }
}
