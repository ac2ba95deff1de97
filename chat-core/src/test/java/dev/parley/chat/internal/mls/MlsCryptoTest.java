package dev.parley.chat.internal.mls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.junit.jupiter.api.Test;

final class MlsCryptoTest {

    private static final int LONGEST = 100;
    private static final int LONG = 16_384;

    private final Random random = new Random(1);

    @Test
    void sealsAsTheProviderOfThePlatformDoes() throws Exception {
        for (int length = 0; length <= LONGEST; length++) {
            for (int associated : new int[] {0, 12, 16, 33}) {
                requireTheSame(length, associated);
            }
        }
        requireTheSame(LONG, 40);
    }

    private void requireTheSame(int length, int associatedLength) throws Exception {
        byte[] key = bytes(MlsCrypto.KEY_BYTES);
        byte[] nonce = bytes(MlsCrypto.NONCE_BYTES);
        byte[] associated = bytes(associatedLength);
        byte[] plaintext = bytes(length);
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(
                Cipher.ENCRYPT_MODE,
                new SecretKeySpec(key, "AES"),
                new GCMParameterSpec(8 * MlsCrypto.TAG_BYTES, nonce));
        cipher.updateAAD(associated);
        byte[] expected = cipher.doFinal(plaintext);

        byte[] sealed = MlsCrypto.seal(key, nonce, associated, plaintext);

        assertThat(sealed)
                .as("%s bytes, %s associated", length, associatedLength)
                .isEqualTo(expected);
        assertThat(MlsCrypto.open(key, nonce, associated, sealed)).isEqualTo(plaintext);
    }

    @Test
    void opensNothingThatWasChanged() {
        byte[] key = bytes(MlsCrypto.KEY_BYTES);
        byte[] nonce = bytes(MlsCrypto.NONCE_BYTES);
        byte[] associated = bytes(20);
        byte[] sealed = MlsCrypto.seal(key, nonce, associated, bytes(40));
        for (int i = 0; i < sealed.length; i++) {
            byte[] bent = sealed.clone();
            bent[i] ^= 1;
            assertThatThrownBy(() -> MlsCrypto.open(key, nonce, associated, bent))
                    .as("byte %s", i)
                    .isInstanceOf(InvalidCipherTextException.class);
        }
        assertThatThrownBy(() -> MlsCrypto.open(key, nonce, bytes(20), sealed))
                .isInstanceOf(InvalidCipherTextException.class);
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
