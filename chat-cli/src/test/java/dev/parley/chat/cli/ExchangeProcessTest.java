package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Many messages from both sides at once. */
class ExchangeProcessTest extends ProcessTest {

    private static final int MESSAGES = 1_000;

    @Test
    void aThousandMessagesEachWayArriveOnceAndInTheirAuthorsOrder() throws Exception {
        ChildProcess host = create(worker());
        ChildProcess guest = join("Grace", invite(host));
        host.await("the guest", TIME, presence("Grace", "ONLINE"));

        // Two threads, because a process that is behind does not read its input.
        CompletableFuture<Void> fromHost = CompletableFuture.runAsync(() -> sendAll(host, "host"));
        CompletableFuture<Void> fromGuest = CompletableFuture.runAsync(() -> sendAll(guest, "guest"));
        CompletableFuture.allOf(fromHost, fromGuest).get(TIME.toSeconds(), TimeUnit.SECONDS);
        host.awaitCount("all messages", TIME, 2 * MESSAGES, is("message"));
        guest.awaitCount("all messages", TIME, 2 * MESSAGES, is("message"));

        // Whatever came twice would come before the end.
        guest.leave();
        assertThat(guest.awaitExit(TIME)).isZero();
        host.leave();
        assertThat(host.awaitExit(TIME)).isZero();

        List<String> expected = new ArrayList<>();
        for (int i = 0; i < MESSAGES; i++) {
            expected.add("host " + i);
            expected.add("guest " + i);
        }
        assertThat(texts(host)).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(ids(guest)).containsExactlyInAnyOrderElementsOf(ids(host)).doesNotHaveDuplicates();
        for (ChildProcess process : List.of(host, guest)) {
            for (String author : List.of("host ", "guest ")) {
                assertThat(texts(process).stream().filter(text -> text.startsWith(author)))
                        .as("%s hears %s", process.name(), author)
                        .containsExactlyElementsOf(expected.stream()
                                .filter(text -> text.startsWith(author))
                                .toList());
            }
            assertThat(process.events("accepted")).hasSize(MESSAGES);
            assertThat(process.events("error")).isEmpty();
        }
    }

    private static void sendAll(ChildProcess process, String who) {
        try {
            for (int i = 0; i < MESSAGES; i++) {
                process.send(who + " " + i);
            }
        } catch (IOException e) {
            throw new CompletionException(e);
        }
    }

    private static List<String> texts(ChildProcess process) {
        return field(process, "text");
    }

    private static List<String> ids(ChildProcess process) {
        return field(process, "id");
    }

    private static List<String> field(ChildProcess process, String field) {
        return process.events("message").stream()
                .map((JsonNode event) -> event.path(field).asText())
                .toList();
    }
}
