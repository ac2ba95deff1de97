package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.ChatMessage;
import dev.parley.chat.MessageId;
import dev.parley.chat.PeerId;
import dev.parley.chat.store.ChatStore;
import dev.parley.chat.store.InMemoryChatStore;
import dev.parley.chat.store.StoredEvent;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class KeptTalkTest {
    private final ChatStore store = new InMemoryChatStore();

    @Test
    void manyActsInARowDoNotHideWhatWasSaidBeforeThem() {
        List<StoredEvent> events = new ArrayList<>();
        events.add(event(1, "message"));
        for (int seq = 2; seq <= 2 * KeptTalk.PAGE + 2; seq++) {
            events.add(event(seq, "read"));
        }
        events.add(event(2 * KeptTalk.PAGE + 3, "message"));
        store.append(events);

        KeptTalk.Page last = KeptTalk.before(store, Examples.ROOM, null, peer -> false, PeerId::value);
        assertThat(ids(last)).containsExactly(id(2 * KeptTalk.PAGE + 3));
        assertThat(last.isAll()).isFalse();
        KeptTalk.Page first =
                KeptTalk.before(store, Examples.ROOM, id(2 * KeptTalk.PAGE + 3), peer -> false, PeerId::value);

        assertThat(ids(first)).containsExactly(id(1));
        assertThat(first.isAll()).isTrue();
    }

    @Test
    void whatThoseSaidWhoAreBlockedIsLeftOut() {
        store.append(List.of(event(1, "message")));

        assertThat(ids(KeptTalk.before(store, Examples.ROOM, null, Examples.PEER::equals, PeerId::value)))
                .isEmpty();
        assertThat(ids(KeptTalk.before(store, Examples.ROOM, null, peer -> false, PeerId::value)))
                .containsExactly(id(1));
    }

    @Test
    void aRoomOfWhichNothingIsKeptIsEmpty() {
        KeptTalk.Page page = KeptTalk.before(store, Examples.ROOM, null, peer -> false, PeerId::value);

        assertThat(page).isEqualTo(new KeptTalk.Page(List.of(), true));
    }

    private static List<MessageId> ids(KeptTalk.Page page) {
        return page.messages().stream().map(ChatMessage::id).toList();
    }

    private static MessageId id(int seq) {
        StringBuilder digits = new StringBuilder();
        for (char c : String.format("%051d", seq).toCharArray()) {
            digits.append((char) (c - '0' + 'a'));
        }
        return new MessageId(digits.append('a').toString());
    }

    private static StoredEvent event(int seq, String type) {
        return new StoredEvent(
                Examples.ROOM,
                Examples.PEER,
                seq,
                id(seq),
                Examples.TIME.plusMillis(seq).toEpochMilli() << 16,
                type,
                Examples.kept("hello").bytes());
    }
}
