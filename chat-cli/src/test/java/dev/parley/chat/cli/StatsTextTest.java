package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.Participant;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomStats;
import dev.parley.chat.transport.LinkStats;
import dev.parley.chat.transport.LinkStats.CandidateType;
import dev.parley.chat.transport.LinkStats.Protocol;
import dev.parley.chat.transport.LinkStats.Route;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class StatsTextTest {

    private static final PeerId ANN = PeerId.of(new byte[PeerId.BYTES]);

    @Test
    void aRoomAndItsLinksAreALineEach() {
        LinkStats transport = new LinkStats(
                Duration.ofMillis(31),
                1_234,
                56_789,
                10,
                20,
                0,
                new Route(CandidateType.HOST, CandidateType.SERVER_REFLEXIVE, Protocol.UDP));
        RoomStats stats = new RoomStats(
                4,
                2,
                17,
                12_345_678,
                9,
                3,
                1,
                2,
                List.of(
                        new RoomStats.Link(
                                ANN,
                                RoomStats.Kind.LEADER,
                                RoomStats.Phase.ADMITTED,
                                false,
                                Duration.ofMillis(42),
                                Duration.ofMillis(900),
                                0,
                                transport),
                        new RoomStats.Link(
                                ANN,
                                RoomStats.Kind.PARTICIPANT,
                                RoomStats.Phase.NEGOTIATING,
                                false,
                                null,
                                null,
                                0,
                                null),
                        new RoomStats.Link(
                                ANN,
                                RoomStats.Kind.PARTICIPANT,
                                RoomStats.Phase.ADMITTED,
                                true,
                                null,
                                Duration.ofSeconds(7),
                                77,
                                null)));
        assertThat(StatsText.lines(stats, List.of(new Participant(ANN, "Ann", Participant.Role.HOST, false))))
                .containsExactly(
                        "epoch 4, 2 members, 17 events remembered, 12 MB held, 9 B queued",
                        "3 of your own not confirmed yet, 1 not sent yet, 2 of others waiting for those before them",
                        "Ann (to or from the leader): admitted, round trip 42 ms, heard 900 ms ago, 0 B queued,"
                                + " sent 1234 B, received 56 kB, path host to server reflexive over UDP in 31 ms",
                        "Ann: negotiating, round trip not known, heard nothing yet, 0 B queued",
                        "Ann: interrupted, round trip not known, heard 7000 ms ago, 77 B queued");
    }

    @Test
    void whoIsNotKnownByNameIsShownByTheBeginningOfItsIdAndARoomWithoutLinksSaysSo() {
        RoomStats.Link link =
                new RoomStats.Link(ANN, RoomStats.Kind.PARTICIPANT, RoomStats.Phase.OPEN, false, null, null, 0, null);
        assertThat(StatsText.lines(new RoomStats(0, 1, 1, 0, 0, 0, 0, 0, List.of(link)), List.of()))
                .element(2)
                .asString()
                .startsWith(ANN.value().substring(0, 8) + ": open");
        assertThat(StatsText.lines(new RoomStats(0, 1, 1, 0, 0, 0, 0, 0, List.of()), List.of()))
                .startsWith("epoch 0, 1 member, 1 event remembered, 0 B held, 0 B queued")
                .endsWith("no links");
    }
}
