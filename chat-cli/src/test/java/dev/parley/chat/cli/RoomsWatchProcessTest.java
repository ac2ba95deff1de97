package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The list of public rooms is watched while rooms and the worker come and go. */
class RoomsWatchProcessTest extends ProcessTest {

    @Test
    void roomsThatComeFillAndGoAreTold() throws Exception {
        ChildProcess worker = start("worker", "serve", "--port", "0");
        String url = url(worker);
        ChildProcess watcher = start("watcher", "rooms", "--watch", "--signaling", url);
        ChildProcess host = create(url, "--public");
        String invite = invite(host);
        String room = watcher.await("the room", TIME, is("room")).path("roomId").asText();
        assertThat(invite).contains(room);
        join("Grace", invite);
        watcher.await(
                "the guest",
                TIME,
                is("room").and(event -> event.path("participants").asInt() == 2));

        worker.close();
        watcher.await("that the worker is gone", TIME, notice("does not give its list"));
        start("worker", "serve", "--port", portOf(url)).await("listening again", TIME, is("listening"));
        watcher.await("that the worker is back", TIME, notice("answers again"));

        host.leave();
        assertThat(watcher.await("the end of the room", TIME, is("room_gone"))
                        .path("roomId")
                        .asText())
                .isEqualTo(room);
        assertThat(watcher.terminate()).isTrue();
        assertThat(watcher.awaitExit(TIME)).isZero();
        assertThat(watcher.events("notice")).hasSize(2);
        assertThat(watcher.events("error")).isEmpty();
    }

    @Test
    void aWorkerThatWasNeverThereIsAFailure() throws Exception {
        assertThat(start("watcher", "rooms", "--watch", "--signaling", "http://127.0.0.1:1")
                        .awaitExit(TIME))
                .isEqualTo(ExitCode.WORKER_UNREACHABLE.status());
    }
}
