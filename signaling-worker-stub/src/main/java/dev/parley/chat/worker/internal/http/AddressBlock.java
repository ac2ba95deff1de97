package dev.parley.chat.worker.internal.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * IP addresses with a common beginning, such as {@code 10.0.0.0/8} or {@code 2001:db8::/32} (RFC 4632 section 3.1).
 * Names are never looked up.
 */
public final class AddressBlock {
    private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
    private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

    private final byte[] start;
    private final int bits;

    private AddressBlock(byte[] start, int bits) {
        this.start = start;
        this.bits = bits;
    }

    /**
     * Reads a block or a single address.
     *
     * @throws IllegalArgumentException if the text is neither
     */
    public static AddressBlock parse(String text) {
        int slash = text.indexOf('/');
        byte[] start = literal(slash < 0 ? text : text.substring(0, slash))
                .map(InetAddress::getAddress)
                .orElseThrow(() -> malformed(text));
        int all = start.length * Byte.SIZE;
        if (slash < 0) {
            return new AddressBlock(start, all);
        }
        String length = text.substring(slash + 1);
        int bits = length.matches("\\d{1,3}") ? Integer.parseInt(length) : -1;
        if (bits < 0 || bits > all) {
            throw malformed(text);
        }
        return new AddressBlock(start, bits);
    }

    private static IllegalArgumentException malformed(String text) {
        return new IllegalArgumentException(
                "\"" + text + "\" is no IP address and no block of them, such as 10.0.0.0/8 or 2001:db8::/32");
    }

    /** The address that a text stands for, if it is one; an IPv4 address in an IPv6 one counts as IPv4. */
    static Optional<InetAddress> literal(String text) {
        if (!IPV4.matcher(text).matches() && !IPV6.matcher(text).matches()) {
            return Optional.empty();
        }
        try {
            // A text of this form is parsed and never looked up.
            return Optional.of(InetAddress.getByName(text));
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    boolean contains(InetAddress address) {
        byte[] bytes = address.getAddress();
        return bytes.length == start.length && Arrays.equals(cut(bytes, bits), cut(start, bits));
    }

    /** The address with all but its first bits zero. */
    static byte[] cut(byte[] address, int bits) {
        byte[] cut = new byte[address.length];
        for (int i = 0; i < cut.length; i++) {
            int left = Math.min(Byte.SIZE, Math.max(0, bits - i * Byte.SIZE));
            cut[i] = (byte) (address[i] & (0xff << (Byte.SIZE - left)));
        }
        return cut;
    }
}
