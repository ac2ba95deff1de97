package dev.parley.chat.bench.history;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.parley.chat.MessageId;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.store.StoredEvent;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Makes up what people said: {@value #AUTHORS} authors, words as frequent as those of a language, and among them some
 * whose frequency is known. The events are of the form of the real ones; their signatures are not, since a store does
 * not look at them.
 */
final class Conversation {

    static final int AUTHORS = 20;

    /** In each message. */
    static final String ALWAYS = "always";

    /** In every second message. */
    static final String EVEN = "evenly";

    /** In the other ones. */
    static final String ODD = "oddly";

    /** In one of a hundred thousand. */
    static final String RARE = "quokka";

    private static final int RARE_EVERY = 100_000;
    private static final int VOCABULARY = 50_000;
    private static final int MOST_WORDS = 16;

    /** The first of ten rooms' worth of messages is elsewhere. */
    private static final int ELSEWHERE_EVERY = 10;

    private static final int MOST_PAUSE_MILLIS = 60_000;
    private static final long START_MILLIS = 1_700_000_000_000L;

    private final Random random = new Random(1);
    private final RoomId room = RoomId.of(bytes(RoomId.BYTES));
    private final RoomId otherRoom = RoomId.of(bytes(RoomId.BYTES));
    private final List<PeerId> authors = new ArrayList<>();
    private final long[] here = new long[AUTHORS];
    private final long[] elsewhere = new long[AUTHORS];
    private long said;
    private long millis = START_MILLIS;

    Conversation() {
        for (int i = 0; i < AUTHORS; i++) {
            authors.add(PeerId.of(bytes(PeerId.BYTES)));
        }
    }

    RoomId room() {
        return room;
    }

    List<PeerId> authors() {
        return List.copyOf(authors);
    }

    /** The next messages, in the order of their time; one of ten is in another room. */
    List<StoredEvent> next(int count) {
        List<StoredEvent> events = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            millis += 1 + random.nextInt(MOST_PAUSE_MILLIS);
            boolean there = said % ELSEWHERE_EVERY == 3;
            int author = random.nextInt(AUTHORS);
            long seq = ++(there ? elsewhere : here)[author];
            events.add(event(there ? otherRoom : room, authors.get(author), seq, text()));
            said++;
        }
        return events;
    }

    private String text() {
        StringBuilder text = new StringBuilder(ALWAYS).append(' ').append(said % 2 == 0 ? EVEN : ODD);
        int words = 1 + random.nextInt(MOST_WORDS);
        for (int i = 0; i < words; i++) {
            // The more often the lower: something like Zipf's law.
            text.append(' ').append(word((int) (Math.pow(random.nextDouble(), 4) * VOCABULARY)));
        }
        if (said % RARE_EVERY == 17) {
            text.append(' ').append(RARE);
        }
        return text.toString();
    }

    private static String word(int number) {
        StringBuilder word = new StringBuilder();
        for (int rest = number + 21; rest > 0; rest /= 20) {
            word.append("bcdfghjklmnpqrstvwxz".charAt(rest % 20)).append("aeiou".charAt(rest % 5));
        }
        return word.toString();
    }

    private StoredEvent event(RoomId where, PeerId author, long seq, String text) {
        byte[] type = "message".getBytes(UTF_8);
        byte[] body = ("{\"text\":\"" + text + "\",\"sentAt\":" + millis + "}").getBytes(UTF_8);
        byte[] event = ByteBuffer.allocate(1 + 20 + 32 + 8 + 32 + 8 + 16 + 1 + type.length + 4 + body.length + 64)
                .put((byte) 1)
                .put(where.toBytes())
                .put(bytes(32))
                .putLong(seq)
                .put(bytes(32))
                .putLong(millis << 16)
                .putLong(0)
                .putLong(0)
                .put((byte) type.length)
                .put(type)
                .putInt(body.length)
                .put(body)
                .put(bytes(64))
                .array();
        return new StoredEvent(
                where, author, seq, MessageId.of(bytes(MessageId.BYTES)), millis << 16, "message", event);
    }

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }
}
