package dev.parley.chat.store;

import dev.parley.chat.ChatMessage;
import dev.parley.chat.MessageId;
import dev.parley.chat.MessageRevision;
import dev.parley.chat.OutgoingMessage;
import dev.parley.chat.RoomId;
import dev.parley.chat.internal.encoding.MessageText;
import dev.parley.chat.internal.timeline.EventBody;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the authors of messages have made of them since, as far as a store has it: a history shows that in place of what
 * was said first. Only what an author may do to its own messages is looked at, whatever its role: its edits within
 * {@link MessageRevision#MAX_AGE}, at most {@link MessageRevision#MAX_EDITS} of a message, and its deletions. What
 * others have deleted leaves a store where a room is open that remembers it when the deletion comes. Whether its author
 * had the right to say something is not looked at: an open room knows that of what it remembers, see
 * {@link dev.parley.chat.Room#withheld}.
 *
 * <p>Unmodifiable.
 */
public final class Rewordings {

    private static final String EDIT = "edit";
    private static final String DELETE = "delete";

    private final Map<MessageId, List<OutgoingMessage>> edits = new HashMap<>();
    private final Set<MessageId> deleted = new HashSet<>();

    private Rewordings() {}

    /**
     * Reads what was done to messages.
     *
     * @param store where they are
     * @param messages events of any rooms, in any order; what is no message is passed over
     * @return what was done to them
     * @throws dev.parley.chat.StoreException if the store fails
     */
    public static Rewordings of(ChatStore store, Collection<StoredEvent> messages) {
        Rewordings rewordings = new Rewordings();
        Map<RoomId, Map<MessageId, StoredEvent>> rooms = new HashMap<>();
        for (StoredEvent event : messages) {
            if (event.text().isPresent()) {
                rooms.computeIfAbsent(event.room(), room -> new HashMap<>()).put(event.id(), event);
            }
        }
        rooms.forEach((room, targets) -> rewordings.read(store, room, targets));
        return rewordings;
    }

    private void read(ChatStore store, RoomId room, Map<MessageId, StoredEvent> targets) {
        StoredEvent oldest = null;
        Instant lastEdit = Instant.MIN;
        for (StoredEvent target : targets.values()) {
            if (oldest == null || TimelinePosition.of(target).compareTo(TimelinePosition.of(oldest)) < 0) {
                oldest = target;
            }
            Instant last = target.time().plus(MessageRevision.MAX_AGE);
            lastEdit = last.isAfter(lastEdit) ? last : lastEdit;
        }
        if (oldest == null) {
            return;
        }
        TimelinePosition from = TimelinePosition.of(oldest);
        for (StoredEvent edit : after(store, room, EDIT, from, TimelinePosition.at(lastEdit.plusMillis(1)))) {
            StoredEvent target = targetOf(edit, targets);
            if (target != null
                    && !edit.time().isAfter(target.time().plus(MessageRevision.MAX_AGE))
                    && edit.body() instanceof EventBody.Edit wording) {
                List<OutgoingMessage> all = edits.computeIfAbsent(target.id(), id -> new ArrayList<>());
                if (all.size() < MessageRevision.MAX_EDITS) {
                    all.add(wording.content());
                }
            }
        }
        for (StoredEvent deletion : after(store, room, DELETE, from, null)) {
            StoredEvent target = targetOf(deletion, targets);
            if (target != null) {
                deleted.add(target.id());
            }
        }
    }

    /** The events of a type behind a place, oldest first. */
    private static List<StoredEvent> after(
            ChatStore store, RoomId room, String type, TimelinePosition from, @Nullable TimelinePosition before) {
        List<StoredEvent> found = new ArrayList<>();
        TimelinePosition place = before;
        boolean isDone = false;
        while (!isDone) {
            List<StoredEvent> page = store.ofType(room, type, place, ChatStore.MAX_PAGE);
            List<StoredEvent> behind = page.stream()
                    .filter(event -> TimelinePosition.of(event).compareTo(from) > 0)
                    .toList();
            found.addAll(0, behind);
            isDone = behind.size() < ChatStore.MAX_PAGE;
            place = page.isEmpty() ? place : TimelinePosition.of(page.get(0));
        }
        return found;
    }

    /** The message that an event of its author is about, if it stands behind it; else null. */
    private static @Nullable StoredEvent targetOf(StoredEvent event, Map<MessageId, StoredEvent> targets) {
        StoredEvent target = MessageText.target(event.bytes()).map(targets::get).orElse(null);
        return target != null
                        && target.sender().equals(event.sender())
                        && TimelinePosition.of(event).compareTo(TimelinePosition.of(target)) > 0
                ? target
                : null;
    }

    /**
     * Returns how a message is worded now.
     *
     * @param message its id
     * @return the text of its last edit; empty if it was not edited
     */
    public Optional<String> latest(MessageId message) {
        return Optional.ofNullable(last(message)).map(OutgoingMessage::text);
    }

    /**
     * Returns a message as it is worded now.
     *
     * @param message as it was said first
     * @return the same with text, emotes and mentions of its last edit; as it is if it was not edited
     */
    public ChatMessage latest(ChatMessage message) {
        OutgoingMessage last = last(message.id());
        return last == null
                ? message
                : new ChatMessage(
                        message.id(),
                        message.sender(),
                        message.senderName(),
                        last.text(),
                        message.sentAt(),
                        message.replyTo(),
                        last.emotes(),
                        last.mentions());
    }

    /**
     * Says whether its author has edited a message.
     *
     * @param message its id
     * @return true if it has
     */
    public boolean isEdited(MessageId message) {
        return edits.containsKey(message);
    }

    private @Nullable OutgoingMessage last(MessageId message) {
        List<OutgoingMessage> all = edits.get(message);
        return all == null ? null : all.get(all.size() - 1);
    }

    /**
     * Says whether its author has deleted a message.
     *
     * @param message its id
     * @return true if it has
     */
    public boolean isDeleted(MessageId message) {
        return deleted.contains(message);
    }
}
