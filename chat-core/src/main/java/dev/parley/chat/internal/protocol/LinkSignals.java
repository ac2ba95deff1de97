package dev.parley.chat.internal.protocol;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.chat.internal.encoding.Json;
import dev.parley.chat.internal.encoding.MalformedException;
import dev.parley.chat.transport.LinkSignal;

/**
 * Link signals as JSON, in the shapes of RTCSessionDescriptionInit and RTCIceCandidateInit of the WebRTC API, so that a
 * browser can be the other side. An empty candidate says that there are no more.
 */
final class LinkSignals {

    private LinkSignals() {}

    static byte[] encode(LinkSignal signal) {
        ObjectNode json = Json.object();
        if (signal instanceof LinkSignal.Offer offer) {
            json.put("type", "offer").put("sdp", offer.sdp());
        } else if (signal instanceof LinkSignal.Answer answer) {
            json.put("type", "answer").put("sdp", answer.sdp());
            if (answer.to() != null) {
                json.put("to", answer.to());
            }
        } else if (signal instanceof LinkSignal.Candidate candidate) {
            json.put("candidate", candidate.candidate())
                    .put("sdpMid", candidate.sdpMid())
                    .put("sdpMLineIndex", candidate.sdpMLineIndex());
        } else if (signal instanceof LinkSignal.RestartRequest) {
            json.put("type", "restart");
        } else {
            json.put("candidate", "");
        }
        return Json.write(json);
    }

    static LinkSignal decode(byte[] bytes) throws MalformedException {
        ObjectNode json = Json.parseObject(bytes);
        if (json.has("candidate")) {
            String candidate = Json.text(json, "candidate", LinkSignal.MAX_CANDIDATE_CHARS);
            if (candidate.isEmpty()) {
                return new LinkSignal.EndOfCandidates();
            }
            String mid = json.hasNonNull("sdpMid") ? Json.text(json, "sdpMid", 64) : null;
            return new LinkSignal.Candidate(candidate, mid, (int) Json.integer(json, "sdpMLineIndex", 0, 64));
        }
        return switch (Json.text(json, "type", 16)) {
            case "offer" -> new LinkSignal.Offer(Json.text(json, "sdp", LinkSignal.MAX_SDP_CHARS));
            case "answer" ->
                new LinkSignal.Answer(
                        Json.text(json, "sdp", LinkSignal.MAX_SDP_CHARS),
                        json.hasNonNull("to") ? Json.text(json, "to", LinkSignal.MAX_UFRAG_CHARS) : null);
            case "restart" -> new LinkSignal.RestartRequest();
            default -> throw new MalformedException("a signal of an unknown type");
        };
    }
}
