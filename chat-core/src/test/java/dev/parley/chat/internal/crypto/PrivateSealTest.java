package dev.parley.chat.internal.crypto;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.chat.RoomId;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.internal.crypto.SealException.Kind;
import java.util.Arrays;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What one member says to one other opens for these two, in the one event that it was sealed for. */
final class PrivateSealTest {

    private static final RoomId ROOM = RoomId.of(new byte[20]);
    private static final RoomId OTHER_ROOM = RoomId.of("another room id 20 b".getBytes(UTF_8));
    private static final byte[] SECRET = Sha256.of("fresh".getBytes(UTF_8));
    private static final byte[] CONTENT = "{\"text\":\"psst\"}".getBytes(UTF_8);

    private final Identity sender = Identity.generate();
    private final Identity receiver = Identity.generate();
    private final Identity other = Identity.generate();

    private byte[] sealed() {
        return PrivateSeal.seal(sender.card(), receiver.card(), ROOM, 5, SECRET, CONTENT);
    }

    private byte[] open(Identity self, byte[] sealed) throws SealException {
        return PrivateSeal.open(self, ROOM, sender.peerId(), receiver.peerId(), 5, sealed);
    }

    private static void assertRefused(Kind kind, ThrowingCallable open) {
        assertThatThrownBy(open)
                .isInstanceOfSatisfying(
                        SealException.class, e -> assertThat(e.kind()).isEqualTo(kind));
    }

    @Test
    void theReceiverAndTheSenderReadItAndNobodyElse() throws Exception {
        byte[] sealed = sealed();
        assertThat(sealed).hasSize(PrivateSeal.OVERHEAD_BYTES + CONTENT.length);
        assertThat(open(receiver, sealed)).isEqualTo(CONTENT);
        assertThat(open(sender, sealed)).isEqualTo(CONTENT);
        assertRefused(Kind.NOT_FOR_US, () -> open(other, sealed));
        // Nor does one who names itself as the receiver.
        assertRefused(Kind.NOT_FOR_US, () -> PrivateSeal.open(other, ROOM, sender.peerId(), other.peerId(), 5, sealed));
    }

    @Test
    void itOpensInNoOtherRoomOrderSenderOrReceiver() {
        byte[] sealed = sealed();
        assertRefused(
                Kind.NOT_FOR_US,
                () -> PrivateSeal.open(receiver, OTHER_ROOM, sender.peerId(), receiver.peerId(), 5, sealed));
        assertRefused(
                Kind.NOT_FOR_US, () -> PrivateSeal.open(receiver, ROOM, sender.peerId(), receiver.peerId(), 6, sealed));
        assertRefused(
                Kind.NOT_FOR_US, () -> PrivateSeal.open(receiver, ROOM, other.peerId(), receiver.peerId(), 5, sealed));
        // The receiver cannot pass it on as its own, to its sender or to a third.
        assertRefused(
                Kind.NOT_FOR_US, () -> PrivateSeal.open(sender, ROOM, receiver.peerId(), sender.peerId(), 5, sealed));
        assertRefused(
                Kind.NOT_FOR_US, () -> PrivateSeal.open(receiver, ROOM, receiver.peerId(), other.peerId(), 5, sealed));
    }

    @Test
    void eachByteCountsForWhoReadsIt() throws Exception {
        byte[] sealed = sealed();
        int forReceiver = 1 + 80;
        for (int i = 0; i < sealed.length; i++) {
            // The top bit of an X25519 key is not looked at (RFC 7748 section 5).
            byte[] bent = sealed.clone();
            bent[i] ^= 1;
            if (i < forReceiver || i >= forReceiver + 80) {
                assertThatThrownBy(() -> open(receiver, bent)).as("byte %s", i).isInstanceOf(SealException.class);
            }
            if (i == 0 || i >= forReceiver) {
                assertThatThrownBy(() -> open(sender, bent)).as("byte %s", i).isInstanceOf(SealException.class);
            }
        }
    }

    @Test
    void anEncapsulatedKeyOfSmallOrderIsRefused() {
        byte[] sealed = sealed();
        Arrays.fill(sealed, 1, 33, (byte) 0);
        assertThatThrownBy(() -> open(receiver, sealed)).isInstanceOf(SealException.class);
    }

    @Test
    void oneSecretForTwoEventsGivesNoKeyTwice() throws Exception {
        byte[] one = PrivateSeal.seal(sender.card(), receiver.card(), ROOM, 5, SECRET, new byte[32]);
        byte[] two = PrivateSeal.seal(sender.card(), receiver.card(), ROOM, 6, SECRET, new byte[32]);
        assertThat(Arrays.copyOfRange(one, one.length - 48, one.length - 16))
                .isNotEqualTo(Arrays.copyOfRange(two, two.length - 48, two.length - 16));
    }

    @Test
    void aContentIsAsLongAsTheLimitAndNoLonger() throws Exception {
        byte[] longest = new byte[PrivateSeal.MAX_CONTENT_BYTES];
        byte[] sealed = PrivateSeal.seal(sender.card(), receiver.card(), ROOM, 5, SECRET, longest);
        assertThat(sealed).hasSize(PrivateSeal.MAX_SEALED_BYTES);
        assertThat(open(receiver, sealed)).isEqualTo(longest);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PrivateSeal.seal(
                        sender.card(), receiver.card(), ROOM, 5, SECRET, new byte[longest.length + 1]));
        assertRefused(Kind.MALFORMED, () -> open(receiver, Arrays.copyOf(sealed, sealed.length + 1)));
        assertRefused(Kind.MALFORMED, () -> open(receiver, new byte[PrivateSeal.OVERHEAD_BYTES - 1]));
    }

    @Test
    void nobodySealsToItselfOrWithAShortSecret() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PrivateSeal.seal(sender.card(), sender.card(), ROOM, 5, SECRET, CONTENT));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PrivateSeal.seal(sender.card(), receiver.card(), ROOM, 5, new byte[31], CONTENT));
    }
}
