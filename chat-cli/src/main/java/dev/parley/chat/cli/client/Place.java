package dev.parley.chat.cli.client;

import dev.parley.chat.cli.Event;
import dev.parley.chat.store.RoomRecord;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** A room that one can go to, or of which one can read. */
sealed interface Place {
    DateTimeFormatter DAY = DateTimeFormatter.ofPattern("d MMM uuuu", Locale.ENGLISH);

    /** By what it is the same when the list of rooms is another. */
    Object key();

    String name();

    /** What else is to be said of it, in few words. */
    String about(ZoneId zone);

    /**
     * One that is open here.
     *
     * @param news what was said that was not read yet, in few words
     */
    record Open(int tab, String name, String news) implements Place {
        @Override
        public Object key() {
            return tab;
        }

        @Override
        public String about(ZoneId zone) {
            return news.isEmpty() ? "open" : news;
        }
    }

    /** One that everybody may join. */
    record Public(Event.Listed listed) implements Place {
        @Override
        public Object key() {
            return listed.room().room();
        }

        @Override
        public String name() {
            return listed.room().name();
        }

        @Override
        public String about(ZoneId zone) {
            return listed.room().participants() + "/" + listed.room().capacity();
        }
    }

    /** One that one was in: its record holds no secret, so nothing can be done but read what is kept. */
    record Past(RoomRecord room) implements Place {
        @Override
        public Object key() {
            return room.room();
        }

        @Override
        public String name() {
            return room.name();
        }

        @Override
        public String about(ZoneId zone) {
            return DAY.format(room.lastEntered().atZone(zone));
        }
    }
}
