package dev.parley.chat;

import java.util.Optional;

/**
 * Something about a participant does not fit what is known. Not a proof of an attack: people share names and move to
 * new devices. Compare {@link dev.parley.chat.crypto.SafetyNumber}s before trusting it.
 *
 * <p>Names are compared by {@link dev.parley.chat.store.KnownPeer#nameKey}: letters of different scripts that look
 * alike are not found.
 *
 * @param cause what does not fit
 * @param peer whom it is about: of two, the one that nobody verified, else the one that took the name later
 * @param name what it calls itself
 * @param other who else has that name; empty for {@link Cause#KEY_CHANGED}
 * @param verified whether a person has verified the other, or for {@link Cause#KEY_CHANGED} the peer; oneself counts as
 *     verified
 */
public record IdentityAlert(Cause cause, PeerId peer, String name, Optional<PeerId> other, boolean verified) {

    /** What does not fit. */
    public enum Cause {
        /**
         * A name that was met before comes with another identity. Told when the identity uses this name for the first
         * time, and always when the one it was met with is verified and this one is not. That an identity is verified
         * says whose key it is, not that it may go by any name.
         */
        KNOWN_NAME_OTHER_IDENTITY,
        /** Two identities are in the room under one name. */
        SAME_NAME_IN_ROOM,
        /**
         * A known identity has another X25519 key in its card. Its owner signed it; whoever stole the identity could.
         */
        KEY_CHANGED
    }
}
