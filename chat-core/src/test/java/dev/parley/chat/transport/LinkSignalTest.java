package dev.parley.chat.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

final class LinkSignalTest {

    private static final String LONGEST_SDP = "s".repeat(32 * 1024);
    private static final String LONGEST_CANDIDATE = "c".repeat(2 * 1024);

    @Test
    void sizesUpToTheLimitAreAccepted() {
        assertThat(new LinkSignal.Offer(LONGEST_SDP).sdp()).isSameAs(LONGEST_SDP);
        assertThat(new LinkSignal.Answer(LONGEST_SDP).sdp()).isSameAs(LONGEST_SDP);
        LinkSignal.Candidate candidate = new LinkSignal.Candidate(LONGEST_CANDIDATE, LONGEST_CANDIDATE, 1);
        assertThat(candidate.candidate()).isSameAs(LONGEST_CANDIDATE);
        assertThat(candidate.sdpMid()).isSameAs(LONGEST_CANDIDATE);
        assertThat(new LinkSignal.Candidate("", null, 0).sdpMid()).isNull();
        String longestUfrag = "u".repeat(256);
        assertThat(new LinkSignal.Answer("", longestUfrag).to()).isSameAs(longestUfrag);
        assertThat(new LinkSignal.Answer("").to()).isNull();
    }

    @Test
    void oneCharacterMoreIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LinkSignal.Offer(LONGEST_SDP + "s"))
                .withMessage("offer has 32769 characters, the limit is 32768");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LinkSignal.Answer(LONGEST_SDP + "s"))
                .withMessage("answer has 32769 characters, the limit is 32768");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LinkSignal.Candidate(LONGEST_CANDIDATE + "c", null, 0))
                .withMessage("candidate has 2049 characters, the limit is 2048");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LinkSignal.Candidate("", LONGEST_CANDIDATE + "c", 0))
                .withMessage("sdpMid has 2049 characters, the limit is 2048");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LinkSignal.Answer("", "u".repeat(257)))
                .withMessage("to has 257 characters, the limit is 256");
    }

    @Test
    void theirTextSaysOnlyKindAndSize() {
        assertThat(new LinkSignal.Offer("c=IN IP4 192.0.2.1")).hasToString("Offer[18 chars]");
        assertThat(new LinkSignal.Answer("c=IN IP4 192.0.2.1")).hasToString("Answer[18 chars]");
        assertThat(new LinkSignal.Candidate("192.0.2.1", "0", 0)).hasToString("Candidate[9 chars]");
    }
}
