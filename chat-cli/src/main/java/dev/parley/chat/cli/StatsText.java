package dev.parley.chat.cli;

import dev.parley.chat.Participant;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomStats;
import dev.parley.chat.transport.LinkStats;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The figures of a room as lines for people: one for the room, one for each link. */
final class StatsText {

    private static final int PEER_CHARACTERS = 8;

    private StatsText() {}

    static List<String> lines(RoomStats stats, List<Participant> participants) {
        List<String> lines = new ArrayList<>();
        lines.add("epoch " + stats.epoch() + ", " + count(stats.members(), "member") + ", "
                + count(stats.eventsKnown(), "event") + " remembered, " + bytes(stats.heldBytes()) + " held, "
                + bytes(stats.queuedBytes()) + " queued");
        lines.add(stats.unconfirmedEvents() + " of your own not confirmed yet, " + stats.unsentEvents()
                + " not sent yet, " + stats.aheadEvents() + " of others waiting for those before them");
        for (RoomStats.Link link : stats.links()) {
            lines.add(line(link, nameOf(link.peer(), participants)));
        }
        if (stats.links().isEmpty()) {
            lines.add("no links");
        }
        return lines;
    }

    private static String line(RoomStats.Link link, String name) {
        StringBuilder line = new StringBuilder(name)
                .append(link.kind() == RoomStats.Kind.LEADER ? " (to or from the leader): " : ": ")
                .append(link.interrupted() ? "interrupted" : link.phase().name().toLowerCase(Locale.ROOT))
                .append(", round trip ")
                .append(millis(link.roundTrip()))
                .append(", heard ")
                .append(link.sinceHeard() == null ? "nothing yet" : millis(link.sinceHeard()) + " ago")
                .append(", ")
                .append(bytes(link.queuedBytes()))
                .append(" queued");
        LinkStats transport = link.transport();
        if (transport != null) {
            line.append(", sent ")
                    .append(bytes(transport.bytesSent()))
                    .append(", received ")
                    .append(bytes(transport.bytesReceived()));
            LinkStats.Route route = transport.route();
            if (route != null) {
                line.append(", path ")
                        .append(word(route.local()))
                        .append(" to ")
                        .append(word(route.remote()))
                        .append(" over ")
                        .append(route.protocol())
                        .append(" in ")
                        .append(millis(transport.roundTrip()));
            }
        }
        return line.toString();
    }

    private static String nameOf(PeerId peer, List<Participant> participants) {
        return participants.stream()
                .filter(participant -> participant.id().equals(peer))
                .map(Participant::name)
                .findFirst()
                .orElseGet(() -> peer.value().substring(0, PEER_CHARACTERS));
    }

    private static String word(LinkStats.CandidateType type) {
        return type.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static String millis(@Nullable Duration duration) {
        return duration == null ? "not known" : duration.toMillis() + " ms";
    }

    private static String count(long count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }

    /** A number of bytes for people, in decimal units. */
    static String bytes(long bytes) {
        if (bytes < 10_000) {
            return bytes + " B";
        }
        return bytes < 10_000_000 ? bytes / 1_000 + " kB" : bytes / 1_000_000 + " MB";
    }
}
