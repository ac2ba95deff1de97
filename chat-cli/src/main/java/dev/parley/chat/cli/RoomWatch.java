package dev.parley.chat.cli;

import dev.parley.chat.Invite;
import dev.parley.chat.PublicRoom;
import dev.parley.chat.RoomId;
import dev.parley.chat.SignalingException;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Tells what is new in the list of public rooms from one look at it to the next. For one thread. */
final class RoomWatch {

    private final URI worker;
    private final Consumer<Event> told;
    private Map<RoomId, PublicRoom> known = Map.of();
    private boolean isLost;

    /**
     * Begins with an empty list.
     *
     * @param worker whose list it is
     * @param told takes what is to be told
     */
    RoomWatch(URI worker, Consumer<Event> told) {
        this.worker = worker;
        this.told = told;
    }

    /**
     * The list is this now. Tells of rooms that are new, that are not there any more, and where somebody came or went.
     */
    void seen(List<PublicRoom> now) {
        if (isLost) {
            isLost = false;
            told.accept(new Event.Notice("the signaling worker answers again"));
        }
        Map<RoomId, PublicRoom> seen = new LinkedHashMap<>();
        now.forEach(room -> seen.putIfAbsent(room.room(), room));
        for (PublicRoom before : known.values()) {
            if (!seen.containsKey(before.room())) {
                told.accept(new Event.Unlisted(before.room(), before.name()));
            }
        }
        for (PublicRoom room : seen.values()) {
            PublicRoom before = known.get(room.room());
            // When it was last active changes at every heartbeat and is no news.
            if (before == null || before.participants() != room.participants()) {
                told.accept(new Event.Listed(
                        room, Invite.toPublicRoom(worker, room.room()).link()));
            }
        }
        known = seen;
    }

    /** The list could not be had. Told at the first time; what was known stays known. */
    void missed(SignalingException failure) {
        if (!isLost) {
            isLost = true;
            told.accept(new Event.Notice("the signaling worker does not give its list any more, and is asked until it"
                    + " does: " + failure.getMessage()));
        }
    }
}
