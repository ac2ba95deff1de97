package dev.parley.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.CloseReason.Code;
import dev.parley.chat.CloseReason.Origin;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ExceptionsTest {

    @Test
    void backpressureSaysHowMuchWaitsAndThatARetryHelps() {
        BackpressureException e = new BackpressureException(70_000, 65_536);
        assertThat(e)
                .hasMessageContaining("70000")
                .hasMessageContaining("65536")
                .hasNoCause();
        assertThat(e.queuedBytes()).isEqualTo(70_000);
        assertThat(e.maxQueuedBytes()).isEqualTo(65_536);
        assertThat(e.origin()).isEqualTo(Origin.LOCAL);
        assertThat(e.isRetryable()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void aClosedRoomSaysWhoClosedItAndWhetherARetryHelps(Code code) {
        Set<Code> retryable = EnumSet.of(Code.NO_CONNECTION, Code.SIGNALING_UNREACHABLE, Code.ROOM_FULL);
        CloseReason reason = new CloseReason(code, Origin.PEER, "one line");
        RoomClosedException e = new RoomClosedException(reason);
        assertThat(e).hasMessage("one line");
        assertThat(e.reason()).isEqualTo(reason);
        assertThat(e.origin()).isEqualTo(Origin.PEER);
        assertThat(e.isRetryable()).isEqualTo(retryable.contains(code));
    }

    @ParameterizedTest
    @EnumSource
    void aRefusalOfTheWorkerSaysWhetherARetryHelps(SignalingException.Problem problem) {
        Set<SignalingException.Problem> retryable = EnumSet.of(
                SignalingException.Problem.UNREACHABLE,
                SignalingException.Problem.UNAVAILABLE,
                SignalingException.Problem.RATE_LIMITED,
                SignalingException.Problem.PEER_NOT_FOUND,
                SignalingException.Problem.ROOM_FULL);
        SignalingException e = new SignalingException(problem, "one line");
        assertThat(e.problem()).isEqualTo(problem);
        assertThat(e.origin()).isEqualTo(Origin.SIGNALING);
        assertThat(e.isRetryable()).isEqualTo(retryable.contains(problem));
        assertThat(e.retryAfter()).isEmpty();
    }

    @Test
    void aRefusalOfTheWorkerMaySayHowLongToWait() {
        IOException cause = new IOException("below");
        SignalingException e = new SignalingException(
                SignalingException.Problem.RATE_LIMITED, "one line", Duration.ofSeconds(3), cause);
        assertThat(e.retryAfter()).contains(Duration.ofSeconds(3));
        assertThat(e).hasMessage("one line").hasCause(cause);
    }

    @Test
    void failuresOfStoreAndTransportAreLocalAndLast() {
        IOException cause = new IOException("below");
        assertThat(new StoreException("full", cause)).hasMessage("full").hasCause(cause);
        for (ChatException e :
                new ChatException[] {new StoreException("full"), new TransportException("no library", null)}) {
            assertThat(e.origin()).isEqualTo(Origin.LOCAL);
            assertThat(e.isRetryable()).isFalse();
            assertThat(e).hasNoCause();
        }
    }

    @ParameterizedTest
    @EnumSource
    void anIdentityThatCannotBeOpenedIsALocalMatter(IdentityException.Problem problem) {
        IdentityException e = new IdentityException(problem, "one line");
        assertThat(e.problem()).isEqualTo(problem);
        assertThat(e.origin()).isEqualTo(Origin.LOCAL);
        assertThat(e.isRetryable()).isFalse();
        assertThat(e).hasMessage("one line").hasNoCause();
    }

    @Test
    void closeReasonsAreValues() {
        assertThat(new CloseReason(Code.LEFT, Origin.LOCAL, "left"))
                .isEqualTo(new CloseReason(Code.LEFT, Origin.LOCAL, "left"))
                .isNotEqualTo(new CloseReason(Code.LEFT, Origin.PEER, "left"));
    }
}
