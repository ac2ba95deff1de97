package dev.parley.chat.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.CloseReason;
import dev.parley.chat.CloseReason.Code;
import dev.parley.chat.CloseReason.Origin;
import dev.parley.chat.internal.webrtc.SharedFactory;
import dev.parley.chat.transport.Transport.LinkRole;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a stranger may send instead of signals, against the real native library. */
class MalformedSignalTest {

    private static Environment environment;
    private static WebRtcTransport transport;
    private static LinkEnd bystander;
    private static String offer;
    private static String candidate;

    @BeforeAll
    static void takeRealSignals() {
        environment = Environment.system();
        transport = WebRtcTransport.create(environment);
        bystander = new LinkEnd(transport, environment, LinkRole.INITIATOR, IceConfig.defaults());
        LinkEnd other = new LinkEnd(transport, environment, LinkRole.RESPONDER, IceConfig.defaults());
        LinkEnd.wire(bystander, other);
        bystander.awaitOpen();
        other.awaitOpen();
        offer = ((LinkSignal.Offer) bystander.signals.get(0)).sdp();
        candidate = ((LinkSignal.Candidate) bystander.signals.get(1)).candidate();
    }

    @AfterAll
    static void nobodyElseWasHurt() {
        assertThat(bystander.<Boolean>ask(link -> link.send(new byte[1]))).isTrue();
        transport.close();
        assertThat(SharedFactory.leases()).isZero();
        environment.close();
    }

    static List<String> offers() {
        return List.of(
                "",
                "\r\n",
                "v=0",
                "v=0\r\n",
                "not a description\r\n",
                offer.replace("v=0", "v=1"),
                offer.replace("s=-\r\n", ""),
                offer.replace("t=0 0\r\n", ""),
                offer.replace("a=fingerprint:sha-256", "a=fingerprint:sha-1"),
                offer.replace("a=fingerprint:sha-256 ", "a=fingerprint:sha-256 00:"),
                offer.replaceAll("a=fingerprint:[^\r]*\r\n", ""),
                offer.replaceAll("(a=fingerprint:[^\r]*\r\n)", "$1$1"),
                offer.replaceAll("a=ice-ufrag:[^\r]*", "a=ice-ufrag:a"),
                offer.replaceAll("a=ice-ufrag:[^\r]*", "a=ice-ufrag:" + "a".repeat(257)),
                offer.replaceAll("a=ice-pwd:[^\r]*", "a=ice-pwd:short"),
                offer.replaceAll("a=ice-pwd:[^\r]*\r\n", ""),
                offer.replace("a=setup:actpass", "a=setup:active"),
                offer.replace("a=setup:actpass", "a=setup:holdconn"),
                offer.replace("a=mid:0", "a=mid:"),
                offer.replace("a=mid:0", "a=mid:" + "0".repeat(33)),
                offer.replace("a=sctp-port:5000", "a=sctp-port:0"),
                offer.replace("a=sctp-port:5000", "a=sctp-port:65536"),
                offer.replace("a=sctp-port:5000", "a=sctp-port:99999999999"),
                offer.replace("a=max-message-size:262144", "a=max-message-size:16383"),
                offer.replace("a=max-message-size:262144", "a=max-message-size:-1"),
                offer.replace("m=application 9", "m=audio 9"),
                offer.replace("m=application 9", "m=application 0"),
                offer.replace("m=application 9", "m=application 99999"),
                offer.replace("UDP/DTLS/SCTP", "RTP/SAVPF"),
                offer + "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n",
                offer + offer,
                offer + "a=candidate:nonsense\r\n",
                offer + ("a=" + candidate + "\r\n").repeat(257),
                offer + "a=x\r\n".repeat(600),
                offer + "a=unfinished",
                offer.replace("s=-", "s=\u0000"),
                offer.replace("s=-", "s=\u20ac"),
                offer.substring(0, offer.length() / 2),
                "x".repeat(LinkSignal.MAX_SDP_CHARS));
    }

    @ParameterizedTest
    @MethodSource("offers")
    void a_malformed_offer_closes_that_link_only(String sdp) {
        LinkEnd victim = new LinkEnd(transport, environment, LinkRole.RESPONDER, IceConfig.defaults());
        victim.accept(new LinkSignal.Offer(sdp));
        assertViolation(victim);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "candidate:",
                "a=candidate:1 1 udp 1 192.0.2.1 1 typ host",
                "candidate:1 0 udp 1 192.0.2.1 1 typ host",
                "candidate:1 3 udp 1 192.0.2.1 1 typ host",
                "candidate:1 1 sct 1 192.0.2.1 1 typ host",
                "candidate:1 1 udp 0 192.0.2.1 1 typ host",
                "candidate:1 1 udp 4294967296 192.0.2.1 1 typ host",
                "candidate:1 1 udp 99999999999 192.0.2.1 1 typ host",
                "candidate:1 1 udp 1 192.0.2.256 1 typ host",
                "candidate:1 1 udp 1 192.0.2 1 typ host",
                "candidate:1 1 udp 1 :::1 1 typ host",
                "candidate:1 1 udp 1 1:2:3:4:5:6:7:8:9 1 typ host",
                "candidate:1 1 udp 1 192.0.2.1 0 typ host",
                "candidate:1 1 udp 1 192.0.2.1 65536 typ host",
                "candidate:1 1 udp 1 192.0.2.1 1 typ other",
                "candidate:1 1 udp 1 192.0.2.1 1 typ host raddr",
                "candidate:1 1 udp 1 192.0.2.1 1 typ host tcptype maybe",
                "candidate:1 1 udp 1 192.0.2.1 1 typ host generation -1",
                "candidate:1 1 udp 1 192.0.2.1 1 typ host generation 0 generation 0",
                "candidate:1 1 udp 1 192.0.2.1 1 typ host ufrag !",
                "candidate:1 1 udp 1 192.0.2.1 1 typ host\r\na=setup:active"
            })
    void a_malformed_candidate_closes_that_link_only(String text) {
        LinkEnd before = new LinkEnd(transport, environment, LinkRole.RESPONDER, IceConfig.defaults());
        before.accept(new LinkSignal.Candidate(text, "0", 0));
        assertViolation(before);
        LinkEnd after = new LinkEnd(transport, environment, LinkRole.RESPONDER, IceConfig.defaults());
        after.accept(new LinkSignal.Offer(offer));
        after.accept(new LinkSignal.Candidate(text, "0", 0));
        assertViolation(after);
    }

    @Test
    void a_candidate_of_another_media_section_closes_that_link_only() {
        for (LinkSignal.Candidate wrong : List.of(
                new LinkSignal.Candidate(candidate, "1", 0),
                new LinkSignal.Candidate(candidate, "0", 1),
                new LinkSignal.Candidate(candidate, null, -1))) {
            LinkEnd victim = new LinkEnd(transport, environment, LinkRole.RESPONDER, IceConfig.defaults());
            victim.accept(wrong);
            victim.accept(new LinkSignal.Offer(offer));
            assertViolation(victim);
        }
    }

    @Test
    void as_many_candidates_as_the_limit_are_taken_and_one_more_closes_that_link_only() {
        LinkEnd victim = new LinkEnd(transport, environment, LinkRole.RESPONDER, IceConfig.defaults());
        IntStream.rangeClosed(1, 256)
                .forEach(port -> victim.accept(
                        new LinkSignal.Candidate("candidate:1 1 udp 1 192.0.2.200 " + port + " typ host", "0", 0)));
        assertThat(victim.<Boolean>ask(link -> victim.closed.isDone())).isFalse();
        victim.accept(new LinkSignal.Candidate("candidate:1 1 udp 1 192.0.2.200 999 typ host", "0", 0));
        assertViolation(victim);
    }

    @Test
    void a_candidate_that_names_a_host_is_passed_over() {
        LinkEnd link = new LinkEnd(transport, environment, LinkRole.RESPONDER, IceConfig.defaults());
        link.accept(new LinkSignal.Offer(offer));
        link.accept(new LinkSignal.Candidate("candidate:1 1 udp 1 host.invalid 9 typ host", "0", 0));
        assertThat(link.<Boolean>ask(l -> link.closed.isDone())).isFalse();
        link.close();
        link.awaitClosed();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void mutated_signals_end_in_a_value_and_never_in_the_end_of_the_process(long seed) {
        Random random = new Random(seed);
        LinkEnd victim = new LinkEnd(transport, environment, LinkRole.RESPONDER, IceConfig.defaults());
        victim.accept(new LinkSignal.Offer(mutate(offer, random)));
        for (int i = 0; i < 5; i++) {
            victim.accept(new LinkSignal.Candidate(mutate(candidate, random), "0", 0));
        }
        // An answer leaves or the link ends; both show that the native library has dealt with it.
        CompletableFuture<Void> dealtWith = new CompletableFuture<>();
        victim.whenClosed(reason -> dealtWith.complete(null));
        victim.sendSignalsTo(signal -> dealtWith.complete(null));
        if (!victim.closed.isDone()) {
            LinkEnd.await(dealtWith);
        }
        victim.close();
        CloseReason reason = victim.awaitClosed();
        assertThat(reason.code()).as("seed " + seed).isIn(Code.PROTOCOL_VIOLATION, Code.LEFT);
    }

    static IntStream seeds() {
        return IntStream.range(0, 150);
    }

    private static String mutate(String text, Random random) {
        StringBuilder mutated = new StringBuilder(text);
        for (int i = random.nextInt(4); i > 0; i--) {
            int at = random.nextInt(mutated.length());
            switch (random.nextInt(4)) {
                case 0 -> mutated.setCharAt(at, (char) random.nextInt(128));
                case 1 -> mutated.deleteCharAt(at);
                case 2 -> mutated.insert(at, (char) (' ' + random.nextInt(95)));
                default -> {
                    int end = Math.min(mutated.length(), at + random.nextInt(40));
                    mutated.insert(random.nextInt(mutated.length()), mutated.substring(at, end));
                }
            }
        }
        return mutated.toString();
    }

    private static void assertViolation(LinkEnd victim) {
        CloseReason reason = victim.awaitClosed();
        assertThat(reason.code()).as(reason.detail()).isEqualTo(Code.PROTOCOL_VIOLATION);
        assertThat(reason.origin()).isEqualTo(Origin.PEER);
        assertThat(victim.broken).isEmpty();
    }
}
