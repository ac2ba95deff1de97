package dev.parley.chat.internal.pairing;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.internal.crypto.Hkdf;
import dev.parley.chat.internal.crypto.Sha256;
import dev.parley.chat.internal.encoding.ByteReader;
import dev.parley.chat.internal.encoding.MalformedException;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.CryptoException;
import org.bouncycastle.crypto.agreement.jpake.JPAKEParticipant;
import org.bouncycastle.crypto.agreement.jpake.JPAKEPrimeOrderGroups;
import org.bouncycastle.crypto.agreement.jpake.JPAKERound1Payload;
import org.bouncycastle.crypto.agreement.jpake.JPAKERound2Payload;
import org.bouncycastle.crypto.digests.SHA256Digest;

/**
 * J-PAKE (RFC 8236) over the 3072-bit group of NIST, on one side of one run, with the bytes of its messages. Each
 * number is a length of two bytes, at most {@value #MAX_NUMBER_BYTES}, and that many bytes without leading zeros;
 * nothing of another form reaches the library. The keys depend on all numbers that the host sent, then all that the
 * guest sent.
 *
 * <p>Both sides' names hold the role, the pairing room and the peer, so that no message of one side, run or room serves
 * in another.
 */
final class PairingExchange {

    static final int TAG_BYTES = 32;

    private static final int MAX_NUMBER_BYTES = 384;
    private static final int ROUND1_NUMBERS = 6;
    private static final int ROUND2_NUMBERS = 3;
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int GCM_TAG_BITS = 128;
    private static final SecureRandom RANDOM = new SecureRandom();

    /** Which side one is. */
    enum Role {
        HOST,
        GUEST
    }

    private final JPAKEParticipant participant;
    private final String otherName;
    private final Role role;
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private byte[] secret = new byte[0];

    PairingExchange(Role role, RoomId room, PeerId host, PeerId guest, String code) {
        String hostName = "parley-pairing-v1 host " + room + " " + host;
        String guestName = "parley-pairing-v1 guest " + room + " " + guest;
        this.role = role;
        String ownName = role == Role.HOST ? hostName : guestName;
        this.otherName = role == Role.HOST ? guestName : hostName;
        char[] password = code.toCharArray();
        this.participant = new JPAKEParticipant(
                ownName, password, JPAKEPrimeOrderGroups.NIST_3072, SHA256Digest.newInstance(), RANDOM);
        Arrays.fill(password, '\0');
    }

    /** Makes one's own first round; to be called before anything of the other side is taken. */
    byte[] round1() {
        JPAKERound1Payload payload = participant.createRound1PayloadToSend();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        put(out, payload.getGx1(), payload.getGx2());
        put(out, payload.getKnowledgeProofForX1());
        put(out, payload.getKnowledgeProofForX2());
        return noted(out.toByteArray());
    }

    /** Takes the other side's first round. Depends on no password. */
    void acceptRound1(Numbers round) throws MalformedException {
        received.writeBytes(round.encoded);
        List<BigInteger> n = round.values;
        try {
            participant.validateRound1PayloadReceived(new JPAKERound1Payload(
                    otherName, n.get(0), n.get(1), new BigInteger[] {n.get(2), n.get(3)}, new BigInteger[] {
                        n.get(4), n.get(5)
                    }));
        } catch (CryptoException | RuntimeException e) {
            // The library throws unchecked ones too for what it does not like.
            throw new MalformedException("a first round that does not verify");
        }
    }

    /** Makes one's own second round, when the other's first is there and before its second is taken. */
    byte[] round2() {
        JPAKERound2Payload payload = participant.createRound2PayloadToSend();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        put(out, payload.getA());
        put(out, payload.getKnowledgeProofForX2s());
        return noted(out.toByteArray());
    }

    /** Takes the other side's second round; what the keys are made of is there then, once both have sent theirs. */
    void acceptRound2(Numbers round) throws MalformedException {
        received.writeBytes(round.encoded);
        List<BigInteger> n = round.values;
        try {
            participant.validateRound2PayloadReceived(
                    new JPAKERound2Payload(otherName, n.get(0), new BigInteger[] {n.get(1), n.get(2)}));
            secret = participant.calculateKeyingMaterial().toByteArray();
        } catch (CryptoException | RuntimeException e) {
            throw new MalformedException("a second round that does not verify");
        }
    }

    /** What a side shows to prove that it has the same key; different for the two. */
    byte[] confirmation(Role of) {
        return key(of == Role.HOST ? "confirm host" : "confirm guest");
    }

    byte[] seal(byte[] plaintext) {
        return crypt(Cipher.ENCRYPT_MODE, plaintext);
    }

    byte[] open(byte[] sealed) throws MalformedException {
        try {
            return crypt(Cipher.DECRYPT_MODE, sealed);
        } catch (IllegalStateException e) {
            throw new MalformedException("an invite that does not open");
        }
    }

    private byte[] crypt(int mode, byte[] bytes) {
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            // The key serves one message of one run, so that a fixed nonce is used once.
            cipher.init(
                    mode,
                    new SecretKeySpec(key("seal"), "AES"),
                    new GCMParameterSpec(GCM_TAG_BITS, new byte[NONCE_BYTES]));
            return cipher.doFinal(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM failed", e);
        }
    }

    private byte[] key(String label) {
        if (secret.length == 0) {
            throw new IllegalStateException("there is no key before the second round");
        }
        byte[] ofHost = (role == Role.HOST ? sent : received).toByteArray();
        byte[] ofGuest = (role == Role.HOST ? received : sent).toByteArray();
        return Hkdf.derive(Sha256.of(ofHost, ofGuest), secret, label.getBytes(UTF_8), KEY_BYTES);
    }

    private byte[] noted(byte[] bytes) {
        sent.writeBytes(bytes);
        return bytes;
    }

    private static void put(ByteArrayOutputStream out, BigInteger... numbers) {
        for (BigInteger number : numbers) {
            byte[] signed = number.toByteArray();
            int skip = signed[0] == 0 && signed.length > 1 ? 1 : 0;
            int length = signed.length - skip;
            out.write(length >>> 8);
            out.write(length);
            out.write(signed, skip, length);
        }
    }

    /** The numbers of a round as they came: well formed, and not more than that. */
    static final class Numbers {

        private final List<BigInteger> values;
        private final byte[] encoded;

        private Numbers(List<BigInteger> values, byte[] encoded) {
            this.values = values;
            this.encoded = encoded;
        }

        /** Reads a first round: gx1, gx2, two proofs. */
        static Numbers ofRound1(ByteReader reader) throws MalformedException {
            return read(reader, ROUND1_NUMBERS);
        }

        /** Reads a second round: A and its proof. */
        static Numbers ofRound2(ByteReader reader) throws MalformedException {
            return read(reader, ROUND2_NUMBERS);
        }

        private static Numbers read(ByteReader reader, int count) throws MalformedException {
            List<BigInteger> values = new ArrayList<>();
            ByteArrayOutputStream copy = new ByteArrayOutputStream();
            for (int i = 0; i < count; i++) {
                int length = reader.u16();
                if (length == 0 || length > MAX_NUMBER_BYTES) {
                    throw new MalformedException("a number of " + length + " bytes");
                }
                byte[] bytes = reader.bytes(length);
                if (bytes[0] == 0 && length > 1) {
                    throw new MalformedException("a number with a leading zero");
                }
                copy.write(length >>> 8);
                copy.write(length);
                copy.writeBytes(bytes);
                values.add(new BigInteger(1, bytes));
            }
            return new Numbers(List.copyOf(values), copy.toByteArray());
        }

        /** The bytes that were read. */
        byte[] encoded() {
            return encoded.clone();
        }
    }
}
