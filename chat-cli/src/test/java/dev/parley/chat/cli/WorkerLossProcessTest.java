package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The worker is killed under a room that is in use. */
class WorkerLossProcessTest extends ProcessTest {

    private enum Storage {
        KEPT,
        LOST
    }

    @ParameterizedTest
    @EnumSource
    void aRoomOutlivesItsWorkerAndTakesNewcomersWhenItIsBack(Storage storage) throws Exception {
        ChildProcess worker = start("worker", "serve", "--port", "0");
        String url = url(worker);
        ChildProcess host = create(url);
        String invite = invite(host);
        ChildProcess guest = join("Grace", invite);
        talk(guest, host, "before");

        // SIGKILL: the worker cannot say goodbye.
        worker.close();
        talk(host, guest, "the worker is gone, said the host");
        talk(guest, host, "the worker is gone, said the guest");
        host.await("that the worker is gone", TIME, notice("not reachable"));
        assertThat(start("early", "join", invite).awaitExit(TIME)).isEqualTo(ExitCode.WORKER_UNREACHABLE.status());

        start(storage == Storage.KEPT ? "worker" : "worker without a past", "serve", "--port", portOf(url))
                .await("listening again", TIME, is("listening"));
        host.await("that the worker is back", TIME, notice("reachable again"));
        ChildProcess newcomer = join("Alan", invite);
        talk(newcomer, guest, "the newcomer speaks");
        talk(host, newcomer, "the newcomer hears");
        host.await("the newcomer's words", TIME, message("the newcomer speaks"));

        for (ChildProcess process : new ChildProcess[] {host, guest}) {
            assertThat(process.events()).noneMatch(state("RECONNECTING")).noneMatch(is("error"));
        }
    }
}
