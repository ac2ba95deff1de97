package dev.parley.chat.internal.webrtc;

import dev.parley.chat.transport.LinkSignal;
import dev.parley.chat.transport.PeerLink;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A session description (RFC 8866) of one data channel association (RFC 8841), taken apart. The native library is given
 * only what {@link #toSdp} writes, never the text that a stranger sent: its own parser answers malformed text with a
 * {@link java.lang.Error}, and would set up audio and video for whoever asks.
 */
final class SessionDescription {

    /** Which side of the negotiation a description is. */
    enum Kind {
        OFFER,
        ANSWER
    }

    /** Most lines of a description that is accepted. */
    static final int MAX_LINES = 512;

    /** Length of the fingerprint, in bytes. */
    static final int FINGERPRINT_BYTES = 32;

    private static final Pattern MEDIA =
            Pattern.compile("application ([0-9]{1,5}) (?:UDP|TCP)/DTLS/SCTP webrtc-datachannel");
    private static final Pattern FINGERPRINT = Pattern.compile("(?i:sha-256) ([0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){31})");
    private static final Pattern UFRAG = Pattern.compile("[A-Za-z0-9+/]{4,256}");
    private static final Pattern PASSWORD = Pattern.compile("[A-Za-z0-9+/]{22,256}");
    private static final Pattern MID = Pattern.compile("[A-Za-z0-9._~-]{1,32}");
    private static final Pattern ORIGIN = Pattern.compile("o=\\S+ [0-9]+ ([0-9]{1,18}) .*");
    private static final Pattern OFFER_SETUP = Pattern.compile("actpass");
    private static final Pattern ANSWER_SETUP = Pattern.compile("active|passive");
    private static final Pattern PORT = Pattern.compile("[0-9]{1,5}");
    private static final Pattern SIZE = Pattern.compile("[0-9]{1,18}");

    /** What {@code max-message-size} is when it is not there (RFC 8841 section 6.1), in bytes. */
    private static final long DEFAULT_MAX_MESSAGE_BYTES = 64 * 1024;

    private static final int MAX_PORT = 65_535;

    private final long version;
    private final String fingerprint;
    private final String ufrag;
    private final String password;
    private final String setup;
    private final String mid;
    private final int sctpPort;
    private final List<IceCandidate> candidates;

    private SessionDescription(String origin, Attributes attributes, Kind kind) throws MalformedSignalException {
        Matcher form = ORIGIN.matcher(origin);
        version = form.matches() ? Long.parseLong(form.group(1)) : 0;
        String print = attributes.exactlyOne("fingerprint", FINGERPRINT);
        fingerprint = print.substring(print.indexOf(' ') + 1).toUpperCase(Locale.ROOT);
        ufrag = attributes.exactlyOne("ice-ufrag", UFRAG);
        password = attributes.exactlyOne("ice-pwd", PASSWORD);
        setup = attributes.exactlyOne("setup", kind == Kind.OFFER ? OFFER_SETUP : ANSWER_SETUP);
        mid = attributes.exactlyOne("mid", MID);
        sctpPort = Integer.parseInt(attributes.exactlyOne("sctp-port", PORT));
        if (sctpPort < 1 || sctpPort > MAX_PORT) {
            throw new MalformedSignalException("a description has a sctp-port out of range");
        }
        // What it takes is only checked: links never send more than a frame at a time.
        String size = attributes.atMostOne("max-message-size", SIZE);
        long maxMessageBytes = size == null ? DEFAULT_MAX_MESSAGE_BYTES : Long.parseLong(size);
        if (maxMessageBytes != 0 && maxMessageBytes < PeerLink.MAX_FRAME_BYTES) {
            throw new MalformedSignalException("a description takes no frames of the size that links carry");
        }
        List<IceCandidate> found = new ArrayList<>();
        for (String candidate : attributes.all("candidate")) {
            if (candidate.length() > LinkSignal.MAX_CANDIDATE_CHARS) {
                throw new MalformedSignalException("a description has a candidate that is too long");
            }
            IceCandidate.parse("candidate:" + candidate).ifPresent(found::add);
        }
        candidates = List.copyOf(found);
    }

    /**
     * Parses a description. Unknown attributes are passed over; whatever decides who is at the other end has to be
     * there exactly once.
     *
     * @param sdp the text
     * @param kind which side of the negotiation it has to be
     * @return the description
     * @throws MalformedSignalException if it is not of the grammar, or describes anything but one data channel
     *     association with one SHA-256 fingerprint
     */
    static SessionDescription parse(String sdp, Kind kind) throws MalformedSignalException {
        if (sdp.length() > LinkSignal.MAX_SDP_CHARS) {
            throw new MalformedSignalException("a description is too long");
        }
        List<String> lines = lines(sdp);
        if (lines.size() < 4
                || !lines.get(0).equals("v=0")
                || !lines.get(1).startsWith("o=")
                || !lines.get(2).startsWith("s=")) {
            throw new MalformedSignalException("a description does not begin as one");
        }
        Attributes attributes = new Attributes();
        boolean timing = false;
        boolean media = false;
        for (String line : lines.subList(3, lines.size())) {
            String value = line.substring(2);
            switch (line.charAt(0)) {
                case 'a' -> attributes.add(value);
                case 't' -> timing = true;
                case 'm' -> {
                    if (media || !timing || !isDataChannel(value)) {
                        throw new MalformedSignalException("a description is not of one data channel association");
                    }
                    media = true;
                }
                case 'v', 'o', 's' -> throw new MalformedSignalException("a description begins twice");
                default -> {
                    // Bandwidth, connection data and so on: nothing that a data channel over ICE uses.
                }
            }
        }
        if (!media) {
            throw new MalformedSignalException("a description is not of one data channel association");
        }
        return new SessionDescription(lines.get(1), attributes, kind);
    }

    /**
     * Returns the fingerprint of the DTLS certificate (RFC 8122).
     *
     * @return 32 new bytes
     */
    byte[] fingerprint() {
        byte[] bytes = new byte[FINGERPRINT_BYTES];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) Integer.parseInt(fingerprint.substring(3 * i, 3 * i + 2), 16);
        }
        return bytes;
    }

    /**
     * Returns the user name fragment of ICE, which names this round of it.
     *
     * @return the value of {@code a=ice-ufrag}
     */
    String ufrag() {
        return ufrag;
    }

    /**
     * Tells whether a description was made before another of the same side, by the version in its origin (RFC 8866
     * section 5.2).
     *
     * @param other of the same side
     * @return whether this one is older
     */
    boolean isOlderThan(SessionDescription other) {
        return version < other.version;
    }

    /**
     * Checks that this description begins ICE anew and changes nothing else (RFC 8839 section 4.4.3.1.1): above all
     * that the same certificate is at the other end.
     *
     * @param before the last one of the same side
     * @throws MalformedSignalException if it says anything else
     */
    void requireRestartOf(SessionDescription before) throws MalformedSignalException {
        if (!fingerprint.equals(before.fingerprint)) {
            throw new MalformedSignalException("a description has another fingerprint than the one before");
        }
        if (!setup.equals(before.setup) || !mid.equals(before.mid) || sctpPort != before.sctpPort) {
            throw new MalformedSignalException("a description changes more than the path");
        }
        if (ufrag.equals(before.ufrag) || password.equals(before.password)) {
            throw new MalformedSignalException("a description is no restart of ICE");
        }
    }

    /**
     * Returns the id of the media section.
     *
     * @return the value of {@code a=mid}
     */
    String mid() {
        return mid;
    }

    /**
     * Counts the candidates inside the description.
     *
     * @return how many {@link #toSdp} writes
     */
    int candidateCount() {
        return candidates.size();
    }

    /**
     * Writes the description.
     *
     * @return the text, of known parts only
     */
    String toSdp() {
        StringBuilder sdp = new StringBuilder(1024);
        line(sdp, "v=0");
        line(sdp, "o=- 1 1 IN IP4 127.0.0.1");
        line(sdp, "s=-");
        line(sdp, "t=0 0");
        line(sdp, "a=group:BUNDLE " + mid);
        line(sdp, "m=application 9 UDP/DTLS/SCTP webrtc-datachannel");
        line(sdp, "c=IN IP4 0.0.0.0");
        for (IceCandidate candidate : candidates) {
            line(sdp, "a=" + candidate.toAttribute());
        }
        line(sdp, "a=ice-ufrag:" + ufrag);
        line(sdp, "a=ice-pwd:" + password);
        line(sdp, "a=ice-options:trickle");
        line(sdp, "a=fingerprint:sha-256 " + fingerprint);
        line(sdp, "a=setup:" + setup);
        line(sdp, "a=mid:" + mid);
        line(sdp, "a=sctp-port:" + sctpPort);
        // The native library then refuses, by itself, to send anything larger.
        line(sdp, "a=max-message-size:" + PeerLink.MAX_FRAME_BYTES);
        return sdp.toString();
    }

    private static void line(StringBuilder sdp, String line) {
        sdp.append(line).append("\r\n");
    }

    private static List<String> lines(String sdp) throws MalformedSignalException {
        List<String> lines = new ArrayList<>();
        int start = 0;
        while (start < sdp.length()) {
            int end = sdp.indexOf('\n', start);
            if (end < 0) {
                throw new MalformedSignalException("a description ends within a line");
            }
            String line = sdp.substring(start, end > start && sdp.charAt(end - 1) == '\r' ? end - 1 : end);
            if (line.length() < 2 || line.charAt(0) < 'a' || line.charAt(0) > 'z' || line.charAt(1) != '=') {
                throw new MalformedSignalException("a description has a line that is none");
            }
            if (!line.chars().allMatch(c -> c >= ' ' && c <= '~')) {
                throw new MalformedSignalException("a description has characters that are not printable ASCII");
            }
            lines.add(line);
            if (lines.size() > MAX_LINES) {
                throw new MalformedSignalException("a description has too many lines");
            }
            start = end + 1;
        }
        return lines;
    }

    private static boolean isDataChannel(String media) {
        var form = MEDIA.matcher(media);
        if (!form.matches()) {
            return false;
        }
        int port = Integer.parseInt(form.group(1));
        return port >= 1 && port <= MAX_PORT;
    }

    /** The {@code a=} lines of session and media together: with one media section the difference means nothing. */
    private static final class Attributes {

        private final List<String> values = new ArrayList<>();

        void add(String value) {
            values.add(value);
        }

        List<String> all(String name) {
            String prefix = name + ':';
            return values.stream()
                    .filter(value -> value.startsWith(prefix))
                    .map(value -> value.substring(prefix.length()))
                    .toList();
        }

        @Nullable
        String atMostOne(String name, Pattern form) throws MalformedSignalException {
            List<String> found = all(name);
            if (found.isEmpty()) {
                return null;
            }
            if (found.size() > 1 || !form.matcher(found.get(0)).matches()) {
                throw new MalformedSignalException("a description has no single, well-formed " + name);
            }
            return found.get(0);
        }

        String exactlyOne(String name, Pattern form) throws MalformedSignalException {
            return Optional.ofNullable(atMostOne(name, form))
                    .orElseThrow(() -> new MalformedSignalException("a description has no " + name));
        }
    }
}
