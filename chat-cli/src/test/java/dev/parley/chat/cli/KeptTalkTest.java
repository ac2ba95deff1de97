package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.ChatMessage;
import dev.parley.chat.EmoteReference;
import dev.parley.chat.Mention;
import dev.parley.chat.MessageId;
import dev.parley.chat.PeerId;
import dev.parley.chat.store.ChatStore;
import dev.parley.chat.store.InMemoryChatStore;
import dev.parley.chat.store.StoredEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
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

        KeptTalk.Page last = KeptTalk.before(store, Examples.ROOM, List.of(), event -> false, PeerId::value);
        assertThat(ids(last)).containsExactly(id(2 * KeptTalk.PAGE + 3));
        assertThat(last.isAll()).isFalse();
        KeptTalk.Page first = KeptTalk.before(
                store, Examples.ROOM, List.of(id(2 * KeptTalk.PAGE + 3)), event -> false, PeerId::value);

        assertThat(ids(first)).containsExactly(id(1));
        assertThat(first.isAll()).isTrue();
    }

    @Test
    void whatIsHiddenIsLeftOut() {
        store.append(messages(1, 3));
        KeptTalk.Page page = KeptTalk.before(
                store, Examples.ROOM, List.of(), event -> event.id().equals(id(2)), PeerId::value);

        assertThat(ids(page)).containsExactly(id(1), id(3));
    }

    @Test
    void aRoomOfWhichNothingIsKeptIsEmpty() {
        KeptTalk.Page page = KeptTalk.before(store, Examples.ROOM, List.of(), event -> false, PeerId::value);

        assertThat(page).isEqualTo(new KeptTalk.Page(List.of(), Set.of(), true));
    }

    @Test
    void aMessageReadsAsItDidWhenItWasSaidAndAsItIsWordedNow() {
        String parts = "\"sentAt\":4711,\"replyTo\":\"" + id(9) + "\",\"text\":\"hi Kappa, Bea\","
                + "\"emotes\":[{\"provider\":\"7tv\",\"emote\":\"01\",\"code\":\"Kappa\",\"start\":3,\"end\":8}],"
                + "\"mentions\":[{\"peer\":\"" + Examples.OTHER + "\",\"start\":10,\"end\":13}]";
        store.append(List.of(
                event(1, "message", "{" + parts + "}"),
                event(2, "message", "{" + parts + "}"),
                event(3, "edit", "{\"target\":\"" + id(2) + "\",\"text\":\"Bea!\"}")));
        KeptTalk.Page page = KeptTalk.before(store, Examples.ROOM, List.of(), event -> false, peer -> "Ada");

        Instant sentAt = Instant.ofEpochMilli(4_711);
        assertThat(page.messages())
                .containsExactly(
                        new ChatMessage(
                                id(1),
                                Examples.PEER,
                                "Ada",
                                "hi Kappa, Bea",
                                sentAt,
                                Optional.of(id(9)),
                                List.of(new EmoteReference("7tv", "01", "Kappa", 3, 8)),
                                List.of(new Mention(Examples.OTHER, 10, 13))),
                        new ChatMessage(
                                id(2), Examples.PEER, "Ada", "Bea!", sentAt, Optional.of(id(9)), List.of(), List.of()));
        assertThat(page.edited()).containsExactly(id(2));
    }

    @Test
    void ofWhatIsNotWellFormedTheWordsAreShown() {
        store.append(List.of(
                event(1, "message", "{\"text\":\"no time\"}"),
                event(2, "message", "{\"text\":\"nor here\"}"),
                event(3, "edit", "{\"target\":\"" + id(2) + "\",\"text\":\"edited\"}")));
        KeptTalk.Page page = KeptTalk.before(store, Examples.ROOM, List.of(), event -> false, PeerId::value);

        assertThat(page.messages()).extracting(ChatMessage::text).containsExactly("no time", "edited");
        assertThat(page.messages().get(0).sentAt()).isEqualTo(Examples.TIME.plusMillis(1));
        assertThat(page.edited()).containsExactly(id(2));
    }

    @Test
    void thePageGoesOnBeforeWhatIsStillKeptWhereTheFirstThatIsShownIsNoMore() {
        store.append(messages(1, 3 * KeptTalk.PAGE));
        List<MessageId> shown = idsFrom(2 * KeptTalk.PAGE, 3 * KeptTalk.PAGE);
        store.delete(Examples.ROOM, shown.get(0));
        store.delete(Examples.ROOM, shown.get(1));

        assertThat(ids(before(shown))).isEqualTo(idsFrom(KeptTalk.PAGE, 2 * KeptTalk.PAGE - 1));
    }

    @Test
    void nothingIsMissedWhereNothingOfWhatIsShownIsKept() {
        store.append(messages(1, 10));
        KeptTalk.Page page = before(idsFrom(11, 20));

        assertThat(ids(page)).isEqualTo(idsFrom(1, 10));
        assertThat(page.isAll()).isTrue();
    }

    @Test
    void aPageHasSomethingNewHoweverManyAreShownInAnotherOrder() {
        store.append(messages(1, 4 * KeptTalk.PAGE));
        List<MessageId> shown = new ArrayList<>(idsFrom(2 * KeptTalk.PAGE, 4 * KeptTalk.PAGE));
        Collections.reverse(shown);
        KeptTalk.Page page = before(shown);

        assertThat(page.messages()).isNotEmpty();
        assertThat(ids(page)).doesNotContainAnyElementsOf(shown).endsWith(id(2 * KeptTalk.PAGE - 1));
    }

    private KeptTalk.Page before(List<MessageId> shown) {
        return KeptTalk.before(store, Examples.ROOM, shown, event -> false, PeerId::value);
    }

    private static List<StoredEvent> messages(int first, int last) {
        return IntStream.rangeClosed(first, last)
                .mapToObj(seq -> event(seq, "message"))
                .toList();
    }

    private static List<MessageId> idsFrom(int first, int last) {
        return IntStream.rangeClosed(first, last).mapToObj(KeptTalkTest::id).toList();
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
        return event(seq, type, "{\"sentAt\":0,\"text\":\"hello\"}");
    }

    private static StoredEvent event(int seq, String type, String json) {
        return new StoredEvent(
                Examples.ROOM,
                Examples.PEER,
                seq,
                id(seq),
                Examples.TIME.plusMillis(seq).toEpochMilli() << 16,
                type,
                Examples.signed(type, json));
    }
}
