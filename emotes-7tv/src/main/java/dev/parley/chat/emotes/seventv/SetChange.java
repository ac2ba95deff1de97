package dev.parley.chat.emotes.seventv;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.chat.emotes.Emote;
import dev.parley.chat.emotes.EmoteId;
import dev.parley.chat.emotes.EmoteSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What one {@code emote_set.update} says: emotes that came (pushed), changed their name or flags (updated), and went
 * (pulled). Immutable. Applying it twice does what applying it once does: an emote goes only if its code still belongs
 * to the emote that is meant.
 */
final class SetChange {
    /** Other things of a set change too, such as its name. */
    private static final String EMOTES = "emotes";

    private final JsonNode body;

    /** @param body the body of the event */
    SetChange(JsonNode body) {
        this.body = body;
    }

    /**
     * What became of a set.
     *
     * @param set the set after the change
     * @param certain false if the server may see it otherwise, so that the set should be loaded again
     */
    record Outcome(EmoteSet set, boolean certain) {}

    /** Makes the change. */
    Outcome applyTo(EmoteSet before, SetKind kind) {
        return new Application(before, kind).run();
    }

    /** The change of one set, under way. */
    private final class Application {
        private final EmoteSet before;
        private final SetKind kind;

        /** The set as it becomes. */
        private final Map<String, Emote> byCode = new LinkedHashMap<>();

        /** The set as it was. */
        private final Map<String, Emote> inSet = new HashMap<>();

        /** What is known of emotes already: not every event repeats it. */
        private final Map<String, Emote> byId = new HashMap<>();

        private boolean certain = true;

        Application(EmoteSet before, SetKind kind) {
            this.before = before;
            this.kind = kind;
            for (Emote emote : before.emotes()) {
                byCode.put(emote.code(), emote);
                inSet.put(emote.code(), emote);
                byId.putIfAbsent(emote.id().value(), emote);
            }
        }

        Outcome run() {
            for (JsonNode change : body.path("pushed")) {
                if (isOfEmotes(change)) {
                    add(change.path("value"), change.path("old_value"));
                }
            }
            for (JsonNode change : body.path("updated")) {
                if (isOfEmotes(change)) {
                    JsonNode old = change.path("old_value");
                    JsonNode now = change.path("value");
                    boolean sameCode =
                            nameOf(old).equals(nameOf(now)) && idOf(old).equals(idOf(now));
                    if (!sameCode) {
                        remove(old);
                    }
                    add(now, old);
                }
            }
            for (JsonNode change : body.path("pulled")) {
                if (isOfEmotes(change)) {
                    remove(change.path("old_value"));
                }
            }
            EmoteSet.Builder after = EmoteSet.builder();
            byCode.values().forEach(after::add);
            after.skipped(before.skippedCount(), before.skippedNotes());
            before.topics().forEach(after::topic);
            return new Outcome(after.build(), certain);
        }

        private void add(JsonNode active, JsonNode old) {
            Optional<Emote> emote = emote(active, old);
            if (emote.isEmpty()) {
                certain = false;
                return;
            }
            byId.put(emote.get().id().value(), emote.get());
            Emote replaced = byCode.put(emote.get().code(), emote.get());
            if (replaced != null && !replaced.id().equals(emote.get().id())) {
                // Two emotes of one name, of which the server's list has the say.
                certain = false;
            }
        }

        private void remove(JsonNode old) {
            String id = idOf(old);
            String code = nameOf(old);
            if (id.isEmpty() || code.isEmpty()) {
                certain = false;
                return;
            }
            Emote there = byCode.get(code);
            if (there != null && there.id().value().equals(id)) {
                byCode.remove(code);
                // An entry that was left out, because its code was taken, may come up now.
                certain &= before.skippedCount() == 0;
            }
        }

        private Optional<Emote> emote(JsonNode active, JsonNode old) {
            try {
                Emote known = known(active, old);
                if (known != null
                        && active.path("data").path("host").path("files").isEmpty()) {
                    return Optional.of(renamed(known, active, old));
                }
                return Optional.of(SevenTvJson.parseEmote(active, kind));
            } catch (IllegalArgumentException e) {
                // Loading the set tells why it has to be left out.
                return Optional.empty();
            }
        }

        /** What is known of an emote: under the name that it has already, else that it had, else under any. */
        private @Nullable Emote known(JsonNode active, JsonNode old) {
            String id = idOf(active);
            for (String code : List.of(nameOf(active), nameOf(old))) {
                Emote there = inSet.get(code);
                if (there != null && there.id().value().equals(id)) {
                    return there;
                }
            }
            return byId.get(id);
        }

        /** An emote with all that is known of it, under the name and with the flags that it has now. */
        private static Emote renamed(Emote known, JsonNode active, JsonNode old) {
            boolean zeroWidthHere = (active.path("flags").asLong(0) & SevenTvJson.ACTIVE_ZERO_WIDTH) != 0;
            boolean zeroWidthBefore = (old.path("flags").asLong(0) & SevenTvJson.ACTIVE_ZERO_WIDTH) != 0;
            // Zero-width by its owner's wish it stays; by the channel's it is as long as the channel says so.
            boolean zeroWidth = zeroWidthHere || (known.zeroWidth() && !zeroWidthBefore);
            return Emote.builder(new EmoteId(SevenTvEmotes.ID, known.id().value()), nameOf(active))
                    .zeroWidth(zeroWidth)
                    .animated(known.animated())
                    .visibility(known.visibility())
                    .images(known.images())
                    .tags(known.tags())
                    .warnings(known.warnings())
                    .build();
        }
    }

    private static boolean isOfEmotes(JsonNode change) {
        return change.path("key").asText("").equals(EMOTES);
    }

    private static String idOf(JsonNode active) {
        return active.path("id").asText("");
    }

    private static String nameOf(JsonNode active) {
        return active.path("name").asText("");
    }
}
