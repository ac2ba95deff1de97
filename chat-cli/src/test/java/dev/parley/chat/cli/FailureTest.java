package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.BackpressureException;
import dev.parley.chat.CloseReason;
import dev.parley.chat.IdentityException;
import dev.parley.chat.RoomClosedException;
import dev.parley.chat.SignalingException;
import dev.parley.chat.StoreException;
import dev.parley.chat.TransportException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class FailureTest {

    @ParameterizedTest
    @CsvSource({
        "LEFT, 0",
        "ROOM_ENDED, 0",
        "WRONG_SECRET, 7",
        "ROOM_FULL, 7",
        "BANNED, 7",
        "INCOMPATIBLE, 7",
        "PROTOCOL_VIOLATION, 1",
        "ROOM_NOT_FOUND, 5",
        "UNAUTHORIZED, 4",
        "SIGNALING_UNREACHABLE, 3",
        "NO_CONNECTION, 6",
        "SLOW_PEER, 6",
        "REPLACED, 1",
        "FAILED, 1"
    })
    void eachEndOfARoomHasItsExitCode(CloseReason.Code code, int status) {
        CloseReason reason = new CloseReason(code, CloseReason.Origin.PEER, "what happened");
        assertThat(Failure.of(reason).exit().status()).isEqualTo(status);
        assertThat(Failure.of(new RoomClosedException(reason)).exit().status()).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({
        "UNREACHABLE, 3", "UNAVAILABLE, 3", "PROTOCOL, 3", "UNAUTHORIZED, 4", "FORBIDDEN, 4", "ROOM_NOT_FOUND, 5",
        "ROOM_FULL, 7", "RATE_LIMITED, 1", "PEER_NOT_FOUND, 1", "ROOM_EXISTS, 1", "PEER_TAKEN, 1", "TOO_LARGE, 1"
    })
    void eachProblemOfTheWorkerHasItsExitCode(SignalingException.Problem problem, int status) {
        assertThat(Failure.of(new SignalingException(problem, "what happened"))
                        .exit()
                        .status())
                .isEqualTo(status);
    }

    @ParameterizedTest
    @EnumSource(CloseReason.Code.class)
    void everyFailureSaysWhatToDoNext(CloseReason.Code code) {
        Failure failure = Failure.of(new CloseReason(code, CloseReason.Origin.LOCAL, "what happened; advice"));
        assertThat(failure.hint().isEmpty()).isEqualTo(failure.exit() == ExitCode.DONE);
        assertThat(failure.message()).startsWith("what happened");
    }

    @Test
    void failuresOfThisMachineHaveTheirs() {
        assertThat(Failure.of(new TransportException("missing", null)).exit().status())
                .isEqualTo(8);
        assertThat(Failure.of(new UnsatisfiedLinkError("missing")).exit().status())
                .isEqualTo(8);
        assertThat(Failure.of(new StoreException("full")).exit().status()).isEqualTo(1);
        assertThat(Failure.of(new StoreException("it is sealed; give the key")))
                .isEqualTo(new Failure(ExitCode.FAILED, "store", "it is sealed", "give the key"));
        assertThat(Failure.of(new IdentityException(IdentityException.Problem.WRONG_PASSPHRASE, "no; try again")))
                .isEqualTo(new Failure(ExitCode.FAILED, "identity_wrong_passphrase", "no", "try again"));
        assertThat(Failure.of(new BackpressureException(2, 1)).exit().status()).isEqualTo(1);
        assertThat(Failure.of(new IllegalStateException("defect")).exit().status())
                .isEqualTo(1);
    }

    @Test
    void theCauseBelowTheFutureIsWhatCounts() {
        Throwable wrapped = new ExecutionException(
                new CompletionException(new SignalingException(SignalingException.Problem.UNAUTHORIZED, "no")));
        assertThat(Failure.of(wrapped).exit()).isEqualTo(ExitCode.UNAUTHORIZED);
    }

    @Test
    void theNumbersAreThoseOfTheContract() {
        assertThat(ExitCode.values()).extracting(ExitCode::status).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8);
    }
}
