package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
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

    private void get(ChildProcess who, JsonNode offer, Path place) throws Exception {
        who.command(command("get")
                .put("id", offer.path("id").asText())
                .put("place", place.toString())
                .put("ref", "get"));
    }

    private static JsonNode answer(ChildProcess who, String ref) throws Exception {
        return who.await("the answer", TIME, event -> event.path("ref").asText().equals(ref));
    }

    @Test
    void aFileGoesFromWhoOffersItToWhoAsksForItWhileBothTalk() throws Exception {
        ChildProcess host = create(worker());
        String invite = invite(host);
        ChildProcess guest = join("Grace", invite);
        ChildProcess other = join("Eve", invite);
        Path original = file("tea leaves.bin", 20_000_000);
        guest.command(command("file").put("path", original.toString()).put("ref", "offer"));
        assertThat(answer(guest, "offer").path("event").asText()).isEqualTo("accepted");
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
        host.command(command("file").put("path", original.toString()).put("ref", "offer"));
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
        host.command(command("file")
                .put("path", folder.resolve("nothing").toString())
                .put("ref", "none"));
        assertThat(answer(host, "none").path("code").asText()).isEqualTo("file_disk");
        host.command(command("file")
                .put("path", original.toString())
                .put("mediaType", "rubbish")
                .put("ref", "type"));
        assertThat(answer(host, "type").path("code").asText()).isEqualTo("invalid_command");
        host.command(command("file").put("path", original.toString()).put("ref", "offer"));
        JsonNode offer = offered(guest, "tea.txt");
        get(guest, offer, folder.resolve("no such folder").resolve("tea.txt"));
        assertThat(answer(guest, "get").path("code").asText()).isEqualTo("file_disk");
        Files.writeString(original, "changed");
        guest.command(command("get")
                .put("id", offer.path("id").asText())
                .put("place", folder.resolve("got.txt").toString())
                .put("ref", "changed"));
        assertThat(answer(guest, "changed").path("code").asText()).isEqualTo("file_unavailable");
        guest.command(command("cancel").put("id", offer.path("id").asText()).put("ref", "cancel"));
        assertThat(answer(guest, "cancel").path("code").asText()).isEqualTo("invalid_command");
        assertThat(folder.resolve("got.txt")).doesNotExist();
    }
}
