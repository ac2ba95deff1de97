package dev.parley.chat.internal.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class VerifyingKeyTest {

    /** The field's prime, 2^255 - 19. */
    private static final BigInteger P = BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19));

    private final Random random = new Random(1);

    @Test
    void verifiesTheVectorsOfTheRfc() {
        // RFC 8032 section 7.1, TEST 2.
        byte[] key = HexFormat.of().parseHex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
        byte[] message = {0x72};
        byte[] signature = HexFormat.of()
                .parseHex("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                        + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");

        assertThat(new VerifyingKey(key).verify(message, signature)).isTrue();
        assertThat(new VerifyingKey(key).verify(new byte[] {0x73}, signature)).isFalse();
    }

    @Test
    void agreesWithTheKeyAsBytesOnWhatIsSignedAndOnWhatIsBent() {
        for (int i = 0; i < 20; i++) {
            byte[] seed = bytes(Ed25519.SEED_BYTES);
            byte[] key = Ed25519.publicKey(seed);
            byte[] message = bytes(random.nextInt(300));
            byte[] signature = Ed25519.sign(seed, message);
            VerifyingKey verifying = new VerifyingKey(key);
            assertThat(verifying.verify(message, signature)).isTrue();
            for (int at = 0; at < signature.length; at++) {
                byte[] bent = signature.clone();
                bent[at] ^= (byte) (1 << random.nextInt(8));
                assertThat(verifying.verify(message, bent)).as("byte %s", at).isFalse();
            }
            byte[] otherKey = key.clone();
            otherKey[random.nextInt(otherKey.length)] ^= (byte) (1 << random.nextInt(8));
            requireAgreement(otherKey, message, signature);
        }
    }

    @Test
    void agreesWithTheKeyAsBytesOnEveryUnsoundKey() {
        byte[] message = bytes(50);
        for (byte[] key : unsoundKeys()) {
            // A signature with S = 0 and each of these as R holds under a key of small order, if a key is let in.
            for (byte[] r : unsoundKeys()) {
                byte[] signature = Arrays.copyOf(r, Ed25519.SIGNATURE_BYTES);
                requireAgreement(key, message, signature);
            }
            requireAgreement(key, message, bytes(Ed25519.SIGNATURE_BYTES));
        }
    }

    @Test
    void nothingVerifiesUnderBytesOfAnotherLength() {
        byte[] seed = bytes(Ed25519.SEED_BYTES);
        byte[] key = Ed25519.publicKey(seed);
        byte[] message = bytes(10);
        byte[] signature = Ed25519.sign(seed, message);

        assertThat(new VerifyingKey(new byte[0]).verify(message, signature)).isFalse();
        assertThat(new VerifyingKey(Arrays.copyOf(key, 31)).verify(message, signature))
                .isFalse();
        assertThat(new VerifyingKey(Arrays.copyOf(key, 33)).verify(message, signature))
                .isFalse();
        assertThat(new VerifyingKey(key).verify(message, Arrays.copyOf(signature, 63)))
                .isFalse();
        assertThat(new VerifyingKey(key).verify(message, Arrays.copyOf(signature, 65)))
                .isFalse();
    }

    @Test
    void doesNotChangeWithTheBytesThatItWasMadeOf() {
        byte[] seed = bytes(Ed25519.SEED_BYTES);
        byte[] key = Ed25519.publicKey(seed);
        VerifyingKey verifying = new VerifyingKey(key);
        byte[] message = bytes(10);
        byte[] signature = Ed25519.sign(seed, message);
        byte[] same = key.clone();
        key[0] ^= 1;

        assertThat(verifying.hasBytes(same)).isTrue();
        assertThat(verifying.hasBytes(key)).isFalse();
        assertThat(verifying.verify(message, signature)).isTrue();
    }

    private static void requireAgreement(byte[] key, byte[] message, byte[] signature) {
        assertThat(new VerifyingKey(key).verify(message, signature))
                .as("key %s", HexFormat.of().formatHex(key))
                .isEqualTo(Ed25519.verify(key, message, signature));
    }

    /** Small y, y just below and above the prime, and the greatest, with either sign: among them all of small order. */
    private static List<byte[]> unsoundKeys() {
        List<byte[]> keys = new ArrayList<>();
        List<BigInteger> values = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            values.add(BigInteger.valueOf(i));
            values.add(P.subtract(BigInteger.valueOf(i)));
            values.add(P.add(BigInteger.valueOf(i)));
            values.add(BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(i + 1)));
        }
        // Order 8.
        values.add(new BigInteger("7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd83d3d706a17c7", 16));
        values.add(new BigInteger("05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826", 16));
        for (BigInteger y : values) {
            for (int sign = 0; sign < 2; sign++) {
                byte[] bigEndian = y.toByteArray();
                byte[] key = new byte[Ed25519.PUBLIC_KEY_BYTES];
                for (int i = 0; i < Math.min(bigEndian.length, key.length); i++) {
                    key[i] = bigEndian[bigEndian.length - 1 - i];
                }
                key[31] |= (byte) (sign << 7);
                keys.add(key);
            }
        }
        return keys;
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
