package dev.parley.chat.cli.client;

import dev.parley.chat.HistoryPolicy;
import dev.parley.chat.MessageId;
import dev.parley.chat.RoomId;
import dev.parley.chat.RoomOptions;
import dev.parley.chat.cli.Deed;
import dev.parley.chat.cli.InputCommand;
import java.net.URI;
import java.util.List;

/** Something that the client wants done. What comes of it is told by a {@link Happening}. */
public sealed interface Wish {

    /** Look which public rooms there are, and which one was in. */
    record ListRooms() implements Wish {}

    /** Open a room in a tab, and give newcomers so much of what was said. */
    record Create(int tab, RoomOptions options, HistoryPolicy history) implements Wish {}

    /** Join a room in a tab: by a link, a code or an id. */
    record Join(int tab, String where) implements Wish {}

    /** Something that others in a room are told. */
    sealed interface Said extends Wish {
        int tab();

        /** What was typed for it; empty if nothing was. */
        String text();
    }

    /** Do what was typed in a room: a message, or a command with its slash. */
    record Type(int tab, String text) implements Said {}

    /** Answer a message. */
    record Reply(int tab, String text, MessageId to) implements Said {}

    /** Do something to a message, a participant or the room. */
    record Do(int tab, Deed deed) implements Said {
        @Override
        public String text() {
            return deed.text();
        }
    }

    /** Carry out a command in a room, as a program can give it. */
    record Ask(int tab, InputCommand command) implements Wish {}

    /** Look up whom one has verified or blocked of those in a room, and the room's code. */
    record LoadTrust(int tab) implements Wish {}

    /** Look up how Parley is set, and where that comes from. */
    record LoadSettings() implements Wish {}

    /** A person looks at a room, and has read what is there. */
    record Here(int tab) implements Wish {}

    /** Say that something is being written, or not any more. */
    record Typing(int tab, boolean isTyping) implements Wish {}

    /** Read what was said before that which is shown, from the history on this machine. */
    record LoadOlder(int tab, List<MessageId> shown) implements Wish {}

    /** The same of a room that one is not in. */
    record ReadPast(RoomId room, List<MessageId> shown) implements Wish {}

    /** Leave a room. */
    record Leave(int tab) implements Wish {}

    /** Show a page to the person, outside; only ever what was asked for. */
    record Open(URI link) implements Wish {}

    /** Keep for the next start which emotes were used lately, the latest first. */
    record KeepRecentEmotes(List<String> codes) implements Wish {}

    /** Give text to the clipboard of the terminal. */
    record Copy(String text) implements Wish {}

    /** Take the mouse, or leave it to the terminal. */
    record Mouse(boolean isTaken) implements Wish {}

    /** Tell others what is read from now on, or do not. */
    record ReadMarks(boolean areSent) implements Wish {}

    /** Write a setting to the file of the settings, so that it holds the next time; an empty one is taken out of it. */
    record KeepSetting(String key, String value) implements Wish {}

    /** Ring. */
    record Bell() implements Wish {}

    /** Paint everything anew. */
    record Repaint() implements Wish {}

    /** Give the terminal to others until the person comes back. */
    record Suspend() implements Wish {}

    /** End. */
    record Quit() implements Wish {}
}
