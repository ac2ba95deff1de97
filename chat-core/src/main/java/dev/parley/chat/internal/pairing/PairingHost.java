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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The side that gave a code out, for one run. Without a thread, clock or socket.
 *
 * <pre>
 *   WAITING ── HELLO of a guest ──► RUNNING with this guest ── its PROOF agrees ──► USED, the invite goes out
 *      ▲  │                            │
 *      └──┘ anything else              └─ a PROOF that does not agree, anything else of it, time-out ──► BURNT
 * </pre>
 *
 * <p>Until RUNNING nothing was sent that depends on the code, so that rubbish does no harm. From RUNNING on a guess is
 * spent, whatever comes. Other peers are not answered.
 */
final class PairingHost {

    /** Where the run stands. */
    enum Phase {
        WAITING,
        RUNNING,
        USED,
        BURNT
    }

    /** First byte of each message. */
    static final int HELLO = 1;

    static final int ANSWER = 2;
    static final int PROOF = 3;
    static final int INVITE = 4;
    static final int FAILED = 5;

    /** Longest message of either side. */
    static final int MAX_BYTES = 8_192;

    private final RoomId room;
    private final PeerId self;
    private final String code;
    private final Supplier<String> invite;

    private Phase phase = Phase.WAITING;
    private @Nullable PeerId guest;
    private @Nullable PairingExchange exchange;

    /**
     * Makes the host's side.
     *
     * @param room the pairing room
     * @param self the host's peer id there
     * @param code the code
     * @param invite gives the link that is handed over, when it is
     */
    PairingHost(RoomId room, PeerId self, String code, Supplier<String> invite) {
        this.room = room;
        this.self = self;
        this.code = code;
        this.invite = invite;
    }

    Phase phase() {
        return phase;
    }

    /** Takes a message; returns what to answer to its sender, or null for nothing. */
    byte @Nullable [] onMessage(PeerId from, byte[] message) {
        PairingExchange running = exchange;
        if (phase == Phase.WAITING) {
            return begin(from, message);
        }
        if (phase != Phase.RUNNING || running == null || !from.equals(guest)) {
            return null;
        }
        try {
            ByteReader reader = reader(message, PROOF);
            Numbers round2 = Numbers.ofRound2(reader);
            byte[] tag = reader.bytes(PairingExchange.TAG_BYTES);
            reader.end();
            running.acceptRound2(round2);
            if (!MessageDigest.isEqual(tag, running.confirmation(Role.GUEST))) {
                throw new MalformedException("a confirmation that does not agree");
            }
        } catch (MalformedException e) {
            phase = Phase.BURNT;
            return new byte[] {FAILED};
        }
        phase = Phase.USED;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(INVITE);
        out.writeBytes(running.confirmation(Role.HOST));
        out.writeBytes(running.seal(invite.get().getBytes(StandardCharsets.UTF_8)));
        return out.toByteArray();
    }

    private byte @Nullable [] begin(PeerId from, byte[] message) {
        PairingExchange begun;
        byte[] round1;
        try {
            // Numbers of the group cost tens of milliseconds: whoever sends rubbish does not get any.
            ByteReader reader = reader(message, HELLO);
            Numbers theirs = Numbers.ofRound1(reader);
            reader.end();
            begun = new PairingExchange(Role.HOST, room, self, from, code);
            round1 = begun.round1();
            begun.acceptRound1(theirs);
        } catch (MalformedException e) {
            return null;
        }
        phase = Phase.RUNNING;
        guest = from;
        exchange = begun;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(ANSWER);
        out.writeBytes(round1);
        out.writeBytes(begun.round2());
        return out.toByteArray();
    }

    static ByteReader reader(byte[] message, int kind) throws MalformedException {
        if (message.length > MAX_BYTES) {
            throw new MalformedException("a message of " + message.length + " bytes");
        }
        ByteReader reader = new ByteReader(message);
        if (reader.u8() != kind) {
            throw new MalformedException("a message out of place");
        }
        return reader;
    }
}
