package dev.parley.chat.emotes.seventv;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.chat.emotes.EmoteLoadException.Reason;
import dev.parley.chat.emotes.LiveEmotes;
import dev.parley.chat.emotes.LiveEmotes.Actions;
import dev.parley.chat.emotes.LiveEmotes.Retry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

/**
 * One connection to 7TV's EventAPI, version 3: subscribes by type and id, and turns events into changes of sets.
 * Without I/O, time or threads.
 *
 * <p>A change between the loading of a set and the server's confirmation of its subscription would be heard of by
 * nobody. So sets are loaded again when all subscriptions are confirmed. So they are when a message cannot be read.
 */
final class SevenTvConversation implements LiveEmotes.Conversation {
    /** The most subscriptions of one connection; the server ends one that asks for more. */
    static final int MAX_SUBSCRIPTIONS = 500;

    /** The server's usual time between two heartbeats, until it says otherwise. */
    static final Duration USUAL_HEARTBEAT = Duration.ofSeconds(45);

    /** After so many heartbeats that did not come the connection is dead. */
    static final int MISSED_HEARTBEATS = 3;

    private static final long MAX_HEARTBEAT_MILLIS = 600_000;

    private static final int DISPATCH = 0;
    private static final int HELLO = 1;
    private static final int RECONNECT = 4;
    private static final int ACK = 5;
    private static final int END_OF_STREAM = 7;
    private static final int SUBSCRIBE = 35;
    private static final int UNSUBSCRIBE = 36;
    private static final int NO_OPCODE = -1;

    private static final int MAINTENANCE = 4007;

    /** Unknown operation, invalid payload, refused login, logged in twice, subscribed twice, not subscribed. */
    private static final Set<Integer> OUR_FAULT = Set.of(4001, 4002, 4003, 4004, 4009, 4010);

    /** What of a user tells which sets are in use. */
    private static final Set<String> KEYS_OF_SETS = Set.of("connections", "emote_set", "emote_set_id", "emote_sets");

    private final Set<String> topics = new LinkedHashSet<>();

    /** Subscriptions that were asked for. */
    private final Set<String> asked = new LinkedHashSet<>();

    /** Those of them that the server has not confirmed. */
    private final Set<String> unconfirmed = new LinkedHashSet<>();

    /** Those that were confirmed, since the sets were last loaded for that. */
    private final Set<String> confirmed = new LinkedHashSet<>();

    private Duration heartbeat = USUAL_HEARTBEAT;

    /** Whether the last message could not be read. */
    private boolean garbled;

    @Override
    public void subscribe(Collection<String> more, Actions actions) {
        topics.addAll(more);
        followTopics(actions);
    }

    @Override
    public void unsubscribe(Collection<String> fewer, Actions actions) {
        topics.removeAll(List.copyOf(fewer));
        followTopics(actions);
    }

    private void followTopics(Actions actions) {
        Set<String> all =
                topics.stream().map(Topics::subscription).collect(Collectors.toCollection(LinkedHashSet::new));
        List<String> wanted = all.stream().limit(MAX_SUBSCRIPTIONS).toList();
        for (String stale : asked.stream().filter(one -> !wanted.contains(one)).toList()) {
            asked.remove(stale);
            unconfirmed.remove(stale);
            confirmed.remove(stale);
            actions.send(message(UNSUBSCRIBE, stale));
        }
        for (String fresh : wanted) {
            if (asked.add(fresh)) {
                unconfirmed.add(fresh);
                actions.send(message(SUBSCRIBE, fresh));
            }
        }
        if (all.size() > MAX_SUBSCRIPTIONS) {
            actions.report(
                    Reason.TOO_LARGE,
                    "7TV tells of " + MAX_SUBSCRIPTIONS + " sets and users at most; of another "
                            + (all.size() - MAX_SUBSCRIPTIONS) + " no changes are heard");
        }
    }

    private static String message(int opcode, String subscription) {
        int slash = subscription.indexOf('/');
        ObjectNode message = JsonNodeFactory.instance.objectNode().put("op", opcode);
        message.putObject("d")
                .put("type", subscription.substring(0, slash))
                .putObject("condition")
                .put("object_id", subscription.substring(slash + 1));
        return message.toString();
    }

    @Override
    public void onText(String text, Actions actions) {
        JsonNode message = read(text);
        JsonNode data = message.path("d");
        boolean understood = true;
        switch (message.path("op").asInt(NO_OPCODE)) {
            case DISPATCH -> understood = dispatch(data, actions);
            case HELLO -> hello(data);
            case RECONNECT -> actions.close(Retry.SOON);
            case ACK -> acknowledged(data, actions);
            case END_OF_STREAM -> actions.close(retryAfter(data.path("code").asInt(0)));
            case NO_OPCODE -> understood = false;
            default -> {
                // A heartbeat, which has shown already that the server is there; an error, after which the server
                // closes if it matters; or something newer than this program.
            }
        }
        if (!understood && !garbled) {
            // It may have told of a change to any set. Once is enough, should more of this kind follow.
            actions.reload(List.copyOf(topics));
        }
        garbled = !understood;
    }

    private static JsonNode read(String text) {
        try {
            JsonNode message = SevenTvJson.JSON.readTree(text);
            return message == null ? JsonNodeFactory.instance.missingNode() : message;
        } catch (IOException e) {
            // Dealt with like any other message that says nothing.
            return JsonNodeFactory.instance.missingNode();
        }
    }

    private void hello(JsonNode data) {
        long millis = data.path("heartbeat_interval").asLong(0);
        if (millis > 0) {
            heartbeat = Duration.ofMillis(Math.min(millis, MAX_HEARTBEAT_MILLIS));
        }
    }

    private void acknowledged(JsonNode data, Actions actions) {
        JsonNode of = data.path("data");
        String subscription = of.path("type").asText("")
                + '/'
                + of.path("condition").path("object_id").asText("");
        if (!data.path("command").asText("").equals("SUBSCRIBE") || !unconfirmed.remove(subscription)) {
            return;
        }
        confirmed.add(subscription);
        if (unconfirmed.isEmpty()) {
            List<String> heard = new ArrayList<>();
            confirmed.forEach(one -> heard.addAll(Topics.of(one)));
            confirmed.clear();
            actions.reload(heard);
        }
    }

    /** Takes an event; false if it could not be read. */
    private static boolean dispatch(JsonNode data, Actions actions) {
        String type = data.path("type").asText("");
        JsonNode body = data.path("body");
        boolean ofSet = type.equals(Topics.SET_TYPE);
        if (!ofSet && !type.equals(Topics.USER_TYPE)) {
            return !type.isEmpty();
        }
        String id = SevenTvJson.usableId(body.path("id")).orElse("");
        if (id.isEmpty()) {
            return false;
        }
        if (ofSet) {
            SetChange change = new SetChange(body);
            change(Topics.set(id, SetKind.SHARED), SetKind.SHARED, change, actions);
            change(Topics.set(id, SetKind.PERSONAL), SetKind.PERSONAL, change, actions);
        } else if (tellsOfSets(body)) {
            actions.reload(Topics.user(id));
        }
        return true;
    }

    private static void change(String topic, SetKind kind, SetChange change, Actions actions) {
        AtomicBoolean doubtful = new AtomicBoolean();
        actions.change(topic, before -> {
            SetChange.Outcome outcome = change.applyTo(before, kind);
            if (!outcome.certain()) {
                doubtful.set(true);
            }
            return outcome.set();
        });
        if (doubtful.get()) {
            actions.reload(topic);
        }
    }

    private static boolean tellsOfSets(JsonNode body) {
        for (String list : List.of("updated", "pushed", "pulled", "added", "removed")) {
            for (JsonNode change : body.path(list)) {
                if (KEYS_OF_SETS.contains(change.path("key").asText(""))) {
                    return true;
                }
            }
        }
        return false;
    }

    @Override
    public Duration patience() {
        return heartbeat.multipliedBy(MISSED_HEARTBEATS);
    }

    @Override
    public Retry onClosed(int closeCode) {
        return retryAfter(closeCode);
    }

    private static Retry retryAfter(int closeCode) {
        if (OUR_FAULT.contains(closeCode)) {
            return Retry.NEVER;
        }
        return closeCode == MAINTENANCE ? Retry.LATER : Retry.SOON;
    }
}
