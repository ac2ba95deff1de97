package dev.parley.chat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.chat.internal.encoding.BoundedLines;
import dev.parley.chat.internal.encoding.Json;
import dev.parley.chat.internal.encoding.MalformedException;
import dev.parley.chat.internal.protocol.SignedEvents;
import dev.parley.chat.store.ChatStore;
import dev.parley.chat.store.StoredEvent;
import dev.parley.chat.store.TimelinePosition;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A history as a file that people and other programs can read: JSON Lines in UTF-8, the first one
 * {@code {"format":"parley-history","version":1}}, then one for each event:
 *
 * <ul>
 *   <li>{@code room}, {@code id}: what the event has to be;
 *   <li>{@code event}: its bytes as they were signed, with the signature, in base64url without padding. This is the
 *       event; all else is a convenience but for the next two;
 *   <li>{@code expiresAt}: when it disappears, in milliseconds since 1970; not there if it stays;
 *   <li>{@code waiting}: true if it is one's own and the room has not accepted it yet; not there otherwise;
 *   <li>{@code sender}, {@code seq}, {@code clock}, {@code type}, {@code text}: what stands in the event.
 * </ul>
 *
 * <p>The file is in clear. Both ways work line by line, in memory that does not depend on the length of the file, and
 * block: use a thread that may wait.
 */
public final class HistoryFile {

    private static final String FORMAT = "parley-history";
    private static final int VERSION = 1;

    private static final int PAGE = 200;
    private static final int MAX_LINE_BYTES = 512 * 1024;
    private static final int MAX_ID_CHARS = 64;
    private static final long MAX_MILLIS = 253_402_300_799_999L;

    private HistoryFile() {}

    /**
     * What came of an import.
     *
     * @param added events that are new
     * @param known events that were there already, or had been there and were deleted
     * @param refused lines that were not taken
     */
    public record Imported(long added, long known, long refused) {}

    /**
     * A line that was not taken.
     *
     * @param line its number; the first one of the file is 1
     * @param reason what is wrong with it, in one line
     */
    public record Refused(long line, String reason) {}

    /**
     * Writes all events of rooms, oldest first. What is appended meanwhile may be in the file or not.
     *
     * @param store where they are
     * @param self whose history it is
     * @param rooms which rooms, one after the other
     * @param out where to write; it is flushed and not closed
     * @return how many events were written
     * @throws IOException if it cannot be written
     * @throws StoreException if the store fails
     */
    public static long write(ChatStore store, PeerId self, List<RoomId> rooms, OutputStream out) throws IOException {
        writeLine(Json.object().put("format", FORMAT).put("version", VERSION), out);
        long written = 0;
        for (RoomId room : rooms) {
            List<StoredEvent> outbox = store.outbox(room, self, 1);
            long firstWaiting =
                    outbox.isEmpty() ? Long.MAX_VALUE : outbox.get(0).seq();
            TimelinePosition place = null;
            List<StoredEvent> page = store.timelineAfter(room, place, PAGE);
            while (!page.isEmpty()) {
                for (StoredEvent event : page) {
                    boolean waiting = event.sender().equals(self) && event.seq() >= firstWaiting;
                    writeLine(line(event, waiting), out);
                }
                written += page.size();
                place = TimelinePosition.of(page.get(page.size() - 1));
                page = store.timelineAfter(room, place, PAGE);
            }
        }
        out.flush();
        return written;
    }

    private static void writeLine(ObjectNode line, OutputStream out) throws IOException {
        out.write(Json.write(line));
        out.write('\n');
    }

    private static ObjectNode line(StoredEvent event, boolean waiting) {
        ObjectNode line = Json.object()
                .put("room", event.room().value())
                .put("sender", event.sender().value())
                .put("seq", event.seq())
                .put("id", event.id().value())
                .put("clock", event.clock())
                .put("type", event.type());
        if (waiting) {
            line.put("waiting", true);
        }
        event.expiresAt().ifPresent(time -> line.put("expiresAt", time.toEpochMilli()));
        line.put("event", Json.base64(event.bytes()));
        event.text().ifPresent(text -> line.put("text", text));
        return line;
    }

    /**
     * Takes in what {@link #write} wrote. Each event is verified: its signature, its room and its id. What is wrong
     * with one line does not keep the others from being taken, and to import a file again changes nothing.
     *
     * <p>One's own events in it count as accepted by their room, up to the last one that is not marked as waiting; so
     * they are not sent again.
     *
     * @param store where to keep the events
     * @param self whose history it is
     * @param in the file; it is not closed
     * @param refused is told of each line that is not taken, in the order of the file, on the calling thread
     * @return what came of it
     * @throws IOException if it cannot be read; the lines before that are kept
     * @throws StoreException if the file is none of these, or of a newer version, and then nothing was changed; or if
     *     the store fails
     */
    public static Imported read(ChatStore store, PeerId self, InputStream in, Consumer<Refused> refused)
            throws IOException {
        BoundedLines lines = new BoundedLines(in, MAX_LINE_BYTES);
        readHeader(lines);
        Import read = new Import(store, self, refused);
        while (true) {
            try {
                byte[] line = lines.next();
                if (line == null) {
                    return read.finish();
                }
                if (line.length > 0) {
                    read.take(lines.number(), line);
                }
            } catch (MalformedException e) {
                read.refuse(lines.number(), e.getMessage());
            }
        }
    }

    private static void readHeader(BoundedLines lines) throws IOException {
        long version = 0;
        try {
            byte[] line = lines.next();
            if (line != null) {
                ObjectNode header = Json.parseObject(line);
                if (Json.text(header, "format", MAX_ID_CHARS).equals(FORMAT)) {
                    version = Json.integer(header, "version", 1, Integer.MAX_VALUE);
                }
            }
        } catch (MalformedException e) {
            version = 0;
        }
        if (version == 0) {
            throw new StoreException("that is not an exported history; its first line would say " + "{\"format\":\""
                    + FORMAT + "\",\"version\":" + VERSION + "}");
        }
        if (version > VERSION) {
            throw new StoreException("the exported history has version " + version
                    + ", this Parley knows versions up to " + VERSION + "; use a newer Parley");
        }
    }

    /** An import that is under way. */
    private static final class Import {

        private record Line(long number, StoredEvent event, boolean waiting) {}

        private final ChatStore store;
        private final PeerId self;
        private final Consumer<Refused> refused;
        private final List<Line> batch = new ArrayList<>();
        private final Map<RoomId, Long> accepted = new HashMap<>();
        private long added;
        private long known;
        private long refusals;

        Import(ChatStore store, PeerId self, Consumer<Refused> refused) {
            this.store = store;
            this.self = self;
            this.refused = refused;
        }

        void take(long number, byte[] bytes) throws MalformedException {
            batch.add(parse(number, Json.parseObject(bytes)));
            if (batch.size() == PAGE) {
                keep();
            }
        }

        private static Line parse(long number, ObjectNode line) throws MalformedException {
            RoomId room;
            try {
                room = new RoomId(Json.text(line, "room", MAX_ID_CHARS));
            } catch (IllegalArgumentException e) {
                throw new MalformedException("'room' is not the id of a room");
            }
            StoredEvent event = SignedEvents.verify(Json.base64(line, "event", SignedEvents.MAX_BYTES), room);
            if (!Json.text(line, "id", MAX_ID_CHARS).equals(event.id().value())) {
                throw new MalformedException("the event has another id than the line says");
            }
            if (line.has("expiresAt")) {
                event = event.expiringAt(Instant.ofEpochMilli(Json.integer(line, "expiresAt", 0, MAX_MILLIS)));
            }
            return new Line(number, event, line.path("waiting").asBoolean(false));
        }

        void refuse(long number, @Nullable String reason) {
            // What came before is told of before.
            keep();
            refusals++;
            refused.accept(new Refused(number, String.valueOf(reason)));
        }

        private void keep() {
            if (batch.isEmpty()) {
                return;
            }
            List<Line> lines = List.copyOf(batch);
            batch.clear();
            try {
                count(lines, store.append(lines.stream().map(Line::event).toList()));
            } catch (StoreException e) {
                if (e.getCause() != null) {
                    throw e;
                }
                // Probably a fork; all others are to be kept.
                lines.forEach(this::keepAlone);
            }
            acknowledge();
        }

        private void keepAlone(Line line) {
            try {
                count(List.of(line), store.append(List.of(line.event())));
            } catch (StoreException e) {
                if (e.getCause() != null) {
                    throw e;
                }
                // Fails again if the store can do nothing any more.
                store.heads(line.event().room());
                refusals++;
                refused.accept(new Refused(
                        line.number(),
                        "another event is kept as this one of its author: the author's chain is forked"));
            }
        }

        private void count(List<Line> lines, int fresh) {
            added += fresh;
            known += lines.size() - fresh;
            for (Line line : lines) {
                if (line.event().sender().equals(self) && !line.waiting()) {
                    accepted.merge(line.event().room(), line.event().seq(), Math::max);
                }
            }
        }

        private void acknowledge() {
            accepted.forEach((room, seq) -> store.acknowledge(room, self, seq));
            accepted.clear();
        }

        Imported finish() {
            keep();
            return new Imported(added, known, refusals);
        }
    }
}
