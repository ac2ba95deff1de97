package dev.parley.chat.emotes.seventv;

import static dev.parley.chat.fuzz.FuzzTarget.CHEAP;
import static dev.parley.chat.fuzz.FuzzTarget.require;

import dev.parley.chat.emotes.EmoteLoadException;
import dev.parley.chat.emotes.EmoteSet;
import dev.parley.chat.fuzz.FuzzTarget;
import dev.parley.chat.fuzz.FuzzTarget.Prepared;
import dev.parley.chat.fuzz.Inputs;
import java.util.List;

/** What a server that says it is 7TV answers. */
public final class SevenTvTargets {

    private static final String SET =
            "{\"id\":\"global\",\"emote_count\":1,\"emotes\":[{\"id\":\"01F\",\"name\":\"Kappa\",\"flags\":1,"
                    + "\"data\":{\"animated\":true,\"listed\":false,\"flags\":256,\"host\":{\"url\":\"//cdn.example/emote/01F\",\"files\":["
                    + "{\"name\":\"1x.webp\",\"format\":\"WEBP\",\"width\":32,\"height\":32,\"size\":100,\"frame_count\":2},"
                    + "{\"name\":\"1x.avif\",\"format\":\"AVIF\",\"width\":32,\"height\":32,\"size\":100,\"frame_count\":2}]}}}]}";

    private SevenTvTargets() {}

    /**
     * Lists the targets.
     *
     * @return all of this package
     */
    public static List<FuzzTarget> all() {
        return List.of(new FuzzTarget("7tv", CHEAP, SevenTvTargets::sets));
    }

    private static EmoteSet parse(byte[] input) throws EmoteLoadException {
        EmoteSet.Builder set = EmoteSet.builder();
        SevenTvJson.addSet(input, SetKind.SHARED, set);
        return set.build();
    }

    private static Prepared sets() {
        List<byte[]> seeds = Inputs.texts(
                SET, "{\"id\":\"1\",\"emote_set_id\":\"01F\"}", "{\"id\":\"1\",\"emote_set\":{\"id\":\"x\"}}");
        return new Prepared(seeds, input -> {
            try {
                EmoteSet set = parse(input);
                require(set.emotes().size() <= EmoteSet.MAX_EMOTES, "emotes are within bounds");
                require(set.skippedNotes().size() <= EmoteSet.MAX_SKIPPED_NOTES, "notes are within bounds");
            } catch (EmoteLoadException refused) {
                require(refused.reason() == EmoteLoadException.Reason.MALFORMED, "it is not an answer of 7TV");
            }
            try {
                SevenTvJson.parseChannel(input)
                        .setId()
                        .ifPresent(id -> require(id.matches("[A-Za-z0-9_-]{1,64}"), "an id can stand in a URL"));
            } catch (EmoteLoadException refused) {
                require(refused.reason() == EmoteLoadException.Reason.MALFORMED, "it is not an answer of 7TV");
            }
        });
    }
}
