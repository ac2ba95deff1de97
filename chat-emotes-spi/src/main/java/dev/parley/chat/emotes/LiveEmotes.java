package dev.parley.chat.emotes;

import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A capability: the provider's server tells of changes over a WebSocket. An {@link EmoteProvider} that has it
 * implements this interface as well.
 *
 * <p>The provider does no I/O: the registry owns the connection, its timers and the sets, and asks the provider's
 * {@link Conversation} what to do. What can be heard of is named by <em>topics</em>, which the provider writes into its
 * sets with {@link EmoteSet.Builder#topic} and reads in {@link Conversation#subscribe}.
 *
 * <pre>
 *            connect               subscribe(topics)
 *  (closed) ---------> (open) --------------------------> (open, heard: onText ...)
 *     ^                   |  no text for patience(), or the connection ends, or Actions.close
 *     +---- retry --------+
 * </pre>
 *
 * <p>After each new connection the registry subscribes first and then loads all sources with topics again, since what
 * happened in between is not known; changes that come while a source loads are applied to what it loads as well. A
 * change must therefore be one that can be applied twice.
 */
public interface LiveEmotes {
    /**
     * Tells where to connect.
     *
     * @return a {@code wss} address, or {@code ws} on a loopback host and port that a setting names; nothing if there
     *     are no live updates
     */
    Optional<URI> liveAddress();

    /**
     * Begins the conversation on one new connection.
     *
     * @return a new conversation
     */
    Conversation converse();

    /**
     * One connection, from its opening to its end. All calls come one after the other. No method may block; whatever is
     * thrown ends the connection and is reported.
     */
    interface Conversation {
        /**
         * Asks to hear of topics. Called when the connection is open, and when a topic is new.
         *
         * @param topics the new topics, of any source of this provider
         * @param actions what may be done
         */
        void subscribe(Collection<String> topics, Actions actions);

        /**
         * Asks to hear no more of topics, which no set has any longer. Does nothing by default: what is heard of such a
         * topic changes nothing.
         *
         * @param topics the topics
         * @param actions what may be done
         */
        default void unsubscribe(Collection<String> topics, Actions actions) {}

        /**
         * Takes a text message of the server.
         *
         * @param text the message
         * @param actions what may be done
         */
        void onText(String text, Actions actions);

        /**
         * Tells how long the server may be silent before the connection counts as dead. Asked after each message.
         *
         * @return the time
         */
        Duration patience();

        /**
         * Tells what to do after the server closed the connection, or it broke.
         *
         * @param closeCode the code of the close frame (RFC 6455 section 7.4); 1006 if there was none
         * @return when to connect again
         */
        Retry onClosed(int closeCode);
    }

    /** When to connect again. */
    enum Retry {
        /** Soon; each time that follows without a message from the server comes later. */
        SOON,
        /** Not before five minutes have passed. */
        LATER,
        /** Not at all. */
        NEVER
    }

    /** What a conversation may do. Valid during the call only. */
    interface Actions {
        /**
         * Sends a text message to the server.
         *
         * @param text the message
         */
        void send(String text);

        /**
         * Changes every set that has this topic.
         *
         * @param topic the topic
         * @param change gives the new set for the present one; the same one if it changes nothing
         */
        void change(String topic, UnaryOperator<EmoteSet> change);

        /**
         * Loads every source again whose set has this topic; one that is being loaded is loaded once more after that.
         *
         * @param topic the topic
         */
        void reload(String topic);

        /**
         * Loads every source again whose set has one of these topics, each source once.
         *
         * @param topics the topics
         */
        default void reload(Collection<String> topics) {
            topics.forEach(this::reload);
        }

        /**
         * Reports that live updates do not work as they should, while the connection stays; it shows in
         * {@link EmoteRegistry#failures()} until the next connection.
         *
         * @param reason why
         * @param message what happened, without secrets or IP addresses
         */
        default void report(EmoteLoadException.Reason reason, String message) {}

        /**
         * Closes the connection.
         *
         * @param retry when to connect again
         */
        void close(Retry retry);
    }
}
