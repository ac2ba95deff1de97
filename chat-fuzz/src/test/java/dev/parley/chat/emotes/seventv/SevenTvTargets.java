package dev.parley.chat.emotes.seventv;

import static dev.parley.chat.fuzz.FuzzTarget.CHEAP;
import static dev.parley.chat.fuzz.FuzzTarget.require;

import dev.parley.chat.emotes.Emote;
import dev.parley.chat.emotes.EmoteAnswer;
import dev.parley.chat.emotes.EmoteLoadException;
import dev.parley.chat.emotes.EmoteSet;
import dev.parley.chat.emotes.LiveEmotes;
import dev.parley.chat.fuzz.FuzzTarget;
import dev.parley.chat.fuzz.FuzzTarget.Prepared;
import dev.parley.chat.fuzz.Inputs;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

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
        return List.of(
                new FuzzTarget("7tv", CHEAP, SevenTvTargets::sets),
                new FuzzTarget("7tv-search", CHEAP, SevenTvTargets::searches),
                new FuzzTarget("7tv-events", CHEAP, SevenTvTargets::events));
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

    private static Prepared searches() {
        List<byte[]> seeds = Inputs.texts(
                "{\"data\":{\"emotes\":{\"search\":{\"items\":[{\"id\":\"01F\",\"defaultName\":\"Kappa\",\"tags\":[\"a\"],"
                        + "\"flags\":{\"animated\":true,\"private\":false},\"images\":[{\"url\":\"https://cdn.example/1x.webp\","
                        + "\"mime\":\"image/webp\",\"size\":9,\"width\":32,\"height\":32,\"frameCount\":2}]}]}}}}",
                "{\"errors\":[{\"message\":\"no\",\"extensions\":{\"status\":429}}]}");
        return new Prepared(seeds, input -> {
            try {
                for (Emote emote : SevenTvSearch.parse(new EmoteAnswer(200, Map.of(), input))) {
                    require(!emote.images().isEmpty(), "what is found can be drawn");
                }
            } catch (EmoteLoadException refused) {
                require(refused.getMessage() != null && refused.getMessage().length() < 300, "the reason is short");
            }
        });
    }

    private static Prepared events() {
        List<byte[]> seeds = Inputs.texts(
                "{\"op\":1,\"d\":{\"heartbeat_interval\":45000}}",
                "{\"op\":7,\"d\":{\"code\":4007}}",
                "{\"op\":5,\"d\":{\"command\":\"SUBSCRIBE\",\"data\":{\"type\":\"emote_set.update\",\"condition\":{\"object_id\":\"1\"}}}}",
                "{\"op\":0,\"d\":{\"type\":\"user.update\",\"body\":{\"id\":\"1\",\"updated\":[{\"key\":\"connections\"}]}}}",
                "{\"op\":0,\"d\":{\"type\":\"emote_set.update\",\"body\":{\"id\":\"1\","
                        + "\"pushed\":[{\"key\":\"emotes\",\"value\":{\"id\":\"01G\",\"name\":\"A\",\"flags\":1}}],"
                        + "\"pulled\":[{\"key\":\"emotes\",\"old_value\":{\"id\":\"01F\",\"name\":\"Kappa\"}}],"
                        + "\"updated\":[{\"key\":\"emotes\",\"old_value\":{\"id\":\"01F\",\"name\":\"Kappa\"},"
                        + "\"value\":{\"id\":\"01F\",\"name\":\"B\"}}]}}}");
        EmoteSet before;
        try {
            before = parse(SET.getBytes(StandardCharsets.UTF_8));
        } catch (EmoteLoadException e) {
            throw new IllegalStateException(e);
        }
        return new Prepared(seeds, input -> {
            SevenTvConversation conversation = new SevenTvConversation();
            Hearing hearing = new Hearing(before);
            conversation.subscribe(List.of("emote_set.update/1"), hearing);
            conversation.onText(new String(input, StandardCharsets.UTF_8), hearing);
            require(
                    !conversation.patience().isNegative()
                            && !conversation.patience().isZero(),
                    "there is patience");
        });
    }

    /** Makes every change, and makes it again. */
    private static final class Hearing implements LiveEmotes.Actions {
        private final EmoteSet before;

        Hearing(EmoteSet before) {
            this.before = before;
        }

        @Override
        public void send(String text) {}

        @Override
        public void change(String topic, UnaryOperator<EmoteSet> change) {
            EmoteSet once = change.apply(before);
            require(once.equals(change.apply(once)), "a change can be made twice");
        }

        @Override
        public void reload(String topic) {}

        @Override
        public void close(LiveEmotes.Retry retry) {}
    }
}
