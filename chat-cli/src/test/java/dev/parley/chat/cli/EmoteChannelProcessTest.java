package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The emotes of a channel that a host names for its room, and the room's own, between processes over WebRTC. */
class EmoteChannelProcessTest extends ProcessTest {

    private static final String EMOTE = "{\"id\":\"%1$s\",\"name\":\"%2$s\",\"flags\":0,\"data\":{\"id\":\"%1$s\","
            + "\"name\":\"%2$s\",\"flags\":0,\"lifecycle\":3,\"listed\":true,\"animated\":false,\"host\":{\"url\":"
            + "\"//cdn.example/%1$s\",\"files\":[{\"name\":\"1x.png\",\"width\":32,\"height\":32,"
            + "\"frame_count\":1,\"size\":100,\"format\":\"PNG\"}]}}}";

    private final List<String> asked = new CopyOnWriteArrayList<>();
    private HttpServer server;

    @BeforeEach
    void startServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        answer("/v3/emote-sets/global", set("GLOBAL", "everywhere"));
        answer(
                "/v3/users/twitch/12345",
                "{\"id\":\"12345\",\"platform\":\"TWITCH\",\"emote_set_id\":\"SETA\","
                        + "\"emote_set\":null,\"user\":{\"id\":\"01USER\"}}");
        answer("/v3/emote-sets/SETA", set("SETA", "KettleWave", "Milk", "Lemon", "Sugar"));
        server.start();
    }

    @AfterEach
    void stopServer() {
        server.stop(0);
    }

    private static String set(String id, String... codes) {
        return "{\"id\":\"" + id + "\",\"name\":\"Tea\",\"flags\":0,\"capacity\":10,\"emote_count\":" + codes.length
                + ",\"emotes\":["
                + Stream.of(codes)
                        .map(code -> EMOTE.formatted("01" + code.toUpperCase(Locale.ROOT), code))
                        .collect(Collectors.joining(","))
                + "]}";
    }

    private void answer(String path, String json) {
        server.createContext(path, exchange -> {
            asked.add(exchange.getRequestURI().getPath());
            byte[] body = json.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
    }

    private ChildProcess startWith7tv(String name, String... arguments) throws IOException {
        Map<String, String> environment = Map.of(
                "PARLEY_IDENTITY_PROTECTION",
                "file-permissions",
                "PARLEY_7TV_URL",
                "http://127.0.0.1:" + server.getAddress().getPort() + "/v3");
        return startIn(folder.resolve(name), name, environment, arguments);
    }

    private static JsonNode settings(ChildProcess who, int channels) throws Exception {
        return who.await(
                "the channels",
                TIME,
                is("settings").and(event -> event.path("emoteChannels").size() == channels));
    }

    /** Waits until so many emotes are there, and as many emoji of the room more as may have come. */
    private static void loaded(ChildProcess who, int least, int most) throws Exception {
        who.await(
                least + " to " + most + " emotes",
                TIME,
                is("emotes")
                        .and(event -> event.path("count").asInt() >= least
                                && event.path("count").asInt() <= most));
    }

    @Test
    void whatAGuestTypesIsMarkedWithTheEmotesOfTheHostsChannelAndOfTheRoom() throws Exception {
        String worker = worker();
        ChildProcess host = startWith7tv(
                "host",
                "create",
                "Tea",
                "--signaling",
                worker,
                "--name",
                "Ada",
                "--emotes-channel",
                "7tv=twitch/12345");
        String invite = invite(host);
        assertThat(settings(host, 1)
                        .path("emoteChannels")
                        .path(0)
                        .path("channel")
                        .asText())
                .isEqualTo("twitch/12345");
        loaded(host, 5, 5);
        Path image = Files.write(folder.resolve("pot.png"), new byte[] {1, 2, 3});
        JsonNode added = ask(host, command("emoji_add").put("shortcode", "pot").put("path", image.toString()));
        assertThat(added.path("event").asText()).as(added.toString()).isEqualTo("accepted");

        ChildProcess guest = startWith7tv("guest", "join", invite, "--name", "Grace");
        settings(guest, 1);
        loaded(guest, 5, 6);
        JsonNode emoji =
                guest.await("the emoji", TIME, is("emoji")).path("emoji").path(0);
        guest.send("KettleWave everywhere :pot: tea");
        JsonNode emotes = host.await("the message", TIME, message("KettleWave everywhere :pot: tea"))
                .path("emotes");
        assertThat(emotes).hasSize(3);
        assertThat(emotes.path(0).path("provider").asText()).isEqualTo("7tv");
        assertThat(emotes.path(0).path("id").asText()).isEqualTo("01KETTLEWAVE");
        assertThat(emotes.path(2).path("provider").asText()).isEqualTo("room");
        assertThat(emotes.path(2).path("id")).isEqualTo(emoji.path("sha256"));
        assertThat(emotes.path(2).path("code").asText()).isEqualTo(":pot:");
        assertThat(folder.resolve("guest").resolve("cache").resolve("emotes")).isNotEmptyDirectory();

        JsonNode changed =
                ask(host, JSON.createObjectNode().put("cmd", "settings").set("emoteChannels", JSON.createArrayNode()));
        assertThat(changed.path("event").asText()).as(changed.toString()).isEqualTo("done");
        settings(guest, 0);
        // The one that holds everywhere, and that of the room.
        loaded(guest, 2, 2);
        guest.send("KettleWave again");
        assertThat(host.await("the message", TIME, message("KettleWave again")).path("emotes"))
                .isEmpty();
    }

    @Test
    void aGuestWhoHasNotSwitchedAProviderOnAsksNobodyAndIsToldHow() throws Exception {
        ChildProcess host =
                create(worker(), "--emotes-channel", "7tv=twitch/12345", "--emotes-channel", "custom=a.example");
        host.await("a notice", TIME, notice("--emotes 7tv"));
        ChildProcess guest = join("Grace", invite(host));
        guest.await("a notice", TIME, notice("--emotes 7tv"));
        guest.await("another", TIME, notice("emote_channels = \"all\""));
        talk(guest, host, "KettleWave");
        assertThat(asked).isEmpty();
    }
}
