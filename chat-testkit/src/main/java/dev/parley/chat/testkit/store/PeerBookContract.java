package dev.parley.chat.testkit.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.parley.chat.PeerId;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.crypto.PeerCard;
import dev.parley.chat.store.KnownPeer;
import dev.parley.chat.store.KnownPeer.Means;
import dev.parley.chat.store.KnownPeer.UsedName;
import dev.parley.chat.store.KnownPeer.Verification;
import dev.parley.chat.store.PeerBook;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every {@link PeerBook} must do. Derive a test class that makes the book under test.
 *
 * <p>Methods are public so that JUnit reaches them when this module is on the module path.
 */
public abstract class PeerBookContract {

    private static final PeerId ADA = new PeerId("a".repeat(32));
    private static final PeerId BOB = new PeerId("b".repeat(32));
    private static final Instant NOON = Instant.parse("2026-11-24T12:00:00.123Z");
    private static final Verification CONFIRMED = new Verification(NOON, Means.CONFIRMED);

    private @Nullable PeerBook made;

    /** For subclasses. */
    protected PeerBookContract() {}

    /**
     * Makes the book under test.
     *
     * @return a new, empty book
     */
    protected abstract PeerBook newBook();

    /** Makes a book. */
    @BeforeEach
    public final void makeBook() {
        made = newBook();
    }

    /** Closes it. */
    @AfterEach
    public final void closeBook() {
        book().close();
    }

    private PeerBook book() {
        return Objects.requireNonNull(made);
    }

    /** Names are kept with their times, last used first. */
    @Test
    public void namesAreKeptWithTheirTimes() {
        book().met(ADA, "Ada", NOON);
        book().met(ADA, "Countess", NOON.plusSeconds(1));
        book().met(ADA, "Ada", NOON.plusSeconds(2).plusNanos(999));
        assertThat(book().find(ADA))
                .contains(new KnownPeer(
                        ADA,
                        Optional.empty(),
                        List.of(
                                new UsedName("Ada", NOON, NOON.plusSeconds(2)),
                                new UsedName("Countess", NOON.plusSeconds(1), NOON.plusSeconds(1))),
                        Optional.empty()));
        assertThat(book().find(BOB)).isEmpty();
    }

    /** No peer keeps more than so many names, and the oldest goes. */
    @Test
    public void namesOfAPeerAreBounded() {
        for (int i = 0; i <= PeerBook.MAX_NAMES; i++) {
            book().met(ADA, "name " + i, NOON.plusSeconds(i));
        }
        assertThat(book().find(ADA).orElseThrow().names())
                .hasSize(PeerBook.MAX_NAMES)
                .extracting(UsedName::name)
                .startsWith("name " + PeerBook.MAX_NAMES)
                .doesNotContain("name 0");
        assertThat(book().namesakes("name 0")).isEmpty();
    }

    /** Names that look alike find each other. */
    @Test
    public void namesakesAreFoundHoweverTheNameIsWritten() {
        book().met(ADA, "Ada Lovelace", NOON);
        book().met(BOB, "\uff21da\u200b LOVELACE ", NOON.plusSeconds(1));
        assertThat(book().namesakes("adalovelace")).extracting(KnownPeer::id).containsExactly(BOB, ADA);
        book().verify(ADA, CONFIRMED);
        assertThat(book().namesakes("ADA\u00a0lovelace"))
                .extracting(KnownPeer::id)
                .containsExactly(ADA, BOB);
        assertThat(book().namesakes("Ada")).isEmpty();
    }

    /** A verification stays, is replaced and is taken back. */
    @Test
    public void aVerificationIsKeptUntilItIsTakenBack() {
        book().met(ADA, "Ada", NOON);
        book().verify(ADA, CONFIRMED);
        book().met(ADA, "Ada", NOON.plusSeconds(1));
        assertThat(book().find(ADA).orElseThrow().verification()).contains(CONFIRMED);
        Verification compared = new Verification(NOON.plusSeconds(2), Means.COMPARED);
        book().verify(ADA, compared);
        assertThat(book().find(ADA).orElseThrow().verification()).contains(compared);
        assertThat(book().unverify(ADA)).isTrue();
        assertThat(book().unverify(ADA)).isFalse();
        assertThat(book().unverify(BOB)).isFalse();
        assertThat(book().find(ADA).orElseThrow().isVerified()).isFalse();
        assertThat(book().find(ADA).orElseThrow().lastName()).contains("Ada");
    }

    /** Somebody can be verified before the first meeting. */
    @Test
    public void aPeerCanBeVerifiedBeforeItIsMet() {
        book().verify(BOB, CONFIRMED);
        assertThat(book().find(BOB).orElseThrow().names()).isEmpty();
        book().met(BOB, "Bob", NOON);
        assertThat(book().find(BOB).orElseThrow().isVerified()).isTrue();
    }

    /** Another card of the same peer is told. */
    @Test
    public void anotherCardIsTold() {
        Identity identity = Identity.generate();
        PeerCard card = identity.card();
        assertThat(book().replaceCard(card)).isEmpty();
        assertThat(book().replaceCard(card)).isEmpty();
        assertThat(book().find(card.peerId()).orElseThrow().card()).contains(card);
        assertThat(book().replaceCard(Identity.generate().card())).isEmpty();
        assertThat(book().find(ADA)).isEmpty();
    }

    /** The verified stand first, then the last met. */
    @Test
    public void peersAreListedInOrder() {
        PeerId eve = new PeerId("e".repeat(32));
        book().met(ADA, "Ada", NOON);
        book().met(BOB, "Bob", NOON.plusSeconds(5));
        book().met(eve, "Eve", NOON.plusSeconds(5));
        assertThat(book().peers()).extracting(KnownPeer::id).containsExactly(BOB, eve, ADA);
        book().verify(ADA, CONFIRMED);
        assertThat(book().peers()).extracting(KnownPeer::id).containsExactly(ADA, BOB, eve);
    }

    /** A block stays, whatever else becomes known of the peer, and is taken back. */
    @Test
    public void aBlockIsKeptUntilItIsTakenBack() {
        book().met(ADA, "Ada", NOON);
        assertThat(book().block(ADA, NOON.plusNanos(999))).isTrue();
        assertThat(book().block(ADA, NOON.plusSeconds(9))).isTrue();
        book().met(ADA, "Countess", NOON.plusSeconds(1));
        book().verify(ADA, CONFIRMED);
        book().unverify(ADA);
        assertThat(book().find(ADA).orElseThrow().blockedSince()).contains(NOON);
        assertThat(book().find(ADA).orElseThrow().lastName()).contains("Countess");
        assertThat(book().unblock(ADA)).isTrue();
        assertThat(book().unblock(ADA)).isFalse();
        assertThat(book().unblock(BOB)).isFalse();
        assertThat(book().find(ADA).orElseThrow().isBlocked()).isFalse();
        assertThat(book().find(BOB)).isEmpty();
        assertThat(book().blocked()).isEmpty();
    }

    /** A card that becomes known leaves a block, and who was blocked first can be met. */
    @Test
    public void aPeerCanBeBlockedBeforeItIsMet() {
        PeerCard card = Identity.generate().card();
        book().block(card.peerId(), NOON);
        assertThat(book().replaceCard(card)).isEmpty();
        book().met(card.peerId(), "Eve", NOON);
        assertThat(book().find(card.peerId()))
                .contains(new KnownPeer(
                        card.peerId(),
                        Optional.of(card),
                        List.of(new UsedName("Eve", NOON, NOON)),
                        Optional.empty(),
                        Optional.of(NOON)));
    }

    /** Who was blocked last is listed first. */
    @Test
    public void theBlockedAreListedInOrder() {
        PeerId eve = new PeerId("e".repeat(32));
        book().met(new PeerId("c".repeat(32)), "Cleo", NOON);
        book().block(BOB, NOON.plusSeconds(1));
        book().block(ADA, NOON.plusSeconds(1));
        book().block(eve, NOON.plusSeconds(2));
        assertThat(book().blocked()).extracting(KnownPeer::id).containsExactly(eve, ADA, BOB);
    }

    /** No more than so many are blocked; one more is refused, and not kept. */
    @Test
    public void theBlockedAreBounded() {
        for (int i = 0; i < PeerBook.MAX_BLOCKED; i++) {
            assertThat(book().block(peer(i), NOON)).isTrue();
        }
        assertThat(book().block(ADA, NOON)).isFalse();
        assertThat(book().find(ADA)).isEmpty();
        assertThat(book().block(peer(7), NOON)).isTrue();
        assertThat(book().unblock(peer(7))).isTrue();
        assertThat(book().block(ADA, NOON)).isTrue();
        assertThat(book().blocked()).hasSize(PeerBook.MAX_BLOCKED);
    }

    private static PeerId peer(int number) {
        byte[] bytes = new byte[PeerId.BYTES];
        bytes[0] = 1;
        bytes[1] = (byte) (number >> 8);
        bytes[2] = (byte) number;
        return PeerId.of(bytes);
    }

    /** After closing nothing works, and closing again does nothing. */
    @Test
    public void aClosedBookIsRefused() {
        book().close();
        book().close();
        assertThatIllegalStateException().isThrownBy(() -> book().peers());
        assertThatIllegalStateException().isThrownBy(() -> book().met(ADA, "Ada", NOON));
        assertThatIllegalStateException().isThrownBy(() -> book().verify(ADA, CONFIRMED));
        assertThatIllegalStateException().isThrownBy(() -> book().block(ADA, NOON));
        assertThatIllegalStateException().isThrownBy(() -> book().blocked());
    }
}
