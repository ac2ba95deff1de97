package dev.parley.chat.emotes;

/**
 * A capability: the provider knows sets that belong to one person and hold wherever that person writes. An
 * {@link EmoteProvider} that has it implements this interface as well.
 */
public interface PersonalSets {
    /**
     * Makes the source of a person's set. Does no I/O.
     *
     * @param user the person, as this provider names people
     * @return a source of scope {@link EmoteScope#PERSONAL}, of the same name whenever the person is the same
     * @throws IllegalArgumentException if that names nobody; the message says what is expected
     */
    EmoteSource personal(String user);
}
