package dev.parley.chat.internal.pairing;

import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.internal.encoding.ByteReader;
import dev.parley.chat.internal.encoding.MalformedException;
import dev.parley.chat.internal.pairing.PairingExchange.Numbers;
import dev.parley.chat.internal.pairing.PairingExchange.Role;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * The side that was told a code, for one run. Without a thread, clock or socket.
 *
 * <pre>
 *   HELLO is sent ── ANSWER ──► PROOF is sent ── INVITE ──► has the invite
 *        └─────────────┴─────── anything else ────────────► failed
 * </pre>
 */
final class PairingGuest {

    private final PairingExchange exchange;
    private boolean hasProved;
    private boolean isFailed;
    private @Nullable String invite;

    /**
     * Makes the guest's side.
     *
     * @param room the pairing room
     * @param host its host, as the room's descriptor certifies
     * @param self the guest's peer id there
     * @param code the code
     */
    PairingGuest(RoomId room, PeerId host, PeerId self, String code) {
        exchange = new PairingExchange(Role.GUEST, room, host, self, code);
    }

    /** The first message. */
    byte[] hello() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(PairingHost.HELLO);
        out.writeBytes(exchange.round1());
        return out.toByteArray();
    }

    /** The invite's link, once it is there. */
    @Nullable
    String invite() {
        return invite;
    }

    /** Whether the code is wrong, or somebody meddled. */
    boolean isFailed() {
        return isFailed;
    }

    /** Takes a message of the host; returns what to answer, or null for nothing. */
    byte @Nullable [] onMessage(byte[] message) {
        if (isFailed || invite != null) {
            return null;
        }
        byte[] round2;
        try {
            if (hasProved) {
                ByteReader reader = PairingHost.reader(message, PairingHost.INVITE);
                byte[] tag = reader.bytes(PairingExchange.TAG_BYTES);
                if (!MessageDigest.isEqual(tag, exchange.confirmation(Role.HOST))) {
                    throw new MalformedException("a confirmation that does not agree");
                }
                invite = new String(exchange.open(reader.rest()), StandardCharsets.UTF_8);
                return null;
            }
            ByteReader reader = PairingHost.reader(message, PairingHost.ANSWER);
            Numbers theirs1 = Numbers.ofRound1(reader);
            Numbers theirs2 = Numbers.ofRound2(reader);
            reader.end();
            exchange.acceptRound1(theirs1);
            round2 = exchange.round2();
            exchange.acceptRound2(theirs2);
        } catch (MalformedException e) {
            isFailed = true;
            return null;
        }
        hasProved = true;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(PairingHost.PROOF);
        out.writeBytes(round2);
        out.writeBytes(exchange.confirmation(Role.GUEST));
        return out.toByteArray();
    }
}
