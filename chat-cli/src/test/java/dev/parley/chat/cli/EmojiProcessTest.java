package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The emoji of a room between processes, over WebRTC. */
class EmojiProcessTest extends ProcessTest {

    private Path image(String name, int size) throws Exception {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return Files.write(folder.resolve(name), bytes);
    }

    private static ObjectNode adding(String shortcode, Path image) {
        return command("emoji_add").put("shortcode", shortcode).put("path", image.toString());
    }

    private static JsonNode awaitEmoji(ChildProcess at, String shortcode) throws Exception {
        return at.await(
                        "the emoji " + shortcode,
                        TIME,
                        is("emoji")
                                .and(event -> event.path("emoji").size() == 1
                                        && event.path("emoji")
                                                .path(0)
                                                .path("shortcode")
                                                .asText()
                                                .equals(shortcode)))
                .path("emoji")
                .path(0);
    }

    /** Saves an image under the name of who does so, and compares it. */
    private void assertHas(ChildProcess who, String name, Path image) throws Exception {
        Path place = folder.resolve("saved-by-" + name);
        JsonNode saved =
                ask(who, command("emoji_save").put("shortcode", "tea_pot").put("place", place.toString()));
        assertThat(saved.path("event").asText()).as(saved.toString()).isEqualTo("emoji_saved");
        assertThat(place).hasSameBinaryContentAs(image);
    }

    @Test
    void anEmojiOutlivesItsAuthorAndComesToWhoJoinsAfterIt() throws Exception {
        ChildProcess host = create(worker());
        String invite = invite(host);
        ChildProcess author = join("Grace", invite);
        Path image = image("teapot.png", 200_000);
        JsonNode added = ask(author, adding("Tea_Pot", image));
        assertThat(added.path("event").asText()).as(added.toString()).isEqualTo("accepted");
        JsonNode emoji = awaitEmoji(host, "Tea_Pot");
        assertThat(emoji.path("size").asInt()).isEqualTo(200_000);
        assertThat(emoji.path("mediaType").asText()).isEqualTo("image/png");
        assertThat(emoji.path("from").asText()).isEqualTo(peerId(author));
        assertHas(host, "host", image);
        author.command(command("leave"));
        host.await("that the author leaves", TIME, presence("Grace", "OFFLINE"));
        ChildProcess late = join("Eve", invite);
        assertThat(awaitEmoji(late, "Tea_Pot")).isEqualTo(emoji);
        assertHas(late, "late", image);
        JsonNode removed = ask(host, command("emoji_remove").put("shortcode", "TEA_POT"));
        assertThat(removed.path("event").asText()).as(removed.toString()).isEqualTo("done");
        late.await(
                "no emoji", TIME, is("emoji").and(event -> event.path("emoji").isEmpty()));
    }

    @Test
    void whatCannotBeAddedRemovedOrSavedIsAnsweredInWords() throws Exception {
        ChildProcess host = create(worker());
        invite(host);
        Path image = image("tea.png", 10);
        refused(host, adding("t", image), "invalid_command");
        refused(host, adding("tea", folder.resolve("nothing")), "invalid_command");
        refused(host, adding("tea", image("empty.png", 0)), "invalid_command");
        refused(host, adding("tea", image("large.png", 256 * 1024 + 1)), "invalid_command");
        ask(host, adding("tea", image));
        refused(host, adding("TEA", image), "not_allowed");
        refused(host, command("emoji_remove").put("shortcode", "pot"), "invalid_command");
        refused(host, command("emoji_save").put("shortcode", "tea").put("place", image.toString()), "invalid_command");
        assertThat(ask(host, command("emoji")).path("emoji")).hasSize(1);
    }
}
