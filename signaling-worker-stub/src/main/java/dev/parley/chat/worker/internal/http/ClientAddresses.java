package dev.parley.chat.worker.internal.http;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.server.Request;

/**
 * Who sends a request: the other end of the connection, or, if that is a trusted proxy, whom the proxies say they speak
 * for. From the right, the first address that is no trusted proxy: what stands further left came from the client, who
 * may write there what it likes. Immutable.
 */
public final class ClientAddresses {
    /** One customer of a provider has at least a /64 (RFC 6177 section 2), and all addresses in it. */
    private static final int IPV6_BITS = 64;

    private static final int IPV6_BYTES = 16;
    private static final String UNKNOWN = "unknown";

    private final List<AddressBlock> trusted;
    private final String header;

    /** @param header of the proxies; either {@code Forwarded} (RFC 7239) or one of the form of X-Forwarded-For */
    public ClientAddresses(List<AddressBlock> trusted, String header) {
        this.trusted = List.copyOf(trusted);
        this.header = header;
    }

    /** The name of the sender's bucket; not for logs. */
    String of(Request request) {
        Optional<InetAddress> peer = address(
                request.getConnectionMetaData().getConnection().getEndPoint().getRemoteSocketAddress());
        if (peer.isEmpty() || !isTrusted(peer.get())) {
            return peer.map(ClientAddresses::name).orElse(UNKNOWN);
        }
        InetAddress client = peer.get();
        List<String> hops = hops(request);
        for (int i = hops.size() - 1; i >= 0; i--) {
            Optional<InetAddress> hop = AddressBlock.literal(hops.get(i));
            if (hop.isEmpty()) {
                // Hidden or malformed: the last proxy that we know of answers for it.
                break;
            }
            client = hop.get();
            if (!isTrusted(client)) {
                break;
            }
        }
        return name(client);
    }

    private List<String> hops(Request request) {
        List<String> hops = new ArrayList<>();
        for (String line : request.getHeaders().getValuesList(header)) {
            for (String element : line.split(",", -1)) {
                hops.add(header.equalsIgnoreCase("Forwarded") ? forwardedFor(element) : bare(element.strip()));
            }
        }
        return hops;
    }

    /** The {@code for} parameter of one element (RFC 7239 section 4). */
    private static String forwardedFor(String element) {
        for (String pair : element.split(";", -1)) {
            String parameter = pair.strip();
            if (parameter.regionMatches(true, 0, "for=", 0, 4)) {
                return bare(parameter.substring(4).replace("\"", "").strip());
            }
        }
        return "";
    }

    /** Without brackets and port. */
    private static String bare(String node) {
        if (node.startsWith("[")) {
            int end = node.indexOf(']');
            return end < 0 ? "" : node.substring(1, end);
        }
        int colon = node.indexOf(':');
        return colon >= 0 && colon == node.lastIndexOf(':') ? node.substring(0, colon) : node;
    }

    static Optional<InetAddress> address(SocketAddress address) {
        return address instanceof InetSocketAddress inet ? Optional.ofNullable(inet.getAddress()) : Optional.empty();
    }

    boolean isTrusted(InetAddress address) {
        return trusted.stream().anyMatch(block -> block.contains(address));
    }

    static String name(InetAddress address) {
        byte[] bytes = address.getAddress();
        return HexFormat.of().formatHex(bytes.length == IPV6_BYTES ? AddressBlock.cut(bytes, IPV6_BITS) : bytes);
    }
}
