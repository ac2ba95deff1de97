package dev.parley.chat.internal.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.parley.chat.crypto.Identity;
import dev.parley.chat.crypto.PeerCard;
import dev.parley.chat.internal.encoding.NegativeVectors;
import dev.parley.chat.internal.encoding.NegativeVectors.Vector;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class NegativeKeysTest {

    private static final Identity IDENTITY = Identity.fromInsecureSeeds(filled(1), filled(101));

    private static byte[] filled(int value) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    static Stream<Vector> signatures() {
        return NegativeVectors.of("ed25519.json");
    }

    @ParameterizedTest
    @MethodSource("signatures")
    void aSignatureIsTheOneOfItsKeyAndMessage(Vector vector) {
        assertThat(Ed25519.verify(vector.bytes("key"), vector.bytes("message"), vector.bytes("signature")))
                .isEqualTo(vector.isValid());
    }

    static Stream<Vector> signingKeys() {
        return NegativeVectors.of("ed25519-keys.json");
    }

    @ParameterizedTest
    @MethodSource("signingKeys")
    void aSigningKeyIsOfThePrimeOrderGroup(Vector vector) {
        byte[] key = vector.bytes("key");
        assertThat(Ed25519.isSound(key)).isEqualTo(vector.isValid());
        if (!vector.isValid()) {
            byte[] card = IDENTITY.card().encode();
            byte[] bent = ByteBuffer.allocate(key.length + card.length - 32)
                    .put(key)
                    .put(card, 32, card.length - 32)
                    .array();
            assertThatIllegalArgumentException().isThrownBy(() -> PeerCard.decode(bent));
        }
    }

    static Stream<Vector> agreementKeys() {
        return NegativeVectors.of("x25519-keys.json");
    }

    /** Each card is signed by its owner, so that only the key can be what is wrong. */
    @ParameterizedTest
    @MethodSource("agreementKeys")
    void anAgreementKeyIsNotOfSmallOrder(Vector vector) {
        byte[] key = vector.bytes("key");
        assertThat(X25519Keys.isSound(key)).isEqualTo(vector.isValid());
        byte[] label = "parley-card-v1".getBytes(StandardCharsets.US_ASCII);
        byte[] signature = IdentityKeys.of(IDENTITY)
                .sign(ByteBuffer.allocate(label.length + key.length)
                        .put(label)
                        .put(key)
                        .array());
        byte[] card = ByteBuffer.allocate(64 + key.length + 32)
                .put(IDENTITY.card().ed25519PublicKey())
                .put(key)
                .put(signature)
                .array();
        byte[] sized = key.length == 32 ? Arrays.copyOf(card, PeerCard.BYTES) : card;
        if (vector.isValid()) {
            assertThat(PeerCard.decode(sized).x25519PublicKey()).isEqualTo(key);
        } else {
            assertThatIllegalArgumentException().isThrownBy(() -> PeerCard.decode(sized));
        }
    }
}
