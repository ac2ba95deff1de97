package dev.parley.chat.internal.pairing;

import static dev.parley.chat.fuzz.FuzzTarget.CHEAP;
import static dev.parley.chat.fuzz.FuzzTarget.require;

import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.fuzz.FuzzTarget;
import dev.parley.chat.fuzz.FuzzTarget.Prepared;
import dev.parley.chat.internal.encoding.ByteReader;
import dev.parley.chat.internal.encoding.MalformedException;
import dev.parley.chat.internal.pairing.PairingExchange.Numbers;
import java.util.Arrays;
import java.util.List;

/** The messages of a pairing, up to the numbers in them; what the numbers are is for the library to check. */
public final class PairingTargets {

    private PairingTargets() {}

    /**
     * Lists the targets.
     *
     * @return all of this package
     */
    public static List<FuzzTarget> all() {
        return List.of(new FuzzTarget("pairing-messages", CHEAP, PairingTargets::messages));
    }

    private static Prepared messages() {
        RoomId room = RoomId.of(new byte[RoomId.BYTES]);
        PeerId host = PeerId.of(new byte[PeerId.BYTES]);
        byte[] other = new byte[PeerId.BYTES];
        other[0] = 1;
        PeerId guest = PeerId.of(other);
        PairingGuest joining = new PairingGuest(room, host, guest, "7-guitar-lemon");
        PairingHost giving = new PairingHost(room, host, "7-guitar-lemon", () -> "https://example.org/r/x");
        byte[] hello = joining.hello();
        byte[] answer = giving.onMessage(guest, hello);
        if (answer == null) {
            throw new IllegalStateException("a host answers a genuine HELLO");
        }
        return new Prepared(List.of(hello, answer), input -> {
            try {
                ByteReader reader = PairingHost.reader(input, PairingHost.HELLO);
                Numbers round1 = Numbers.ofRound1(reader);
                reader.end();
                require(
                        Arrays.equals(round1.encoded(), Arrays.copyOfRange(input, 1, input.length)),
                        "a round encodes back to what it was");
            } catch (MalformedException refused) {
                // Declared.
            }
            try {
                ByteReader reader = PairingHost.reader(input, PairingHost.ANSWER);
                int first = Numbers.ofRound1(reader).encoded().length;
                int second = Numbers.ofRound2(reader).encoded().length;
                reader.end();
                require(first + second == input.length - 1, "an answer is two rounds");
            } catch (MalformedException refused) {
                // Declared.
            }
        });
    }
}
