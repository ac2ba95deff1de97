package dev.parley.chat.internal.webrtc;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A candidate attribute (RFC 8839 section 5.1), taken apart. The native library is given only what {@link #toAttribute}
 * writes, never the text that a stranger sent: its own parser answers malformed text with a {@link java.lang.Error}.
 */
final class IceCandidate {

    private static final Pattern FORM = Pattern.compile(
            "candidate:([A-Za-z0-9+/]{1,32}) ([0-9]{1,3}) ([A-Za-z]{3}) ([0-9]{1,10}) ([0-9A-Za-z.:-]{1,253}) ([0-9]{1,5})"
                    + " typ (host|srflx|prflx|relay)((?: [!-~]{1,256} [!-~]{1,256}){0,16})");
    private static final Pattern IPV4 =
            Pattern.compile("(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\\.(?!$)|$)){4}");
    private static final Pattern IPV6_CHARS = Pattern.compile("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");
    private static final Pattern HOST_NAME = Pattern.compile("[A-Za-z0-9-]+(?:\\.[A-Za-z0-9-]+)*\\.?");

    private static final Set<String> NUMERIC_EXTENSIONS = Set.of("generation", "network-id", "network-cost");
    private static final long MAX_PRIORITY = 0xFFFF_FFFFL;
    private static final int MAX_PORT = 65_535;

    private static final Pattern UFRAG = Pattern.compile(" ufrag (\\S+)");

    private final String attribute;

    private IceCandidate(String attribute) {
        this.attribute = attribute;
    }

    /**
     * Parses a candidate.
     *
     * @param text {@code candidate:…}, without {@code a=}
     * @return the candidate, or nothing for one that is well formed but names a host. Resolving a name that a stranger
     *     chose would tell the stranger's name server who asks; RFC 8839 lets such candidates be passed over.
     * @throws MalformedSignalException if the text is none of the grammar
     */
    static Optional<IceCandidate> parse(String text) throws MalformedSignalException {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new MalformedSignalException("a candidate is not of the grammar");
        }
        int component = Integer.parseInt(form.group(2));
        String protocol = form.group(3).toLowerCase(Locale.ROOT);
        long priority = Long.parseLong(form.group(4));
        int port = Integer.parseInt(form.group(6));
        if (component < 1 || component > 2) {
            throw new MalformedSignalException("a candidate has a component that there is not");
        }
        if (!protocol.equals("udp") && !protocol.equals("tcp")) {
            throw new MalformedSignalException("a candidate has an unknown transport");
        }
        if (priority < 1 || priority > MAX_PRIORITY) {
            throw new MalformedSignalException("a candidate has a priority out of range");
        }
        if (port < 1 || port > MAX_PORT) {
            throw new MalformedSignalException("a candidate has a port out of range");
        }
        String address = form.group(5);
        boolean literal = isLiteral(address);
        String tail = extensions(form.group(8).strip());
        if (!literal) {
            return Optional.empty();
        }
        return Optional.of(new IceCandidate("candidate:" + form.group(1) + ' ' + component + ' ' + protocol + ' '
                + priority + ' ' + address + ' ' + port + " typ " + form.group(7) + tail));
    }

    /**
     * Writes the candidate.
     *
     * @return {@code candidate:…}, of known parts only
     */
    String toAttribute() {
        return attribute;
    }

    /**
     * Returns the round of ICE that the candidate belongs to.
     *
     * @return the user name fragment of its description; empty if the candidate does not name it
     */
    Optional<String> ufrag() {
        Matcher named = UFRAG.matcher(attribute);
        return named.find() ? Optional.of(named.group(1)) : Optional.empty();
    }

    private static boolean isLiteral(String address) throws MalformedSignalException {
        if (IPV4.matcher(address).matches()) {
            return true;
        }
        if (IPV6_CHARS.matcher(address).matches()) {
            try {
                // With a colon in it this parses a literal or fails; it never asks a name server.
                InetAddress.getByName('[' + address + ']');
                return true;
            } catch (UnknownHostException e) {
                throw new MalformedSignalException("a candidate has a malformed address");
            }
        }
        if (HOST_NAME.matcher(address).matches() && !address.matches("[0-9.]+")) {
            return false;
        }
        throw new MalformedSignalException("a candidate has a malformed address");
    }

    /**
     * Checks the name-value pairs and keeps those that matter to ICE; unknown ones are passed over, as the RFC asks.
     */
    private static String extensions(String pairs) throws MalformedSignalException {
        if (pairs.isEmpty()) {
            return "";
        }
        String[] words = pairs.split(" ", -1);
        StringBuilder related = new StringBuilder();
        StringBuilder kept = new StringBuilder();
        for (int i = 0; i < words.length; i += 2) {
            String name = words[i];
            String value = words[i + 1];
            if (name.equals("rport")) {
                if (!value.matches("[0-9]{1,5}") || Integer.parseInt(value) > MAX_PORT) {
                    throw new MalformedSignalException("a candidate has a related port out of range");
                }
            } else if (name.equals("raddr")) {
                isLiteral(value);
                // Of no use for connecting: it is checked, and then withheld like browsers do.
                related.setLength(0);
                related.append(" raddr 0.0.0.0 rport 0");
            } else if (name.equals("tcptype")) {
                if (!value.matches("active|passive|so")) {
                    throw new MalformedSignalException("a candidate has an unknown tcptype");
                }
                keepOnce(kept, name, value);
            } else if (NUMERIC_EXTENSIONS.contains(name)) {
                if (!value.matches("[0-9]{1,9}")) {
                    throw new MalformedSignalException("a candidate has a number out of range");
                }
                keepOnce(kept, name, value);
            } else if (name.equals("ufrag")) {
                if (!value.matches("[A-Za-z0-9+/]{4,256}")) {
                    throw new MalformedSignalException("a candidate has a malformed ufrag");
                }
                keepOnce(kept, name, value);
            }
        }
        return related.append(kept).toString();
    }

    private static void keepOnce(StringBuilder kept, String name, String value) throws MalformedSignalException {
        if (kept.indexOf(" " + name + " ") >= 0) {
            throw new MalformedSignalException("a candidate names something twice");
        }
        kept.append(' ').append(name).append(' ').append(value);
    }
}
