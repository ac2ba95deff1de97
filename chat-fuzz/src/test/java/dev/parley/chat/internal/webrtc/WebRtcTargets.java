package dev.parley.chat.internal.webrtc;

import static dev.parley.chat.fuzz.FuzzTarget.CHEAP;
import static dev.parley.chat.fuzz.FuzzTarget.require;

import dev.parley.chat.fuzz.FuzzTarget;
import dev.parley.chat.fuzz.FuzzTarget.Prepared;
import dev.parley.chat.fuzz.Inputs;
import dev.parley.chat.internal.webrtc.SessionDescription.Kind;
import java.util.List;
import java.util.Optional;

/** Session descriptions and candidates. The native library is given only what these write again. */
public final class WebRtcTargets {

    private static final String OFFER = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n"
            + "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:abcd\r\n"
            + "a=ice-pwd:abcdefghijklmnopqrstuv\r\na=fingerprint:sha-256 " + "AB:".repeat(31) + "CD\r\n"
            + "a=setup:actpass\r\na=mid:0\r\na=sctp-port:5000\r\na=max-message-size:262144\r\n"
            + "a=candidate:1 1 udp 2122260223 127.0.0.1 50000 typ host generation 0\r\n";

    private WebRtcTargets() {}

    /**
     * Lists the targets.
     *
     * @return all of this package
     */
    public static List<FuzzTarget> all() {
        return List.of(
                new FuzzTarget("sdp", CHEAP, WebRtcTargets::descriptions),
                new FuzzTarget("ice-candidates", CHEAP, WebRtcTargets::candidates));
    }

    private static Prepared descriptions() {
        List<byte[]> seeds = Inputs.texts(OFFER, OFFER.replace("actpass", "active"), OFFER.replace("\r\n", "\n"));
        return new Prepared(seeds, input -> {
            String text = Inputs.text(input);
            for (Kind kind : Kind.values()) {
                try {
                    SessionDescription taken = SessionDescription.parse(text, kind);
                    String written = taken.toSdp();
                    SessionDescription again = SessionDescription.parse(written, kind);
                    require(again.toSdp().equals(written), "a description reads back as it was");
                    require(taken.fingerprint().length == SessionDescription.FINGERPRINT_BYTES, "one fingerprint");
                    require(
                            written.lines()
                                                    .filter(line -> line.startsWith("a=fingerprint:"))
                                                    .count()
                                            == 1
                                    && written.lines()
                                                    .filter(line -> line.startsWith("m="))
                                                    .count()
                                            == 1,
                            "one association with one fingerprint");
                    require(written.chars().allMatch(c -> c == '\r' || c == '\n' || (c >= ' ' && c <= '~')), "ASCII");
                } catch (MalformedSignalException refused) {
                    // Declared.
                }
            }
        });
    }

    private static Prepared candidates() {
        List<byte[]> seeds = Inputs.texts(
                "candidate:1 1 udp 2122260223 127.0.0.1 50000 typ host generation 0 network-id 1 network-cost 10",
                "candidate:a/+ 2 TCP 1 ::1 9 typ relay raddr 0.0.0.0 rport 9 tcptype active ufrag abcd",
                "candidate:1 1 udp 1 1b9d6bcd.local 50000 typ srflx",
                "candidate:1 1 udp 1 ::ffff:127.0.0.1 50000 typ prflx x y");
        return new Prepared(seeds, input -> {
            String text = Inputs.text(input);
            try {
                Optional<IceCandidate> taken = IceCandidate.parse(text);
                if (taken.isPresent()) {
                    String written = taken.get().toAttribute();
                    String again = IceCandidate.parse(written).orElseThrow().toAttribute();
                    require(again.equals(written), "a candidate reads back as it was");
                    require(written.chars().allMatch(c -> c >= ' ' && c <= '~'), "a candidate is printable ASCII");
                }
            } catch (MalformedSignalException refused) {
                // Declared.
            }
        });
    }
}
