package dev.parley.chat.cli;

import java.util.regex.Pattern;

/**
 * Takes out of a log what must not be in one. Nothing of Parley logs a secret, a token, SDP or an address; this is for
 * the messages of exceptions that come from below, such as a connection that is refused.
 */
final class Redaction {

    private static final Pattern TOKEN =
            Pattern.compile("(?i)\\bBearer +[^\\s\"']+|\\beyJ[A-Za-z0-9_-]{5,}(?:\\.[A-Za-z0-9_-]*){0,4}");

    /** What stands behind the # of an invite. */
    private static final Pattern INVITE_SECRET = Pattern.compile("(?<=/r/[a-z2-7]{32})#[^\\s\"']+");

    private static final Pattern USER_OF_URL = Pattern.compile("(?<=://)[^/\\s@\"']+@");

    private static final Pattern SDP = Pattern.compile("(?im)^v=0$|\\ba=[a-z-]+:[^\\r\\n]*|\\bcandidate:[^\\r\\n]*");

    private static final Pattern ADDRESS = Pattern.compile("(?<![0-9.])[0-9]{1,3}(?:\\.[0-9]{1,3}){3}(?![0-9.]*[0-9])"
            + "|(?<![0-9A-Za-z:.])(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}(?![0-9A-Za-z:])"
            + "|(?<![0-9A-Za-z:.])(?:[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){0,6})?::"
            + "(?:[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){0,6})?(?![0-9A-Za-z:])");

    private Redaction() {}

    static String of(String text) {
        String plain = TOKEN.matcher(text).replaceAll("(token)");
        plain = INVITE_SECRET.matcher(plain).replaceAll("#(secret)");
        plain = USER_OF_URL.matcher(plain).replaceAll("(user)@");
        plain = SDP.matcher(plain).replaceAll("(SDP)");
        return ADDRESS.matcher(plain).replaceAll("(address)");
    }
}
