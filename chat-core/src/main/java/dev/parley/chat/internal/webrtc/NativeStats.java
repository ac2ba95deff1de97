package dev.parley.chat.internal.webrtc;

import dev.onvoid.webrtc.RTCStats;
import dev.onvoid.webrtc.RTCStatsType;
import dev.parley.chat.transport.LinkStats;
import dev.parley.chat.transport.LinkStats.CandidateType;
import dev.parley.chat.transport.LinkStats.Protocol;
import dev.parley.chat.transport.LinkStats.Route;
import java.time.Duration;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The report of the native library (W3C Identifiers for WebRTC's Statistics API), cut down to what a {@link LinkStats}
 * says. The report is full of addresses: it goes no further than here.
 */
final class NativeStats {

    private NativeStats() {}

    /**
     * Reads a report. What it does not have is zero or null.
     *
     * @param report by id
     * @param bufferedBytes of the reliable channel
     * @return the figures
     */
    static LinkStats read(Map<String, RTCStats> report, long bufferedBytes) {
        RTCStats pair = selectedPair(report);
        Duration roundTrip = null;
        Route route = null;
        if (pair != null) {
            if (count(pair, "responsesReceived") > 0
                    && pair.getAttributes().get("currentRoundTripTime") instanceof Number seconds) {
                roundTrip = Duration.ofMillis(Math.round(seconds.doubleValue() * 1_000));
            }
            route = route(report.get(text(pair, "localCandidateId")), report.get(text(pair, "remoteCandidateId")));
        }
        return new LinkStats(
                roundTrip,
                sum(report.values(), "bytesSent"),
                sum(report.values(), "bytesReceived"),
                sum(report.values(), "messagesSent"),
                sum(report.values(), "messagesReceived"),
                bufferedBytes,
                route);
    }

    private static @Nullable RTCStats selectedPair(Map<String, RTCStats> report) {
        for (RTCStats entry : report.values()) {
            if (entry.getType() == RTCStatsType.TRANSPORT) {
                return report.get(text(entry, "selectedCandidatePairId"));
            }
        }
        return null;
    }

    private static @Nullable Route route(@Nullable RTCStats local, @Nullable RTCStats remote) {
        if (local == null || remote == null) {
            return null;
        }
        CandidateType localType = type(local);
        CandidateType remoteType = type(remote);
        if (localType == null || remoteType == null) {
            return null;
        }
        boolean isTcp = text(local, "protocol").toLowerCase(Locale.ROOT).equals("tcp");
        return new Route(localType, remoteType, isTcp ? Protocol.TCP : Protocol.UDP);
    }

    private static @Nullable CandidateType type(RTCStats candidate) {
        return switch (text(candidate, "candidateType")) {
            case "host" -> CandidateType.HOST;
            case "srflx" -> CandidateType.SERVER_REFLEXIVE;
            case "prflx" -> CandidateType.PEER_REFLEXIVE;
            case "relay" -> CandidateType.RELAYED;
            default -> null;
        };
    }

    /** Adds up over both channels. */
    private static long sum(Collection<RTCStats> entries, String name) {
        return entries.stream()
                .filter(entry -> entry.getType() == RTCStatsType.DATA_CHANNEL)
                .mapToLong(entry -> count(entry, name))
                .sum();
    }

    /** The library gives a number as whichever class holds it. */
    private static long count(RTCStats entry, String name) {
        return entry.getAttributes().get(name) instanceof Number number ? number.longValue() : 0;
    }

    private static String text(RTCStats entry, String name) {
        return entry.getAttributes().get(name) instanceof String text ? text : "";
    }
}
