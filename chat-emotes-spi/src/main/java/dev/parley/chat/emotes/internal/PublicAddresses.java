package dev.parley.chat.emotes.internal;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import okhttp3.Dns;

/**
 * Resolves names to addresses of the public internet only, so that a list from a stranger cannot make this program
 * reach into the local network. Names that are loopback hosts by themselves resolve to loopback only; whether they may
 * be asked at all was decided before, by {@link Origins}.
 */
final class PublicAddresses implements Dns {
    private final Dns system;

    PublicAddresses(Dns system) {
        this.system = system;
    }

    @Override
    public List<InetAddress> lookup(String hostname) throws UnknownHostException {
        boolean loopback = WebAddress.isLoopbackHost(hostname);
        List<InetAddress> allowed = system.lookup(hostname).stream()
                .filter(address -> loopback ? address.isLoopbackAddress() : isPublic(address))
                .toList();
        if (allowed.isEmpty()) {
            throw new RefusedHostException();
        }
        return allowed;
    }

    /** Whether an address is a unicast one of the public internet (IANA special-purpose registries, RFC 6890). */
    static boolean isPublic(InetAddress address) {
        if (address.isAnyLocalAddress()
                || address.isLoopbackAddress()
                || address.isLinkLocalAddress()
                || address.isSiteLocalAddress()
                || address.isMulticastAddress()) {
            return false;
        }
        byte[] bytes = address.getAddress();
        if (address instanceof Inet4Address) {
            return isPublicV4(bytes);
        }
        return address instanceof Inet6Address && isPublicV6(bytes);
    }

    private static boolean isPublicV4(byte[] bytes) {
        int first = bytes[0] & 0xff;
        int second = bytes[1] & 0xff;
        int third = bytes[2] & 0xff;
        boolean thisNetwork = first == 0;
        boolean privateUse = first == 10
                || (first == 172 && (second & 0xf0) == 16)
                || (first == 192 && second == 168)
                || first == 127
                || (first == 169 && second == 254);
        boolean carrierNat = first == 100 && (second & 0xc0) == 64;
        boolean protocolAssignments = first == 192 && second == 0 && third == 0;
        boolean benchmarking = first == 198 && (second & 0xfe) == 18;
        boolean documentation = (first == 192 && second == 0 && third == 2)
                || (first == 198 && second == 51 && third == 100)
                || (first == 203 && second == 0 && third == 113);
        boolean multicastOrReserved = first >= 224;
        return !(thisNetwork
                || privateUse
                || carrierNat
                || protocolAssignments
                || benchmarking
                || documentation
                || multicastOrReserved);
    }

    private static boolean isPublicV6(byte[] bytes) {
        // Addresses that carry an IPv4 address lead to wherever that one leads.
        if (startsWith(bytes, 0x00, 0x64, 0xff, 0x9b)) {
            return allZero(bytes, 4, 12) && isPublicV4(Arrays.copyOfRange(bytes, 12, 16));
        }
        if (startsWith(bytes, 0x20, 0x02)) {
            return isPublicV4(Arrays.copyOfRange(bytes, 2, 6));
        }
        boolean teredoOrSpecial = startsWith(bytes, 0x20, 0x01) && (bytes[2] & 0xfe) == 0;
        boolean documentation = startsWith(bytes, 0x20, 0x01, 0x0d, 0xb8);
        // Only 2000::/3 is given out as global unicast.
        return (bytes[0] & 0xe0) == 0x20 && !teredoOrSpecial && !documentation;
    }

    private static boolean startsWith(byte[] bytes, int... prefix) {
        for (int i = 0; i < prefix.length; i++) {
            if ((bytes[i] & 0xff) != prefix[i]) {
                return false;
            }
        }
        return true;
    }

    private static boolean allZero(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }

    /** A name leads to no public address. Its message leaves out the addresses. */
    static final class RefusedHostException extends UnknownHostException {
        private static final long serialVersionUID = 1L;

        RefusedHostException() {
            super("the host has no public address");
        }
    }
}
