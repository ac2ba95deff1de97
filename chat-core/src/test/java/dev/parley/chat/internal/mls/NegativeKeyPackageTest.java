package dev.parley.chat.internal.mls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.parley.chat.crypto.Identity;
import dev.parley.chat.internal.crypto.BentSignature;
import dev.parley.chat.internal.crypto.IdentityKeys;
import dev.parley.chat.internal.encoding.NegativeVectors;
import dev.parley.chat.internal.encoding.NegativeVectors.Vector;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** KeyPackages with each field of the profile wrong in turn, signed as they are. */
class NegativeKeyPackageTest {

    private static final Identity JOINER = Identity.fromInsecureSeeds(filled(1), filled(2));

    private static byte[] filled(int value) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    static Stream<Vector> vectors() {
        return NegativeVectors.of("key-packages.json");
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void aKeyPackageIsTakenIfEachFieldKeepsTheProfile(Vector vector) throws Exception {
        // The library holds lifetimes against the machine's clock, and so does the check.
        long now = System.currentTimeMillis();
        byte[] message = message(vector, now / 1000);
        if (vector.isValid()) {
            assertThat(MlsGroup.identityOf(message, MlsLimits.DEFAULT, now)).isEqualTo(JOINER.peerId());
        } else {
            assertThatExceptionOfType(MlsException.class)
                    .isThrownBy(() -> MlsGroup.identityOf(message, MlsLimits.DEFAULT, now));
        }
    }

    private static byte[] message(Vector vector, long nowSeconds) {
        byte[] source = vector.set("source", new byte[] {Leaf.SOURCE_KEY_PACKAGE});
        MlsWriter leaf = new MlsWriter()
                .opaque(vector.set("encryptionKey", filled(9)))
                .opaque(vector.set("signatureKey", JOINER.card().ed25519PublicKey()))
                .raw(vector.set("credential", new byte[] {0, 1}))
                .opaque(vector.set("identity", JOINER.peerId().toBytes()))
                .opaque(vector.set("versions", new byte[] {0, 1}))
                .opaque(vector.set("suites", new byte[] {0, 1}))
                .opaque(vector.set("extensionTypes", new byte[0]))
                .opaque(vector.set("proposalTypes", new byte[0]))
                .opaque(vector.set("credentials", new byte[] {0, 1}))
                .raw(source);
        if (source[0] == Leaf.SOURCE_COMMIT) {
            leaf.opaque(new byte[MlsCrypto.HASH_BYTES]);
        } else {
            leaf.u64(nowSeconds + 3_600 * Long.parseLong(vector.setText("notBeforeHours", "-24")))
                    .u64(nowSeconds + 3_600 * Long.parseLong(vector.setText("notAfterHours", "24")));
        }
        leaf.opaque(vector.set("leafExtensions", new byte[0]));
        byte[] unsigned = new MlsWriter()
                .raw(vector.set("version", new byte[] {0, 1}))
                .raw(vector.set("suite", new byte[] {0, 1}))
                .opaque(vector.set("initKey", filled(8)))
                .raw(signed("LeafNodeTBS", leaf.toBytes(), vector.setText("leafSignature", "right")))
                .opaque(vector.set("extensions", new byte[0]))
                .toBytes();
        return new MlsWriter()
                .raw(vector.set("messageVersion", new byte[] {0, 1}))
                .raw(vector.set("wireFormat", new byte[] {0, 5}))
                .raw(signed("KeyPackageTBS", unsigned, vector.setText("signature", "right")))
                .raw(vector.set("trailing", new byte[0]))
                .toBytes();
    }

    private static byte[] signed(String label, byte[] content, String how) {
        byte[] signature = IdentityKeys.of(JOINER)
                .sign(MlsCrypto.signContent(how.equals("label") ? "FramedContentTBS" : label, content));
        switch (how) {
            case "bent" -> signature[7] ^= 4;
            case "short" -> signature = Arrays.copyOf(signature, 63);
            case "order" -> signature = BentSignature.moreByTheOrder(signature);
            default -> {
                // Right as it is, or of another label.
            }
        }
        return new MlsWriter().raw(content).opaque(signature).toBytes();
    }
}
