package dev.parley.chat.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.chat.Invite;
import dev.parley.chat.PairingCode;
import dev.parley.chat.PairingException;
import dev.parley.chat.PairingException.Reason;
import dev.parley.chat.PairingOffer;
import dev.parley.chat.PairingOffer.Outcome;
import dev.parley.chat.RoomOptions;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Pairing codes over a simulated worker, in virtual time. */
final class PairingSimulationTest {

    private final SimWorld world = new SimWorld(7, NetworkProfile.wifi());
    private final SimPeer host = world.peer("Host");
    private final SimPeer guest = world.peer("Guest");

    PairingSimulationTest() {
        host.create(RoomOptions.named("Tea"));
        assertThat(world.runUntil(host::isConnected, Duration.ofSeconds(30))).isTrue();
    }

    private PairingOffer offer() {
        return done(host.room().createCode());
    }

    private <T> T done(CompletableFuture<T> future) {
        assertThat(world.runUntil(future::isDone, Duration.ofMinutes(2))).isTrue();
        return future.join();
    }

    private void assertFails(CompletableFuture<?> future, Reason reason) {
        assertThat(world.runUntil(future::isDone, Duration.ofMinutes(2))).isTrue();
        assertThatThrownBy(future::join)
                .cause()
                .isInstanceOfSatisfying(
                        PairingException.class,
                        failure -> assertThat(failure.reason()).isEqualTo(reason));
    }

    /** Another code with the same number. */
    private static PairingCode wrong(PairingCode code) {
        for (byte i = 0; ; i++) {
            PairingCode other = PairingCode.of(code.number(), new byte[] {0, i, 0, 1});
            if (!other.equals(code)) {
                return other;
            }
        }
    }

    @Test
    void whoKnowsTheCodeGetsTheInviteAndComesIn() {
        PairingOffer offer = offer();
        Invite invite = done(guest.manager().redeem(offer.code()));
        assertThat(invite).isEqualTo(host.room().invite());
        assertThat(done(offer.outcome())).isEqualTo(Outcome.USED);
        guest.join(invite);
        assertThat(world.runUntil(guest::isConnected, Duration.ofSeconds(30))).isTrue();

        assertFails(world.peer("Third").manager().redeem(offer.code()), Reason.UNKNOWN_CODE);
    }

    @Test
    void aWrongCodeIsVoidAfterOneTryAndTheRoomUnharmed() {
        PairingOffer offer = offer();
        assertFails(guest.manager().redeem(wrong(offer.code())), Reason.WRONG_CODE);
        assertThat(done(offer.outcome())).isEqualTo(Outcome.BURNT);
        assertFails(guest.manager().redeem(offer.code()), Reason.UNKNOWN_CODE);

        assertThat(host.isConnected()).isTrue();
        assertThat(done(guest.manager().redeem(offer().code())))
                .isEqualTo(host.room().invite());
    }

    @Test
    void anUnusedCodeExpires() {
        PairingOffer offer = offer();
        world.runFor(Duration.ofMinutes(11));
        assertThat(offer.outcome()).isCompletedWithValue(Outcome.EXPIRED);
        assertFails(guest.manager().redeem(offer.code()), Reason.UNKNOWN_CODE);
    }

    @Test
    void aCancelledCodeIsVoidAndSoIsThatOfAClosedRoom() {
        PairingOffer offer = offer();
        offer.cancel();
        assertThat(done(offer.outcome())).isEqualTo(Outcome.CANCELLED);
        assertFails(guest.manager().redeem(offer.code()), Reason.UNKNOWN_CODE);

        PairingOffer second = offer();
        done(host.leave());
        assertThat(done(second.outcome())).isEqualTo(Outcome.CANCELLED);
    }

    @Test
    void tooManyWrongTriesEndTheGivingOutForAWhile() {
        for (int i = 0; i < 5; i++) {
            PairingOffer offer = offer();
            assertFails(world.peer("Guesser" + i).manager().redeem(wrong(offer.code())), Reason.WRONG_CODE);
            assertThat(done(offer.outcome())).isEqualTo(Outcome.BURNT);
        }
        assertFails(host.room().createCode(), Reason.TOO_MANY_TRIES);
        world.runFor(Duration.ofMinutes(10));
        assertThat(offer().code()).isNotNull();
    }

    @Test
    void aCodeWhoseGiverIsGoneIsNotAnswered() {
        PairingOffer offer = offer();
        host.crash();
        assertFails(guest.manager().redeem(offer.code()), Reason.NO_ANSWER);
    }
}
