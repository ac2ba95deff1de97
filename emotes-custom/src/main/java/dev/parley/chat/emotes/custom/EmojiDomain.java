package dev.parley.chat.emotes.custom;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Where a list of custom emoji comes from.
 *
 * @param name host, and port if it is not the scheme's own; part of the ids of its emoji
 * @param baseUrl scheme, host, port and path, without a slash at the end
 */
record EmojiDomain(String name, String baseUrl) {
    /** Leaves room in an emote id for the longest shortcode and the at sign. */
    private static final int MAX_NAME_CHARS = 180;

    /** At least two labels (RFC 1123 section 2.1), the last of which no number begins, as in an IPv4 address. */
    private static final Pattern PUBLIC_NAME =
            Pattern.compile("(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?");

    /** Reads one entry of a setting: a domain, with or without a port, or a base URL. */
    static EmojiDomain parse(String entry, String settingKey) {
        String url = entry.contains("://") ? entry : "https://" + entry;
        String expectation = settingKey + " must name domains such as example.social, or base URLs";
        try {
            URI uri = new URI(url).parseServerAuthority();
            String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
            boolean web = scheme.equals("https") || scheme.equals("http");
            boolean bare = uri.getRawUserInfo() == null && uri.getRawQuery() == null && uri.getRawFragment() == null;
            if (web && bare && uri.getHost() != null) {
                String host = uri.getHost().toLowerCase(Locale.ROOT);
                boolean ownPort = uri.getPort() < 0 || uri.getPort() == (scheme.equals("https") ? 443 : 80);
                String name = (ownPort ? host : host + ":" + uri.getPort());
                if (name.length() <= MAX_NAME_CHARS) {
                    String path = uri.getRawPath().replaceAll("/+$", "");
                    return new EmojiDomain(name, scheme + "://" + name + path);
                }
            }
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(expectation, e);
        }
        throw new IllegalArgumentException(expectation);
    }

    /** Reads a domain that somebody else named: a public name, asked by https at its own port. */
    static EmojiDomain ofStranger(String domain) {
        String name = domain.toLowerCase(Locale.ROOT);
        if (name.length() > MAX_NAME_CHARS || !PUBLIC_NAME.matcher(name).matches() || name.endsWith(".localhost")) {
            throw new IllegalArgumentException("a room's emoji come from a public domain such as example.social");
        }
        return new EmojiDomain(name, "https://" + name);
    }

    /** Whether somebody means this domain. */
    boolean isCalled(String domain) {
        return domain.equalsIgnoreCase(name) || domain.equals(baseUrl);
    }

    /** The public list. */
    URI emojiList() {
        return URI.create(baseUrl + "/api/v1/custom_emojis");
    }

    /** Where emoji are uploaded, and one's own are listed. */
    URI ownEmoji() {
        return URI.create(baseUrl + "/api/v1/admin/custom_emojis");
    }

    /** One of one's own. */
    URI ownEmoji(String id) {
        return URI.create(ownEmoji() + "/" + id);
    }
}
