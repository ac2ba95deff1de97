package dev.parley.chat.emotes.custom;

import static dev.parley.chat.fuzz.FuzzTarget.CHEAP;
import static dev.parley.chat.fuzz.FuzzTarget.require;

import dev.parley.chat.emotes.EmoteLoadException;
import dev.parley.chat.emotes.EmoteSet;
import dev.parley.chat.fuzz.FuzzTarget;
import dev.parley.chat.fuzz.FuzzTarget.Prepared;
import dev.parley.chat.fuzz.Inputs;
import java.util.List;

/** What a domain answers when it is asked for its emoji. */
public final class CustomEmojiTargets {

    private CustomEmojiTargets() {}

    /**
     * Lists the targets.
     *
     * @return all of this package
     */
    public static List<FuzzTarget> all() {
        return List.of(new FuzzTarget("custom-emoji", CHEAP, CustomEmojiTargets::lists));
    }

    private static Prepared lists() {
        EmojiDomain domain = EmojiDomain.parse("example.social", "custom.domains");
        List<byte[]> seeds = Inputs.texts(
                "[]",
                "[{\"shortcode\":\"blobcat\",\"url\":\"https://example.social/a.png\",\"static_url\":"
                        + "\"https://example.social/b.png\",\"visible_in_picker\":false},{\"shortcode\":\"x\"}]",
                "[{\"shortcode\":\"ab\",\"url\":\"mailto:a\"},{\"shortcode\":\"ab\",\"url\":\"https://[::1/\"}]");
        return new Prepared(seeds, input -> {
            try {
                EmoteSet set = EmojiListJson.parse(domain, input);
                require(set.emotes().size() <= EmoteSet.MAX_EMOTES, "emotes are within bounds");
                require(set.skippedNotes().size() <= EmoteSet.MAX_SKIPPED_NOTES, "notes are within bounds");
            } catch (EmoteLoadException refused) {
                require(refused.reason() == EmoteLoadException.Reason.MALFORMED, "it is not a list of emoji");
            }
        });
    }
}
