package dev.parley.chat.internal.crypto;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.parley.chat.crypto.Identity;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Signatures for tests of what is refused: right, or wrong in one way that has a name. */
public final class BentSignature {

    private static final BigInteger ORDER =
            BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));

    private BentSignature() {}

    /**
     * Signs.
     *
     * @param signer who signs
     * @param label what stands before the content
     * @param content what is signed
     * @param how {@code right}; or {@code bent}, of another {@code label}, {@code bare} without one, {@code short}, or
     *     with S increased by the {@code order} of the group
     * @return the signature
     */
    public static byte[] of(Identity signer, String label, byte[] content, String how) {
        byte[] right = IdentityKeys.of(signer).sign(concat(label.getBytes(US_ASCII), content));
        return switch (how) {
            case "right" -> right;
            case "bent" -> {
                right[7] ^= 4;
                yield right;
            }
            case "label" -> IdentityKeys.of(signer).sign(concat((label + "x").getBytes(US_ASCII), content));
            case "bare" -> IdentityKeys.of(signer).sign(content);
            case "short" -> Arrays.copyOf(right, 63);
            case "order" -> moreByTheOrder(right);
            default -> throw new IllegalArgumentException("a signature is not made wrong like this: " + how);
        };
    }

    /**
     * Writes a signature in another spelling, which RFC 8032 section 5.1.7 forbids.
     *
     * @param signature a right one
     * @return the same R, and S increased by the order of the group
     */
    public static byte[] moreByTheOrder(byte[] signature) {
        byte[] bigEndian = new byte[32];
        for (int i = 0; i < 32; i++) {
            bigEndian[i] = signature[63 - i];
        }
        byte[] more = new BigInteger(1, bigEndian).add(ORDER).toByteArray();
        byte[] whole = Arrays.copyOf(signature, 64);
        for (int i = 0; i < 32; i++) {
            int from = more.length - 1 - i;
            whole[32 + i] = from < 0 ? 0 : more[from];
        }
        return whole;
    }

    /**
     * Joins bytes.
     *
     * @param parts any
     * @return all of them, in order
     */
    public static byte[] concat(byte[]... parts) {
        ByteBuffer whole = ByteBuffer.allocate(
                Arrays.stream(parts).mapToInt(part -> part.length).sum());
        for (byte[] part : parts) {
            whole.put(part);
        }
        return whole.array();
    }
}
