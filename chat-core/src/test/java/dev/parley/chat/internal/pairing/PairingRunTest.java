package dev.parley.chat.internal.pairing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.internal.encoding.ByteReader;
import dev.parley.chat.internal.encoding.MalformedException;
import dev.parley.chat.internal.pairing.PairingExchange.Numbers;
import dev.parley.chat.internal.pairing.PairingExchange.Role;
import dev.parley.chat.internal.pairing.PairingHost.Phase;
import java.util.Arrays;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** One run of the exchange between the two sides of a code, and everything that a stranger can do to it. */
final class PairingRunTest {

    private static final String LINK = "https://parley.example.org/r/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa#secret";
    private static final String CODE = "7-guitar-lemon";

    private static final RoomId ROOM = new RoomId("a".repeat(32));
    private static final PeerId HOST = peer(1);
    private static final PeerId GUEST = peer(2);
    private static final PeerId OTHER = peer(3);

    private final PairingHost host = new PairingHost(ROOM, HOST, CODE, () -> LINK);
    private final PairingGuest guest = new PairingGuest(ROOM, HOST, GUEST, CODE);

    private static PeerId peer(int number) {
        byte[] seed = new byte[32];
        Arrays.fill(seed, (byte) number);
        return Identity.fromInsecureSeeds(seed, seed).peerId();
    }

    private static byte[] sure(byte @Nullable [] message) {
        if (message == null) {
            throw new AssertionError("a message was expected");
        }
        return message;
    }

    @Test
    void whoKnowsTheCodeGetsTheInvite() {
        byte[] answer = sure(host.onMessage(GUEST, guest.hello()));
        assertThat(host.phase()).isEqualTo(Phase.RUNNING);
        byte[] proof = sure(guest.onMessage(answer));
        byte[] invite = sure(host.onMessage(GUEST, proof));
        assertThat(host.phase()).isEqualTo(Phase.USED);
        assertThat(new String(invite, java.nio.charset.StandardCharsets.ISO_8859_1))
                .doesNotContain("secret");

        assertThat(guest.onMessage(invite)).isNull();
        assertThat(guest.invite()).isEqualTo(LINK);
    }

    @Test
    void aWrongWordGetsNothingAndBurnsTheCode() {
        PairingGuest wrong = new PairingGuest(ROOM, HOST, GUEST, "7-guitar-melon");
        byte[] proof = sure(wrong.onMessage(sure(host.onMessage(GUEST, wrong.hello()))));
        assertThat(host.onMessage(GUEST, proof)).containsExactly(PairingHost.FAILED);
        assertThat(host.phase()).isEqualTo(Phase.BURNT);
        assertThat(wrong.onMessage(new byte[] {PairingHost.FAILED})).isNull();
        assertThat(wrong.isFailed()).isTrue();

        // The right code comes too late: one guess for each code.
        assertThat(host.onMessage(GUEST, guest.hello())).isNull();
        assertThat(host.phase()).isEqualTo(Phase.BURNT);
    }

    @Test
    void rubbishBeforeTheFirstRoundBurnsNothing() {
        Random random = new Random(1);
        for (int length : new int[] {0, 1, 2, 100, 5_000, PairingHost.MAX_BYTES + 1}) {
            byte[] rubbish = new byte[length];
            random.nextBytes(rubbish);
            assertThat(host.onMessage(OTHER, rubbish)).isNull();
        }
        byte[] hello = guest.hello();
        for (int at = 0; at < hello.length; at += 61) {
            byte[] bent = hello.clone();
            bent[at] ^= 1;
            assertThat(host.onMessage(GUEST, bent)).as("byte %d bent", at).isNull();
            assertThat(host.phase()).isEqualTo(Phase.WAITING);
        }
        assertThat(host.onMessage(GUEST, Arrays.copyOf(hello, hello.length - 1)))
                .isNull();
        assertThat(host.onMessage(GUEST, Arrays.copyOf(hello, hello.length + 1)))
                .isNull();
        assertThat(host.onMessage(GUEST, hello)).isNotNull();
    }

    @Test
    void aBentAnswerIsNoticedByTheGuest() {
        byte[] answer = sure(host.onMessage(GUEST, guest.hello()));
        for (int at = 0; at < answer.length; at += 97) {
            PairingHost again = new PairingHost(ROOM, HOST, CODE, () -> LINK);
            PairingGuest careful = new PairingGuest(ROOM, HOST, GUEST, CODE);
            byte[] bent = sure(again.onMessage(GUEST, careful.hello()));
            bent[at] ^= 1;
            assertThat(careful.onMessage(bent)).as("byte %d bent", at).isNull();
            assertThat(careful.isFailed()).isTrue();
        }
    }

    @Test
    void aBentProofBurnsTheCode() {
        byte[] proof = sure(guest.onMessage(sure(host.onMessage(GUEST, guest.hello()))));
        proof[proof.length - 1] ^= 1;
        assertThat(host.onMessage(GUEST, proof)).containsExactly(PairingHost.FAILED);
        assertThat(host.phase()).isEqualTo(Phase.BURNT);
    }

    @Test
    void anInviteThatIsBentInAnyOfItsPartsIsRefused() {
        int tagEnd = 1 + PairingExchange.TAG_BYTES;
        // The kind, the confirmation, the sealed link and its tag, each at its first and last byte. A run costs a
        // tenth of a second; each byte of what is sealed is bent in the test below.
        int end = tagEnd + LINK.length() + 16;
        for (int at : new int[] {0, 1, tagEnd - 1, tagEnd, end - 17, end - 16, end - 1}) {
            assertRefused("byte " + at + " bent", invite -> {
                assertThat(invite).hasSize(end);
                invite[at] ^= 1;
                return invite;
            });
        }
        assertRefused("cut off", invite -> Arrays.copyOf(invite, end - 1));
        assertRefused("made longer", invite -> Arrays.copyOf(invite, end + 1));
        assertRefused("another kind", invite -> new byte[] {PairingHost.FAILED});
    }

    private static void assertRefused(String what, UnaryOperator<byte[]> change) {
        PairingHost host = new PairingHost(ROOM, HOST, CODE, () -> LINK);
        PairingGuest guest = new PairingGuest(ROOM, HOST, GUEST, CODE);
        byte[] invite = sure(host.onMessage(GUEST, sure(guest.onMessage(sure(host.onMessage(GUEST, guest.hello()))))));
        assertThat(guest.onMessage(change.apply(invite.clone()))).as(what).isNull();
        assertThat(guest.isFailed()).as(what).isTrue();
        assertThat(guest.invite()).as(what).isNull();
        assertThat(guest.onMessage(invite)).as("the true one comes too late").isNull();
        assertThat(guest.invite()).isNull();
    }

    @Test
    void aSealedLinkOpensWithNoByteBent() throws MalformedException {
        PairingExchange one = new PairingExchange(Role.HOST, ROOM, HOST, GUEST, CODE);
        PairingExchange other = new PairingExchange(Role.GUEST, ROOM, HOST, GUEST, CODE);
        byte[] oneFirst = one.round1();
        byte[] otherFirst = other.round1();
        one.acceptRound1(Numbers.ofRound1(new ByteReader(otherFirst)));
        other.acceptRound1(Numbers.ofRound1(new ByteReader(oneFirst)));
        byte[] oneSecond = one.round2();
        byte[] otherSecond = other.round2();
        one.acceptRound2(Numbers.ofRound2(new ByteReader(otherSecond)));
        other.acceptRound2(Numbers.ofRound2(new ByteReader(oneSecond)));
        byte[] sealed = one.seal(LINK.getBytes(UTF_8));
        for (int at = 0; at < sealed.length; at++) {
            byte[] bent = sealed.clone();
            bent[at] ^= 1;
            assertThatThrownBy(() -> other.open(bent)).as("byte %d bent", at).isInstanceOf(MalformedException.class);
        }
        assertThat(other.open(sealed)).isEqualTo(LINK.getBytes(UTF_8));
    }

    @Test
    void oneSidesMessagesSentBackToItLeadNowhere() {
        byte[] hello = guest.hello();
        byte[] asAnswer = hello.clone();
        asAnswer[0] = PairingHost.ANSWER;
        assertThat(guest.onMessage(asAnswer)).isNull();
        assertThat(guest.isFailed()).isTrue();

        byte[] answer = sure(host.onMessage(GUEST, new PairingGuest(ROOM, HOST, GUEST, CODE).hello()));
        answer[0] = PairingHost.PROOF;
        assertThat(host.onMessage(GUEST, answer)).containsExactly(PairingHost.FAILED);
    }

    @Test
    void messagesOfAnotherRunServeNoPurpose() {
        PairingHost second = new PairingHost(ROOM, HOST, CODE, () -> LINK);
        PairingGuest ofSecond = new PairingGuest(ROOM, HOST, GUEST, CODE);
        byte[] foreignProof = sure(ofSecond.onMessage(sure(second.onMessage(GUEST, ofSecond.hello()))));
        sure(host.onMessage(GUEST, guest.hello()));
        assertThat(host.onMessage(GUEST, foreignProof)).containsExactly(PairingHost.FAILED);
        assertThat(host.phase()).isEqualTo(Phase.BURNT);
    }

    @Test
    void messagesOfAnotherRoomOrPeerServeNoPurpose() {
        PairingGuest elsewhere = new PairingGuest(new RoomId("b".repeat(32)), HOST, GUEST, CODE);
        assertThat(host.onMessage(GUEST, elsewhere.hello())).isNull();
        assertThat(host.onMessage(OTHER, guest.hello()))
                .as("the worker lies about the sender")
                .isNull();
        assertThat(host.phase()).isEqualTo(Phase.WAITING);
    }

    @Test
    void aWorkerThatPlaysBothSidesHasOneGuessAndGetsNothing() {
        PairingGuest towardsHost = new PairingGuest(ROOM, HOST, GUEST, "7-apple-apple");
        PairingHost towardsGuest = new PairingHost(ROOM, HOST, "7-apple-apple", () -> "https://evil.example/r/x");
        byte[] answer = sure(towardsGuest.onMessage(GUEST, guest.hello()));
        byte[] proof = sure(guest.onMessage(answer));
        assertThat(towardsGuest.onMessage(GUEST, proof)).containsExactly(PairingHost.FAILED);
        byte[] ownProof = sure(towardsHost.onMessage(sure(host.onMessage(GUEST, towardsHost.hello()))));
        assertThat(host.onMessage(GUEST, ownProof)).containsExactly(PairingHost.FAILED);
        assertThat(host.phase()).isEqualTo(Phase.BURNT);
        assertThat(guest.invite()).isNull();
    }

    @Test
    void aSecondGuestIsNotAnswered() {
        byte[] answer = sure(host.onMessage(GUEST, guest.hello()));
        PairingGuest second = new PairingGuest(ROOM, HOST, OTHER, CODE);
        assertThat(host.onMessage(OTHER, second.hello())).isNull();
        assertThat(host.phase()).isEqualTo(Phase.RUNNING);
        guest.onMessage(sure(host.onMessage(GUEST, sure(guest.onMessage(answer)))));
        assertThat(guest.invite()).isEqualTo(LINK);
    }
}
