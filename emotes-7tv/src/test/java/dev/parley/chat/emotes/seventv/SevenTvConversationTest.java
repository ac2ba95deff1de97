package dev.parley.chat.emotes.seventv;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.chat.emotes.Emote;
import dev.parley.chat.emotes.EmoteLoadException.Reason;
import dev.parley.chat.emotes.EmoteSet;
import dev.parley.chat.emotes.EmoteVisibility;
import dev.parley.chat.emotes.LiveEmotes.Actions;
import dev.parley.chat.emotes.LiveEmotes.Retry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The conversation alone: what it answers to what it hears. */
class SevenTvConversationTest {
    private static final String SET = "0123456789abcdef01234567";
    private static final String TOPIC = "emote_set.update/" + SET;
    private static final String USER_TOPIC = "user.update/cccccccccccccccccccccccc";

    private final SevenTvConversation conversation = new SevenTvConversation();
    private final Recorded actions = new Recorded();

    /** Notes what is done, and changes the sets that it holds. */
    private static final class Recorded implements Actions {
        final List<String> sent = new ArrayList<>();
        final List<String> reloaded = new ArrayList<>();
        final List<Retry> closed = new ArrayList<>();
        final List<String> reported = new ArrayList<>();
        final Map<String, EmoteSet> sets = new HashMap<>();

        @Override
        public void send(String text) {
            sent.add(text);
        }

        @Override
        public void change(String topic, UnaryOperator<EmoteSet> change) {
            sets.computeIfPresent(topic, (name, before) -> {
                EmoteSet once = change.apply(before);
                // It is made again on what is loaded meanwhile, which may have it already.
                assertThat(change.apply(once)).isEqualTo(once);
                return once;
            });
        }

        @Override
        public void reload(String topic) {
            reloaded.add(topic);
        }

        @Override
        public void reload(Collection<String> topics) {
            reloaded.addAll(topics);
        }

        @Override
        public void report(Reason reason, String message) {
            reported.add(reason + ": " + message);
        }

        @Override
        public void close(Retry retry) {
            closed.add(retry);
        }
    }

    private void hear(ObjectNode message) {
        conversation.onText(message.toString(), actions);
    }

    private static String subscription(int opcode, String type, String id) {
        return "{\"op\":" + opcode + ",\"d\":{\"type\":\"" + type + "\",\"condition\":{\"object_id\":\"" + id + "\"}}}";
    }

    private static String confirmation(String type, String id) {
        return "{\"op\":5,\"t\":1,\"d\":{\"command\":\"SUBSCRIBE\",\"data\":{\"id\":4,\"type\":\"" + type
                + "\",\"condition\":{\"object_id\":\"" + id + "\"}}}}";
    }

    @Test
    void topicsAreSubscribedToAndUnsubscribedFrom() {
        conversation.subscribe(List.of(USER_TOPIC, TOPIC), actions);
        conversation.unsubscribe(List.of(TOPIC, "emote_set.update/never"), actions);

        assertThat(actions.sent)
                .containsExactly(
                        subscription(35, "user.update", "cccccccccccccccccccccccc"),
                        subscription(35, "emote_set.update", SET),
                        subscription(36, "emote_set.update", SET));
    }

    @Test
    void aSetThatIsPersonalAndAChannelsIsSubscribedToOnce() {
        conversation.subscribe(List.of(TOPIC + "/personal"), actions);
        conversation.subscribe(List.of(TOPIC), actions);
        conversation.unsubscribe(List.of(TOPIC + "/personal"), actions);
        assertThat(actions.sent).containsExactly(subscription(35, "emote_set.update", SET));

        conversation.unsubscribe(List.of(TOPIC), actions);
        assertThat(actions.sent).hasSize(2).last().isEqualTo(subscription(36, "emote_set.update", SET));
    }

    @Test
    void noMoreThanFiveHundredAreAskedForAndTheOthersFollowWhenThereIsRoom() {
        List<String> all = IntStream.range(0, SevenTvConversation.MAX_SUBSCRIPTIONS)
                .mapToObj(i -> "emote_set.update/" + i)
                .toList();
        conversation.subscribe(all, actions);
        assertThat(actions.sent).hasSize(SevenTvConversation.MAX_SUBSCRIPTIONS);
        assertThat(actions.reported).isEmpty();

        conversation.subscribe(List.of("emote_set.update/more"), actions);
        assertThat(actions.sent).hasSize(SevenTvConversation.MAX_SUBSCRIPTIONS);
        assertThat(actions.reported).singleElement().asString().contains("500").contains("TOO_LARGE");

        conversation.unsubscribe(List.of("emote_set.update/7"), actions);
        assertThat(actions.sent.subList(SevenTvConversation.MAX_SUBSCRIPTIONS, actions.sent.size()))
                .containsExactly(
                        subscription(36, "emote_set.update", "7"), subscription(35, "emote_set.update", "more"));
    }

    @Test
    void setsAreLoadedAgainOnceAllIsConfirmed() {
        conversation.subscribe(List.of(TOPIC, USER_TOPIC), actions);
        conversation.onText(confirmation("emote_set.update", SET), actions);
        conversation.onText(confirmation("emote_set.update", "of-somebody-else"), actions);
        assertThat(actions.reloaded).isEmpty();

        conversation.onText(confirmation("user.update", "cccccccccccccccccccccccc"), actions);
        assertThat(actions.reloaded).contains(TOPIC, TOPIC + "/personal", USER_TOPIC);
        int reloads = actions.reloaded.size();
        conversation.onText(confirmation("user.update", "cccccccccccccccccccccccc"), actions);
        assertThat(actions.reloaded).hasSize(reloads);
    }

    @Test
    void threeHeartbeatsMayBeMissed() {
        assertThat(conversation.patience()).isEqualTo(Duration.ofSeconds(135));
        hear(Answers.hello(28_500));
        assertThat(conversation.patience()).isEqualTo(Duration.ofMillis(85_500));
        hear(Answers.hello(-1));
        hear(Answers.hello(0));
        assertThat(conversation.patience()).isEqualTo(Duration.ofMillis(85_500));
        hear(Answers.hello(Long.MAX_VALUE));
        assertThat(conversation.patience()).isEqualTo(Duration.ofMinutes(30));
    }

    @ParameterizedTest
    @CsvSource({
        "1000, SOON", "1006, SOON", "4000, SOON", "4001, NEVER", "4002, NEVER", "4003, NEVER", "4004, NEVER",
        "4005, SOON", "4006, SOON", "4007, LATER", "4008, SOON", "4009, NEVER", "4010, NEVER", "4011, SOON",
        "4012, SOON"
    })
    void theCodeOfAnEndSaysWhenToConnectAgain(int code, Retry retry) {
        assertThat(conversation.onClosed(code)).isEqualTo(retry);
        conversation.onText("{\"op\":7,\"d\":{\"code\":" + code + ",\"message\":\"x\"}}", actions);
        assertThat(actions.closed).containsExactly(retry);
    }

    @Test
    void aRequestToConnectAgainIsFollowed() {
        conversation.onText("{\"op\":4,\"d\":{\"reason\":\"restart\"}}", actions);
        assertThat(actions.closed).containsExactly(Retry.SOON);
    }

    @ParameterizedTest
    @ValueSource(strings = {"connections", "emote_set", "emote_set_id", "emote_sets"})
    void aUserWhoseSetsChangeIsLoadedAgain(String key) {
        for (String list : List.of("updated", "pushed", "pulled")) {
            actions.reloaded.clear();
            ObjectNode body = Answers.body("cccccccccccccccccccccccc");
            body.withArray(list).addObject().put("key", key);
            hear(Answers.event("user.update", body));
            assertThat(actions.reloaded).containsExactly(USER_TOPIC);
        }
    }

    @Test
    void aUserWhoseLooksChangeIsNot() {
        ObjectNode body = Answers.body("cccccccccccccccccccccccc");
        body.withArray("updated").addObject().put("key", "style");
        hear(Answers.event("user.update", body));
        assertThat(actions.reloaded).isEmpty();
    }

    @Test
    void whatCannotBeReadLoadsEverythingAgainOnce() {
        conversation.subscribe(List.of(TOPIC), actions);
        conversation.onText("{", actions);
        conversation.onText("nonsense", actions);
        assertThat(actions.reloaded).containsExactly(TOPIC);

        conversation.onText("{\"op\":2}", actions);
        conversation.onText("{\"op\":0,\"d\":{\"type\":\"emote_set.update\",\"body\":{\"id\":\"../x\"}}}", actions);
        assertThat(actions.reloaded).containsExactly(TOPIC, TOPIC);
        assertThat(actions.closed).isEmpty();
    }

    private void hold(String topic, ObjectNode... emotes) {
        EmoteSet.Builder set = EmoteSet.builder().topic(topic);
        for (ObjectNode emote : emotes) {
            set.add(SevenTvJson.parseEmote(emote, SetKind.SHARED));
        }
        actions.sets.put(topic, set.build());
    }

    private EmoteSet setOf(String topic) {
        return Objects.requireNonNull(actions.sets.get(topic), topic);
    }

    private Emote held(String topic, String code) {
        return Objects.requireNonNull(held(topic).get(code), code);
    }

    private Map<String, Emote> held(String topic) {
        return setOf(topic).emotes().stream()
                .collect(Collectors.toMap(Emote::code, emote -> emote, (a, b) -> a, LinkedHashMap::new));
    }

    private void change(ObjectNode body) {
        hear(Answers.event("emote_set.update", body));
    }

    @Test
    void aRenamedEmoteKeepsItsImages() {
        hold(TOPIC, Answers.active("a", "Old", 0));
        Emote before = held(TOPIC, "Old");
        change(Answers.update(
                Answers.body(SET), Answers.withoutData("a", "Old", 0), Answers.withoutData("a", "New", 0)));

        assertThat(held(TOPIC)).containsOnlyKeys("New");
        assertThat(held(TOPIC, "New")).isEqualTo(before.withCode("New"));
        assertThat(actions.reloaded).isEmpty();
    }

    @Test
    void aChannelsZeroWidthGoesWithItsFlagAndAnOwnersStays() {
        ObjectNode byOwner = Answers.active("b", "ByOwner", 0);
        byOwner.withObject("data").put("flags", 256);
        hold(TOPIC, Answers.active("a", "ByChannel", 1), byOwner);
        change(Answers.update(
                Answers.update(
                        Answers.body(SET),
                        Answers.withoutData("a", "ByChannel", 1),
                        Answers.withoutData("a", "ByChannel", 0)),
                Answers.withoutData("b", "ByOwner", 0),
                Answers.withoutData("b", "Other", 0)));

        assertThat(held(TOPIC, "ByChannel").zeroWidth()).isFalse();
        assertThat(held(TOPIC, "Other").zeroWidth()).isTrue();
    }

    @Test
    void oneEventMayBringAnEmoteAndRenameItWithoutRepeatingItsImages() {
        hold(TOPIC);
        change(Answers.update(
                Answers.push(Answers.body(SET), Answers.active("a", "First", 0)),
                Answers.withoutData("a", "First", 0),
                Answers.withoutData("a", "Second", 0)));

        assertThat(held(TOPIC)).containsOnlyKeys("Second");
        assertThat(held(TOPIC, "Second").images()).hasSize(8);
    }

    @Test
    void twoEmotesMayChangeNames() {
        hold(TOPIC, Answers.active("a", "A", 0), Answers.active("b", "B", 0));
        change(Answers.update(
                Answers.update(Answers.body(SET), Answers.withoutData("a", "A", 0), Answers.withoutData("a", "B", 0)),
                Answers.withoutData("b", "B", 0),
                Answers.withoutData("b", "A", 0)));

        assertThat(held(TOPIC, "A").id().value()).isEqualTo("b");
        assertThat(held(TOPIC, "B").id().value()).isEqualTo("a");
    }

    @Test
    void whatGoesIsTheEmoteThatIsMeantAndNotWhatHasItsName() {
        hold(TOPIC, Answers.active("b", "A", 0));
        change(Answers.pull(Answers.body(SET), Answers.withoutData("a", "A", 0)));
        assertThat(held(TOPIC)).containsOnlyKeys("A");
        assertThat(actions.reloaded).isEmpty();
    }

    @Test
    void inDoubtTheSetIsLoadedAgain() {
        hold(TOPIC, Answers.active("a", "A", 0));
        change(Answers.push(Answers.body(SET), Answers.active("b", "A", 0)));
        assertThat(actions.reloaded).as("two emotes of one name").containsExactly(TOPIC);

        change(Answers.push(Answers.body(SET), Answers.withoutData("c", "C", 0)));
        assertThat(actions.reloaded).as("an emote without data").hasSize(2);

        actions.sets.put(TOPIC, setOf(TOPIC).toBuilder().skip("x", "twice").build());
        change(Answers.pull(Answers.body(SET), Answers.withoutData("b", "A", 0)));
        assertThat(actions.reloaded).as("what was left out may come up").hasSize(3);
    }

    @Test
    void aPrivateEmoteShowsInAPersonalSetOnly() {
        ObjectNode secret = Answers.active("p", "Mine", 0);
        secret.withObject("data").put("flags", 1);
        hold(TOPIC);
        hold(TOPIC + "/personal");
        change(Answers.push(Answers.body(SET), secret));

        assertThat(held(TOPIC, "Mine").visibility()).isEqualTo(EmoteVisibility.UNLISTED);
        assertThat(held(TOPIC + "/personal", "Mine").visibility()).isEqualTo(EmoteVisibility.LISTED);
    }

    @Test
    void anySequenceOfChangesGivesTheServersSet() {
        for (long seed = 1; seed <= 100; seed++) {
            Random random = new Random(seed);
            Map<String, String> server = new LinkedHashMap<>();
            hold(TOPIC);
            for (int step = 0; step < 30; step++) {
                ObjectNode body = Answers.body(SET);
                for (int i = random.nextInt(3); i >= 0; i--) {
                    oneChange(server, body, random, step * 10 + i);
                }
                change(body);
                // The kinds within one event have no order among themselves, so each is about names of its own.
                Map<String, String> codes = new LinkedHashMap<>();
                held(TOPIC).forEach((code, emote) -> codes.put(code, emote.id().value()));
                assertThat(codes).as("seed %d, step %d", seed, step).containsExactlyInAnyOrderEntriesOf(server);
            }
        }
    }

    private static void oneChange(Map<String, String> server, ObjectNode body, Random random, int serial) {
        List<String> untouched = server.keySet().stream()
                .filter(code -> !body.toString().contains('"' + code + '"'))
                .toList();
        String fresh = "n" + serial;
        if (untouched.isEmpty() || random.nextInt(3) == 0) {
            // One in three is a further name of an emote that is there.
            String id = server.isEmpty() || random.nextInt(3) > 0
                    ? "id" + serial
                    : List.copyOf(server.values()).get(random.nextInt(server.size()));
            server.put(fresh, id);
            Answers.push(body, Answers.active(id, fresh, 0));
            return;
        }
        String code = untouched.get(random.nextInt(untouched.size()));
        String id = Objects.requireNonNull(server.remove(code));
        if (random.nextBoolean()) {
            Answers.pull(body, Answers.withoutData(id, code, 0));
        } else {
            server.put(fresh, id);
            Answers.update(body, Answers.withoutData(id, code, 0), Answers.withoutData(id, fresh, 0));
        }
    }
}
