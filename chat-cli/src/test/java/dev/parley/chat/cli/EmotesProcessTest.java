package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Emotes by command, against a real worker and in a real room. */
class EmotesProcessTest extends ProcessTest {

    /** One pixel. */
    private static final byte[] PNG = Base64.getDecoder()
            .decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");

    private Path image() throws IOException {
        return Files.write(folder.resolve("tea.png"), PNG);
    }

    /** Runs a command as somebody, to its end. */
    private List<JsonNode> run(String who, String worker, int exit, String... arguments) throws Exception {
        ChildProcess process = startIn(
                folder.resolve(who),
                who,
                Map.of(
                        "PARLEY_IDENTITY_PROTECTION",
                        "file-permissions",
                        "PARLEY_EMOJI_DOMAIN",
                        worker,
                        "PARLEY_SIGNALING_URL",
                        worker,
                        "PARLEY_EMOTE_IMAGES",
                        "worker"),
                arguments);
        assertThat(process.awaitExit(TIME)).as("exit of %s", List.of(arguments)).isEqualTo(exit);
        return process.events();
    }

    private static JsonNode only(List<JsonNode> events, String kind) {
        List<JsonNode> found =
                events.stream().filter(event -> ChildProcess.is(event, kind)).toList();
        assertThat(found).as("%s", events).hasSize(1);
        return found.get(0);
    }

    @Test
    void anEmojiIsUploadedListedFoundShownAndRemovedByItsOwner() throws Exception {
        String worker = worker();
        Path image = image();
        JsonNode uploaded = only(
                run("ada", worker, 0, "emotes", "upload", "tea", image.toString(), "--category", "drinks"),
                "emote_uploaded");
        assertThat(uploaded.path("code").asText()).isEqualTo(":tea:");
        assertThat(uploaded.path("domain").asText()).isEqualTo(worker);
        assertThat(only(run("ada", worker, 1, "emotes", "upload", "TEA", image.toString()), "error")
                        .path("code")
                        .asText())
                .isEqualTo("emote_code_taken");

        for (List<String> command : List.of(
                List.of("emotes", "list"),
                List.of("emotes", "list", "--category", "DRINKS"),
                List.of("emotes", "search", "te"),
                List.of("emotes", "show", "tea"),
                List.of(
                        "emotes",
                        "show",
                        uploaded.path("provider").asText() + "/"
                                + uploaded.path("id").asText()))) {
            JsonNode shown = only(run("bob", worker, 0, command.toArray(new String[0])), "emote");
            assertThat(shown.path("code").asText()).isEqualTo(":tea:");
            assertThat(shown.path("category").asText()).isEqualTo("drinks");
            assertThat(shown.path("animated").asBoolean()).isFalse();
            URI url = URI.create(shown.path("images").path(0).path("url").asText());
            try (var in = url.toURL().openStream()) {
                assertThat(in.readAllBytes()).isEqualTo(PNG);
            }
        }
        assertThat(only(run("bob", worker, 1, "emotes", "remove", "tea"), "error")
                        .path("code")
                        .asText())
                .isEqualTo("emote_not_found");
        only(run("ada", worker, 0, "emotes", "remove", "TEA"), "emote_removed");
        assertThat(run("bob", worker, 0, "emotes", "list")).noneMatch(event -> ChildProcess.is(event, "emote"));
    }

    @Test
    void setsOfLastTimeAreThereWithoutTheWorker() throws Exception {
        ChildProcess serving = start("worker", "serve", "--port", "0");
        String worker = url(serving);
        run("ada", worker, 0, "emotes", "upload", "tea", image().toString());
        only(run("bob", worker, 0, "emotes", "list"), "emote");
        serving.close();

        List<JsonNode> listed = run("bob", worker, 0, "emotes", "list");
        only(listed, "emote");
        assertThat(listed).anyMatch(notice("are not available"));
        only(run("bob", worker, 0, "emotes", "list", "--offline"), "emote");
        assertThat(only(run("eve", worker, 1, "emotes", "list"), "error")
                        .path("message")
                        .asText())
                .isEqualTo("no emotes could be loaded");
        assertThat(only(run("ada", worker, 3, "emotes", "upload", "pot", image().toString()), "error")
                        .path("hint")
                        .asText())
                .isNotEmpty();
    }

    @Test
    void anEmojiIsAddedToARoomAndStaysWhenItsAuthorHasLeft() throws Exception {
        ChildProcess host = create(worker());
        String invite = invite(host);
        ChildProcess adding = start("ada", "emotes", "add", invite, ":tea:", image().toString());
        assertThat(adding.awaitExit(TIME)).isZero();
        JsonNode emoji = host.await(
                        "the emoji",
                        TIME,
                        is("emoji").and(event -> event.path("emoji").size() == 1))
                .path("emoji")
                .path(0);
        assertThat(emoji.path("shortcode").asText()).isEqualTo("tea");
        Path place = folder.resolve("saved.png");
        ask(host, command("emoji_save").put("shortcode", "tea").put("place", place.toString()));
        assertThat(place).hasBinaryContent(PNG);

        ChildProcess removing = start("ada", "emotes", "remove", "tea", "--room", invite);
        assertThat(removing.awaitExit(TIME)).isZero();
        host.await(
                "no emoji", TIME, is("emoji").and(event -> event.path("emoji").isEmpty()));
    }

    @Test
    void whatCannotBeDoneIsSaidInOneLine() throws Exception {
        String worker = worker();
        Path rubbish = Files.writeString(folder.resolve("rubbish.png"), "<svg/>");
        Map<List<String>, Integer> wrong = Map.of(
                List.of("upload", "x", image().toString()), 2,
                List.of("upload", "tea", folder.resolve("nothing").toString()), 2,
                List.of("upload", "tea", rubbish.toString()), 1,
                List.of("upload", "tea", image().toString(), "--domain", "no domain"), 2,
                List.of("show", "nothing"), 1,
                List.of("show", "nothing", "--rows", "0"), 2,
                List.of("search", "tea", "--limit", "0"), 2,
                List.of("list", "--channel", "nonsense"), 2,
                List.of("list", "--pictures", "nonsense", "--emotes", "off"), 2,
                List.of("remove", "nothing"), 1);
        for (Map.Entry<List<String>, Integer> each : wrong.entrySet()) {
            List<String> arguments = new ArrayList<>(List.of("emotes"));
            arguments.addAll(each.getKey());
            JsonNode error = only(run("ada", worker, each.getValue(), arguments.toArray(new String[0])), "error");
            assertThat(error.path("message").asText())
                    .as("%s", each.getKey())
                    .isNotEmpty()
                    .doesNotContain("\n", "Exception");
        }
    }
}
