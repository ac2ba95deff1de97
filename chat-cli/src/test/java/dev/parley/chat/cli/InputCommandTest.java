package dev.parley.chat.cli;

import static dev.parley.chat.cli.InputCommand.Act.Kind.BAN;
import static dev.parley.chat.cli.InputCommand.Act.Kind.DEPUTIES;
import static dev.parley.chat.cli.InputCommand.Act.Kind.KICK;
import static dev.parley.chat.cli.InputCommand.Act.Kind.UNBAN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.chat.EmoteChannel;
import dev.parley.chat.HistoryPolicy;
import dev.parley.chat.MessageId;
import dev.parley.chat.Participant;
import dev.parley.chat.PeerId;
import dev.parley.chat.Reaction;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InputCommandTest {

    private static final String ID = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    private static final String PEER = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

    @Test
    void commandsAreRead() {
        assertThat(InputCommand.parse("{\"cmd\":\"send\",\"text\":\"hi\"}"))
                .isEqualTo(new InputCommand.Send("hi", null, null));
        assertThat(InputCommand.parse(
                        " {\"text\":\"\u00e4\",\"cmd\":\"send\",\"ref\":\"r\",\"replyTo\":\"" + ID + "\",\"new\":1} "))
                .isEqualTo(new InputCommand.Send("\u00e4", new MessageId(ID), "r"));
        assertThat(InputCommand.parse("{\"cmd\":\"participants\",\"ref\":null}"))
                .isEqualTo(new InputCommand.Participants(null));
        assertThat(InputCommand.parse("{\"cmd\":\"leave\"}")).isEqualTo(new InputCommand.Leave(null));
        assertThat(InputCommand.parse("{\"cmd\":\"code\",\"ref\":\"r\"}")).isEqualTo(new InputCommand.Code("r"));
    }

    @Test
    void commandsOnParticipantsAreRead() {
        for (InputCommand.Act.Kind kind : List.of(KICK, BAN, UNBAN)) {
            String name = kind.name().toLowerCase(Locale.ROOT);
            assertThat(InputCommand.parse("{\"cmd\":\"" + name + "\",\"peer\":\"Ada B\",\"ref\":\"r\"}"))
                    .isEqualTo(new InputCommand.Act(kind, List.of("Ada B"), "r"));
        }
        assertThat(InputCommand.parse("{\"cmd\":\"deputies\",\"peers\":[\"Ada\",\"Bob\"]}"))
                .isEqualTo(new InputCommand.Act(DEPUTIES, List.of("Ada", "Bob"), null));
        assertThat(InputCommand.parse("{\"cmd\":\"deputies\",\"peers\":[]}"))
                .isEqualTo(new InputCommand.Act(DEPUTIES, List.of(), null));
        assertThat(InputCommand.parse("{\"cmd\":\"verify\"}"))
                .isEqualTo(new InputCommand.Verify(null, null, false, null));
        assertThat(InputCommand.parse("{\"cmd\":\"verify\",\"peer\":\"Ada\",\"confirm\":true,\"ref\":\"r\"}"))
                .isEqualTo(new InputCommand.Verify("Ada", null, true, "r"));
        assertThat(InputCommand.parse("{\"cmd\":\"verify\",\"peer\":\"Ada\",\"code\":\"123\",\"confirm\":false}"))
                .isEqualTo(new InputCommand.Verify("Ada", "123", false, null));
        assertThat(InputCommand.parse("{\"cmd\":\"unverify\",\"peer\":\"Ada\"}"))
                .isEqualTo(new InputCommand.Unverify("Ada", null));
    }

    @Test
    void whatIsDoneToMessagesIsRead() {
        MessageId id = new MessageId(ID);
        PeerId peer = new PeerId(PEER);
        String of = "\"id\":\"" + ID + "\"";
        assertThat(deed("{\"cmd\":\"edit\"," + of + ",\"text\":\"tea\"}")).isEqualTo(new Deed.Edit(id, "tea"));
        assertThat(deed("{\"cmd\":\"delete\"," + of + "}")).isEqualTo(new Deed.Delete(id));
        assertThat(deed("{\"cmd\":\"react\"," + of + ",\"text\":\"+\"}"))
                .isEqualTo(new Deed.React(id, Reaction.of("+"), true));
        assertThat(deed("{\"cmd\":\"react\"," + of
                        + ",\"text\":\"Kappa\",\"provider\":\"7tv\",\"emote\":\"01\",\"add\":false}"))
                .isEqualTo(new Deed.React(id, new Reaction("Kappa", Optional.of("7tv"), Optional.of("01")), false));
        assertThat(deed("{\"cmd\":\"private\",\"peer\":\"" + PEER + "\",\"text\":\"psst\"}"))
                .isEqualTo(new Deed.Whisper(peer, "psst", null));
        assertThat(deed("{\"cmd\":\"private\",\"peer\":\"" + PEER + "\",\"text\":\"psst\",\"replyTo\":\"" + ID + "\"}"))
                .isEqualTo(new Deed.Whisper(peer, "psst", id));
    }

    @Test
    void whatIsDoneToTheRoomAndThoseInItIsRead() {
        PeerId peer = new PeerId(PEER);
        String of = "\"peer\":\"" + PEER + "\"";
        assertThat(deed("{\"cmd\":\"settings\",\"topic\":\"\"}")).isEqualTo(Deed.Change.topic(""));
        assertThat(deed("{\"cmd\":\"settings\",\"locked\":false}")).isEqualTo(Deed.Change.locked(false));
        assertThat(deed("{\"cmd\":\"settings\",\"topic\":\"tea\",\"history\":\"LAST_N\",\"historyMessages\":3,"
                        + "\"historySeconds\":0,\"slowMode\":5,\"locked\":true,\"disappearAfter\":60}"))
                .isEqualTo(new Deed.Change(
                        "tea", HistoryPolicy.last(3), Duration.ofSeconds(5), true, Duration.ofSeconds(60), null));
        assertThat(deed("{\"cmd\":\"settings\",\"emoteChannels\":[{\"provider\":\"7tv\",\"channel\":\"twitch/1\"}]}"))
                .isEqualTo(Deed.Change.emoteChannels(List.of(new EmoteChannel("7tv", "twitch/1"))));
        assertThat(deed("{\"cmd\":\"settings\",\"emoteChannels\":[]}")).isEqualTo(Deed.Change.emoteChannels(List.of()));
        assertThat(deed("{\"cmd\":\"settings\",\"history\":\"LAST_T\",\"historySeconds\":60}"))
                .isEqualTo(Deed.Change.history(HistoryPolicy.last(Duration.ofSeconds(60))));
        assertThat(InputCommand.parse("{\"cmd\":\"settings\",\"ref\":\"r\"}"))
                .isEqualTo(new InputCommand.ShowSettings("r"));
        assertThat(deed("{\"cmd\":\"role\"," + of + ",\"role\":\"READ_ONLY\"}"))
                .isEqualTo(new Deed.GiveRole(peer, Participant.Role.READ_ONLY));
        assertThat(deed("{\"cmd\":\"mute\"," + of + "}")).isEqualTo(new Deed.Mute(peer, Optional.empty()));
        assertThat(deed("{\"cmd\":\"mute\"," + of + ",\"until\":1795437296789}"))
                .isEqualTo(new Deed.Mute(peer, Optional.of(Instant.ofEpochMilli(1795437296789L))));
        assertThat(deed("{\"cmd\":\"unmute\"," + of + "}")).isEqualTo(new Deed.Unmute(peer));
        assertThat(deed("{\"cmd\":\"block\"," + of + "}")).isEqualTo(new Deed.Block(peer, true));
        assertThat(deed("{\"cmd\":\"unblock\"," + of + "}")).isEqualTo(new Deed.Block(peer, false));
        assertThat(InputCommand.parse("{\"cmd\":\"blocked\"}")).isEqualTo(new InputCommand.Blocked(null));
        assertThat(deed("{\"cmd\":\"read\",\"id\":\"" + ID + "\"}")).isEqualTo(new Deed.Read(new MessageId(ID)));
        assertThat(deed("{\"cmd\":\"away\"}")).isEqualTo(new Deed.Away(true));
        assertThat(deed("{\"cmd\":\"back\"}")).isEqualTo(new Deed.Away(false));
        assertThat(deed("{\"cmd\":\"typing\"}")).isEqualTo(new Deed.Write(true));
        assertThat(deed("{\"cmd\":\"typing\",\"typing\":false}")).isEqualTo(new Deed.Write(false));
    }

    @Test
    void filesAreNamedByTheirPathOrTheirOffer() {
        assertThat(InputCommand.parse("{\"cmd\":\"file\",\"path\":\"tea.png\",\"ref\":\"r\"}"))
                .isEqualTo(new InputCommand.OfferFile("tea.png", null, "r"));
        assertThat(InputCommand.parse("{\"cmd\":\"file\",\"path\":\"tea\",\"mediaType\":\"a/b\"}"))
                .isEqualTo(new InputCommand.OfferFile("tea", "a/b", null));
        assertThat(InputCommand.parse("{\"cmd\":\"get\",\"id\":\"" + ID + "\",\"place\":\".\",\"ref\":\"r\"}"))
                .isEqualTo(new InputCommand.FetchFile(new MessageId(ID), ".", "r"));
        assertThat(InputCommand.parse("{\"cmd\":\"cancel\",\"id\":\"" + ID + "\"}"))
                .isEqualTo(new InputCommand.CancelFile(new MessageId(ID), null));
        for (String bad : List.of(
                "{\"cmd\":\"file\"}",
                "{\"cmd\":\"get\",\"id\":\"" + ID + "\"}",
                "{\"cmd\":\"get\",\"place\":\".\"}",
                "{\"cmd\":\"cancel\",\"id\":\"1\"}")) {
            assertThatThrownBy(() -> InputCommand.parse(bad)).isInstanceOf(CliException.class);
        }
    }

    @Test
    void emojiAreNamedByTheirShortcodes() {
        assertThat(InputCommand.parse("{\"cmd\":\"emoji\",\"ref\":\"r\"}")).isEqualTo(new InputCommand.ShowEmoji("r"));
        assertThat(InputCommand.parse("{\"cmd\":\"emoji_add\",\"shortcode\":\"tea\",\"path\":\"tea.png\"}"))
                .isEqualTo(new InputCommand.AddEmoji("tea", "tea.png", null, null));
        assertThat(InputCommand.parse("{\"cmd\":\"emoji_remove\",\"shortcode\":\"tea\",\"ref\":\"r\"}"))
                .isEqualTo(new InputCommand.RemoveEmoji("tea", "r"));
        assertThat(InputCommand.parse("{\"cmd\":\"emoji_save\",\"shortcode\":\"tea\",\"place\":\"here\"}"))
                .isEqualTo(new InputCommand.SaveEmoji("tea", "here", null));
        for (String bad : List.of(
                "{\"cmd\":\"emoji_add\",\"shortcode\":\"tea\"}",
                "{\"cmd\":\"emoji_add\",\"path\":\"tea.png\"}",
                "{\"cmd\":\"emoji_remove\"}",
                "{\"cmd\":\"emoji_save\",\"shortcode\":\"tea\"}")) {
            assertThatThrownBy(() -> InputCommand.parse(bad)).isInstanceOf(CliException.class);
        }
    }

    private static Deed deed(String line) {
        InputCommand command = InputCommand.parse(line.replaceFirst("}$", ",\"ref\":\"r\"}"));
        assertThat(command.ref()).isEqualTo("r");
        return ((InputCommand.Do) command).deed();
    }

    @Test
    void aBadLineIsAnsweredWithItsReference() {
        for (String line : List.of(
                "{\"cmd\":\"fly\",\"ref\":\"r\"}",
                "{\"ref\":\"r\"}",
                "{\"cmd\":\"edit\",\"id\":\"short\",\"text\":\"tea\",\"ref\":\"r\"}",
                "{\"cmd\":\"settings\",\"topic\":\"a\\nb\",\"ref\":\"r\"}")) {
            assertThatThrownBy(() -> InputCommand.parse(line))
                    .isInstanceOfSatisfying(
                            CliException.class, e -> assertThat(e.ref()).isEqualTo("r"));
        }
    }

    @Test
    void whatIsTypedOfParticipantsIsRead() {
        assertThat(TypedAct.parse("/kick Ada B")).isEqualTo(new InputCommand.Act(KICK, List.of("Ada B"), null));
        assertThat(TypedAct.parse("/ban  Ada")).isEqualTo(new InputCommand.Act(BAN, List.of("Ada"), null));
        assertThat(TypedAct.parse("/unban Ada")).isEqualTo(new InputCommand.Act(UNBAN, List.of("Ada"), null));
        assertThat(TypedAct.parse("/deputies Ada \"Bob C\""))
                .isEqualTo(new InputCommand.Act(DEPUTIES, List.of("Ada", "Bob C"), null));
        assertThat(TypedAct.parse("/deputies")).isEqualTo(new InputCommand.Act(DEPUTIES, List.of(), null));
        assertThat(TypedAct.parse("/kicked Ada")).isNull();
        assertThat(TypedAct.parse("kick Ada")).isNull();
        assertThat(InputCommand.typedVerification("/verify"))
                .isEqualTo(new InputCommand.Verify(null, null, false, null));
        assertThat(InputCommand.typedVerification("/verify Ada B"))
                .isEqualTo(new InputCommand.Verify("Ada B", null, false, null));
        assertThat(InputCommand.typedVerification("/verify Ada ok"))
                .isEqualTo(new InputCommand.Verify("Ada", null, true, null));
        assertThat(InputCommand.typedVerification("/unverify Ada")).isEqualTo(new InputCommand.Unverify("Ada", null));
        assertThat(InputCommand.typedVerification("/verifyAda")).isNull();
        assertThat(InputCommand.typedVerification("verify Ada")).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '@',
            quoteCharacter = '`',
            value = {
                "hello @ invalid_json",
                "{ @ invalid_json",
                "[] @ invalid_json",
                "\"send\" @ invalid_json",
                "null @ invalid_json",
                "{\"cmd\":\"leave\"} x @ invalid_json",
                "{\"cmd\":\"leave\",\"cmd\":\"send\"} @ invalid_json",
                "{} @ invalid_command",
                "{\"cmd\":1} @ invalid_command",
                "{\"cmd\":\"fly\"} @ unknown_command",
                "{\"cmd\":\"send\"} @ invalid_command",
                "{\"cmd\":\"send\",\"text\":5} @ invalid_command",
                "{\"cmd\":\"send\",\"text\":{}} @ invalid_command",
                "{\"cmd\":\"send\",\"text\":\"x\",\"replyTo\":\"short\"} @ invalid_command",
                "{\"cmd\":\"send\",\"text\":\"x\",\"replyTo\":7} @ invalid_command",
                "{\"cmd\":\"leave\",\"ref\":{}} @ invalid_command",
                "{\"cmd\":\"kick\"} @ invalid_command",
                "{\"cmd\":\"ban\",\"peer\":7} @ invalid_command",
                "{\"cmd\":\"deputies\"} @ invalid_command",
                "{\"cmd\":\"deputies\",\"peers\":\"Ada\"} @ invalid_command",
                "{\"cmd\":\"deputies\",\"peers\":[\"Ada\",7]} @ invalid_command",
                "{\"cmd\":\"verify\",\"confirm\":true} @ invalid_command",
                "{\"cmd\":\"verify\",\"peer\":\"Ada\",\"confirm\":1} @ invalid_command",
                "{\"cmd\":\"verify\",\"peer\":\"Ada\",\"confirm\":\"true\"} @ invalid_command",
                "{\"cmd\":\"unverify\"} @ invalid_command",
                "{\"cmd\":\"edit\",\"text\":\"x\"} @ invalid_command",
                "{\"cmd\":\"edit\",\"id\":\"short\",\"text\":\"x\"} @ invalid_command",
                "{\"cmd\":\"edit\",\"id\":\"" + ID + "\"} @ invalid_command",
                "{\"cmd\":\"delete\",\"id\":7} @ invalid_command",
                "{\"cmd\":\"react\",\"id\":\"" + ID + "\",\"text\":\"\"} @ invalid_command",
                "{\"cmd\":\"react\",\"id\":\"" + ID + "\",\"text\":\"a\",\"provider\":\"7tv\"} @ invalid_command",
                "{\"cmd\":\"react\",\"id\":\"" + ID + "\",\"text\":\"a\",\"add\":\"no\"} @ invalid_command",
                "{\"cmd\":\"private\",\"peer\":\"Ada\",\"text\":\"x\"} @ invalid_command",
                "{\"cmd\":\"private\",\"peer\":\"" + PEER + "\"} @ invalid_command",
                "{\"cmd\":\"settings\",\"locked\":\"true\"} @ invalid_command",
                "{\"cmd\":\"settings\",\"slowMode\":-1} @ invalid_command",
                "{\"cmd\":\"settings\",\"slowMode\":1.5} @ invalid_command",
                "{\"cmd\":\"settings\",\"slowMode\":99999999999999999999} @ invalid_command",
                "{\"cmd\":\"settings\",\"slowMode\":9223372036854775807} @ invalid_command",
                "{\"cmd\":\"settings\",\"slowMode\":21601} @ invalid_command",
                "{\"cmd\":\"settings\",\"history\":\"SOME\"} @ invalid_command",
                "{\"cmd\":\"settings\",\"emoteChannels\":\"7tv\"} @ invalid_command",
                "{\"cmd\":\"settings\",\"emoteChannels\":[\"7tv\"]} @ invalid_command",
                "{\"cmd\":\"settings\",\"emoteChannels\":[{\"provider\":\"7tv\"}]} @ invalid_command",
                "{\"cmd\":\"settings\",\"emoteChannels\":[{\"provider\":\"7 TV\",\"channel\":\"a\"}]} @ invalid_command",
                "{\"cmd\":\"settings\",\"history\":\"LAST_N\"} @ invalid_command",
                "{\"cmd\":\"settings\",\"history\":\"ALL\",\"historyMessages\":3} @ invalid_command",
                "{\"cmd\":\"settings\",\"historyMessages\":3} @ invalid_command",
                "{\"cmd\":\"settings\",\"history\":\"LAST_N\",\"historyMessages\":4294967297} @ invalid_command",
                "{\"cmd\":\"role\",\"peer\":\"" + PEER + "\",\"role\":\"HOST\"} @ invalid_command",
                "{\"cmd\":\"role\",\"peer\":\"" + PEER + "\",\"role\":\"moderator\"} @ invalid_command",
                "{\"cmd\":\"mute\",\"peer\":\"Ada\"} @ invalid_command",
                "{\"cmd\":\"mute\",\"peer\":\"" + PEER + "\",\"until\":\"soon\"} @ invalid_command",
                "{\"cmd\":\"mute\",\"peer\":\"" + PEER + "\",\"until\":9223372036854775807} @ invalid_command",
                "{\"cmd\":\"unmute\"} @ invalid_command",
                "{\"cmd\":\"block\",\"peer\":\"Ada\"} @ invalid_command",
                "{\"cmd\":\"unblock\"} @ invalid_command",
                "{\"cmd\":\"read\"} @ invalid_command",
                "{\"cmd\":\"typing\",\"typing\":1} @ invalid_command"
            })
    void aBadLineIsToldByItsCode(String line, String code) {
        assertThatThrownBy(() -> InputCommand.parse(line))
                .isInstanceOfSatisfying(
                        CliException.class, e -> assertThat(e.failure().code()).isEqualTo(code));
    }

    @Test
    void deepNestingIsRefused() {
        assertThatThrownBy(() -> InputCommand.parse("[".repeat(30_000))).isInstanceOf(CliException.class);
    }

    @Test
    void aReferenceHasALimit() {
        String fits = "r".repeat(InputCommand.MAX_REF_CHARS);
        assertThat(InputCommand.parse("{\"cmd\":\"leave\",\"ref\":\"" + fits + "\"}")
                        .ref())
                .isEqualTo(fits);
        assertThatThrownBy(() -> InputCommand.parse("{\"cmd\":\"leave\",\"ref\":\"" + fits + "r\"}"))
                .isInstanceOf(CliException.class);
    }

    @Test
    void theTextOfABadLineIsNotRepeated() {
        assertThatThrownBy(() -> InputCommand.parse("{\"cmd\":\"send\",\"text\":\"my secret\""))
                .hasMessageNotContaining("secret");
    }
}
