package dev.parley.chat;

import dev.parley.chat.internal.encoding.Base64Url;
import java.net.URI;
import java.net.URISyntaxException;
import java.security.MessageDigest;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What one needs to join a room: where its signaling worker is, its id and, for a private room, its secret. As a link:
 * {@code <base>/r/<roomId>#<secret>}. The secret stands in the fragment, which is not sent to a server. The scheme
 * {@code parley:} may stand before the link. After somebody has ceased to be a deputy, the fragment ends in a point and
 * the least version of the host's list of deputies by which who comes with the invite is led: an older list names
 * somebody who may not lead any more. Immutable.
 *
 * <p>Who holds an invite with its secret can join: {@link #link} is to be treated like a password; {@code toString}
 * does not show the secret.
 */
public final class Invite {

    /** Length of a private room's secret, in bytes, as long as nobody was removed from the room. */
    public static final int SECRET_BYTES = 32;

    /** Length in bytes after somebody was removed: the new secret, and the key of the descriptor, which stays. */
    public static final int ROTATED_SECRET_BYTES = 64;

    private static final String SCHEME = "parley:";
    private static final String ROOM_PATH = "/r/";
    private static final char LEAST_MARK = '.';
    private static final int MAX_CHARS = 2_048;

    private final URI base;
    private final RoomId room;
    private final byte @Nullable [] secret;
    private final int leastSuccession;

    /** Makes an invite; the least version is 0 where it names none. */
    Invite(URI base, RoomId room, byte @Nullable [] secret, int leastSuccession) {
        this.base = base;
        this.room = room;
        this.secret = secret == null ? null : secret.clone();
        this.leastSuccession = leastSuccession;
    }

    /**
     * Makes the invite of a public room, which needs no secret.
     *
     * @param base the signaling worker's base URL, http or https
     * @param room the room
     * @return the invite
     * @throws IllegalArgumentException if the base is not an absolute http or https URL
     */
    public static Invite toPublicRoom(URI base, RoomId room) {
        return new Invite(checkedBase(base), room, null, 0);
    }

    /**
     * Reads a link.
     *
     * @param link what {@link #link} wrote, with or without {@code parley:} before it and white space around
     * @return the invite
     * @throws IllegalArgumentException if it is not an invite; the message says what is wrong with it and does not
     *     repeat the link
     */
    public static Invite parse(String link) {
        String text = link.strip();
        if (text.length() > MAX_CHARS) {
            throw new IllegalArgumentException("not an invite: longer than " + MAX_CHARS + " characters");
        }
        if (text.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            text = text.substring(SCHEME.length());
        }
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            // The exception's message would repeat the link, and with it the secret.
            throw new IllegalArgumentException("not an invite: not a URL");
        }
        String path = uri.getRawPath() == null ? "" : uri.getRawPath();
        int at = path.lastIndexOf(ROOM_PATH);
        if (at < 0 || uri.getRawAuthority() == null || uri.getRawQuery() != null) {
            throw new IllegalArgumentException(
                    "not an invite: it should look like https://example.org/r/<room id>#<secret>");
        }
        RoomId room;
        try {
            room = new RoomId(path.substring(at + ROOM_PATH.length()));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("not an invite: the room id is damaged; copy the whole link again", e);
        }
        URI base;
        try {
            // Put together as text: the constructors of several parts would escape what is escaped already.
            base = new URI(uri.getScheme() + "://" + uri.getRawAuthority() + path.substring(0, at));
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("not an invite: no server in it");
        }
        String fragment = uri.getRawFragment() == null ? "" : uri.getRawFragment();
        int point = fragment.indexOf(LEAST_MARK);
        int least = point < 0 ? 0 : parseLeast(fragment.substring(point + 1));
        String secretText = point < 0 ? fragment : fragment.substring(0, point);
        byte[] secret = secretText.isEmpty() ? null : parseSecret(secretText);
        return new Invite(checkedBase(base), room, secret, least);
    }

    private static byte[] parseSecret(String text) {
        byte[] secret;
        try {
            secret = Base64Url.decode(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("not an invite: the secret is damaged; copy the whole link again");
        }
        if (secret.length != SECRET_BYTES && secret.length != ROTATED_SECRET_BYTES) {
            throw new IllegalArgumentException("not an invite: the secret is damaged; copy the whole link again");
        }
        return secret;
    }

    private static int parseLeast(String text) {
        int least;
        try {
            least = Integer.parseInt(text);
        } catch (NumberFormatException e) {
            least = 0;
        }
        // One spelling of each: what is read is written the same again.
        if (least < 1 || !Integer.toString(least).equals(text)) {
            throw new IllegalArgumentException("not an invite: its end is damaged; copy the whole link again");
        }
        return least;
    }

    /**
     * Returns the signaling worker's base URL.
     *
     * @return an absolute http or https URL
     */
    public URI base() {
        return base;
    }

    /**
     * Returns the room's id.
     *
     * @return the id
     */
    public RoomId room() {
        return room;
    }

    /**
     * Says whether this is the invite of a private room.
     *
     * @return true if it holds a secret
     */
    public boolean hasSecret() {
        return secret != null;
    }

    /**
     * Returns the link, with the secret.
     *
     * @return the link
     */
    public String link() {
        String link = base + ROOM_PATH + room;
        if (secret == null && leastSuccession == 0) {
            return link;
        }
        return link
                + "#"
                + (secret == null ? "" : Base64Url.encode(secret))
                + (leastSuccession == 0 ? "" : LEAST_MARK + Integer.toString(leastSuccession));
    }

    int leastSuccession() {
        return leastSuccession;
    }

    byte @Nullable [] secret() {
        return secret == null ? null : secret.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Invite that
                && base.equals(that.base)
                && room.equals(that.room)
                && leastSuccession == that.leastSuccession
                && MessageDigest.isEqual(secret, that.secret);
    }

    @Override
    public int hashCode() {
        return room.hashCode();
    }

    @Override
    public String toString() {
        return "Invite[" + room + (secret == null ? "]" : ", with a secret]");
    }

    private static URI checkedBase(URI base) {
        String scheme = base.getScheme() == null ? "" : base.getScheme().toLowerCase(Locale.ROOT);
        if (!(scheme.equals("http") || scheme.equals("https"))
                || base.getHost() == null
                || base.getRawUserInfo() != null
                || base.getRawQuery() != null
                || base.getRawFragment() != null) {
            throw new IllegalArgumentException("the base of an invite is an http or https URL");
        }
        // All of them: the link is put together with one slash, and has to read back as what it was made of.
        String text = base.toString();
        int end = text.length();
        while (text.charAt(end - 1) == '/') {
            end--;
        }
        return end == text.length() ? base : URI.create(text.substring(0, end));
    }
}
