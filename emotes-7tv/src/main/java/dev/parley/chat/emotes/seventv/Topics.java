package dev.parley.chat.emotes.seventv;

import java.util.List;

/**
 * What can be heard of over the EventAPI, as sets name it: the type of the event, a slash, and the id of what it is
 * about. A personal set has {@value #PERSONAL} after that, since emotes in it are read differently; on the wire it is
 * the same subscription.
 */
final class Topics {
    static final String SET_TYPE = "emote_set.update";
    static final String USER_TYPE = "user.update";
    private static final String PERSONAL = "/personal";

    private Topics() {}

    static String set(String setId, SetKind kind) {
        return SET_TYPE + '/' + setId + (kind == SetKind.PERSONAL ? PERSONAL : "");
    }

    static String user(String userId) {
        return USER_TYPE + '/' + userId;
    }

    /** The subscription by which a topic is heard of: type, slash, id. */
    static String subscription(String topic) {
        return topic.endsWith(PERSONAL) ? topic.substring(0, topic.length() - PERSONAL.length()) : topic;
    }

    /** The topics that are heard of by a subscription. */
    static List<String> of(String subscription) {
        return List.of(subscription, subscription + PERSONAL);
    }
}
