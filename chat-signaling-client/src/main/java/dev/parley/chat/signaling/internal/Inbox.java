package dev.parley.chat.signaling.internal;

import dev.parley.chat.signaling.internal.Wire.Content;
import dev.parley.chat.signaling.internal.Wire.Message;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Knows which messages were delivered. Within one slot a seq at or below the cursor is a repetition. A slot that was
 * lost and taken again may count from 1 anew, so after a join the cursor follows the worker back, and what is then read
 * again is recognised by its number and content together.
 */
final class Inbox {

    /** How many delivered messages are remembered: twice what may wait in a mailbox. */
    static final int MAX_REMEMBERED = 128;

    private static final String NO_CONTENT = "";

    private final Map<Long, String> delivered = new LinkedHashMap<>();
    private long cursor = -1;

    /** The seq of the last message that was delivered in this slot; read on from there. */
    long cursor() {
        return cursor;
    }

    /** Takes note of a join. Never skips ahead: the worker may count as delivered what was lost on its way here. */
    void joined(long after) {
        cursor = cursor < 0 ? after : Math.min(cursor, after);
    }

    /** Takes note of a message; false if it was delivered before. */
    boolean accept(Message message) {
        if (message.seq() <= cursor) {
            return false;
        }
        cursor = message.seq();
        String print = print(message.content());
        if (print.equals(delivered.put(message.seq(), print))) {
            return false;
        }
        if (delivered.size() > MAX_REMEMBERED) {
            delivered.remove(delivered.keySet().iterator().next());
        }
        return true;
    }

    private static String print(@Nullable Content content) {
        if (content == null) {
            return NO_CONTENT;
        }
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update((content.from() + "/" + content.type() + "/").getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(digest.digest(content.payload().toByteArray()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
