package dev.parley.chat.cli;

import static dev.parley.chat.cli.FakeRoom.ANN;
import static dev.parley.chat.cli.FakeRoom.BOB;
import static dev.parley.chat.cli.FakeRoom.SELF;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.chat.ChatMessage;
import dev.parley.chat.EmoteChannel;
import dev.parley.chat.HistoryPolicy;
import dev.parley.chat.MessageId;
import dev.parley.chat.Participant;
import dev.parley.chat.PeerId;
import dev.parley.chat.Reaction;
import dev.parley.chat.Room;
import dev.parley.chat.emotes.EmoteCatalog;
import dev.parley.chat.store.InMemoryPeerBook;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TypedDeedsTest {

    private static final MessageId OURS = new MessageId("a".repeat(52));
    private static final MessageId THEIRS = new MessageId("c".repeat(51) + "a");

    private final Room room = new FakeRoom().room();
    private final InMemoryPeerBook book = new InMemoryPeerBook();
    private final TypedDeeds deeds = new TypedDeeds(book, EmoteCatalog::empty);

    private void told(MessageId id, PeerId sender) {
        deeds.told(room, new ChatMessage(id, sender, "x", "hi", Instant.EPOCH, Optional.empty(), List.of(), List.of()));
    }

    @Test
    void deedsAreDoneToTheLastMessageAndToOnesOwnLastOne() {
        told(OURS, SELF);
        told(THEIRS, ANN);
        assertThat(deeds.last()).isEqualTo(THEIRS);
        assertThat(deeds.parse(room, "/edit  green tea")).isEqualTo(new Deed.Edit(OURS, "green tea"));
        assertThat(deeds.parse(room, "/delete")).isEqualTo(new Deed.Delete(OURS));
        assertThat(deeds.parse(room, "/react +")).isEqualTo(new Deed.React(THEIRS, Reaction.of("+"), true));
        assertThat(deeds.parse(room, "/unreact +")).isEqualTo(new Deed.React(THEIRS, Reaction.of("+"), false));
    }

    @Test
    void aShortcodeOfAnEmojiIsThatEmoji() {
        told(THEIRS, ANN);
        assertThat(deeds.parse(room, "/react :rocket:")).isEqualTo(new Deed.React(THEIRS, Reaction.of("🚀"), true));
        assertThat(deeds.parse(room, "/unreact :+1:")).isEqualTo(new Deed.React(THEIRS, Reaction.of("👍"), false));
        assertThatThrownBy(() -> deeds.parse(room, "/react :nonexistent:")).hasMessageContaining(":nonexistent:");
    }

    @Test
    void aNameMayBeWrittenAsAMention() {
        assertThat(deeds.parse(room, "/msg @ann psst")).isEqualTo(new Deed.Whisper(ANN, "psst", null));
    }

    @Test
    void participantsAreNamed() {
        assertThat(deeds.parse(room, "/msg ann psst you")).isEqualTo(new Deed.Whisper(ANN, "psst you", null));
        assertThat(deeds.parse(room, "/msg \"Bob B\" psst")).isEqualTo(new Deed.Whisper(BOB, "psst", null));
        assertThat(deeds.parse(room, "/mute Bob B")).isEqualTo(new Deed.Mute(BOB, Optional.empty()));
        assertThat(deeds.parse(room, "/mute Bob B 5"))
                .isInstanceOfSatisfying(
                        Deed.Mute.class,
                        mute -> assertThat(mute.until())
                                .hasValueSatisfying(until -> assertThat(until).isAfter(Instant.now())));
        assertThat(deeds.parse(room, "/unmute " + ANN)).isEqualTo(new Deed.Unmute(ANN));
        assertThat(deeds.parse(room, "/role Bob B readonly"))
                .isEqualTo(new Deed.GiveRole(BOB, Participant.Role.READ_ONLY));
        assertThat(deeds.parse(room, "/block Ann")).isEqualTo(new Deed.Block(ANN, true));
        assertThat(deeds.parse(room, "/unblock Ann")).isEqualTo(new Deed.Block(ANN, false));
    }

    @Test
    void whoIsBlockedIsFoundByItsNameAlsoWhenItIsNotHere() {
        PeerId eve = new PeerId("i".repeat(32));
        PeerId otherAnn = new PeerId("m".repeat(32));
        book.met(eve, "Eve", Instant.EPOCH);
        book.block(eve, Instant.EPOCH);
        assertThat(deeds.parse(room, "/unblock eve")).isEqualTo(new Deed.Block(eve, false));
        assertThat(deeds.parse(room, "/unblock " + eve)).isEqualTo(new Deed.Block(eve, false));
        // The one who is blocked is meant, not the one who is here.
        book.met(otherAnn, "Ann", Instant.EPOCH);
        book.block(otherAnn, Instant.EPOCH);
        assertThat(deeds.parse(room, "/unblock Ann")).isEqualTo(new Deed.Block(otherAnn, false));
        book.met(eve, "Ann", Instant.EPOCH.plusSeconds(1));
        assertThatThrownBy(() -> deeds.parse(room, "/unblock Ann"))
                .isInstanceOfSatisfying(
                        CliException.class, e -> assertThat(e.failure().code()).isEqualTo("ambiguous_name"));
    }

    @Test
    void theRoomIsSet() {
        assertThat(deeds.parse(room, "/topic tea & milk")).isEqualTo(Deed.Change.topic("tea & milk"));
        assertThat(deeds.parse(room, "/slow 5")).isEqualTo(Deed.Change.slowMode(Duration.ofSeconds(5)));
        assertThat(deeds.parse(room, "/lock")).isEqualTo(Deed.Change.locked(true));
        assertThat(deeds.parse(room, "/unlock")).isEqualTo(Deed.Change.locked(false));
        assertThat(deeds.parse(room, "/disappear 0")).isEqualTo(Deed.Change.disappearAfter(Duration.ZERO));
        assertThat(deeds.parse(room, "/channel 7tv twitch/1"))
                .isEqualTo(Deed.Change.emoteChannels(List.of(new EmoteChannel("7tv", "twitch/1"))));
        assertThat(deeds.parse(room, "/channel 7tv twitch/1  tea \"green tea\""))
                .isEqualTo(Deed.Change.emoteChannels(
                        List.of(new EmoteChannel("7tv", "twitch/1"), new EmoteChannel("tea", "green tea"))));
        assertThat(deeds.parse(room, "/channel off")).isEqualTo(Deed.Change.emoteChannels(List.of()));
        assertThat(deeds.parse(room, "/history none")).isEqualTo(Deed.Change.history(HistoryPolicy.NONE));
        assertThat(deeds.parse(room, "/history all")).isEqualTo(Deed.Change.history(HistoryPolicy.ALL));
        assertThat(deeds.parse(room, "/history 50")).isEqualTo(Deed.Change.history(HistoryPolicy.last(50)));
        assertThat(deeds.parse(room, "/history 90m"))
                .isEqualTo(Deed.Change.history(HistoryPolicy.last(Duration.ofMinutes(90))));
        assertThat(deeds.parse(room, "/history 24h"))
                .isEqualTo(Deed.Change.history(HistoryPolicy.last(Duration.ofHours(24))));
        assertThat(deeds.parse(room, "/history 7D"))
                .isEqualTo(Deed.Change.history(HistoryPolicy.last(Duration.ofDays(7))));
        assertThat(deeds.parse(room, "/away")).isEqualTo(new Deed.Away(true));
        assertThat(deeds.parse(room, "/back")).isEqualTo(new Deed.Away(false));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/edit tea",
                "/delete",
                "/react +",
                "/msg nobody psst",
                "/channel",
                "/channel 7tv",
                "/channel 7tv a kick",
                "/channel 7TV a",
                "/channel 7tv a 7tv a",
                "/slow down",
                "/slow 21601",
                "/history some",
                "/history 0",
                "/history 20000",
                "/history 999999d",
                "/disappear soon",
                "/mute",
                "/role Ann host",
                "/role Ann"
            })
    void whatCannotBeDoneIsToldByACode(String line) {
        assertThatThrownBy(() -> deeds.parse(room, line))
                .isInstanceOfSatisfying(
                        CliException.class,
                        e -> assertThat(e.failure().code()).isIn("invalid_command", "unknown_peer"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"tea", "/who", "/deleted", "//delete", "/leave"})
    void anythingElseIsNoDeed(String line) {
        assertThat(deeds.parse(room, line)).isNull();
    }
}
