package dev.parley.chat.internal.room;

import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.internal.timeline.ActTypes;
import dev.parley.chat.store.ChatStore;
import dev.parley.chat.store.EventHead;
import dev.parley.chat.store.StoredEvent;
import dev.parley.chat.store.TimelinePosition;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a room goes on from after a restart: all acts and all that was done to its emoji, whoever said it and however
 * much it is; what was said last, which may be edited or deleted yet; and one's own last word, behind which the next
 * one stands. All else is read when others lack it.
 *
 * <p>In the order of the timeline, each event once. Read from the store page by page, so that it costs time and no
 * memory: what of it is remembered is decided by who takes it.
 */
public final class SaidBefore implements Iterable<StoredEvent> {

    private final ChatStore store;
    private final RoomId room;
    private final PeerId self;

    /**
     * Reads nothing yet.
     *
     * @param store where it was kept
     * @param room of which
     * @param self whose last word is wanted
     */
    public SaidBefore(ChatStore store, RoomId room, PeerId self) {
        this.store = store;
        this.room = room;
        this.self = self;
    }

    @Override
    public Iterator<StoredEvent> iterator() {
        List<Source> sources = new ArrayList<>();
        for (String type : ActTypes.ALL) {
            sources.add(new Source(after -> store.ofTypeAfter(room, type, after, ChatStore.MAX_PAGE)));
        }
        sources.add(new Source(store.timeline(room, null, ChatStore.MAX_PAGE)));
        EventHead own = store.heads(room).get(self);
        if (own != null) {
            sources.add(new Source(store.chain(room, self, own.seq(), 1)));
        }
        return new Merged(sources);
    }

    /** Some of the events, in their order. */
    private static final class Source {
        private final Deque<StoredEvent> page;
        private final Function<@Nullable TimelinePosition, List<StoredEvent>> read;

        /** Behind which place the next page begins; empty for the first one. */
        private Optional<TimelinePosition> last = Optional.empty();

        private boolean isAtEnd;

        Source(List<StoredEvent> all) {
            this.page = new ArrayDeque<>(all);
            this.read = after -> List.of();
            this.isAtEnd = true;
        }

        Source(Function<@Nullable TimelinePosition, List<StoredEvent>> read) {
            this.page = new ArrayDeque<>();
            this.read = read;
        }

        @Nullable
        StoredEvent first() {
            if (page.isEmpty() && !isAtEnd) {
                page.addAll(read.apply(last.orElse(null)));
                isAtEnd = page.size() < ChatStore.MAX_PAGE;
                last = page.isEmpty() ? last : Optional.of(TimelinePosition.of(page.getLast()));
            }
            return page.peek();
        }

        void pass() {
            page.remove();
        }
    }

    private static final class Merged implements Iterator<StoredEvent> {
        private final List<Source> sources;

        Merged(List<Source> sources) {
            this.sources = sources;
        }

        private @Nullable StoredEvent first() {
            StoredEvent first = null;
            for (Source source : sources) {
                StoredEvent event = source.first();
                boolean isBefore = event != null
                        && (first == null || TimelinePosition.of(event).compareTo(TimelinePosition.of(first)) < 0);
                first = isBefore ? event : first;
            }
            return first;
        }

        @Override
        public boolean hasNext() {
            return first() != null;
        }

        @Override
        public StoredEvent next() {
            StoredEvent first = first();
            if (first == null) {
                throw new NoSuchElementException("all was read");
            }
            for (Source source : sources) {
                StoredEvent event = source.first();
                if (event != null && TimelinePosition.of(event).equals(TimelinePosition.of(first))) {
                    source.pass();
                }
            }
            return first;
        }
    }
}
