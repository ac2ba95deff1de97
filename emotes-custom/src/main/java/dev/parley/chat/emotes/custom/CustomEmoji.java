package dev.parley.chat.emotes.custom;

import dev.parley.chat.emotes.EmoteProvider;
import dev.parley.chat.emotes.EmoteProviderFactory;
import dev.parley.chat.emotes.EmoteSetting;
import dev.parley.chat.emotes.EmoteSettings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The custom emoji of any number of domains, in the form that Mastodon and what is compatible with it publish. They are
 * typed as {@code :shortcode:}. To one domain the user may upload, in the form of GoToSocial.
 */
public final class CustomEmoji implements EmoteProviderFactory {
    static final String ID = "custom";
    static final String DOMAINS_KEY = "custom.domains";
    static final String UPLOAD_DOMAIN_KEY = "custom.upload-domain";
    static final String TOKEN_KEY = "custom.token";

    /** What a header field can hold (RFC 6750 section 2.1 allows less). */
    private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]{1,8192}");

    /** Made by the service loader. */
    public CustomEmoji() {}

    @Override
    public String id() {
        return ID;
    }

    @Override
    public String displayName() {
        return "Custom emoji";
    }

    @Override
    public List<EmoteSetting> settings() {
        return List.of(
                new EmoteSetting(
                        DOMAINS_KEY,
                        "Domains whose custom emoji are loaded, separated by commas or spaces, the one to prefer first: a"
                                + " domain such as example.social, or a base URL such as http://127.0.0.1:8080 for a local"
                                + " server. None by default."),
                new EmoteSetting(
                        UPLOAD_DOMAIN_KEY,
                        "The domain that emoji are uploaded to, named like the others. The first of " + DOMAINS_KEY
                                + " by default."),
                new EmoteSetting(
                        TOKEN_KEY,
                        "The access token for uploads; it is sent to the domain of uploads only. None by default.",
                        EmoteSetting.Secrecy.SECRET));
    }

    @Override
    public EmoteProvider create(EmoteSettings settings) {
        Map<String, EmojiDomain> domains = new LinkedHashMap<>();
        for (String entry : settings.get(DOMAINS_KEY).orElse("").split("[\\s,]+", -1)) {
            if (!entry.isEmpty()) {
                EmojiDomain domain = EmojiDomain.parse(entry, DOMAINS_KEY);
                domains.putIfAbsent(domain.name(), domain);
            }
        }
        if (domains.size() > EmoteProvider.MAX_SOURCES) {
            throw new IllegalArgumentException(
                    DOMAINS_KEY + " must name at most " + EmoteProvider.MAX_SOURCES + " domains");
        }
        Optional<EmojiDomain> uploads = settings.get(UPLOAD_DOMAIN_KEY)
                .map(entry -> EmojiDomain.parse(entry, UPLOAD_DOMAIN_KEY))
                .or(() -> domains.values().stream().findFirst());
        Optional<String> token = settings.get(TOKEN_KEY);
        if (token.isPresent() && !TOKEN.matcher(token.get()).matches()) {
            throw new IllegalArgumentException(
                    TOKEN_KEY + " must be an access token: up to 8192 visible ASCII characters");
        }
        return new EmojiDomains(List.copyOf(domains.values()), uploads, new EmojiUploads(uploads, token));
    }
}
