package dev.parley.chat.emotes.custom;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/**
 * Where a list of custom emoji comes from.
 *
 * @param name host, and port if it is not the scheme's own; part of the ids of its emoji
 * @param baseUrl scheme, host, port and path, without a slash at the end
 */
record EmojiDomain(String name, String baseUrl) {
    /** Leaves room in an emote id for the longest shortcode and the at sign. */
    private static final int MAX_NAME_CHARS = 180;

    /** Reads one entry of the setting: a domain, with or without a port, or a base URL. */
    static EmojiDomain parse(String entry) {
        String url = entry.contains("://") ? entry : "https://" + entry;
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
            throw new IllegalArgumentException(expectation(), e);
        }
        throw new IllegalArgumentException(expectation());
    }

    private static String expectation() {
        return CustomEmoji.DOMAINS_KEY + " must name domains such as example.social, or base URLs";
    }

    URI emojiList() {
        return URI.create(baseUrl + "/api/v1/custom_emojis");
    }
}
