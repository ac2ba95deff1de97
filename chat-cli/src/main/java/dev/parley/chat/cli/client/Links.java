package dev.parley.chat.cli.client;

import dev.parley.chat.emotes.EmoteCatalog;
import dev.parley.chat.emotes.EmoteTokenizer;
import dev.parley.chat.emotes.MessageToken;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds the links of a message. */
final class Links {
    private Links() {}

    /** The first one; see {@link #all}. */
    static Optional<URI> first(String text) {
        return all(text).stream().findFirst();
    }

    /** Those that are http or https and well formed, in the order of the text. */
    static List<URI> all(String text) {
        List<URI> all = new ArrayList<>();
        for (MessageToken token : EmoteTokenizer.tokenize(text, EmoteCatalog.empty())) {
            if (token instanceof MessageToken.Link link) {
                try {
                    URI uri = new URI(link.text());
                    if ("https".equalsIgnoreCase(uri.getScheme()) || "http".equalsIgnoreCase(uri.getScheme())) {
                        all.add(uri);
                    }
                } catch (URISyntaxException e) {
                    // Looks like one and is none: it stays text.
                }
            }
        }
        return all;
    }
}
