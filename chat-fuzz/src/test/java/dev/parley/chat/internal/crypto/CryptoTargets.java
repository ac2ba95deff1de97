package dev.parley.chat.internal.crypto;

import static dev.parley.chat.fuzz.FuzzTarget.CHEAP;
import static dev.parley.chat.fuzz.FuzzTarget.CRYPTO;
import static dev.parley.chat.fuzz.FuzzTarget.require;

import dev.parley.chat.RoomId;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.crypto.PeerCard;
import dev.parley.chat.fuzz.FuzzTarget;
import dev.parley.chat.fuzz.FuzzTarget.Prepared;
import dev.parley.chat.fuzz.Inputs;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What is sealed or signed by whom one does not know yet: cards, envelopes, the private part of a descriptor. */
public final class CryptoTargets {

    private static final RoomId ROOM = RoomId.of(filled(20, 3));
    private static final RoomSecret SECRET = RoomSecret.of(filled(32, 7));

    private CryptoTargets() {}

    /**
     * Lists the targets.
     *
     * @return all of this package
     */
    public static List<FuzzTarget> all() {
        return List.of(
                new FuzzTarget("peer-cards", CRYPTO, CryptoTargets::cards),
                new FuzzTarget("sealed-envelopes", CRYPTO, CryptoTargets::sealedEnvelopes),
                new FuzzTarget("inner-envelopes", CHEAP, CryptoTargets::innerEnvelopes),
                new FuzzTarget("signed-envelopes", CRYPTO, CryptoTargets::signedEnvelopes),
                new FuzzTarget("sealed-descriptors", CHEAP, CryptoTargets::sealedDescriptors));
    }

    private static byte[] filled(int length, int value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    private static Identity identity(int number) {
        return Identity.fromInsecureSeeds(filled(32, number), filled(32, 100 + number));
    }

    private static Prepared cards() {
        List<byte[]> seeds = new ArrayList<>();
        for (byte[] bytes : Inputs.goldenBytes("identities.txt")) {
            if (bytes.length == PeerCard.BYTES) {
                seeds.add(bytes);
            }
        }
        return new Prepared(seeds, input -> {
            try {
                PeerCard card = PeerCard.decode(input);
                require(Arrays.equals(card.encode(), input), "a card is its bytes");
                require(PeerCard.peerIdOf(card.ed25519PublicKey()).equals(card.peerId()), "its key names the peer");
            } catch (IllegalArgumentException refused) {
                // Declared.
            }
        });
    }

    private static Prepared sealedEnvelopes() {
        Identity sender = identity(1);
        Identity receiver = identity(2);
        byte[] body = "{}".getBytes(StandardCharsets.UTF_8);
        byte[] sealed = EnvelopeSeal.seal(sender, receiver.card(), SECRET, ROOM, new byte[16], 0, body);
        return new Prepared(List.of(sealed), input -> {
            try {
                Envelope envelope = EnvelopeSeal.open(receiver, SECRET, ROOM, input);
                // A seal draws randomness: a run that goes on where another ended finds seals of that one, too.
                require(Arrays.equals(envelope.body(), body), "only what was sealed opens");
                require(envelope.sender().equals(sender.card()), "an envelope is of who signed it");
            } catch (SealException refused) {
                // Declared.
            }
        });
    }

    private static byte[] inner(Identity sender, Identity receiver, byte[] body) {
        byte[] fields = ByteBuffer.allocate(1 + 20 + PeerCard.BYTES + 20 + 16 + 4 + 4 + body.length)
                .put((byte) 1)
                .put(ROOM.toBytes())
                .put(sender.card().encode())
                .put(receiver.peerId().toBytes())
                .put(new byte[16])
                .putInt(0)
                .putInt(body.length)
                .put(body)
                .array();
        return signed(sender, fields);
    }

    private static byte[] signed(Identity sender, byte[] fields) {
        byte[] label = "parley-envelope-v1".getBytes(StandardCharsets.US_ASCII);
        byte[] toSign = Arrays.copyOf(label, label.length + fields.length);
        System.arraycopy(fields, 0, toSign, label.length, fields.length);
        byte[] whole = Arrays.copyOf(fields, fields.length + Ed25519.SIGNATURE_BYTES);
        byte[] signature = IdentityKeys.of(sender).sign(toSign);
        System.arraycopy(signature, 0, whole, fields.length, signature.length);
        return whole;
    }

    private static Prepared innerEnvelopes() {
        Identity sender = identity(1);
        Identity receiver = identity(2);
        byte[] genuine = inner(sender, receiver, "{}".getBytes(StandardCharsets.UTF_8));
        return new Prepared(List.of(genuine), input -> {
            try {
                EnvelopeSeal.decode(receiver.peerId(), ROOM, input);
                require(Arrays.equals(input, genuine), "only what was signed is taken");
            } catch (SealException refused) {
                // Declared.
            }
        });
    }

    /** Signed by the sender, so that what comes after the signature is reached. */
    private static Prepared signedEnvelopes() {
        Identity sender = identity(1);
        Identity receiver = identity(2);
        byte[] genuine = inner(sender, receiver, "{}".getBytes(StandardCharsets.UTF_8));
        byte[] fields = Arrays.copyOf(genuine, genuine.length - Ed25519.SIGNATURE_BYTES);
        return new Prepared(List.of(fields), input -> {
            byte[] signed = signed(sender, input);
            try {
                Envelope envelope = EnvelopeSeal.decode(receiver.peerId(), ROOM, signed);
                require(envelope.room().equals(ROOM), "an envelope is of this room");
                require(envelope.receiver().equals(receiver.peerId()), "an envelope is for us");
                require(envelope.counter() >= 0, "a counter is not negative");
                require(envelope.body().length <= Envelope.MAX_BODY_BYTES, "a body is within the limit");
            } catch (SealException refused) {
                // Declared.
            }
        });
    }

    private static Prepared sealedDescriptors() {
        byte[] sealed =
                DescriptorSeal.seal(SECRET, ROOM, new byte[12], "{\"name\":\"Tea\"}".getBytes(StandardCharsets.UTF_8));
        return new Prepared(List.of(sealed), input -> {
            try {
                DescriptorSeal.open(SECRET, ROOM, input);
                require(Arrays.equals(input, sealed), "only what was sealed opens");
            } catch (SealException refused) {
                // Declared.
            }
        });
    }
}
