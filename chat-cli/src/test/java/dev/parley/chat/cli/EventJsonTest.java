package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class EventJsonTest {

    /** The field names and values are a contract: a line that changes here breaks a script somewhere. */
    private static final String EMOTE = "\"code\":\":t\\u00E9a:\",\"provider\":\"custom\",\"id\":\"tea@a.example\","
            + "\"animated\":true,\"zeroWidth\":false,\"visibility\":\"LISTED\",\"category\":\"dr\\u001Bink\",\"tags\":[\"hot\"],"
            + "\"warnings\":[\"EDGY\"],\"images\":[{\"url\":\"https://a.example/t.png\",\"format\":\"PNG\",\"width\":1,"
            + "\"height\":2,\"bytes\":3,\"frames\":4}]";

    @Test
    void eventsAreWrittenAsTheContractSays() {
        String peer = "b".repeat(32);
        String room = "a".repeat(32);
        String other = "e".repeat(32);
        String id = "c".repeat(51) + "a";
        String who = "\"peerId\":\"" + peer + "\",\"name\":\"A\\u001B[2Jda\"";
        String ada = "\"peerId\":\"" + peer
                + "\",\"name\":\"A\\u001B[2Jda\",\"status\":\"%s\",\"role\":\"HOST\",\"self\":false";
        assertThat(Examples.events().stream().map(EventJson::write))
                .containsExactly(
                        "{\"event\":\"listening\",\"url\":\"http://127.0.0.1:1\"}",
                        "{\"event\":\"room\",\"roomId\":\"" + room
                                + "\",\"name\":\"Tea\",\"invite\":\"http://127.0.0.1:1/r/" + room
                                + "\",\"visibility\":\"PRIVATE\"}",
                        "{\"event\":\"room\",\"roomId\":\"" + room
                                + "\",\"name\":\"Tea\",\"invite\":\"http://127.0.0.1:1/r/" + room
                                + "\",\"visibility\":\"PUBLIC\",\"host\":\"" + peer
                                + "\",\"participants\":2,\"capacity\":8,\"created\":1795437296789,\"lastActive\":1795437296789}",
                        "{\"event\":\"room_gone\",\"roomId\":\"" + room + "\",\"name\":\"T\\u001B[2Jea\"}",
                        "{\"event\":\"state\",\"state\":\"CONNECTED\"}",
                        "{\"event\":\"state\",\"state\":\"CLOSED\",\"reason\":\"LEFT\",\"origin\":\"LOCAL\",\"detail\":\"you left\"}",
                        "{\"event\":\"participant\"," + ada.formatted("ONLINE") + "}",
                        "{\"event\":\"participant\"," + ada.formatted("OFFLINE") + "}",
                        "{\"event\":\"participant\"," + ada.formatted("ONLINE").replace("HOST", "MODERATOR")
                                + ",\"before\":{\"role\":\"HOST\",\"shownName\":\"A\\u001B[2Jda\"}}",
                        "{\"event\":\"participant\"," + ada.formatted("ONLINE").replace("HOST", "MODERATOR")
                                + ",\"shownName\":\"A\\u001B[2Jda\\u00B7bb\",\"before\":{\"role\":\"MODERATOR\",\"shownName\":\"A\\u001B[2Jda\"}}",
                        "{\"event\":\"presence\"," + who + ",\"presence\":\"RECONNECTING\"}",
                        "{\"event\":\"presence\"," + who + ",\"presence\":\"AWAY\"}",
                        "{\"event\":\"presence\"," + who + ",\"presence\":\"ONLINE\"}",
                        "{\"event\":\"typing\"," + who + ",\"typing\":true}",
                        "{\"event\":\"history_progress\",\"received\":400,\"remaining\":1200,\"over\":false}",
                        "{\"event\":\"history_progress\",\"received\":1600,\"remaining\":0,\"over\":true}",
                        "{\"event\":\"history_gap\"," + who + ",\"from\":3,\"to\":3}",
                        "{\"event\":\"history_gap\"," + who + ",\"from\":3,\"to\":5}",
                        "{\"event\":\"history_fork\"," + who + "}",
                        "{\"event\":\"participants\",\"ref\":\"r1\",\"participants\":[{" + ada.formatted("ONLINE")
                                + ",\"verified\":true,\"blocked\":true,\"presence\":\"AWAY\"},{\"peerId\":\"" + peer
                                + "\",\"name\":\"Me\",\"status\":\"ONLINE\",\"role\":\"MEMBER\",\"self\":true,\"verified\":true,\"blocked\":true,\"presence\":\"AWAY\"}]}",
                        "{\"event\":\"room_code\",\"ref\":\"r2\",\"epoch\":5,\"digits\":\"21729 32543 89623 87268 00675 75207 13478 01887\",\"words\":\"award major equip june crop rinse venture jar banner system report similar\",\"qr\":\"parley-room:1:"
                                + room + ":5:bxqjhyojfrxx6nnxb73sxozn4qogktbdk4yc3j2kf5fwmbutck7q\"}",
                        "{\"event\":\"safety_number\",\"peerId\":\"" + peer
                                + "\",\"digits\":\"33117 22405 39430 59320 03605 95731 72404 55386 06853 46285 61227 02284\",\"words\":\"blouse foam rotate invite sample tourist gesture depend grammar april next heron\",\"qr\":\"parley-verify:1:"
                                + peer + ":" + other + "\",\"verified\":true}",
                        "{\"event\":\"peer\",\"ref\":\"r3\",\"peerId\":\"" + peer
                                + "\",\"names\":[{\"name\":\"A\\u001B[2Jda\",\"firstSeen\":1795437296789,\"lastSeen\":1795437296789}],\"verified\":true,\"verifiedAt\":1795437296789,\"means\":\"COMPARED\"}",
                        "{\"event\":\"peer\",\"peerId\":\"" + other + "\",\"names\":[],\"verified\":false}",
                        "{\"event\":\"peer\",\"peerId\":\"" + other
                                + "\",\"names\":[{\"name\":\"A\\u001B[2Jda\",\"firstSeen\":1795437296789,\"lastSeen\":1795437296789}],\"blockedSince\":1795437296789,\"verified\":false}",
                        "{\"event\":\"blocked\",\"ref\":\"r6\",\"peers\":[{\"peerId\":\"" + other
                                + "\",\"name\":\"A\\u001B[2Jda\",\"since\":1795437296789},{\"peerId\":\"" + peer
                                + "\",\"since\":1795437296789}]}",
                        "{\"event\":\"blocked\",\"peers\":[]}",
                        "{\"event\":\"identity_alert\",\"cause\":\"KNOWN_NAME_OTHER_IDENTITY\",\"peerId\":\"" + other
                                + "\",\"name\":\"A\\u001B[2Jda\",\"other\":\"" + peer + "\",\"verified\":true}",
                        "{\"event\":\"identity_alert\",\"cause\":\"SAME_NAME_IN_ROOM\",\"peerId\":\"" + other
                                + "\",\"name\":\"A\\u001B[2Jda\",\"other\":\"" + peer + "\",\"verified\":true}",
                        "{\"event\":\"identity_alert\",\"cause\":\"KEY_CHANGED\",\"peerId\":\"" + other
                                + "\",\"name\":\"A\\u001B[2Jda\",\"verified\":true}",
                        "{\"event\":\"message\",\"id\":\"" + id + "\",\"from\":\"" + peer
                                + "\",\"name\":\"A\\u202Eda\",\"text\":\"hi Kappa\\nnew \\u00E9\\u2028\",\"sentAt\":1795437296789,"
                                + "\"replyTo\":\"" + id
                                + "\",\"emotes\":[{\"provider\":\"7tv\",\"id\":\"01\",\"code\":\"Kappa\","
                                + "\"start\":3,\"end\":8}]}",
                        "{\"event\":\"accepted\",\"ref\":\"r1\",\"id\":\"" + id + "\"}",
                        "{\"event\":\"accepted\",\"id\":\"" + id + "\"}",
                        "{\"event\":\"code\",\"ref\":\"r2\",\"code\":\"7-guitar-lemon\",\"url\":\"http://127.0.0.1:1\",\"expires\":1795437296789}",
                        "{\"event\":\"code_ended\",\"code\":\"7-guitar-lemon\",\"outcome\":\"USED\"}",
                        "{\"event\":\"code_ended\",\"code\":\"7-guitar-lemon\",\"outcome\":\"BURNT\"}",
                        "{\"event\":\"code_ended\",\"code\":\"7-guitar-lemon\",\"outcome\":\"EXPIRED\"}",
                        "{\"event\":\"code_ended\",\"code\":\"7-guitar-lemon\",\"outcome\":\"CANCELLED\"}",
                        "{\"event\":\"invite\",\"invite\":\"http://127.0.0.1:1/r/" + room + "#s\"}",
                        "{\"event\":\"leader\",\"peerId\":\"" + peer + "\",\"name\":\"Ann\",\"host\":false}",
                        "{\"event\":\"leader\",\"peerId\":\"" + peer + "\",\"host\":true}",
                        "{\"event\":\"done\",\"ref\":\"r3\",\"cmd\":\"kick\",\"peers\":[\"" + peer + "\"]}",
                        "{\"event\":\"done\",\"ref\":\"r3\",\"cmd\":\"ban\",\"peers\":[\"" + peer + "\"]}",
                        "{\"event\":\"done\",\"ref\":\"r3\",\"cmd\":\"unban\",\"peers\":[\"" + peer + "\"]}",
                        "{\"event\":\"done\",\"ref\":\"r3\",\"cmd\":\"deputies\",\"peers\":[\"" + peer + "\"]}",
                        "{\"event\":\"done\",\"cmd\":\"deputies\",\"peers\":[]}",
                        "{\"event\":\"delivery\",\"id\":\"" + id + "\",\"peer\":\"" + peer
                                + "\",\"state\":\"DELIVERED\"}",
                        "{\"event\":\"login\",\"flow\":\"BROWSER\",\"link\":\"https://issuer.example.org/login?state=s\"}",
                        "{\"event\":\"login\",\"flow\":\"DEVICE\",\"link\":\"https://issuer.example.org/login?state=s\",\"code\":\"WDJB-MJHT\",\"linkWithCode\":\"https://issuer.example.org/login?state=s\",\"expires\":1795437296789}",
                        "{\"event\":\"account\",\"worker\":\"https://issuer.example.org/login?state=s\",\"issuer\":\"https://issuer.example.org/login?state=s\",\"subject\":\"ada\",\"name\":\"A\\u001B[2Jda\",\"renewable\":false,\"expires\":1795437296789}",
                        "{\"event\":\"account\",\"worker\":\"https://issuer.example.org/login?state=s\",\"issuer\":\"https://issuer.example.org/login?state=s\",\"subject\":\"\",\"name\":\"\",\"renewable\":true}",
                        "{\"event\":\"kept\",\"roomId\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\",\"id\":\"ccccccccccccccccccccccccccccccccccccccccccccccccccca\",\"from\":\"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\",\"name\":\"A\\u001B[2Jda\",\"type\":\"message\",\"time\":1795437296789,\"text\":\"hi\\u001B[2J\\u202E\\nthere\"}",
                        "{\"event\":\"kept\",\"roomId\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\",\"id\":\"ccccccccccccccccccccccccccccccccccccccccccccccccccca\",\"from\":\"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\",\"type\":\"message\",\"time\":1795437296789,\"text\":\"hi\\u001B[2J\\u202E\\nthere\",\"expires\":1795437296789}",
                        "{\"event\":\"kept_room\",\"roomId\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\",\"name\":\"T\\u001B[2Jea\",\"hosted\":true,\"lastEntered\":1795437296789}",
                        "{\"event\":\"kept_room\",\"roomId\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}",
                        "{\"event\":\"refused\",\"line\":7,\"reason\":\"not JSON\"}",
                        "{\"event\":\"history\",\"act\":\"EXPORTED\",\"events\":3}",
                        "{\"event\":\"history\",\"act\":\"IMPORTED\",\"events\":3,\"known\":2,\"refused\":1}",
                        "{\"event\":\"history\",\"act\":\"DELETED\",\"events\":3}",
                        "{\"event\":\"retention\",\"roomId\":\"" + room + "\",\"events\":100,\"seconds\":604800}",
                        "{\"event\":\"retention\",\"roomId\":\"" + room + "\",\"events\":1}",
                        "{\"event\":\"retention\",\"roomId\":\"" + room + "\",\"seconds\":90}",
                        "{\"event\":\"retention\",\"roomId\":\"" + room + "\"}",
                        "{\"event\":\"notice\",\"text\":\"for you\"}",
                        "{\"event\":\"notice\",\"text\":\"the signaling worker is not reachable: an open connection stays,"
                                + " but none can be made\"}",
                        "{\"event\":\"error\",\"code\":\"invalid_json\",\"message\":\"the line is not valid JSON\",\"hint\":\"write JSON\"}",
                        "{\"event\":\"closed\",\"reason\":\"LEFT\",\"origin\":\"LOCAL\",\"detail\":\"you left\"}",
                        "{\"event\":\"check\",\"name\":\"java\",\"outcome\":\"OK\",\"detail\":\"17\",\"hint\":\"\"}",
                        "{\"event\":\"check\",\"name\":\"home\",\"outcome\":\"FAILED\",\"detail\":\"not writable\",\"hint\":\"mend it\"}",
                        "{\"event\":\"check\",\"name\":\"clock\",\"outcome\":\"SKIPPED\",\"detail\":\"needs the worker\",\"hint\":\"\"}",
                        "{\"event\":\"case\",\"name\":\"a room is made\",\"section\":\"Rooms\",\"waits\":0}",
                        "{\"event\":\"case\",\"name\":\"a room ends\",\"section\":\"Rooms\",\"waits\":180}",
                        "{\"event\":\"case\",\"name\":\"a room is made\",\"section\":\"Rooms\",\"waits\":0,\"outcome\":\"PASSED\",\"detail\":\"\",\"millis\":7}",
                        "{\"event\":\"case\",\"name\":\"a room is made\",\"section\":\"Rooms\",\"waits\":0,\"outcome\":\"FAILED\",\"detail\":\"expected 201, got 200\",\"millis\":7}",
                        "{\"event\":\"case\",\"name\":\"a room ends\",\"section\":\"Rooms\",\"waits\":180,\"outcome\":\"SKIPPED\",\"detail\":\"waits\",\"millis\":0}",
                        "{\"event\":\"conformance\",\"passed\":1,\"failed\":1,\"skipped\":1}",
                        "{\"event\":\"completion\",\"shell\":\"fish\",\"script\":\"complete -c parley -f\\ncomplete -c parley -a join\"}",
                        "{\"event\":\"setting\",\"key\":\"name\",\"value\":\"Ada\",\"source\":\"flag\"}",
                        "{\"event\":\"setting\",\"key\":\"token\",\"value\":null,\"source\":\"default\"}",
                        "{\"event\":\"identity\",\"peerId\":\"" + peer
                                + "\",\"fingerprint\":\"ab cd\",\"path\":\"/home/ada/identity\",\"protection\":\"PASSPHRASE\"}",
                        "{\"event\":\"emote\"," + EMOTE + "}",
                        "{\"event\":\"emote\"," + EMOTE + "}",
                        "{\"event\":\"emote_uploaded\"," + EMOTE + ",\"domain\":\"https://a.example\"}",
                        "{\"event\":\"emote_removed\",\"shortcode\":\"tea\",\"from\":\"the r\\u001Boom\"}",
                        "{\"event\":\"emotes\",\"count\":3}",
                        "{\"event\":\"demo\",\"who\":\"Ada\",\"text\":\"hello\"}",
                        "{\"event\":\"figure\",\"name\":\"round trip\",\"unit\":\"ms\",\"p50\":1.5,\"p99\":2.25,\"samples\":200}",
                        "{\"event\":\"result\",\"messages\":8,\"participants\":3,\"same\":true}",
                        "{\"event\":\"private_message\",\"id\":\"" + id + "\",\"from\":\"" + peer
                                + "\",\"name\":\"A\\u202Eda\",\"text\":\"h\\u001Bi\",\"sentAt\":1795437296789,\"emotes\":[],\"to\":\""
                                + other + "\"}",
                        "{\"event\":\"file_offered\",\"id\":\"" + id + "\",\"from\":\"" + peer
                                + "\",\"name\":\"A\\u202Eda\",\"file\":\"tea.png\",\"size\":12345,\"mediaType\":\"image/png\",\"sha256\":\""
                                + "0".repeat(64) + "\"}",
                        "{\"event\":\"file_offered\",\"id\":\"" + id + "\",\"from\":\"" + peer
                                + "\",\"name\":\"A\\u202Eda\",\"file\":\"tea.png\",\"size\":12345,\"mediaType\":\"image/png\",\"sha256\":\""
                                + "0".repeat(64) + "\"}",
                        "{\"event\":\"file_progress\",\"id\":\"" + id + "\",\"received\":7000,\"size\":12345}",
                        "{\"event\":\"file_fetched\",\"ref\":\"r\",\"id\":\"" + id
                                + "\",\"place\":\"/tmp/t\\u001Bea.png\",\"size\":12345}",
                        "{\"event\":\"file_fetched\",\"id\":\"" + id + "\",\"place\":\"tea.png\",\"size\":12345}",
                        "{\"event\":\"file_taken\",\"peerId\":\"" + peer + "\",\"name\":\"A\\u202Eda\",\"id\":\"" + id
                                + "\",\"file\":\"tea.png\"}",
                        "{\"event\":\"done\",\"cmd\":\"cancel\",\"peers\":[],\"id\":\"" + id + "\"}",
                        "{\"event\":\"emoji\",\"ref\":\"r\",\"emoji\":[" + tea(id, peer) + "," + pot(id, peer) + "]}",
                        "{\"event\":\"emoji\",\"ref\":\"r\",\"emoji\":[]}",
                        "{\"event\":\"emoji\",\"emoji\":[" + pot(id, peer) + "]}",
                        "{\"event\":\"done\",\"ref\":\"r\",\"cmd\":\"emoji_remove\",\"peers\":[],\"id\":\"" + id
                                + "\"}",
                        "{\"event\":\"emoji_saved\",\"ref\":\"r\","
                                + tea(id, peer).substring(1).replaceFirst("}$", "")
                                + ",\"place\":\"/tmp/t\\u001Bea.webp\"}",
                        "{\"event\":\"message_edited\",\"id\":\"" + id + "\",\"from\":\"" + peer
                                + "\",\"name\":\"A\\u202Eda\",\"text\":\"h\\u001Bi\",\"sentAt\":1795437296789,\"emotes\":[],\"before\":\"h\\u001Be\",\"editedAt\":1795437296789}",
                        "{\"event\":\"message_removed\",\"id\":\"" + id + "\",\"from\":\"" + other + "\",\"by\":\""
                                + peer + "\"}",
                        "{\"event\":\"message_removed\",\"id\":\"" + id + "\"}",
                        "{\"event\":\"message_hidden\",\"id\":\"" + id + "\",\"from\":\"" + peer
                                + "\",\"blocked\":true}",
                        "{\"event\":\"message_hidden\",\"id\":\"" + id + "\",\"blocked\":false}",
                        "{\"event\":\"reactions\",\"id\":\"" + id + "\",\"reactions\":[{\"text\":\"+\",\"count\":2,"
                                + "\"by\":[\"" + "b".repeat(32) + "\"]}]}",
                        "{\"event\":\"reactions\",\"id\":\"" + id + "\",\"reactions\":[]}",
                        "{\"event\":\"settings\",\"topic\":\"tea\",\"history\":\"LAST_N\",\"historyMessages\":3,\"historySeconds\":0,\"slowMode\":5,\"locked\":true,\"disappearAfter\":60,\"emoteChannels\":[{\"provider\":\"7tv\",\"channel\":\"twitch/1\"}],\"before\":{\"topic\":\"\",\"locked\":false,\"emoteChannels\":[]}}",
                        "{\"event\":\"settings\",\"ref\":\"r4\",\"topic\":\"\",\"history\":\"NONE\",\"historyMessages\":0,\"historySeconds\":0,\"slowMode\":0,\"locked\":false,\"disappearAfter\":0,\"emoteChannels\":[]}",
                        "{\"event\":\"done\",\"ref\":\"r5\",\"cmd\":\"delete\",\"peers\":[],\"id\":\"" + id + "\"}",
                        "{\"event\":\"done\",\"cmd\":\"unmute\",\"peers\":[\"" + other + "\"]}",
                        "{\"event\":\"moderation\",\"id\":\"" + id + "\",\"kind\":\"SETTINGS\",\"by\":\"" + peer
                                + "\",\"at\":1795437296789}",
                        "{\"event\":\"moderation\",\"id\":\"" + id + "\",\"kind\":\"ROLE\",\"by\":\"" + peer
                                + "\",\"peerId\":\"" + other + "\",\"role\":\"READ_ONLY\",\"at\":1795437296789}",
                        "{\"event\":\"moderation\",\"id\":\"" + id + "\",\"kind\":\"KICK\",\"by\":\"" + peer
                                + "\",\"peerId\":\"" + other + "\",\"at\":1795437296789}",
                        "{\"event\":\"moderation\",\"id\":\"" + id + "\",\"kind\":\"BAN\",\"by\":\"" + peer
                                + "\",\"peerId\":\"" + other + "\",\"at\":1795437296789}",
                        "{\"event\":\"moderation\",\"id\":\"" + id + "\",\"kind\":\"UNBAN\",\"by\":\"" + peer
                                + "\",\"peerId\":\"" + other + "\",\"at\":1795437296789}",
                        "{\"event\":\"moderation\",\"id\":\"" + id + "\",\"kind\":\"MUTE\",\"by\":\"" + peer
                                + "\",\"peerId\":\"" + other + "\",\"until\":1795437296789,\"at\":1795437296789}",
                        "{\"event\":\"moderation\",\"id\":\"" + id + "\",\"kind\":\"UNMUTE\",\"by\":\"" + peer
                                + "\",\"peerId\":\"" + other + "\",\"at\":1795437296789}",
                        "{\"event\":\"moderation_voided\",\"id\":\"" + id + "\"}");
    }

    @Test
    void everyKindOfEventHasAnExample() {
        assertThat(Examples.events().stream().map(Event::getClass).collect(Collectors.toSet()))
                .containsExactlyInAnyOrderElementsOf(Arrays.asList(Event.class.getPermittedSubclasses()).stream()
                        .map(type -> type.asSubclass(Event.class))
                        .collect(Collectors.toSet()));
    }

    @Test
    void aLineIsPrintableAsciiWithoutLineBreakAndReadsBackAsItWas() throws IOException {
        for (Event event : Examples.events()) {
            String line = EventJson.write(event);
            assertThat(line.chars()).allMatch(c -> c >= 0x20 && c < 0x7f);
            if (event instanceof Event.Message message) {
                assertThat(new ObjectMapper().readTree(line).path("text").asText())
                        .isEqualTo(message.message().text());
            }
        }
    }

    private static String tea(String id, String peer) {
        return emoji(id, peer, "Tea", 4_096, "image/webp");
    }

    private static String pot(String id, String peer) {
        return emoji(id, peer, "pot", 1, "image/png");
    }

    private static String emoji(String id, String peer, String shortcode, int size, String mediaType) {
        return "{\"id\":\"" + id + "\",\"shortcode\":\"" + shortcode + "\",\"from\":\"" + peer + "\",\"sha256\":\""
                + "0".repeat(64) + "\",\"size\":" + size + ",\"mediaType\":\"" + mediaType
                + "\",\"addedAt\":1795437296789}";
    }
}
