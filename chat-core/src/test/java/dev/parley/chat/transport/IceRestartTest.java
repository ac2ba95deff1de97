package dev.parley.chat.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.CloseReason;
import dev.parley.chat.CloseReason.Code;
import dev.parley.chat.CloseReason.Origin;
import dev.parley.chat.transport.Transport.LinkRole;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a description that is to restart ICE may not bring along, over the real native library. */
class IceRestartTest {

    private final Environment environment = Environment.system();
    private final WebRtcTransport transport = WebRtcTransport.create(environment);

    @AfterEach
    void close() {
        transport.close();
        environment.close();
    }

    private enum Forgery {
        /** Somebody else is at the other end. */
        FINGERPRINT("a=fingerprint:.*", "a=fingerprint:sha-256 " + "AB:".repeat(31) + "AB"),
        OTHER_MEDIA_SECTION("a=mid:.*", "a=mid:other"),
        OTHER_SCTP_PORT("a=sctp-port:.*", "a=sctp-port:4999"),
        TWO_MEDIA_SECTIONS("(m=application.*)", "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n$1"),
        NO_DESCRIPTION("(?s).*", "nonsense");

        private final String pattern;
        private final String replacement;

        Forgery(String pattern, String replacement) {
            this.pattern = pattern;
            this.replacement = replacement;
        }

        String forge(String sdp) {
            return replace(sdp, pattern, replacement);
        }
    }

    private static String replace(String sdp, String pattern, String replacement) {
        String forged = sdp.replaceFirst(pattern, replacement);
        assertThat(forged).isNotEqualTo(sdp);
        return forged;
    }

    private LinkEnd[] openPair() {
        LinkEnd[] pair = {
            new LinkEnd(transport, environment, LinkRole.INITIATOR, IceConfig.defaults()),
            new LinkEnd(transport, environment, LinkRole.RESPONDER, IceConfig.defaults())
        };
        LinkEnd.wire(pair[0], pair[1]);
        pair[0].awaitOpen();
        pair[1].awaitOpen();
        return pair;
    }

    @ParameterizedTest
    @EnumSource
    void an_offer_that_brings_more_than_another_path_closes_the_link(Forgery forgery) {
        LinkEnd[] pair = openPair();
        pair[0].redirectTo(signal -> pair[1].accept(
                signal instanceof LinkSignal.Offer offer ? new LinkSignal.Offer(forgery.forge(offer.sdp())) : signal));

        assertThat(pair[0].<Boolean>ask(PeerLink::restartIce)).isTrue();

        assertViolation(pair[1]);
    }

    @ParameterizedTest
    @EnumSource
    void an_answer_that_brings_more_than_another_path_closes_the_link(Forgery forgery) {
        LinkEnd[] pair = openPair();
        pair[1].redirectTo(signal -> pair[0].accept(
                signal instanceof LinkSignal.Answer answer
                        ? new LinkSignal.Answer(forgery.forge(answer.sdp()), answer.to())
                        : signal));

        assertThat(pair[0].<Boolean>ask(PeerLink::restartIce)).isTrue();

        assertViolation(pair[0]);
    }

    /** What names the round of ICE that is asked for; each has to be another than before. */
    private enum Kept {
        USER_NAME("a=ice-ufrag:.*"),
        PASSWORD("a=ice-pwd:.*");

        private final String line;

        Kept(String line) {
            this.line = line;
        }
    }

    @ParameterizedTest
    @EnumSource
    void an_offer_that_does_not_restart_closes_the_link(Kept kept) {
        LinkEnd[] pair = openPair();
        var before = Pattern.compile(kept.line).matcher(((LinkSignal.Offer) pair[0].signals.get(0)).sdp());
        assertThat(before.find()).isTrue();
        pair[0].redirectTo(signal -> pair[1].accept(
                signal instanceof LinkSignal.Offer offer
                        ? new LinkSignal.Offer(replace(offer.sdp(), kept.line, before.group()))
                        : signal));

        assertThat(pair[0].<Boolean>ask(PeerLink::restartIce)).isTrue();

        assertViolation(pair[1]);
    }

    @ParameterizedTest
    @EnumSource
    void candidates_that_overtake_the_description_of_a_restart_wait_for_it(LinkRole late) {
        LinkEnd[] pair = openPair();
        LinkEnd from = late == LinkRole.INITIATOR ? pair[0] : pair[1];
        LinkEnd to = late == LinkRole.INITIATOR ? pair[1] : pair[0];
        CompletableFuture<Void> gathered = new CompletableFuture<>();
        List<LinkSignal> held = new ArrayList<>();
        from.redirectTo(signal -> {
            held.add(0, signal);
            if (signal instanceof LinkSignal.EndOfCandidates) {
                gathered.complete(null);
            }
        });
        assertThat(pair[0].<Boolean>ask(PeerLink::restartIce)).isTrue();
        LinkEnd.await(gathered);
        held.forEach(to::accept);

        // Each way, over the path that is found then.
        for (Map.Entry<LinkEnd, LinkEnd> way : List.of(Map.entry(from, to), Map.entry(to, from))) {
            CompletableFuture<byte[]> arrived = new CompletableFuture<>();
            way.getValue().onFrame(arrived::complete);
            assertThat(way.getKey().<Boolean>ask(link -> link.send(new byte[] {5})))
                    .isTrue();
            assertThat(LinkEnd.await(arrived)).containsExactly(5);
        }
    }

    private static void assertViolation(LinkEnd end) {
        CloseReason reason = end.awaitClosed();
        assertThat(reason.code()).as(reason.detail()).isEqualTo(Code.PROTOCOL_VIOLATION);
        assertThat(reason.origin()).isEqualTo(Origin.PEER);
        assertThat(end.broken).isEmpty();
    }
}
