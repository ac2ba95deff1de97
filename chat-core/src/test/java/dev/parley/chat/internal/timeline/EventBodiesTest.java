package dev.parley.chat.internal.timeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.chat.EmoteChannel;
import dev.parley.chat.EmoteReference;
import dev.parley.chat.FileOffer;
import dev.parley.chat.HistoryPolicy;
import dev.parley.chat.Mention;
import dev.parley.chat.MessageId;
import dev.parley.chat.OutgoingMessage;
import dev.parley.chat.Participant;
import dev.parley.chat.Participant.Role;
import dev.parley.chat.PeerId;
import dev.parley.chat.Reaction;
import dev.parley.chat.RoomEmoji;
import dev.parley.chat.RoomId;
import dev.parley.chat.RoomSettings;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.internal.crypto.PrivateSeal;
import dev.parley.chat.internal.encoding.Json;
import dev.parley.chat.internal.encoding.MalformedException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The bodies of events: golden files, each bound at it and one past it, and rubbish. */
final class EventBodiesTest {

    private static final List<String> TYPES = List.of(
            "message",
            "edit",
            "delete",
            "reaction",
            "private",
            "file",
            "profile",
            "settings",
            "role",
            "kick",
            "ban",
            "unban",
            "mute",
            "unmute",
            "emoji",
            "unemoji");
    private static final PeerId ANN = PeerId.of(filled(PeerId.BYTES, 1));
    private static final MessageId TARGET = MessageId.of(filled(MessageId.BYTES, 2));
    private static final String SHA256 = "ab".repeat(32);
    private static final byte[] FILE_KEY = filled(32, 5);
    private static final Optional<String> NO_TEXT = Optional.empty();

    private static byte[] filled(int length, int value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    /** What the golden file holds, made anew. */
    private static Map<String, EventBody> bodies() {
        Map<String, EventBody> bodies = new LinkedHashMap<>();
        bodies.put(
                "message",
                new EventBody.Message(
                        OutgoingMessage.builder("na\u00efve @ann Kappa")
                                .emote(new EmoteReference("7tv", "01F6", "Kappa", 11, 16))
                                .mention(new Mention(ANN, 6, 10))
                                .replyTo(TARGET)
                                .build(),
                        1_800_000_000_000L));
        bodies.put(
                "edit",
                new EventBody.Edit(
                        TARGET,
                        OutgoingMessage.builder("@ann Kappa")
                                .emote(new EmoteReference("7tv", "01F6", "Kappa", 5, 10))
                                .mention(new Mention(ANN, 0, 4))
                                .build()));
        bodies.put("delete", new EventBody.Delete(TARGET));
        bodies.put("reaction.emoji", new EventBody.Reaction(TARGET, Reaction.of("\ud83c\udf75"), true));
        bodies.put(
                "reaction.emote",
                new EventBody.Reaction(TARGET, Reaction.of(new EmoteReference("7tv", "01F6", "Kappa", 0, 5)), false));
        bodies.put("private", new EventBody.Private(ANN, new byte[] {1, 2, 3}));
        bodies.put("file", new EventBody.File(new FileOffer("tea.png", 4_096, "image/png", SHA256), FILE_KEY));
        bodies.put("profile", new EventBody.Profile("Ann"));
        bodies.put(
                "settings",
                new EventBody.Settings(
                        Optional.of("Tea"),
                        Optional.of(HistoryPolicy.last(50)),
                        OptionalInt.of(5),
                        Optional.of(true),
                        OptionalInt.of(3_600)));
        bodies.put(
                "settings.time",
                new EventBody.Settings(
                        NO_TEXT,
                        Optional.of(HistoryPolicy.last(Duration.ofHours(1))),
                        OptionalInt.empty(),
                        Optional.empty(),
                        OptionalInt.empty()));
        bodies.put(
                "settings.emotes",
                new EventBody.Settings(
                        NO_TEXT,
                        Optional.empty(),
                        OptionalInt.empty(),
                        Optional.empty(),
                        OptionalInt.empty(),
                        Optional.of(List.of(
                                new EmoteChannel("7tv", "twitch/12345"),
                                new EmoteChannel("custom", "caf\u00e9.example")))));
        bodies.put(
                "settings.noemotes",
                new EventBody.Settings(
                        NO_TEXT,
                        Optional.empty(),
                        OptionalInt.empty(),
                        Optional.empty(),
                        OptionalInt.empty(),
                        Optional.of(List.of())));
        for (Role role : new Role[] {Role.MODERATOR, Role.MEMBER, Role.READ_ONLY}) {
            bodies.put("role." + role, new EventBody.GiveRole(ANN, role, 7));
        }
        bodies.put("kick", new EventBody.Kick(ANN, 7));
        bodies.put("ban", new EventBody.Ban(ANN, 7));
        bodies.put("unban", new EventBody.Unban(ANN));
        bodies.put("mute", new EventBody.Mute(ANN, OptionalLong.of(1_800_000_000_000L), 7));
        bodies.put("mute.forever", new EventBody.Mute(ANN, OptionalLong.empty(), 0));
        bodies.put("unmute", new EventBody.Unmute(ANN));
        bodies.put("emoji", new EventBody.Emoji("Tea_Pot", 4_096, "image/webp", SHA256, FILE_KEY));
        bodies.put("emoji.unknown", emoji("tea", 1, RoomEmoji.UNKNOWN_MEDIA_TYPE));
        bodies.put("unemoji", new EventBody.RemoveEmoji(TARGET));
        return bodies;
    }

    private static Map<String, String> golden() throws IOException {
        Map<String, String> vectors = new LinkedHashMap<>();
        try (InputStream file = EventBodiesTest.class.getResourceAsStream("/golden/acts.txt")) {
            for (String line : new String(Objects.requireNonNull(file).readAllBytes(), UTF_8)
                    .lines()
                    .toList()) {
                int space = line.indexOf(' ');
                vectors.put(line.substring(0, space), line.substring(space + 1));
            }
        }
        return vectors;
    }

    @Test
    void whatIsWrittenIsWhatTheFileSaysAndIsReadAgain() throws Exception {
        Map<String, String> written = new LinkedHashMap<>();
        for (Map.Entry<String, EventBody> entry : bodies().entrySet()) {
            byte[] body = EventBodies.write(entry.getValue());
            written.put(entry.getKey(), new String(body, UTF_8));
            EventBody read = EventBodies.read(entry.getValue().type(), body).orElseThrow();
            assertThat(EventBodies.write(read)).as(entry.getKey()).isEqualTo(body);
            assertThat(read.getClass()).isEqualTo(entry.getValue().getClass());
        }
        Map<String, String> file = golden();
        file.keySet().removeIf(name -> name.startsWith("seal."));
        assertThat(written).containsExactlyInAnyOrderEntriesOf(file);
    }

    @Test
    void thePrivateMessageOfTheFileIsOpenedByBothAndHoldsAMessage() throws Exception {
        Map<String, String> file = golden();
        // The identities of golden/identities.txt: host and Ann.
        Identity sender = identity(1);
        Identity receiver = identity(2);
        byte[] sealed = HexFormat.of().parseHex(Objects.requireNonNull(file.get("seal.sealed")));
        RoomId room = new RoomId(Objects.requireNonNull(file.get("seal.room")));
        for (Identity reader : new Identity[] {sender, receiver}) {
            byte[] content = PrivateSeal.open(reader, room, sender.peerId(), receiver.peerId(), 5, sealed);
            assertThat(new String(content, UTF_8)).isEqualTo(file.get("seal.content"));
            assertThat(EventBodies.read("message", content)).isPresent();
        }
    }

    private static Identity identity(int number) {
        return Identity.fromInsecureSeeds(filled(32, number), filled(32, 100 + number));
    }

    @Test
    void unknownTypesAreSkippedAndUnknownFieldsIgnored() throws Exception {
        assertThat(EventBodies.read("poll", "rubbish".getBytes(UTF_8))).isEmpty();
        byte[] body = ("{\"target\":\"" + TARGET + "\",\"later\":[{}]}").getBytes(UTF_8);
        assertThat(EventBodies.read("delete", body)).contains(new EventBody.Delete(TARGET));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "message|{}",
                "message|{'text':'','sentAt':1}",
                "message|{'text':'x'}",
                "message|{'text':'x','sentAt':-1}",
                "message|{'text':'x','sentAt':1.5}",
                "message|{'text':'x','sentAt':1,'mentions':{}}",
                "message|{'text':'x','sentAt':1,'mentions':[{'peer':'ANN','start':0,'end':2}]}",
                "message|{'text':'x','sentAt':1,'mentions':[{'peer':'ANN','start':1,'end':1}]}",
                "message|{'text':'x','sentAt':1,'mentions':[{'peer':'ann','start':0,'end':1}]}",
                "message|{'text':'xy','sentAt':1,'mentions':[{'peer':'ANN','start':0,'end':2},{'peer':'ANN','start':1,'end':2}]}",
                "edit|{'text':'x'}",
                "edit|{'target':'short','text':'x'}",
                "edit|{'target':'ID','text':''}",
                "edit|{'target':'ID','text':'x','emotes':[1]}",
                "delete|{}",
                "delete|{'target':7}",
                "reaction|{'target':'ID','text':'x'}",
                "reaction|{'target':'ID','text':'x','add':1}",
                "reaction|{'target':'ID','text':'','add':true}",
                "reaction|{'target':'ID','text':' ','add':true}",
                "reaction|{'target':'ID','text':'\\u200b','add':true}",
                "reaction|{'target':'ID','text':'a\\nb','add':true}",
                "reaction|{'target':'ID','text':'\\u202e','add':true}",
                "reaction|{'target':'ID','text':'\\ud83c','add':true}",
                "reaction|{'target':'ID','text':'x','provider':'7tv','add':true}",
                "reaction|{'target':'ID','text':'x','emote':'01','add':true}",
                "reaction|{'target':'ID','text':'x','provider':'7 TV','emote':'01','add':true}",
                "private|{'to':'ANN'}",
                "private|{'to':'ANN','sealed':'A'}",
                "private|{'to':'ANN','sealed':'AA=='}",
                "private|{'sealed':'AQID'}",
                "settings|{}",
                "settings|{'topic':null}",
                "settings|{'topic':5}",
                "settings|{'topic':'two\\nlines'}",
                "settings|{'locked':'yes'}",
                "settings|{'history':'all'}",
                "settings|{'history':{'keep':'some'}}",
                "settings|{'history':{'keep':'last_n'}}",
                "settings|{'history':{'keep':'last_t','seconds':0}}",
                "settings|{'emoteChannels':null}",
                "settings|{'emoteChannels':{}}",
                "settings|{'emoteChannels':'7tv'}",
                "settings|{'topic':'t','emoteChannels':[7]}",
                "settings|{'emoteChannels':[{'provider':'7tv'}]}",
                "settings|{'emoteChannels':[{'channel':'twitch/1'}]}",
                "settings|{'emoteChannels':[{'provider':'7 TV','channel':'twitch/1'}]}",
                "settings|{'emoteChannels':[{'provider':'7tv','channel':''}]}",
                "settings|{'emoteChannels':[{'provider':'7tv','channel':' '}]}",
                "settings|{'emoteChannels':[{'provider':'7tv','channel':'a\\nb'}]}",
                "settings|{'emoteChannels':[{'provider':'7tv','channel':'a\\u202e'}]}",
                "settings|{'emoteChannels':[{'provider':'7tv','channel':'\\ud83c'}]}",
                "settings|{'emoteChannels':[{'provider':'7tv','channel':'a'},{'provider':'7tv','channel':'a'}]}",
                "role|{'peer':'ANN','role':'host','seen':1}",
                "role|{'peer':'ANN','role':'MEMBER','seen':1}",
                "role|{'peer':'ANN','role':'member'}",
                "role|{'role':'member','seen':1}",
                "kick|{'peer':'ANN'}",
                "kick|{'peer':'ANN','seen':-1}",
                "ban|{'peer':'ANN','seen':9223372036854775807}",
                "ban|{'peer':'ANN','seen':'1'}",
                "unban|{}",
                "mute|{'peer':'ANN','until':5}",
                "mute|{'peer':'ANN','until':253402300800000,'seen':1}",
                "mute|{'peer':'ANN','until':-1,'seen':1}",
                "unmute|{'peer':''}",
                "profile|{'name':''}",
                "profile|{'name':'a\\u0007'}",
                "file|{'name':'a','size':1,'mediaType':'image/png'}",
                "file|{'name':'a','size':1,'mediaType':'image/png','sha256':'AQID'}",
                "file|{'name':'a','size':-1,'mediaType':'image/png','sha256':'HASH'}",
                "file|{'name':'a','size':1,'mediaType':'image','sha256':'HASH'}",
                "file|{'name':'a','size':1,'mediaType':'image/PNG','sha256':'HASH'}",
                "emoji|{}",
                "emoji|{'shortcode':'tea','size':1,'sha256':'HASH'}",
                "emoji|{'shortcode':'tea','size':1,'key':'HASH'}",
                "emoji|{'shortcode':'tea','size':1,'sha256':'AQID','key':'HASH'}",
                "emoji|{'shortcode':'tea','size':1,'sha256':'HASH','key':'AQID'}",
                "emoji|{'shortcode':'t','size':1,'sha256':'HASH','key':'HASH'}",
                "emoji|{'shortcode':'t-a','size':1,'sha256':'HASH','key':'HASH'}",
                "emoji|{'shortcode':':tea:','size':1,'sha256':'HASH','key':'HASH'}",
                "emoji|{'shortcode':'t\u00e9a','size':1,'sha256':'HASH','key':'HASH'}",
                "emoji|{'shortcode':'tea\\n','size':1,'sha256':'HASH','key':'HASH'}",
                "emoji|{'shortcode':'tea','size':0,'sha256':'HASH','key':'HASH'}",
                "emoji|{'shortcode':'tea','size':262145,'sha256':'HASH','key':'HASH'}",
                "emoji|{'shortcode':'tea','size':1.5,'sha256':'HASH','key':'HASH'}",
                "emoji|{'shortcode':'tea','size':1,'mediaType':'PNG','sha256':'HASH','key':'HASH'}",
                "emoji|{'shortcode':'tea','size':1,'mediaType':7,'sha256':'HASH','key':'HASH'}",
                "unemoji|{}",
                "unemoji|{'target':'short'}",
            })
    void aBodyThatBreaksARuleIsRefused(String type, String json) {
        byte[] body = json.replace('\'', '"')
                .replace("ANN", ANN.value())
                .replace("\"ID\"", "\"" + TARGET.value() + "\"")
                .replace("HASH", Json.base64(filled(32, 3)))
                .getBytes(UTF_8);
        assertThatThrownBy(() -> EventBodies.read(type, body)).isInstanceOf(MalformedException.class);
    }

    @Test
    void settingsThatOnlyAnotherVersionKnowsAreSkippedAndThoseBesideThemTaken() throws Exception {
        assertThat(EventBodies.read("settings", "{\"colour\":\"green\"}".getBytes(UTF_8)))
                .isEmpty();
        assertThat(EventBodies.read("settings", "{\"colour\":\"green\",\"topic\":\"t\"}".getBytes(UTF_8)))
                .contains(new EventBody.Settings(
                        Optional.of("t"),
                        Optional.empty(),
                        OptionalInt.empty(),
                        Optional.empty(),
                        OptionalInt.empty()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "null", "{", "{}{}", "{\"target\":1,\"target\":2}", "\u0000"})
    void rubbishIsRefusedForEachType(String rubbish) {
        for (String type : TYPES) {
            assertThatThrownBy(() -> EventBodies.read(type, rubbish.getBytes(UTF_8)))
                    .as(type)
                    .isInstanceOf(MalformedException.class);
        }
    }

    @Test
    void bentBodiesAreTakenOrRefusedAndNothingElseIsThrown() {
        SplittableRandom random = new SplittableRandom(11);
        for (EventBody body : bodies().values()) {
            byte[] good = EventBodies.write(body);
            for (int round = 0; round < 400; round++) {
                byte[] bent = good.clone();
                for (int change = random.nextInt(1, 4); change > 0; change--) {
                    bent[random.nextInt(bent.length)] = (byte) random.nextInt(256);
                }
                try {
                    EventBodies.read(body.type(), bent);
                } catch (MalformedException e) {
                    assertThat(e.getMessage()).isNotBlank();
                }
            }
        }
    }

    @Test
    void aBodyIsAsLongAsAnEventAndNoLonger() throws Exception {
        String start = "{\"target\":\"" + TARGET + "\"";
        byte[] longest = (start + " ".repeat(ActLimits.MAX_BODY_BYTES - start.length() - 1) + "}").getBytes(UTF_8);
        assertThat(longest).hasSize(ActLimits.MAX_BODY_BYTES);
        assertThat(EventBodies.read("delete", longest)).isPresent();
        assertThatThrownBy(() -> EventBodies.read("delete", Arrays.copyOf(longest, longest.length + 1)))
                .isInstanceOf(MalformedException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"emoji", "unemoji"})
    void aBodyOfAnEmojiIsShorter(String type) throws Exception {
        EventBody body = type.equals("emoji")
                ? emoji("e".repeat(RoomEmoji.MAX_SHORTCODE_CHARS), RoomEmoji.MAX_IMAGE_BYTES, "a/" + "b".repeat(125))
                : new EventBody.RemoveEmoji(TARGET);
        byte[] longest = Arrays.copyOf(EventBodies.write(body), ActLimits.MAX_EMOJI_BODY_BYTES);
        Arrays.fill(longest, EventBodies.write(body).length, longest.length, (byte) ' ');
        assertThat(EventBodies.read(type, longest).map(EventBodies::write)).contains(EventBodies.write(body));
        byte[] oneMore = Arrays.copyOf(longest, longest.length + 1);
        oneMore[longest.length] = ' ';
        assertThatThrownBy(() -> EventBodies.read(type, oneMore)).isInstanceOf(MalformedException.class);
    }

    private static void bound(Consumer<Integer> make, int limit) {
        assertThatCode(() -> make.accept(limit)).doesNotThrowAnyException();
        assertThatIllegalArgumentException().isThrownBy(() -> make.accept(limit + 1));
    }

    @Test
    void eachBoundIsTakenAndOnePastItIsRefused() {
        bound(length -> Reaction.of("x".repeat(length)), Reaction.MAX_TEXT_CHARS);
        bound(length -> settings("t".repeat(length), 0, 0), RoomSettings.MAX_TOPIC_CHARS);
        bound(seconds -> settings("t", seconds, 0), (int) RoomSettings.MAX_SLOW_MODE.toSeconds());
        bound(seconds -> settings("t", 0, seconds), (int) RoomSettings.MAX_DISAPPEAR_AFTER.toSeconds());
        bound(EventBodiesTest::channels, RoomSettings.MAX_EMOTE_CHANNELS);
        bound(length -> new EmoteChannel("7tv", "c".repeat(length)), EmoteChannel.MAX_CHANNEL_CHARS);
        bound(less -> new EmoteChannel("7tv", "c".repeat(1 - less)), 0);
        bound(length -> new EmoteChannel("p".repeat(length), "c"), EmoteReference.MAX_PROVIDER_CHARS);
        bound(less -> new EmoteChannel("p".repeat(1 - less), "c"), 0);
        bound(HistoryPolicy::last, HistoryPolicy.MAX_MESSAGES);
        bound(seconds -> HistoryPolicy.last(Duration.ofSeconds(seconds)), (int) HistoryPolicy.MAX_TIME.toSeconds());
        bound(length -> new EventBody.Private(ANN, new byte[length]), ActLimits.MAX_SEALED_BYTES);
        bound(length -> new EventBody.Profile("n".repeat(length)), Participant.MAX_NAME_CHARS);
        bound(length -> file("n".repeat(length)), FileOffer.MAX_NAME_BYTES);
        bound(length -> file("\u00e9".repeat(length) + "x"), FileOffer.MAX_NAME_BYTES / 2);
        bound(length -> new FileOffer("a", 1, "a/" + "b".repeat(length - 2), SHA256), FileOffer.MAX_MEDIA_TYPE_CHARS);
        bound(more -> new FileOffer("a", FileOffer.MAX_SIZE + more, "a/b", SHA256), 0);
        bound(more -> new EventBody.Kick(ANN, ActLimits.MAX_SEQ + more), 0);
        bound(more -> new EventBody.Mute(ANN, OptionalLong.of(ActLimits.MAX_EPOCH_MILLIS + more), 0), 0);
        bound(EventBodiesTest::mentioning, OutgoingMessage.MAX_MENTIONS);
        bound(length -> emoji("e".repeat(length), 1, "a/b"), RoomEmoji.MAX_SHORTCODE_CHARS);
        bound(less -> emoji("e".repeat(RoomEmoji.MIN_SHORTCODE_CHARS - less), 1, "a/b"), 0);
        bound(size -> emoji("tea", size, "a/b"), RoomEmoji.MAX_IMAGE_BYTES);
        bound(less -> emoji("tea", 1 - less, "a/b"), 0);
        bound(length -> emoji("tea", 1, "a/" + "b".repeat(length - 2)), FileOffer.MAX_MEDIA_TYPE_CHARS);
    }

    @Test
    void theLongestPrivateMessageFitsAnEvent() throws Exception {
        byte[] body = EventBodies.write(new EventBody.Private(ANN, new byte[ActLimits.MAX_SEALED_BYTES]));
        // 512 bytes are more than the rest of an event takes.
        assertThat(body.length).isLessThan(128 * 1024 - 512);
        assertThat(EventBodies.read("private", body)).isPresent();
    }

    private static void mentioning(int count) {
        OutgoingMessage.Builder message = OutgoingMessage.builder("x".repeat(count));
        for (int i = 0; i < count; i++) {
            message.mention(new Mention(ANN, i, i + 1));
        }
        message.build();
    }

    private static EventBody emoji(String shortcode, int size, String mediaType) {
        return new EventBody.Emoji(shortcode, size, mediaType, SHA256, FILE_KEY);
    }

    private static EventBody settings(String topic, int slowMode, int disappearAfter) {
        return new EventBody.Settings(
                Optional.of(topic),
                Optional.empty(),
                OptionalInt.of(slowMode),
                Optional.empty(),
                OptionalInt.of(disappearAfter));
    }

    private static RoomSettings channels(int count) {
        List<EmoteChannel> channels = IntStream.range(0, count)
                .mapToObj(number -> new EmoteChannel("7tv", "twitch/" + number))
                .toList();
        return RoomSettings.FIRST.withEmoteChannels(channels);
    }

    @Test
    void asManyChannelsOfEmotesAsARoomHasAreReadAndOneMoreIsNot() throws Exception {
        StringBuilder json = new StringBuilder("{\"emoteChannels\":[");
        for (int i = 1; i <= RoomSettings.MAX_EMOTE_CHANNELS; i++) {
            String name = "\u20ac".repeat(EmoteChannel.MAX_CHANNEL_CHARS - 1) + i;
            json.append("{\"provider\":\"7tv\",\"channel\":\"").append(name).append("\"}");
            assertThat(EventBodies.read("settings", (json + "]}").getBytes(UTF_8)))
                    .isPresent();
            json.append(',');
        }
        byte[] oneMore = json.append("{\"provider\":\"7tv\",\"channel\":\"x\"}]}")
                .toString()
                .getBytes(UTF_8);
        assertThatThrownBy(() -> EventBodies.read("settings", oneMore)).isInstanceOf(MalformedException.class);
    }

    private static FileOffer file(String name) {
        return new FileOffer(name, 1, "a/b", SHA256);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "a/b",
                "a\\b",
                "../etc/passwd",
                "C:x",
                "a\u0000",
                "a\nb",
                "a\u007f",
                "a\u0085",
                "photo\u202egpj.exe",
                "\u2066a",
                "\u200fa",
                "con",
                "CON",
                "Nul.txt",
                "com1",
                "COM9.log",
                "lpt\u00b9",
                "aux .txt",
                "conin$",
                "a ",
                " a",
                "a.",
                "what?",
                "a*",
                "a|b",
                "<a>",
                "say \"a\"",
                "half\ud800",
                "a\ufeff",
                "a\u2028b"
            })
    void aFileNameThatSomeSystemMisreadsIsRefused(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> file(name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"a", ".profile", "tea pot.tar.gz", "r\u00e9sum\u00e9.pdf", "console.txt", "com10", "\ud83c\udf75"
            })
    void anHonestFileNameIsTaken(String name) {
        assertThat(file(name).name()).isEqualTo(name);
    }

    @Test
    void theDifferenceOfTwoSettingsLeadsFromOneToTheOther() {
        RoomSettings after = new RoomSettings("t", HistoryPolicy.ALL, Duration.ZERO, true, Duration.ofDays(1));
        assertThat(EventBody.Settings.between(after, after)).isEmpty();
        EventBody.Settings change =
                EventBody.Settings.between(RoomSettings.FIRST, after).orElseThrow();
        assertThat(change.topic()).contains("t");
        assertThat(change.slowModeSeconds()).isEmpty();
        assertThat(change.locked()).contains(true);
        assertThat(change.disappearAfterSeconds()).hasValue(86_400);
        assertThat(change.emoteChannels()).isEmpty();
    }

    @Test
    void channelsOfEmotesAreSetAndTakenBackByOneField() {
        List<EmoteChannel> channels = List.of(new EmoteChannel("7tv", "twitch/1"));
        RoomSettings with = RoomSettings.FIRST.withTopic("t").withEmoteChannels(channels);
        EventBody.Settings set = EventBody.Settings.between(RoomSettings.FIRST.withTopic("t"), with)
                .orElseThrow();
        assertThat(set.topic()).isEmpty();
        assertThat(set.emoteChannels()).contains(channels);
        EventBody.Settings unset = EventBody.Settings.between(with, with.withEmoteChannels(List.of()))
                .orElseThrow();
        assertThat(unset.emoteChannels()).contains(List.of());
        assertThat(with.withTopic("u")
                        .withLocked(true)
                        .withHistory(HistoryPolicy.ALL)
                        .emoteChannels())
                .isEqualTo(channels);
        assertThat(with.withSlowMode(Duration.ofSeconds(1))
                        .withDisappearAfter(Duration.ofSeconds(1))
                        .emoteChannels())
                .isEqualTo(channels);
    }
}
