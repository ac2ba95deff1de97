package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Files between processes, over WebRTC. */
class FileProcessTest extends ProcessTest {

    private Path file(String name, int size) throws Exception {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return Files.write(folder.resolve(name), bytes);
    }

    private JsonNode offered(ChildProcess at, String name) throws Exception {
        return at.await(
                "the offer of " + name,
                TIME,
                is("file_offered").and(event -> event.path("file").asText().equals(name)));
    }

    private static ObjectNode fetching(JsonNode offer, Path place) {
        return command("get").put("id", offer.path("id").asText()).put("place", place.toString());
    }

    /** Begins to fetch a file; the answer has the reference {@code get}. */
    private static void get(ChildProcess who, JsonNode offer, Path place) throws Exception {
        who.command(fetching(offer, place).put("ref", "get"));
    }

    @Test
    void aFileGoesFromWhoOffersItToWhoAsksForItWhileBothTalk() throws Exception {
        ChildProcess host = create(worker());
        String invite = invite(host);
        ChildProcess guest = join("Grace", invite);
        ChildProcess other = join("Eve", invite);
        Path original = file("tea leaves.bin", 20_000_000);
        JsonNode accepted = ask(guest, command("file").put("path", original.toString()));
        assertThat(accepted.path("event").asText()).isEqualTo("accepted");
        JsonNode offer = offered(host, "tea leaves.bin");
        assertThat(offer.path("size").asLong()).isEqualTo(20_000_000);
        offered(other, "tea leaves.bin");
        get(host, offer, folder.resolve("at-host.bin"));
        get(other, offer, folder);
        guest.send("meanwhile");
        host.await("a message", TIME, message("meanwhile"));
        JsonNode came = answer(host, "get");
        assertThat(came.path("event").asText()).as(came.toString()).isEqualTo("file_fetched");
        assertThat(folder.resolve("at-host.bin")).hasSameBinaryContentAs(original);
        JsonNode cameToo = answer(other, "get");
        // The name was taken by the original itself.
        assertThat(Path.of(cameToo.path("place").asText()))
                .isEqualTo(folder.resolve("tea leaves (2).bin"))
                .hasSameBinaryContentAs(original);
        guest.awaitCount("who has it", TIME, 2, is("file_taken"));
        assertThat(other.events("error")).isEmpty();
    }

    @Test
    void whatHadComeBeforeAProcessWasKilledIsNotFetchedAgain() throws Exception {
        ChildProcess host = create(worker());
        String invite = invite(host);
        ChildProcess guest = join("Grace", invite);
        Path original = file("long.bin", 64_000_000);
        host.command(command("file").put("path", original.toString()));
        JsonNode offer = offered(guest, "long.bin");
        Path place = folder.resolve("here.bin");
        Path part = folder.resolve("here.bin." + offer.path("sha256").asText().substring(0, 16) + ".part");
        get(guest, offer, place);
        while (!Files.exists(part) || Files.size(part) < 1_000_000) {
            Thread.onSpinWait();
        }
        guest.process().destroyForcibly().waitFor();
        long come = Files.size(part);
        assertThat(come).isBetween(1_000_000L, 63_999_999L);
        byte[] marked = Files.readAllBytes(part);
        ChildProcess again = join("Grace", invite);
        get(again, offer, place);
        JsonNode came = answer(again, "get");
        assertThat(came.path("event").asText()).as(came.toString()).isEqualTo("file_fetched");
        assertThat(place).hasSameBinaryContentAs(original);
        assertThat(marked).isEqualTo(java.util.Arrays.copyOf(Files.readAllBytes(place), marked.length));
        assertThat(part).doesNotExist();
    }

    @Test
    void whatCannotBeOfferedOrFetchedIsAnsweredInWords() throws Exception {
        ChildProcess host = create(worker());
        ChildProcess guest = join("Grace", invite(host));
        Path original = file("tea.txt", 1_000);
        refused(host, command("file").put("path", folder.resolve("nothing").toString()), "file_disk");
        refused(host, command("file").put("path", original.toString()).put("mediaType", "rubbish"), "invalid_command");
        host.command(command("file").put("path", original.toString()));
        JsonNode offer = offered(guest, "tea.txt");
        refused(guest, fetching(offer, folder.resolve("no such folder").resolve("tea.txt")), "file_disk");
        Files.writeString(original, "changed");
        refused(guest, fetching(offer, folder.resolve("got.txt")), "file_unavailable");
        refused(guest, command("cancel").put("id", offer.path("id").asText()), "invalid_command");
        assertThat(folder.resolve("got.txt")).doesNotExist();
    }
}
