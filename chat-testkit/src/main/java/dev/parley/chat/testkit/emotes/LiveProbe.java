package dev.parley.chat.testkit.emotes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.emotes.EmoteSet;
import dev.parley.chat.emotes.LiveEmotes;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;

/** Holds one conversation of a provider in place of a registry, and looks at all that the provider does in it. */
final class LiveProbe {
    private final LiveEmotes.Conversation conversation;
    private final String providerId;
    private final List<EmoteSet> sets;

    /**
     * @param conversation a new one
     * @param providerId whose it is
     * @param sets what changes are tried on
     */
    LiveProbe(LiveEmotes.Conversation conversation, String providerId, List<EmoteSet> sets) {
        this.conversation = Objects.requireNonNull(conversation, "the conversation");
        this.providerId = providerId;
        this.sets = sets;
    }

    void subscribe(Collection<String> topics) {
        step("subscribing", actions -> conversation.subscribe(topics, actions));
    }

    void unsubscribe(Collection<String> topics) {
        step("unsubscribing", actions -> conversation.unsubscribe(topics, actions));
    }

    void hear(String text) {
        step(
                "hearing " + text.substring(0, Math.min(80, text.length())),
                actions -> conversation.onText(text, actions));
    }

    private interface Step {
        void take(LiveEmotes.Actions actions);
    }

    private void step(String what, Step step) {
        Watched actions = new Watched();
        try {
            step.take(actions);
            Duration patience = conversation.patience();
            assertThat(patience).as("%s: the patience", what).isNotNull().isPositive();
        } catch (RuntimeException | StackOverflowError e) {
            throw new AssertionError(what + ": the conversation crashed", e);
        } finally {
            actions.over = true;
        }
    }

    /** What a conversation may do, during one call. */
    private final class Watched implements LiveEmotes.Actions {
        private boolean over;

        @Override
        public void send(String text) {
            check();
            assertThat(text).as("what is sent to the server").isNotNull();
        }

        @Override
        public void change(String topic, UnaryOperator<EmoteSet> change) {
            check();
            assertThat(topic).as("the topic of a change").isNotNull();
            for (EmoteSet set : sets) {
                EmoteSet once = change.apply(set);
                assertThat(once).as("what a change gives").isNotNull();
                assertThat(once.emotes())
                        .as("what a change gives")
                        .allSatisfy(emote -> assertThat(emote.id().providerId()).isEqualTo(providerId));
                assertThat(change.apply(once).emotes())
                        .as("what a change gives the second time")
                        .isEqualTo(once.emotes());
            }
        }

        @Override
        public void reload(String topic) {
            check();
            assertThat(topic).as("the topic to load again").isNotNull();
        }

        @Override
        public void close(LiveEmotes.Retry retry) {
            check();
            assertThat(retry).as("when to connect again").isNotNull();
        }

        private void check() {
            assertThat(over)
                    .as("whether the call is over for which these actions are")
                    .isFalse();
        }
    }
}
