package dev.parley.chat.internal.room;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.IdentityAlert;
import dev.parley.chat.IdentityAlert.Cause;
import dev.parley.chat.Participant;
import dev.parley.chat.PeerId;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.crypto.PeerCard;
import dev.parley.chat.store.InMemoryPeerBook;
import dev.parley.chat.store.KnownPeer;
import dev.parley.chat.store.PeerBook;
import dev.parley.chat.transport.Environment;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class PeerWatchTest {

    private static final PeerId ADA = new PeerId("a".repeat(32));
    private static final PeerId BOB = new PeerId("b".repeat(32));
    private static final PeerId EVE = new PeerId("e".repeat(32));

    private final Environment environment = Environment.system();
    private final PeerBook book = new InMemoryPeerBook();

    @AfterEach
    void close() {
        environment.close();
    }

    private PeerWatch room() {
        return new PeerWatch(book, environment);
    }

    private static Participant named(PeerId id, String name) {
        return new Participant(id, name, Participant.Role.MEMBER, false);
    }

    private void verify(PeerId peer) {
        book.verify(peer, new KnownPeer.Verification(Instant.EPOCH, KnownPeer.Means.CONFIRMED));
    }

    private static IdentityAlert alert(Cause cause, PeerId peer, String name, PeerId other, boolean verified) {
        return new IdentityAlert(cause, peer, name, Optional.of(other), verified);
    }

    @Test
    void whoComesBackUnderItsNameIsNoAlarm() {
        assertThat(room().joined(named(ADA, "Ada"))).isEmpty();
        assertThat(room().joined(named(ADA, "Ada"))).isEmpty();
        assertThat(room().joined(named(ADA, "Countess"))).isEmpty();
    }

    @Test
    void aKnownNameWithAnotherIdentityIsOne() {
        room().joined(named(ADA, "Ada"));
        PeerWatch later = room();
        assertThat(later.joined(named(EVE, "\uff21DA ")))
                .containsExactly(alert(Cause.KNOWN_NAME_OTHER_IDENTITY, EVE, "\uff21DA ", ADA, false));
        later.left(named(EVE, "\uff21DA "));
        assertThat(later.joined(named(EVE, "\uff21DA "))).as("once in a room").isEmpty();
        assertThat(room().joined(named(EVE, "Ada"))).as("known by now").isEmpty();
    }

    @Test
    void theNameOfAVerifiedPeerAlarmsInEveryRoom() {
        room().joined(named(ADA, "Ada"));
        verify(ADA);
        for (int i = 0; i < 2; i++) {
            assertThat(room().joined(named(EVE, "Ada")))
                    .containsExactly(alert(Cause.KNOWN_NAME_OTHER_IDENTITY, EVE, "Ada", ADA, true));
        }
    }

    @Test
    void aVerifiedPeerThatTakesTheNameOfAnotherIsToldOf() {
        room().joined(named(ADA, "Ada"));
        verify(ADA);
        verify(BOB);
        PeerWatch room = room();
        assertThat(room.joined(named(BOB, "Bob"))).isEmpty();
        assertThat(room.joined(named(BOB, "Ada")))
                .as("while she is away")
                .containsExactly(alert(Cause.KNOWN_NAME_OTHER_IDENTITY, BOB, "Ada", ADA, true));
        assertThat(room.joined(named(ADA, "Ada")))
                .as("beside her")
                .containsExactly(alert(Cause.SAME_NAME_IN_ROOM, ADA, "Ada", BOB, true));
        assertThat(room().joined(named(BOB, "Ada")))
                .as("a verified peer under a name that it has used before")
                .isEmpty();
    }

    @Test
    void oneNameTwiceInARoomIsToldOfTheOneThatNobodyVerified() {
        PeerWatch room = room();
        room.joined(named(EVE, "Ada"));
        verify(ADA);
        assertThat(room.joined(named(ADA, "Ada")))
                .containsExactly(alert(Cause.SAME_NAME_IN_ROOM, EVE, "Ada", ADA, true));
    }

    @Test
    void oneNameTwiceInARoomIsToldOnce() {
        PeerWatch room = room();
        room.joined(named(ADA, "Ada"));
        assertThat(room.joined(named(EVE, "ada")))
                .containsExactly(alert(Cause.SAME_NAME_IN_ROOM, EVE, "ada", ADA, false));
        room.left(named(EVE, "ada"));
        assertThat(room.joined(named(EVE, "ada"))).isEmpty();
    }

    @Test
    void whoTakesOnesOwnNameIsToldOf() {
        PeerWatch room = room();
        room.joined(new Participant(BOB, "Bob", Participant.Role.HOST, true));
        assertThat(room.joined(named(EVE, "Bob")))
                .containsExactly(alert(Cause.SAME_NAME_IN_ROOM, EVE, "Bob", BOB, true));
        assertThat(book.find(BOB)).as("oneself is not met").isEmpty();
    }

    @Test
    void anotherKeyInTheCardOfAKnownPeerIsToldOnce() {
        PeerCard first = card(1);
        PeerCard second = card(2);
        assertThat(second.peerId()).isEqualTo(first.peerId());
        PeerWatch room = room();
        assertThat(room.card(first)).isEmpty();
        assertThat(book.find(first.peerId()))
                .as("a stranger that knocks is not kept")
                .isEmpty();
        assertThat(room.joined(named(first.peerId(), "Ada"))).isEmpty();
        assertThat(book.find(first.peerId()).orElseThrow().card()).contains(first);
        assertThat(room().card(first)).isEmpty();
        verify(first.peerId());
        assertThat(room.card(second))
                .containsExactly(new IdentityAlert(Cause.KEY_CHANGED, first.peerId(), "Ada", Optional.empty(), true));
        assertThat(room.card(first)).isEmpty();
    }

    private static PeerCard card(int x25519Key) {
        byte[] key = new byte[32];
        key[0] = (byte) (8 * x25519Key);
        key[31] = 64;
        return Identity.fromInsecureSeeds(new byte[32], key).card();
    }

    @Test
    void lettersThatNobodySeesDoNotMakeAnotherName() {
        List<String> alike = List.of("Ada", " ADA", "a\u200bd\u00ada", "\uff21\uff24\uff21", "Ada\ufe0f", "A\u202eda");
        assertThat(alike).allSatisfy(name -> assertThat(KnownPeer.nameKey(name)).isEqualTo("ada"));
        assertThat(KnownPeer.nameKey("stra\u00dfe")).isEqualTo(KnownPeer.nameKey("STRASSE"));
        assertThat(KnownPeer.nameKey("\u0410da"))
                .as("another script: not covered")
                .isNotEqualTo("ada");
        assertThat(KnownPeer.nameKey("\u200b")).isEqualTo("\u200b");
    }
}
