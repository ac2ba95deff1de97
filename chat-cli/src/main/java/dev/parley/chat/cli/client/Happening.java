package dev.parley.chat.cli.client;

import dev.parley.chat.ChatMessage;
import dev.parley.chat.MessageId;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.cli.Event;
import dev.parley.chat.cli.screen.Keypress;
import dev.parley.chat.crypto.RoomCode;
import dev.parley.chat.emotes.EmoteCatalog;
import dev.parley.chat.store.KnownPeer;
import dev.parley.chat.store.RoomRecord;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Something that the client is told. */
public sealed interface Happening {

    /** A person has done something. */
    record Key(Keypress key) implements Happening {}

    /** Time has passed, or the screen has another size. */
    record Tick() implements Happening {}

    /** Something has happened in the room of a tab. */
    record InRoom(int tab, Event event) implements Happening {}

    /** What was said in a room before, in its order, as it is worded now, and which of it was edited. */
    record Older(int tab, List<ChatMessage> messages, Set<MessageId> edited, boolean isAll) implements Happening {}

    /** The emotes of a room are others. */
    record Emotes(int tab, EmoteCatalog catalog) implements Happening {}

    /** More pictures of emotes are there. */
    record PicturesChanged() implements Happening {}

    /** Which emotes were used lately, before this start; the latest first. */
    record RecentEmotes(List<String> codes) implements Happening {}

    /**
     * What is known of those who are in a room.
     *
     * @param code what all in the room compare; empty while one is alone
     */
    record Trust(int tab, Optional<RoomCode> code, Map<PeerId, KnownPeer> known) implements Happening {
        /** Whether a person has verified somebody. */
        boolean isVerified(PeerId peer) {
            KnownPeer of = known.get(peer);
            return of != null && of.isVerified();
        }

        boolean isBlocked(PeerId peer) {
            KnownPeer of = known.get(peer);
            return of != null && of.isBlocked();
        }
    }

    /**
     * How Parley is set.
     *
     * @param writable the keys of those that can be kept by {@link Wish.KeepSetting}
     */
    record Settings(List<Event.Setting> settings, Set<String> writable) implements Happening {}

    /** What has come of keeping a setting, in words. */
    record SettingKept(String text, boolean isKept) implements Happening {}

    /** The public rooms. */
    record Rooms(List<Event.Listed> rooms) implements Happening {}

    /** The rooms that one was in, last entered first. */
    record PastRooms(List<RoomRecord> rooms) implements Happening {}

    /**
     * What was said in a room that one is not in, in its order, as it is worded now.
     *
     * @param edited which of it was edited
     * @param problem why it could not be read; null if it could
     */
    record PastTalk(
            RoomId room,
            List<ChatMessage> messages,
            Set<MessageId> edited,
            boolean isAll,
            @Nullable String problem) implements Happening {}

    /** The public rooms could not be listed. */
    record NoRooms(Event.Problem problem) implements Happening {}

    /** Something to be told that belongs to no room. */
    record Told(Event event) implements Happening {}
}
