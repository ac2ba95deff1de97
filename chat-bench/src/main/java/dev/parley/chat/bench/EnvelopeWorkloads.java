package dev.parley.chat.bench;

import dev.parley.chat.RoomId;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.internal.crypto.Envelope;
import dev.parley.chat.internal.crypto.EnvelopeSeal;
import dev.parley.chat.internal.crypto.RoomSecret;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.hpke.HPKE;
import org.bouncycastle.crypto.hpke.HPKEContextWithEncapsulation;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/** A signaling envelope of the size of an offer, and the raw HPKE of the library. */
final class EnvelopeWorkloads {

    private static final int OFFER_BYTES = 1_500;
    private static final byte[] NOTHING = {};

    private static final Identity SENDER = Identity.generate();
    private static final Identity RECEIVER = Identity.generate();
    private static final RoomSecret SECRET = RoomSecret.of(RawGroup.random(RoomSecret.BYTES));
    private static final RoomId ROOM = RoomId.of(RawGroup.ID);
    private static final byte[] BODY = RawGroup.random(OFFER_BYTES);

    private EnvelopeWorkloads() {}

    static List<Comparison> comparisons() {
        return List.of(
                new Comparison("seal an envelope of 1,500 B", () -> List.of(new Seal(), new RawSeal())),
                new Comparison("open an envelope of 1,500 B", () -> List.of(new Open(), new RawOpen())));
    }

    private static byte[] seal() {
        return EnvelopeSeal.seal(SENDER, RECEIVER.card(), SECRET, ROOM, new byte[Envelope.SESSION_BYTES], 1, BODY);
    }

    private static final class Seal extends Workload<byte[], byte[]> {
        Seal() {
            super("sign and seal (HPKE with pre-shared key)");
        }

        @Override
        byte[] prepare() {
            return BODY;
        }

        @Override
        byte[] run(byte[] body) {
            return seal();
        }

        @Override
        void finish(byte[] body, byte[] sealed) throws Exception {
            require(
                    Arrays.equals(
                            EnvelopeSeal.open(RECEIVER, SECRET, ROOM, sealed).body(), body),
                    "an envelope opens");
        }
    }

    private static final class Open extends Workload<byte[], Envelope> {
        Open() {
            super("open and verify, the sender's card included");
        }

        @Override
        byte[] prepare() {
            return seal();
        }

        @Override
        Envelope run(byte[] sealed) throws Exception {
            return EnvelopeSeal.open(RECEIVER, SECRET, ROOM, sealed);
        }

        @Override
        void finish(byte[] sealed, Envelope envelope) {
            require(envelope.sender().equals(SENDER.card()) && Arrays.equals(envelope.body(), BODY), "it is the same");
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
    private record RawSealed(byte[] encapsulation, byte[] ciphertext, byte[] signature) {}

    /** HPKE and one signature, as the library has them. */
    private static final class RawHpke {
        private final HPKE hpke =
                new HPKE(HPKE.mode_psk, HPKE.kem_X25519_SHA256, HPKE.kdf_HKDF_SHA256, HPKE.aead_AES_GCM128);
        private final AsymmetricCipherKeyPair receiver = hpke.generatePrivateKey();
        private final Ed25519PrivateKeyParameters signing =
                new Ed25519PrivateKeyParameters(RawGroup.random(Ed25519.SECRET_KEY_SIZE), 0);
        private final byte[] publicKey = signing.generatePublicKey().getEncoded();

        RawSealed seal() throws Exception {
            HPKEContextWithEncapsulation context =
                    hpke.SetupPSKS(receiver.getPublic(), NOTHING, RawGroup.PSK, RawGroup.ID);
            byte[] signature = new byte[Ed25519.SIGNATURE_SIZE];
            signing.sign(Ed25519.Algorithm.Ed25519, null, BODY, 0, BODY.length, signature, 0);
            return new RawSealed(context.getEncapsulation(), context.seal(NOTHING, BODY), signature);
        }

        byte[] open(RawSealed sealed) throws Exception {
            byte[] body = hpke.setupPSKR(sealed.encapsulation, receiver, NOTHING, RawGroup.PSK, RawGroup.ID)
                    .open(NOTHING, sealed.ciphertext);
            Workload.require(
                    Ed25519.verify(sealed.signature, 0, publicKey, 0, body, 0, body.length), "a signature verifies");
            return body;
        }
    }

    private static final class RawSeal extends Workload<byte[], RawSealed> {
        private final RawHpke raw = new RawHpke();

        RawSeal() {
            super("BouncyCastle HPKE and 1 Ed25519 signature");
        }

        @Override
        byte[] prepare() {
            return BODY;
        }

        @Override
        RawSealed run(byte[] body) throws Exception {
            return raw.seal();
        }

        @Override
        void finish(byte[] body, RawSealed sealed) throws Exception {
            require(Arrays.equals(raw.open(sealed), body), "it opens");
        }
    }

    private static final class RawOpen extends Workload<RawSealed, byte[]> {
        private final RawHpke raw = new RawHpke();

        RawOpen() {
            super("BouncyCastle HPKE and 1 Ed25519 verification");
        }

        @Override
        RawSealed prepare() throws Exception {
            return raw.seal();
        }

        @Override
        byte[] run(RawSealed sealed) throws Exception {
            return raw.open(sealed);
        }

        @Override
        void finish(RawSealed sealed, byte[] body) {
            require(Arrays.equals(body, BODY), "it is the same");
        }
    }
}
