package dev.parley.chat.cli;

import dev.parley.chat.ChatMessage;
import dev.parley.chat.MessageId;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.store.ChatStore;
import dev.parley.chat.store.Rewordings;
import dev.parley.chat.store.StoredEvent;
import dev.parley.chat.store.TimelinePosition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/** Reads what was said in rooms from the history on this machine, page by page from the end, as it is worded now. */
final class KeptTalk {
    /** So many events are read at a time. */
    static final int PAGE = 100;

    private KeptTalk() {}

    /**
     * A page.
     *
     * @param messages in their order; at least one, unless there is none any more
     * @param edited which of them their authors have edited
     * @param isAll whether nothing was said before
     */
    record Page(List<ChatMessage> messages, Set<MessageId> edited, boolean isAll) {}

    /**
     * Reads what was said before that which is shown: before the first of it that is still kept, since messages
     * disappear and are deleted. What is shown already is left out.
     *
     * @param shown in the order in which it is shown, which need not be that of the timeline
     * @param isHidden what is not shown
     * @param names what somebody is called
     */
    static Page before(
            ChatStore store,
            RoomId room,
            List<MessageId> shown,
            Predicate<StoredEvent> isHidden,
            Function<PeerId, String> names) {
        Set<MessageId> known = Set.copyOf(shown);
        TimelinePosition position = shown.stream()
                .flatMap(id -> store.event(room, id).stream())
                .findFirst()
                .map(TimelinePosition::of)
                .orElse(null);
        while (true) {
            List<StoredEvent> found = store.timeline(room, position, PAGE);
            Page page = page(store, found, known, isHidden, names);
            if (page.isAll() || !page.messages().isEmpty()) {
                return page;
            }
            // A page of acts and of what is shown, and nothing else that was said.
            position = TimelinePosition.of(found.get(0));
        }
    }

    private static Page page(
            ChatStore store,
            List<StoredEvent> found,
            Set<MessageId> known,
            Predicate<StoredEvent> isHidden,
            Function<PeerId, String> names) {
        Map<PeerId, String> called = new HashMap<>();
        Rewordings rewordings = Rewordings.of(store, found);
        List<ChatMessage> messages = new ArrayList<>();
        Set<MessageId> edited = new HashSet<>();
        for (StoredEvent event : found) {
            Optional<String> text = event.text();
            boolean isLeftOut = known.contains(event.id()) || rewordings.isDeleted(event.id()) || isHidden.test(event);
            if (text.isPresent() && !isLeftOut) {
                String name = called.computeIfAbsent(event.sender(), names);
                ChatMessage first = event.message(name).orElseGet(() -> wordsAlone(event, name, text.get()));
                messages.add(rewordings.latest(first));
                if (rewordings.isEdited(event.id())) {
                    edited.add(event.id());
                }
            }
        }
        return new Page(messages, edited, found.size() < PAGE);
    }

    /** Of what is not well formed. */
    private static ChatMessage wordsAlone(StoredEvent event, String name, String text) {
        return new ChatMessage(
                event.id(), event.sender(), name, text, event.time(), Optional.empty(), List.of(), List.of());
    }
}
