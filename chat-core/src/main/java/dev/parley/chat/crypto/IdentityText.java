package dev.parley.chat.crypto;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.parley.chat.IdentityException;
import dev.parley.chat.IdentityException.Problem;
import dev.parley.chat.PeerId;
import dev.parley.chat.internal.crypto.AesGcm;
import dev.parley.chat.internal.crypto.Argon2id;
import dev.parley.chat.internal.crypto.Ed25519;
import dev.parley.chat.internal.crypto.IdentityKeys;
import dev.parley.chat.internal.crypto.SealException;
import dev.parley.chat.internal.crypto.Sha256;
import dev.parley.chat.internal.crypto.X25519Keys;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The two texts that an identity is kept as; {@link Identity} describes them. Both are ASCII lines with a line feed
 * behind each; a carriage return before it, which mail programs add, is taken away first.
 */
final class IdentityText {

    /** Longest text that is read; real ones have 228 and some 370 bytes. */
    static final int MAX_BYTES = 4096;

    private static final String PLAIN = "parley-identity-v1";
    private static final String SEALED = "parley-identity-sealed-v1";
    private static final Pattern ANY_VERSION = Pattern.compile("parley-identity(-sealed)?-v[1-9][0-9]{0,8}");

    private static final String SEED_FIELD = "ed25519-seed";
    private static final String KEY_FIELD = "x25519-key";
    private static final String PEER_ID_FIELD = "peer-id";
    private static final String COST_FIELD = "argon2id";
    private static final String SALT_FIELD = "salt";
    private static final String NONCE_FIELD = "nonce";
    private static final String SEALED_FIELD = "sealed";
    private static final String CHECK_FIELD = "check";

    private static final int PLAIN_LINES = 4;
    private static final int SEALED_LINES = 7;
    private static final int CHECK_BYTES = 8;
    private static final int KEYS_BYTES = Ed25519.SEED_BYTES + X25519Keys.BYTES;

    private static final Pattern COST =
            Pattern.compile("v=19 m=([1-9][0-9]{0,8}) t=([1-9][0-9]{0,8}) p=([1-9][0-9]{0,8})");

    private IdentityText() {}

    /** Writes an identity as the protection says. With a passphrase this takes tenths of a second. */
    static byte[] encode(Identity identity, IdentityProtection protection) {
        byte[] passphrase = protection.passphraseBytes();
        if (passphrase == null) {
            return plain(identity);
        }
        try {
            SecureRandom random = new SecureRandom();
            byte[] salt = new byte[Argon2id.SALT_BYTES];
            byte[] nonce = new byte[AesGcm.NONCE_BYTES];
            random.nextBytes(salt);
            random.nextBytes(nonce);
            requireMemory(Argon2id.Cost.RECOMMENDED, "the identity");
            return sealed(identity, passphrase, Argon2id.Cost.RECOMMENDED, salt, nonce);
        } finally {
            Arrays.fill(passphrase, (byte) 0);
        }
    }

    private static byte[] plain(Identity identity) {
        byte[] keys = keys(identity);
        try {
            HexFormat hex = HexFormat.of();
            return (PLAIN + "\n"
                            + line(SEED_FIELD, hex.formatHex(keys, 0, Ed25519.SEED_BYTES))
                            + line(KEY_FIELD, hex.formatHex(keys, Ed25519.SEED_BYTES, KEYS_BYTES))
                            + line(PEER_ID_FIELD, identity.peerId().value()))
                    .getBytes(US_ASCII);
        } finally {
            Arrays.fill(keys, (byte) 0);
        }
    }

    static byte[] sealed(Identity identity, byte[] passphrase, Argon2id.Cost cost, byte[] salt, byte[] nonce) {
        HexFormat hex = HexFormat.of();
        String header = SEALED + "\n"
                + line(PEER_ID_FIELD, identity.peerId().value())
                + line(COST_FIELD, "v=19 m=" + cost.memoryKib() + " t=" + cost.passes() + " p=" + cost.lanes())
                + line(SALT_FIELD, hex.formatHex(salt))
                + line(NONCE_FIELD, hex.formatHex(nonce));
        byte[] keys = keys(identity);
        byte[] key = Argon2id.derive(passphrase, salt, cost, AesGcm.KEY_BYTES);
        try {
            byte[] sealed = AesGcm.seal(key, nonce, header.getBytes(US_ASCII), keys);
            String body = header + line(SEALED_FIELD, hex.formatHex(sealed));
            return (body + line(CHECK_FIELD, check(body))).getBytes(US_ASCII);
        } finally {
            Arrays.fill(keys, (byte) 0);
            Arrays.fill(key, (byte) 0);
        }
    }

    private static byte[] keys(Identity identity) {
        IdentityKeys keys = IdentityKeys.of(identity);
        byte[] seed = keys.ed25519Seed();
        byte[] agreement = keys.x25519Key();
        byte[] both = Arrays.copyOf(seed, KEYS_BYTES);
        System.arraycopy(agreement, 0, both, seed.length, agreement.length);
        Arrays.fill(seed, (byte) 0);
        Arrays.fill(agreement, (byte) 0);
        return both;
    }

    private static String line(String field, String value) {
        return field + ": " + value + "\n";
    }

    private static String check(String body) {
        return HexFormat.of().formatHex(Sha256.of(body.getBytes(US_ASCII)), 0, CHECK_BYTES);
    }

    /**
     * Says how a text is protected, by its first line alone.
     *
     * @param what names the text in messages, for example {@code the file x}
     * @throws IdentityException DAMAGED or UNKNOWN_VERSION
     */
    static IdentityProtection.Kind kindOf(byte[] content, String what) {
        return kindOf(lines(content, what), what);
    }

    private static IdentityProtection.Kind kindOf(List<String> lines, String what) {
        String first = lines.get(0);
        if (first.equals(PLAIN)) {
            return IdentityProtection.Kind.FILE_PERMISSIONS_ONLY;
        }
        if (first.equals(SEALED)) {
            return IdentityProtection.Kind.PASSPHRASE;
        }
        if (ANY_VERSION.matcher(first).matches()) {
            throw new IdentityException(
                    Problem.UNKNOWN_VERSION, what + " was written by a newer Parley; use that one to open it");
        }
        throw damaged(what, "its first line is neither " + PLAIN + " nor " + SEALED);
    }

    /**
     * Reads an identity.
     *
     * @throws IdentityException of every kind that concerns content; its message holds none of it
     */
    static Identity decode(byte[] content, IdentityProtection protection, String what) {
        List<String> lines = lines(content, what);
        IdentityProtection.Kind kind = kindOf(lines, what);
        byte[] passphrase = protection.passphraseBytes();
        try {
            if (kind == IdentityProtection.Kind.FILE_PERMISSIONS_ONLY) {
                if (passphrase != null) {
                    throw new IdentityException(
                            Problem.NOT_SEALED,
                            what + " is not sealed under a passphrase; seal it first, or open it as it is");
                }
                return decodePlain(lines, what);
            }
            if (passphrase == null) {
                throw new IdentityException(
                        Problem.PASSPHRASE_NEEDED, what + " is sealed under a passphrase; give the passphrase");
            }
            return decodeSealed(lines, passphrase, what);
        } finally {
            if (passphrase != null) {
                Arrays.fill(passphrase, (byte) 0);
            }
        }
    }

    private static List<String> lines(byte[] content, String what) {
        if (content.length > MAX_BYTES) {
            throw damaged(what, "it has more than " + MAX_BYTES + " bytes");
        }
        String text = new String(content, US_ASCII).replace("\r\n", "\n");
        if (!text.endsWith("\n")) {
            throw damaged(what, "it does not end with a line feed");
        }
        return List.of(text.substring(0, text.length() - 1).split("\n", -1));
    }

    private static Identity decodePlain(List<String> lines, String what) {
        requireLines(lines, PLAIN_LINES, what);
        byte[] seed = hex(lines.get(1), SEED_FIELD, Ed25519.SEED_BYTES, what);
        byte[] key = hex(lines.get(2), KEY_FIELD, X25519Keys.BYTES, what);
        try {
            return identity(seed, key, lines.get(3), what);
        } finally {
            Arrays.fill(seed, (byte) 0);
            Arrays.fill(key, (byte) 0);
        }
    }

    private static Identity identity(byte[] seed, byte[] key, String peerIdLine, String what) {
        Identity identity = Identity.fromInsecureSeeds(seed, key);
        if (!value(peerIdLine, PEER_ID_FIELD, what).equals(identity.peerId().value())) {
            throw damaged(what, "its peer id does not belong to its keys");
        }
        return identity;
    }

    private static Identity decodeSealed(List<String> lines, byte[] passphrase, String what) {
        requireLines(lines, SEALED_LINES, what);
        String body = String.join("\n", lines.subList(0, SEALED_LINES - 1)) + "\n";
        // Told apart from a wrong passphrase, which looks the same to the seal. It keeps out accidents, not people.
        if (!value(lines.get(6), CHECK_FIELD, what).equals(check(body))) {
            throw damaged(what, "its checksum does not fit");
        }
        requirePeerId(lines.get(1), what);
        Argon2id.Cost cost = cost(value(lines.get(2), COST_FIELD, what), what);
        byte[] salt = hex(lines.get(3), SALT_FIELD, Argon2id.SALT_BYTES, what);
        byte[] nonce = hex(lines.get(4), NONCE_FIELD, AesGcm.NONCE_BYTES, what);
        byte[] sealed = hex(lines.get(5), SEALED_FIELD, KEYS_BYTES + AesGcm.TAG_BYTES, what);
        byte[] header = (String.join("\n", lines.subList(0, SEALED_LINES - 2)) + "\n").getBytes(US_ASCII);
        requireMemory(cost, what);
        byte[] key = Argon2id.derive(passphrase, salt, cost, AesGcm.KEY_BYTES);
        byte[] keys = new byte[0];
        byte[] seed = new byte[0];
        byte[] agreement = new byte[0];
        try {
            keys = AesGcm.open(key, nonce, header, sealed);
            seed = Arrays.copyOf(keys, Ed25519.SEED_BYTES);
            agreement = Arrays.copyOfRange(keys, Ed25519.SEED_BYTES, KEYS_BYTES);
            return identity(seed, agreement, lines.get(1), what);
        } catch (SealException e) {
            throw new IdentityException(
                    Problem.WRONG_PASSPHRASE,
                    "the passphrase does not open " + what + "; try again, capitals and blanks count");
        } finally {
            Arrays.fill(key, (byte) 0);
            Arrays.fill(keys, (byte) 0);
            Arrays.fill(seed, (byte) 0);
            Arrays.fill(agreement, (byte) 0);
        }
    }

    private static void requirePeerId(String line, String what) {
        String value = value(line, PEER_ID_FIELD, what);
        try {
            new PeerId(value).toBytes();
        } catch (IllegalArgumentException e) {
            throw damaged(what, "its peer id is none");
        }
    }

    private static Argon2id.Cost cost(String value, String what) {
        Matcher cost = COST.matcher(value);
        if (!cost.matches()) {
            throw damaged(what, "its field " + COST_FIELD + " is not understood");
        }
        try {
            return new Argon2id.Cost(
                    Integer.parseInt(cost.group(1)), Integer.parseInt(cost.group(2)), Integer.parseInt(cost.group(3)));
        } catch (IllegalArgumentException e) {
            throw damaged(what, String.valueOf(e.getMessage()));
        }
    }

    /** A process that runs out of memory may not survive it; better not to begin. */
    private static void requireMemory(Argon2id.Cost cost, String what) {
        long most = Runtime.getRuntime().maxMemory();
        if (cost.memoryBytes() > most / 2) {
            throw new IdentityException(
                    Problem.NOT_ENOUGH_MEMORY,
                    "the passphrase of " + what + " takes " + (cost.memoryBytes() >> 20)
                            + " MiB, and Java may use no more than " + (most >> 20)
                            + " MiB in all; start it with a greater -Xmx");
        }
    }

    private static void requireLines(List<String> lines, int count, String what) {
        if (lines.size() != count) {
            throw damaged(what, "it has " + lines.size() + " lines instead of " + count);
        }
    }

    private static byte[] hex(String line, String field, int bytes, String what) {
        String value = value(line, field, what);
        if (value.length() != 2 * bytes
                || !value.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
            throw damaged(what, "its field " + field + " is not " + 2 * bytes + " hexadecimal digits");
        }
        return HexFormat.of().parseHex(value);
    }

    private static String value(String line, String field, String what) {
        String start = field + ": ";
        if (!line.startsWith(start)) {
            throw damaged(what, "its field " + field + " is not where it should be");
        }
        return line.substring(start.length());
    }

    private static IdentityException damaged(String what, String why) {
        return new IdentityException(
                Problem.DAMAGED,
                what + " is not an identity that this version reads: " + why
                        + "; restore it from a backup, or move it away to start with a new identity");
    }
}
