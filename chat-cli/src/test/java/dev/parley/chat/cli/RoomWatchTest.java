package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.PublicRoom;
import dev.parley.chat.RoomId;
import dev.parley.chat.SignalingException;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoomWatchTest {

    private static final URI WORKER = URI.create("http://127.0.0.1:1");
    private static final RoomId TEA = new RoomId("a".repeat(32));
    private static final RoomId COFFEE = new RoomId("b".repeat(32));

    private final List<String> told = new ArrayList<>();
    private final RoomWatch watch = new RoomWatch(WORKER, event -> told.add(EventJson.write(event)));

    private static PublicRoom room(RoomId id, String name, int participants, int second) {
        return new PublicRoom(id, name, Examples.PEER, 8, participants, Examples.TIME, Instant.ofEpochSecond(second));
    }

    private static SignalingException unreachable() {
        return new SignalingException(SignalingException.Problem.UNREACHABLE, "nobody answers");
    }

    private List<String> said() {
        List<String> said = List.copyOf(told);
        told.clear();
        return said;
    }

    @Test
    void firstTheWholeListAndThenWhatChanges() {
        watch.seen(List.of(room(TEA, "Tea", 1, 1)));
        assertThat(said()).singleElement().asString().contains("\"room\"", TEA.value(), "/r/" + TEA);
        watch.seen(List.of(room(COFFEE, "Coffee", 1, 1), room(TEA, "Tea", 1, 1)));
        assertThat(said()).singleElement().asString().contains("\"room\"", COFFEE.value());
        watch.seen(List.of(room(COFFEE, "Coffee", 1, 1), room(TEA, "Tea", 2, 1)));
        assertThat(said()).singleElement().asString().contains(TEA.value(), "\"participants\":2");
        watch.seen(List.of(room(TEA, "Tea", 2, 1)));
        assertThat(said())
                .containsExactly("{\"event\":\"room_gone\",\"roomId\":\"" + COFFEE + "\",\"name\":\"Coffee\"}");
        watch.seen(List.of(room(COFFEE, "Coffee", 1, 1), room(TEA, "Tea", 2, 1)));
        assertThat(said()).singleElement().asString().contains("\"room\"", COFFEE.value());
    }

    @Test
    void whenARoomWasLastActiveIsNoNews() {
        watch.seen(List.of(room(TEA, "Tea", 1, 1)));
        said();
        watch.seen(List.of(room(TEA, "Tea", 1, 2)));
        assertThat(said()).isEmpty();
    }

    @Test
    void aRoomThatStandsInTheListTwiceIsToldOnce() {
        watch.seen(List.of(room(TEA, "Tea", 1, 1), room(TEA, "Tea", 1, 1)));
        assertThat(said()).hasSize(1);
    }

    @Test
    void theLossOfTheWorkerAndItsReturnAreToldOnceEach() {
        watch.seen(List.of(room(TEA, "Tea", 1, 1)));
        said();
        watch.missed(unreachable());
        assertThat(said()).singleElement().asString().contains("notice", "nobody answers");
        watch.missed(unreachable());
        assertThat(said()).isEmpty();
        watch.seen(List.of(room(TEA, "Tea", 1, 1)));
        assertThat(said()).singleElement().asString().contains("answers again");
        watch.seen(List.of(room(TEA, "Tea", 1, 1)));
        assertThat(said()).isEmpty();
        watch.missed(unreachable());
        assertThat(said()).hasSize(1);
    }
}
