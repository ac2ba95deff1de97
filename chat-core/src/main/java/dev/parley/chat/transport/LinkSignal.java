package dev.parley.chat.transport;

import org.jspecify.annotations.Nullable;

/**
 * One step of a link's negotiation, as in the JavaScript Session Establishment Protocol (RFC 9429) and Trickle ICE (RFC
 * 8838). It holds addresses and fingerprints: it leaves this process only inside an envelope that is sealed to its
 * receiver, and its {@code toString} says no more than its kind and size.
 */
public sealed interface LinkSignal {

    /** Longest session description that is accepted, in characters. */
    int MAX_SDP_CHARS = 32 * 1024;

    /** Longest candidate that is accepted, in characters. */
    int MAX_CANDIDATE_CHARS = 2 * 1024;

    /** Longest user name fragment of ICE that is accepted, in characters (RFC 8839 section 5.4). */
    int MAX_UFRAG_CHARS = 256;

    /**
     * The initiator's session description.
     *
     * @param sdp the description (RFC 8866), at most {@value LinkSignal#MAX_SDP_CHARS} characters
     */
    record Offer(String sdp) implements LinkSignal {
        /** Checks the length. */
        public Offer {
            requireAtMost(sdp, MAX_SDP_CHARS, "offer");
        }

        @Override
        public String toString() {
            return "Offer[" + sdp.length() + " chars]";
        }
    }

    /**
     * The responder's session description.
     *
     * @param sdp the description (RFC 8866), at most {@value LinkSignal#MAX_SDP_CHARS} characters
     * @param to the user name fragment of the offer that this answers, at most {@value LinkSignal#MAX_UFRAG_CHARS}
     *     characters, so that the answer to an offer that was made anew is not taken for the answer to the new one;
     *     null when it answers the first
     */
    record Answer(String sdp, @Nullable String to) implements LinkSignal {
        /** Checks the lengths. */
        public Answer {
            requireAtMost(sdp, MAX_SDP_CHARS, "answer");
            requireAtMost(to == null ? "" : to, MAX_UFRAG_CHARS, "to");
        }

        /**
         * Makes the answer to the first offer of a link.
         *
         * @param sdp the description
         */
        public Answer(String sdp) {
            this(sdp, null);
        }

        @Override
        public String toString() {
            return "Answer[" + sdp.length() + " chars]";
        }
    }

    /**
     * One address at which the sender may be reached (RFC 8839).
     *
     * @param candidate the candidate attribute, at most {@value LinkSignal#MAX_CANDIDATE_CHARS} characters
     * @param sdpMid the media section it belongs to, or null when only the index names it
     * @param sdpMLineIndex the index of that media section
     */
    record Candidate(String candidate, @Nullable String sdpMid, int sdpMLineIndex) implements LinkSignal {
        /** Checks the lengths. */
        public Candidate {
            requireAtMost(candidate, MAX_CANDIDATE_CHARS, "candidate");
            requireAtMost(sdpMid == null ? "" : sdpMid, MAX_CANDIDATE_CHARS, "sdpMid");
        }

        @Override
        public String toString() {
            return "Candidate[" + candidate.length() + " chars]";
        }
    }

    /** The sender has no more candidates (RFC 8838 section 14). */
    record EndOfCandidates() implements LinkSignal {}

    /** The responder wishes that the initiator makes a new offer; see {@link PeerLink#restartIce}. */
    record RestartRequest() implements LinkSignal {}

    private static void requireAtMost(String text, int maxChars, String what) {
        if (text.length() > maxChars) {
            throw new IllegalArgumentException(
                    what + " has " + text.length() + " characters, the limit is " + maxChars);
        }
    }
}
