package dev.parley.chat.openapi;

/**
 * One way in which a call may end.
 *
 * @param operation method and path template, or {@link #ANY} for what any request may meet
 * @param code the {@code code} of a problem document; empty for an answer that is none
 */
public record Outcome(String operation, int status, String code) implements Comparable<Outcome> {
    /** Stands for the operation where the answer has to do with none. */
    public static final String ANY = "any request";

    @Override
    public int compareTo(Outcome other) {
        return toString().compareTo(other.toString());
    }

    @Override
    public String toString() {
        return (operation + " → " + status + " " + code).strip();
    }
}
