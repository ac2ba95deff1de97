package dev.parley.chat.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.ChatMessage;
import dev.parley.chat.EmoteReference;
import dev.parley.chat.Mention;
import dev.parley.chat.MessageId;
import dev.parley.chat.MessageRevision;
import dev.parley.chat.OutgoingMessage;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.internal.timeline.EventBodies;
import dev.parley.chat.internal.timeline.EventBody;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RewordingsTest {
    private static final RoomId ROOM = new RoomId("a".repeat(32));
    private static final PeerId ADA = new PeerId("b".repeat(32));
    private static final PeerId GRACE = new PeerId("c".repeat(32));
    private static final Instant START = Instant.parse("2026-11-23T12:00:00Z");

    private final ChatStore store = new InMemoryChatStore();

    @Test
    void aMessageIsWhatWasSentWithAllItsParts() {
        OutgoingMessage said = OutgoingMessage.builder("hi Kappa, Grace")
                .replyTo(id(9))
                .emote(new EmoteReference("7tv", "01", "Kappa", 3, 8))
                .mention(new Mention(GRACE, 10, 15))
                .build();
        StoredEvent event = event(1, ADA, Duration.ZERO, new EventBody.Message(said, 4_711));

        assertThat(event.message("Ada"))
                .contains(new ChatMessage(
                        id(1),
                        ADA,
                        "Ada",
                        "hi Kappa, Grace",
                        Instant.ofEpochMilli(4_711),
                        Optional.of(id(9)),
                        said.emotes(),
                        said.mentions()));
    }

    @Test
    void whatIsNoMessageOrNotWellFormedIsNone() {
        EventBody edit = new EventBody.Edit(id(1), OutgoingMessage.of("x"));
        assertThat(event(1, ADA, Duration.ZERO, edit).message("Ada")).isEmpty();
        StoredEvent noTime = event(1, ADA, Duration.ZERO, "message", "{\"text\":\"hi\"}".getBytes(UTF_8));
        assertThat(noTime.message("Ada")).isEmpty();
        assertThat(noTime.text()).contains("hi");
        byte[] cut = new byte[100];
        cut[0] = 1;
        assertThat(new StoredEvent(ROOM, ADA, 1, id(1), 0, "message", cut).message("Ada"))
                .isEmpty();
        assertThat(new StoredEvent(ROOM, ADA, 1, id(1), 0, "message", new byte[0]).message("Ada"))
                .isEmpty();
    }

    @Test
    void theLastEditGivesTheWordingWithItsEmotesAndMentionsAndNoMore() {
        OutgoingMessage first = OutgoingMessage.builder("hi Kappa")
                .replyTo(id(9))
                .emote(new EmoteReference("7tv", "01", "Kappa", 3, 8))
                .build();
        OutgoingMessage last = OutgoingMessage.builder("well, Grace")
                .mention(new Mention(GRACE, 6, 11))
                .build();
        StoredEvent said = event(1, ADA, Duration.ZERO, new EventBody.Message(first, 4_711));
        StoredEvent other = event(2, ADA, Duration.ofSeconds(1), new EventBody.Message(first, 4_712));
        store.append(List.of(
                said,
                other,
                edit(3, ADA, Duration.ofHours(1), OutgoingMessage.of("between")),
                edit(4, ADA, Duration.ofHours(2), last),
                edit(5, GRACE, Duration.ofHours(3), OutgoingMessage.of("of another")),
                edit(6, ADA, MessageRevision.MAX_AGE.plusSeconds(1), OutgoingMessage.of("too late"))));
        Rewordings rewordings = Rewordings.of(store, List.of(said, other));

        ChatMessage now = rewordings.latest(said.message("Ada").orElseThrow());
        assertThat(now)
                .isEqualTo(new ChatMessage(
                        id(1),
                        ADA,
                        "Ada",
                        "well, Grace",
                        Instant.ofEpochMilli(4_711),
                        Optional.of(id(9)),
                        List.of(),
                        last.mentions()));
        assertThat(rewordings.isEdited(id(1))).isTrue();
        assertThat(rewordings.latest(id(1))).contains("well, Grace");
        ChatMessage asItWas = other.message("Ada").orElseThrow();
        assertThat(rewordings.latest(asItWas)).isEqualTo(asItWas);
        assertThat(rewordings.isEdited(id(2))).isFalse();
        assertThat(rewordings.latest(id(2))).isEmpty();
    }

    @Test
    void anEditThatIsNotWellFormedDoesNothingAsInTheRoom() {
        StoredEvent said = event(1, ADA, Duration.ZERO, new EventBody.Message(OutgoingMessage.of("hi"), 4_711));
        String emoteBehindTheEnd = "{\"target\":\"" + id(1) + "\",\"text\":\"x\",\"mentions\":[{\"peer\":\"" + GRACE
                + "\",\"start\":0,\"end\":9}]}";
        store.append(List.of(said, event(2, ADA, Duration.ofHours(1), "edit", emoteBehindTheEnd.getBytes(UTF_8))));

        assertThat(Rewordings.of(store, List.of(said)).isEdited(id(1))).isFalse();
    }

    private static StoredEvent edit(int seq, PeerId sender, Duration later, OutgoingMessage content) {
        return event(seq, sender, later, new EventBody.Edit(id(1), content));
    }

    private static StoredEvent event(int seq, PeerId sender, Duration later, EventBody body) {
        return event(seq, sender, later, body.type(), EventBodies.write(body));
    }

    /** Well formed, but with zeros for the header and the signature. */
    private static StoredEvent event(int seq, PeerId sender, Duration later, String type, byte[] body) {
        byte[] bytes = ByteBuffer.allocate(1 + 116 + 1 + type.length() + 4 + body.length + 64)
                .put((byte) 1)
                .put(new byte[116])
                .put((byte) type.length())
                .put(type.getBytes(UTF_8))
                .putInt(body.length)
                .put(body)
                .array();
        return new StoredEvent(ROOM, sender, seq, id(seq), START.plus(later).toEpochMilli() << 16, type, bytes);
    }

    private static MessageId id(int number) {
        return MessageId.of(ByteBuffer.allocate(MessageId.BYTES).putInt(number).array());
    }
}
