package dev.parley.chat.internal.crypto;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import org.bouncycastle.crypto.hpke.HPKE;
import org.junit.jupiter.api.Test;

/** The published vectors of the primitives. */
class VectorsTest {

    @Test
    void hkdfGivesTheVectorsOfRfc5869() {
        byte[] key = hex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b");
        assertThat(Hkdf.extract(hex("000102030405060708090a0b0c"), key))
                .isEqualTo(hex("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5"));
        assertThat(Hkdf.derive(hex("000102030405060708090a0b0c"), key, hex("f0f1f2f3f4f5f6f7f8f9"), 42))
                .isEqualTo(hex("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"));
        assertThat(Hkdf.derive(new byte[0], key, new byte[0], 42))
                .isEqualTo(hex("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"));
    }

    @Test
    void hkdfGivesAtMost255Blocks() {
        byte[] key = new byte[Hkdf.HASH_BYTES];
        assertThat(Hkdf.expand(key, new byte[0], Hkdf.MAX_OUTPUT_BYTES)).hasSize(Hkdf.MAX_OUTPUT_BYTES);
        assertThatThrownBy(() -> Hkdf.expand(key, new byte[0], Hkdf.MAX_OUTPUT_BYTES + 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** Of the test suite of the algorithm's reference implementation; the vector of RFC 9106 takes a secret. */
    @Test
    void argon2idGivesTheVectorsOfItsReferenceImplementation() {
        byte[] passphrase = "password".getBytes(US_ASCII);
        byte[] salt = "somesalt".getBytes(US_ASCII);
        assertThat(Argon2id.derive(passphrase, salt, new Argon2id.Cost(65_536, 2, 1), 32))
                .isEqualTo(hex("09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7"));
        assertThat(Argon2id.derive(passphrase, salt, new Argon2id.Cost(256, 2, 2), 32))
                .isEqualTo(hex("6d093c501fd5999645e0ea3bf620d7b8be7fd2db59c20d9fff9539da2bf57037"));
    }

    /** Test case 16 of "The Galois/Counter Mode of Operation (GCM)", McGrew and Viega. */
    @Test
    void aesGcmSealsAndOpensItsOwnAndNothingElse() throws Exception {
        byte[] key = hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
        byte[] nonce = hex("cafebabefacedbaddecaf888");
        byte[] associated = hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
        byte[] plaintext = hex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
        byte[] sealed = AesGcm.seal(key, nonce, associated, plaintext);
        assertThat(sealed)
                .isEqualTo(hex("522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                        + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
                        + "76fc6ece0f4e1768cddf8853bb2d551b"));
        assertThat(AesGcm.open(key, nonce, associated, sealed)).isEqualTo(plaintext);
        for (int i = 0; i < sealed.length; i++) {
            byte[] bent = sealed.clone();
            bent[i] ^= 1;
            assertThatThrownBy(() -> AesGcm.open(key, nonce, associated, bent)).isInstanceOf(SealException.class);
        }
        assertThatThrownBy(() -> AesGcm.open(key, nonce, new byte[0], sealed)).isInstanceOf(SealException.class);
        assertThatThrownBy(() -> AesGcm.open(key, nonce, associated, new byte[AesGcm.TAG_BYTES - 1]))
                .isInstanceOf(SealException.class);
        assertThatThrownBy(() -> AesGcm.seal(new byte[16], nonce, associated, plaintext))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void ed25519GivesTheVectorsOfRfc8032() {
        byte[] seed = hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
        byte[] publicKey = hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
        byte[] signature = hex("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
        byte[] message = hex("72");
        assertThat(Ed25519.publicKey(seed)).isEqualTo(publicKey);
        assertThat(Ed25519.sign(seed, message)).isEqualTo(signature);
        assertThat(Ed25519.verify(publicKey, message, signature)).isTrue();
        assertThat(Ed25519.verify(publicKey, hex("73"), signature)).isFalse();
        assertThat(Ed25519.verify(new byte[31], message, signature)).isFalse();
        assertThat(Ed25519.verify(publicKey, message, new byte[63])).isFalse();
    }

    @Test
    void x25519GivesTheVectorOfRfc7748AndKnowsSmallOrderPoints() {
        assertThat(X25519Keys.publicKey(hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a")))
                .isEqualTo(hex("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"));
        for (String smallOrder : new String[] {
            "0000000000000000000000000000000000000000000000000000000000000000",
            "0100000000000000000000000000000000000000000000000000000000000000",
            "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
            "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"
        }) {
            assertThat(X25519Keys.isSound(hex(smallOrder))).as(smallOrder).isFalse();
        }
    }

    @Test
    void hpkeOpensTheVectorOfRfc9180InPskMode() throws Exception {
        HPKE hpke = new HPKE(HPKE.mode_psk, HPKE.kem_X25519_SHA256, HPKE.kdf_HKDF_SHA256, HPKE.aead_AES_GCM128);
        byte[] plaintext = hpke.setupPSKR(
                        hex("0ad0950d9fb9588e59690b74f1237ecdf1d775cd60be2eca57af5a4b0471c91b"),
                        hpke.deserializePrivateKey(
                                hex("c5eb01eb457fe6c6f57577c5413b931550a162c71a03ac8d196babbd4e5ce0fd"),
                                hex("9fed7e8c17387560e92cc6462a68049657246a09bfa8ade7aefe589672016366")),
                        hex("4f6465206f6e2061204772656369616e2055726e"),
                        hex("0247fd33b913760fa1fa51e1892d9f307fbe65eb171e8132c2af18555a738b82"),
                        hex("456e6e796e20447572696e206172616e204d6f726961"))
                .open(
                        hex("436f756e742d30"),
                        hex(
                                "e52c6fed7f758d0cf7145689f21bc1be6ec9ea097fef4e959440012f4feb73fb611b946199e681f4cfc34db8ea"));
        assertThat(plaintext).isEqualTo("Beauty is truth, truth beauty".getBytes(US_ASCII));
    }

    private static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits);
    }
}
