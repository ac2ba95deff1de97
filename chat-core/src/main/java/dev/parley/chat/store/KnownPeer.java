package dev.parley.chat.store;

import dev.parley.chat.PeerId;
import dev.parley.chat.crypto.PeerCard;
import java.text.Normalizer;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What this profile knows of a peer that it has met.
 *
 * @param id who
 * @param card its card as last seen; empty where none was: participants of a room see the host's only
 * @param names what it has called itself, last used first; empty if it was verified before it was met
 * @param verification when and how a person verified it, if one did
 * @param blockedSince since when what it says is not shown to this profile; empty if it is
 */
public record KnownPeer(
        PeerId id,
        Optional<PeerCard> card,
        List<UsedName> names,
        Optional<Verification> verification,
        Optional<Instant> blockedSince) {

    /**
     * A name that a peer has used.
     *
     * @param name as it was said
     * @param firstSeen when it was heard first
     * @param lastSeen when it was heard last
     */
    public record UsedName(String name, Instant firstSeen, Instant lastSeen) {}

    /**
     * That a person has verified a peer.
     *
     * @param at when
     * @param means how
     */
    public record Verification(Instant at, Means means) {}

    /** How a person verified a peer. */
    public enum Means {
        /** The program compared the safety number, its words or its QR code with what the other side sees. */
        COMPARED,
        /** The person says so. */
        CONFIRMED
    }

    /** Copies the list. */
    public KnownPeer {
        names = List.copyOf(names);
    }

    /**
     * Makes a peer that is not blocked.
     *
     * @param id who
     * @param card its card as last seen
     * @param names what it has called itself, last used first
     * @param verification when and how a person verified it, if one did
     */
    public KnownPeer(PeerId id, Optional<PeerCard> card, List<UsedName> names, Optional<Verification> verification) {
        this(id, card, names, verification, Optional.empty());
    }

    KnownPeer withCard(PeerCard newCard) {
        return new KnownPeer(id, Optional.of(newCard), names, verification, blockedSince);
    }

    KnownPeer withNames(List<UsedName> newNames) {
        return new KnownPeer(id, card, newNames, verification, blockedSince);
    }

    KnownPeer withVerification(Optional<Verification> newVerification) {
        return new KnownPeer(id, card, names, newVerification, blockedSince);
    }

    KnownPeer withBlockedSince(Optional<Instant> since) {
        return new KnownPeer(id, card, names, verification, since);
    }

    /**
     * Says whether what the peer says is not shown.
     *
     * @return whether this profile has blocked it
     */
    public boolean isBlocked() {
        return blockedSince.isPresent();
    }

    /**
     * Says whether a person has verified the peer.
     *
     * @return whether there is a verification
     */
    public boolean isVerified() {
        return verification.isPresent();
    }

    /**
     * Returns the name that the peer used last.
     *
     * @return the name, or empty if it was not met yet
     */
    public Optional<String> lastName() {
        return names.stream().findFirst().map(UsedName::name);
    }

    /**
     * Brings names that look alike to one form: compatibility forms are made one (NFKC), case is folded, and white
     * space, control and format characters (the invisible ones) are left out. Letters of different scripts that look
     * alike (UTS 39), like Latin and Cyrillic "a", are <em>not</em> brought together, nor are digits like letters.
     *
     * @param name any name
     * @return the form in which to compare it; the name itself where nothing would be left
     */
    public static String nameKey(String name) {
        String folded = Normalizer.normalize(name, Normalizer.Form.NFKC)
                .toUpperCase(Locale.ROOT)
                .toLowerCase(Locale.ROOT);
        StringBuilder key = new StringBuilder(folded.length());
        Normalizer.normalize(folded, Normalizer.Form.NFKC)
                .codePoints()
                .filter(KnownPeer::isVisible)
                .forEach(key::appendCodePoint);
        return key.isEmpty() ? name : key.toString();
    }

    private static boolean isVisible(int c) {
        return switch (Character.getType(c)) {
            case Character.FORMAT, Character.CONTROL, Character.SPACE_SEPARATOR, Character.LINE_SEPARATOR -> false;
            default -> Character.getType(c) != Character.PARAGRAPH_SEPARATOR && !isVariationSelector(c);
        };
    }

    private static boolean isVariationSelector(int c) {
        return (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0xE0100 && c <= 0xE01EF);
    }
}
