package dev.parley.chat.signaling.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.PeerId;
import dev.parley.chat.signaling.internal.Wire.Content;
import dev.parley.chat.signaling.internal.Wire.Message;
import dev.parley.chat.transport.SignalingSession.MessageType;
import okio.ByteString;
import org.junit.jupiter.api.Test;

class InboxTest {

    private static final PeerId BOB = PeerId.of(new byte[PeerId.BYTES]);

    private final Inbox inbox = new Inbox();

    private static Message message(long seq, String text) {
        return new Message(seq, new Content(BOB, MessageType.ENVELOPE, ByteString.encodeUtf8(text)));
    }

    @Test
    void readingBeginsWhereTheWorkerSays() {
        inbox.joined(17);

        assertThat(inbox.cursor()).isEqualTo(17);
        assertThat(inbox.accept(message(17, "old"))).isFalse();
        assertThat(inbox.accept(message(18, "new"))).isTrue();
        assertThat(inbox.cursor()).isEqualTo(18);
    }

    @Test
    void aJoinNeverSkipsWhatWasNotDeliveredHere() {
        inbox.joined(5);
        inbox.joined(17);

        assertThat(inbox.cursor()).isEqualTo(5);
    }

    @Test
    void aSlotThatCountsAnewIsReadFromItsBeginning() {
        inbox.joined(0);
        inbox.accept(message(1, "one"));
        inbox.accept(message(2, "two"));
        inbox.joined(0);

        assertThat(inbox.accept(message(1, "another"))).isTrue();
    }

    @Test
    void whatIsReadAgainAfterAJoinIsRecognised() {
        inbox.joined(0);
        inbox.accept(message(1, "one"));
        inbox.accept(message(2, "two"));
        inbox.joined(0);

        assertThat(inbox.accept(message(1, "one"))).isFalse();
        assertThat(inbox.accept(message(2, "two"))).isFalse();
        assertThat(inbox.accept(message(3, "three"))).isTrue();
    }

    @Test
    void onlyTheLastMessagesAreRemembered() {
        inbox.joined(0);
        for (int seq = 1; seq <= Inbox.MAX_REMEMBERED + 1; seq++) {
            inbox.accept(message(seq, "text"));
        }
        inbox.joined(0);

        assertThat(inbox.accept(message(1, "text"))).isTrue();
        assertThat(inbox.accept(message(3, "text"))).isFalse();
    }
}
