package dev.parley.chat.signaling;

import java.util.Optional;

/**
 * Where the tokens of a login are kept, for one worker. Several processes may share what is behind it: whoever renews
 * the tokens holds the lock meanwhile. Its methods may block for as long as reading or writing a small file takes; they
 * are called on threads of the {@link OAuthLogin}, from one at a time.
 */
public interface LoginTokenStore {

    /**
     * Reads the tokens as they are now, also those that another process has put there.
     *
     * @return the tokens; empty if nobody is logged in
     * @throws RuntimeException if they cannot be read
     */
    Optional<LoginTokens> load();

    /**
     * Replaces the tokens as a whole: whoever reads meanwhile gets the old ones or the new ones.
     *
     * @param tokens the new tokens
     * @throws RuntimeException if they cannot be kept
     */
    void save(LoginTokens tokens);

    /**
     * Takes the lock, if it is free; does not wait.
     *
     * @return the lock; empty if somebody else has it
     * @throws RuntimeException if there can be no lock
     */
    Optional<Lock> tryLock();

    /** A lock that is held. */
    @FunctionalInterface
    interface Lock extends AutoCloseable {

        /** Gives the lock back. */
        @Override
        void close();
    }
}
