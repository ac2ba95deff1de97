package dev.parley.chat.internal.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.CloseReason.Code;
import dev.parley.chat.PeerId;
import dev.parley.chat.internal.encoding.MalformedException;
import dev.parley.chat.internal.timeline.Timeline;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The parts that the machines are made of. */
final class SmallPartsTest {

    // ---- Deadlines

    @Test
    void theEarliestDeadlineIsTheEarliestOfThoseThatRun() {
        Deadlines deadlines = new Deadlines();
        assertThat(deadlines.earliest()).isEqualTo(Deadlines.NEVER);
        deadlines.startFor(Timer.PING, 100, 50);
        deadlines.startFor(Timer.SILENCE, 100, 20);
        deadlines.startFor(Timer.RETRY, 100, 30);
        assertThat(deadlines.earliest()).isEqualTo(120);
        deadlines.startFor(Timer.SILENCE, 100, 60);
        assertThat(deadlines.earliest()).as("the earliest was moved back").isEqualTo(130);
        deadlines.stop(Timer.RETRY);
        assertThat(deadlines.earliest()).isEqualTo(150);
        deadlines.stop(Timer.RETRY);
        deadlines.stopAll();
        assertThat(deadlines.earliest()).isEqualTo(Deadlines.NEVER);
        for (Timer timer : Timer.values()) {
            assertThat(deadlines.isRunning(timer)).isFalse();
            assertThat(deadlines.expire(timer, Long.MAX_VALUE - 1)).isFalse();
        }
    }

    @Test
    void aTimerExpiresOnceAndNotBeforeItsTime() {
        Deadlines deadlines = new Deadlines();
        deadlines.start(Timer.COMMIT, 7);
        long due = 7 + Timer.COMMIT.nanos();
        deadlines.startUnlessRunning(Timer.COMMIT, 1_000);
        assertThat(deadlines.earliest()).isEqualTo(due);
        assertThat(deadlines.expire(Timer.COMMIT, due - 1)).isFalse();
        assertThat(deadlines.expire(Timer.COMMIT, due)).isTrue();
        assertThat(deadlines.expire(Timer.COMMIT, due)).isFalse();
        assertThat(deadlines.earliest()).isEqualTo(Deadlines.NEVER);
    }

    @ParameterizedTest
    @EnumSource(Timer.class)
    void everyTimerRunsForSomeTime(Timer timer) {
        assertThat(timer.nanos()).isPositive();
    }

    // ---- HybridClock

    @Test
    void everyReadingIsLaterThanTheOnesBefore() {
        HybridClock clock = new HybridClock();
        long first = clock.next(1_000);
        assertThat(first).isEqualTo(1_000L << 16);
        assertThat(clock.next(1_000)).isEqualTo(first + 1);
        assertThat(clock.next(500)).as("the wall clock was set back").isEqualTo(first + 2);
        assertThat(clock.next(1_001)).isEqualTo(1_001L << 16);
    }

    @Test
    void aPeersClockIsFollowedButNotFurtherThanTheLimit() {
        HybridClock clock = new HybridClock();
        long wall = 1_000_000;
        long limit = (wall + Limits.MAX_CLOCK_LEAD.toMillis()) << 16;
        clock.observe(limit, wall);
        assertThat(clock.next(wall)).isEqualTo(limit + 1);
        clock.observe(limit + 2, wall);
        assertThat(clock.next(wall)).isEqualTo(limit + 2);
        clock.observe(Long.MAX_VALUE, wall);
        assertThat(clock.next(wall)).isEqualTo(limit + 3);
        clock.observe(0, wall);
        assertThat(clock.next(wall)).isEqualTo(limit + 4);
    }

    @Test
    void anOwnReadingIsGoneOnFromHoweverFarAhead() {
        HybridClock clock = new HybridClock();
        clock.continueAfter(Long.MAX_VALUE / 2);
        assertThat(clock.next(1)).isEqualTo(Long.MAX_VALUE / 2 + 1);
        clock.continueAfter(5);
        assertThat(clock.next(1)).isEqualTo(Long.MAX_VALUE / 2 + 2);
    }

    // ---- SeededIds

    @Test
    void idsFollowFromTheSeedAndAreNeverTheSame() {
        SeededIds ids = new SeededIds(MachineHarness.filled(3));
        SeededIds same = new SeededIds(MachineHarness.filled(3));
        Set<ByteBuffer> seen = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            byte[] id = ids.next();
            assertThat(id).hasSize(16).isEqualTo(same.next());
            assertThat(seen.add(ByteBuffer.wrap(id))).isTrue();
        }
        assertThat(seen).doesNotContain(ByteBuffer.wrap(new SeededIds(MachineHarness.filled(4)).next()));
    }

    @ParameterizedTest
    @CsvSource({"1", "2", "3", "1000", "8000000000", "9223372036854775807"})
    void jitterIsBetweenTheHalfAndTheWhole(long nanos) {
        SeededIds ids = new SeededIds(MachineHarness.filled(3));
        Set<Long> seen = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            long jittered = ids.jittered(nanos);
            assertThat(jittered).isBetween(nanos / 2, nanos);
            seen.add(jittered);
        }
        assertThat(seen.size()).isGreaterThanOrEqualTo((int) Math.min(500, nanos - nanos / 2 + 1) / 2);
    }

    // ---- EventLog

    private static List<Event> chain(int count, int bodyBytes) {
        List<Event> events = new ArrayList<>();
        Event last = null;
        for (int i = 0; i < count; i++) {
            last = Event.sign(
                    GoldenVectorsTest.ANN,
                    GoldenVectorsTest.ROOM,
                    last == null ? null : last.head(),
                    i,
                    "x",
                    new byte[bodyBytes]);
            events.add(last);
        }
        return events;
    }

    @Test
    void theLogGivesWhatIsWantedInTheOrderInWhichItCame() {
        EventLog log = new EventLog(new Timeline(GoldenVectorsTest.ANN.peerId()));
        List<Event> events = chain(5, 10);
        events.forEach(log::add);
        assertThat(log.select(event -> true)).isEqualTo(events);
        assertThat(log.select(event -> event.seq() > 2 && event.seq() != 4))
                .containsExactly(events.get(2), events.get(4));
        assertThat(log.select(event -> false)).isEmpty();
        assertThat(log.bytes())
                .isEqualTo(
                        events.stream().mapToLong(event -> event.bytes().length).sum());
    }

    @Test
    void theLogHoldsAsManyEventsAsTheLimitAndNoMore() {
        EventLog log = new EventLog(new Timeline(GoldenVectorsTest.ANN.peerId()));
        Event event = chain(1, 0).get(0);
        for (int i = 0; i < Limits.MAX_LOG_EVENTS; i++) {
            log.add(event);
        }
        assertThat(log.select(each -> true)).hasSize(Limits.MAX_LOG_EVENTS);
        log.add(event);
        assertThat(log.select(each -> true)).hasSize(Limits.MAX_LOG_EVENTS);
        assertThat(log.bytes()).isEqualTo((long) Limits.MAX_LOG_EVENTS * event.bytes().length);
    }

    @Test
    void theLogHoldsAsManyBytesAsTheLimitAndNoMore() {
        EventLog log = new EventLog(new Timeline(GoldenVectorsTest.ANN.peerId()));
        int header = chain(1, 0).get(0).bytes().length;
        Event event = chain(1, 64 * 1024 - header).get(0);
        int fit = (int) (Limits.MAX_LOG_BYTES / event.bytes().length);
        for (int i = 0; i < fit; i++) {
            log.add(event);
        }
        assertThat(log.bytes()).isEqualTo(Limits.MAX_LOG_BYTES);
        log.add(event);
        assertThat(log.bytes()).isEqualTo(Limits.MAX_LOG_BYTES);
        assertThat(log.select(each -> true)).hasSize(fit);
    }

    // ---- LinkChannel

    private final List<Output> outputs = new ArrayList<>();

    private LinkChannel openLink() {
        LinkChannel link = new LinkChannel(4, PeerId.of(new byte[PeerId.BYTES]), new byte[16], outputs::add);
        link.send(0, Frame.Kind.PING, new byte[8]);
        assertThat(outputs).as("before it is open").isEmpty();
        link.opened(0, new byte[32]);
        return link;
    }

    private long transmitted() {
        return outputs.stream()
                .filter(Output.Transmit.class::isInstance)
                .mapToLong(output -> ((Output.Transmit) output).frame().length)
                .sum();
    }

    @Test
    void aLinkIsHandedNoMoreThanItsWindowAndTheRestInOrder() {
        LinkChannel link = openLink();
        byte[] body = new byte[16_383];
        int frames = Limits.LINK_WINDOW_BYTES / 16_384;
        for (int i = 0; i < frames; i++) {
            link.send(0, Frame.Kind.APPLICATION, body);
        }
        assertThat(transmitted()).isEqualTo(Limits.LINK_WINDOW_BYTES);
        assertThat(outputs.stream().filter(new Output.QueryBuffered(4)::equals).count())
                .isEqualTo(Limits.LINK_WINDOW_BYTES / Limits.LINK_REPORT_BYTES);
        link.send(0, Frame.Kind.APPLICATION, body);
        link.send(0, Frame.Kind.RECEIVED, new byte[1]);
        assertThat(transmitted()).isEqualTo(Limits.LINK_WINDOW_BYTES);
        assertThat(link.queuedBytes()).isEqualTo(Limits.LINK_WINDOW_BYTES + 16_384 + 2);
        assertThat(link.deadlines.isRunning(Timer.DRAIN)).isTrue();

        outputs.clear();
        link.buffered(0, Limits.LINK_WINDOW_BYTES - 16_383);
        assertThat(transmitted()).as("one byte too few have left").isZero();
        link.buffered(0, Limits.LINK_WINDOW_BYTES - 16_384);
        assertThat(transmitted()).isEqualTo(16_384);
        link.buffered(0, 0);
        assertThat(transmitted()).isEqualTo(16_384 + 2);
        assertThat(link.queuedBytes()).isEqualTo(2);
    }

    @Test
    void aLinkThatDoesNotDrainIsAskedAgain() {
        LinkChannel link = openLink();
        link.buffered(0, Limits.LINK_REPORT_BYTES + 1);
        outputs.clear();
        assertThat(link.tick(Timer.DRAIN.nanos())).isTrue();
        assertThat(outputs).containsExactly(new Output.QueryBuffered(4));
        assertThat(link.deadlines.isRunning(Timer.DRAIN)).isFalse();
        link.buffered(Timer.DRAIN.nanos(), Limits.LINK_REPORT_BYTES);
        assertThat(link.deadlines.isRunning(Timer.DRAIN)).isFalse();
    }

    @Test
    void aLinkPingsWhenNothingWasHeardAndAnswersPings() throws Exception {
        LinkChannel link = openLink();
        long period = Timer.PING.nanos();
        link.tick(period);
        assertThat(outputs).as("it was opened a moment ago").isEmpty();
        link.tick(2 * period);
        assertThat(outputs.removeIf(new Output.QueryBuffered(4)::equals)).isTrue();
        assertThat(outputs).hasSize(1);
        byte[] ping = ((Output.Transmit) outputs.get(0)).frame();
        assertThat(ping).hasSize(9).startsWith(0x20);
        assertThat(link.receive(2 * period, ping, 9)).isNull();
        byte[] pong = ((Output.Transmit) outputs.get(1)).frame();
        assertThat(pong)
                .hasSize(9)
                .startsWith(0x21)
                .endsWith(ByteBuffer.allocate(8).putLong(2 * period).array());
        assertThat(link.receive(2 * period, pong, 9)).isNull();
        assertThat(transmitted())
                .as("a PING and a PONG, and no answer to a PONG")
                .isEqualTo(18);
        assertThat(link.tick(2 * period + Timer.SILENCE.nanos() - 1)).isTrue();
        assertThat(link.tick(2 * period + Timer.SILENCE.nanos())).isFalse();
    }

    @Test
    void aClosedLinkSendsAndHoldsNothing() {
        LinkChannel link = openLink();
        for (int i = 0; i < 200; i++) {
            link.send(0, Frame.Kind.APPLICATION, new byte[16_000]);
        }
        link.close();
        outputs.clear();
        link.close();
        link.send(0, Frame.Kind.APPLICATION, new byte[1]);
        assertThat(outputs).isEmpty();
        assertThat(link.deadlines.earliest()).isEqualTo(Deadlines.NEVER);
        assertThat(link.queuedBytes()).isLessThanOrEqualTo(Limits.LINK_WINDOW_BYTES);
    }

    // ---- HELLO and BYE

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"versions\":[1]}|true",
                "{\"versions\":[3,2,1],\"features\":[\"x\"],\"more\":{}}|true",
                "{\"versions\":[2]}|false",
                "{\"versions\":[]}|false",
                "{\"versions\":[\"1\"]}|false",
                "{\"versions\":[1.0]}|false",
                "{\"versions\":1}|false",
                "{}|false"
            })
    void aHelloIsCompatibleIfItNamesOurVersion(String json, boolean compatible) throws Exception {
        assertThat(Handshake.isCompatible(json.getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(compatible);
    }

    @ParameterizedTest
    @EnumSource(Code.class)
    void aByeIsReadAsItWasWrittenInWordsOfOurOwn(Code code) throws Exception {
        var reason = Handshake.goodbye(Handshake.goodbye(code, "their words"));
        assertThat(reason.code()).isEqualTo(code);
        assertThat(reason.detail()).isNotBlank().doesNotContain("their words");
    }

    @Test
    void aByeWithACodeOfALaterVersionIsOneOfNoConsequence() throws Exception {
        assertThat(Handshake.goodbye("{\"code\":\"TEA_TIME\"}".getBytes(StandardCharsets.UTF_8))
                        .code())
                .isEqualTo(Code.NO_CONNECTION);
    }

    @Test
    void aByeIsAsLongAsTheLimitAndNoLonger() throws MalformedException {
        String detail = "x".repeat(Limits.MAX_CONTROL_BYTES - Handshake.goodbye(Code.LEFT, "").length);
        byte[] longest = Handshake.goodbye(Code.LEFT, detail);
        assertThat(longest).hasSize(Limits.MAX_CONTROL_BYTES);
        assertThat(Handshake.goodbye(longest).code()).isEqualTo(Code.LEFT);
        byte[] tooLong = Handshake.goodbye(Code.LEFT, detail + "x");
        org.assertj.core.api.Assertions.assertThatExceptionOfType(MalformedException.class)
                .isThrownBy(() -> Handshake.goodbye(tooLong));
    }
}
