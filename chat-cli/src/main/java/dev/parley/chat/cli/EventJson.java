package dev.parley.chat.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.chat.ChatMessage;
import dev.parley.chat.EmoteReference;
import dev.parley.chat.Participant;
import dev.parley.chat.PeerId;
import dev.parley.chat.ReactionTotal;
import dev.parley.chat.RoomEmoji;
import dev.parley.chat.RoomSettings;
import dev.parley.chat.emotes.Emote;
import dev.parley.chat.emotes.EmoteImage;
import dev.parley.chat.store.KnownPeer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes events as JSON, one object a line. Field names are a contract: fields may be added, never changed; see
 * docs/cli.md.
 */
final class EventJson {

    // Control characters are escaped by JSON itself. Escaping the rest of what is not ASCII keeps line separators and
    // terminal controls of a peer out of the stream, whatever encoding its reader assumes.
    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private EventJson() {}

    /**
     * Writes an event.
     *
     * @return one JSON object in ASCII, without a line break
     */
    static String write(Event event) {
        try {
            return JSON.writeValueAsString(toJson(event));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an event could not be written", e);
        }
    }

    private static ObjectNode toJson(Event event) {
        if (event instanceof Event.Listening e) {
            return named("listening").put("url", e.url());
        }
        if (event instanceof Event.LoginPrompted e) {
            ObjectNode json = named("login")
                    .put("flow", e.flow().name())
                    .put("link", e.link().toString());
            if (e.code() != null) {
                json.put("code", e.code());
            }
            if (e.linkWithCode() != null) {
                json.put("linkWithCode", e.linkWithCode().toString());
            }
            if (e.expires() != null) {
                json.put("expires", e.expires().toEpochMilli());
            }
            return json;
        }
        if (event instanceof Event.Account e) {
            ObjectNode json = named("account")
                    .put("worker", e.worker().toString())
                    .put("issuer", e.issuer().toString())
                    .put("subject", e.subject())
                    .put("name", e.name())
                    .put("renewable", e.renewable());
            return e.expires() == null ? json : json.put("expires", e.expires().toEpochMilli());
        }
        if (event instanceof Event.Entered e) {
            return named("room")
                    .put("roomId", e.room().value())
                    .put("name", e.name())
                    .put("invite", e.invite())
                    .put("visibility", e.visibility().name());
        }
        if (event instanceof Event.Listed e) {
            return named("room")
                    .put("roomId", e.room().room().value())
                    .put("name", e.room().name())
                    .put("invite", e.invite())
                    .put("visibility", "PUBLIC")
                    .put("host", e.room().host().value())
                    .put("participants", e.room().participants())
                    .put("capacity", e.room().capacity())
                    .put("created", e.room().created().toEpochMilli())
                    .put("lastActive", e.room().lastActive().toEpochMilli());
        }
        if (event instanceof Event.Unlisted e) {
            return named("room_gone").put("roomId", e.room().value()).put("name", e.name());
        }
        if (event instanceof Event.State e) {
            ObjectNode json = named("state").put("state", e.state().name());
            e.reason()
                    .ifPresent(reason -> json.put("reason", reason.code().name())
                            .put("origin", reason.origin().name())
                            .put("detail", reason.detail()));
            return json;
        }
        if (event instanceof Event.Presence e) {
            return describe(named("participant"), e.participant(), e.status());
        }
        if (event instanceof Event.Changed e) {
            ObjectNode json = describe(named("participant"), e.participant(), Event.Presence.Status.ONLINE);
            json.putObject("before")
                    .put("role", e.before().role().name())
                    .put("shownName", e.before().shownName());
            return json;
        }
        if (event instanceof Event.Reached e) {
            return about(named("presence"), e.peer(), e.name())
                    .put("presence", e.presence().name());
        }
        if (event instanceof Event.Typing e) {
            return about(named("typing"), e.peer(), e.name()).put("typing", e.isTyping());
        }
        if (event instanceof Event.CaughtUp e) {
            return named("history_progress")
                    .put("received", e.progress().received())
                    .put("remaining", e.progress().remaining())
                    .put("over", e.progress().isOver());
        }
        if (event instanceof Event.Gap e) {
            return about(named("history_gap"), e.author(), e.name())
                    .put("from", e.fromSeq())
                    .put("to", e.toSeq());
        }
        if (event instanceof Event.Fork e) {
            return about(named("history_fork"), e.author(), e.name());
        }
        if (event instanceof Event.Participants e) {
            ObjectNode json = withRef(named("participants"), e.ref());
            ArrayNode list = json.putArray("participants");
            for (Participant participant : e.participants()) {
                describe(list.addObject(), participant, Event.Presence.Status.ONLINE)
                        .put("verified", e.verified().contains(participant.id()))
                        .put("blocked", e.blocked().contains(participant.id()))
                        .put("presence", e.presence(participant).name());
            }
            return json;
        }
        if (event instanceof Event.Blocked e) {
            ObjectNode json = withRef(named("blocked"), e.ref());
            ArrayNode list = json.putArray("peers");
            for (KnownPeer peer : e.peers()) {
                ObjectNode each = list.addObject().put("peerId", peer.id().value());
                peer.lastName().ifPresent(name -> each.put("name", name));
                peer.blockedSince().ifPresent(since -> each.put("since", since.toEpochMilli()));
            }
            return json;
        }
        if (event instanceof Event.RoomCodeShown e) {
            return withRef(named("room_code"), e.ref())
                    .put("epoch", e.code().epoch())
                    .put("digits", e.code().digits())
                    .put("words", e.code().words())
                    .put("qr", e.code().qrText());
        }
        if (event instanceof Event.SafetyNumberShown e) {
            return withRef(named("safety_number"), e.ref())
                    .put("peerId", e.peer().id().value())
                    .put("digits", e.number().digits())
                    .put("words", e.number().words())
                    .put("qr", e.number().qrText())
                    .put("verified", e.peer().isVerified());
        }
        if (event instanceof Event.Peer e) {
            return peer(withRef(named("peer"), e.ref()), e.peer());
        }
        if (event instanceof Event.Alert e) {
            ObjectNode json = named("identity_alert")
                    .put("cause", e.alert().cause().name())
                    .put("peerId", e.alert().peer().value())
                    .put("name", e.alert().name());
            e.alert().other().ifPresent(other -> json.put("other", other.value()));
            return json.put("verified", e.alert().verified());
        }
        if (event instanceof Event.Message e) {
            return message("message", e.message());
        }
        ObjectNode act = act(event);
        if (act != null) {
            return act;
        }
        if (event instanceof Event.Accepted e) {
            return withRef(named("accepted"), e.ref()).put("id", e.id().value());
        }
        if (event instanceof Event.Coded e) {
            return withRef(named("code"), e.ref())
                    .put("code", e.code())
                    .put("url", e.worker().toString())
                    .put("expires", e.expires().toEpochMilli());
        }
        if (event instanceof Event.CodeEnded e) {
            return named("code_ended")
                    .put("code", e.code())
                    .put("outcome", e.outcome().name());
        }
        if (event instanceof Event.Invited e) {
            return named("invite").put("invite", e.invite());
        }
        if (event instanceof Event.Led e) {
            ObjectNode json = named("leader").put("peerId", e.leader().value());
            if (e.name() != null) {
                json.put("name", e.name());
            }
            return json.put("host", e.isHost());
        }
        if (event instanceof Event.Done e) {
            return done(e.ref(), e.act().name().toLowerCase(java.util.Locale.ROOT), e.peers());
        }
        if (event instanceof Event.DeedDone e) {
            ObjectNode json = done(e.ref(), e.deed().command(), e.deed().peers());
            e.deed().message().ifPresent(id -> json.put("id", id.value()));
            return json;
        }
        if (event instanceof Event.EmojiRemoved e) {
            return done(e.ref(), "emoji_remove", List.of()).put("id", e.id().value());
        }
        if (event instanceof Event.CancelDone e) {
            return done(e.ref(), "cancel", List.of()).put("id", e.id().value());
        }
        if (event instanceof Event.Delivery e) {
            return named("delivery")
                    .put("id", e.id().value())
                    .put("peer", e.peer().value())
                    .put("state", e.state().name());
        }
        if (event instanceof Event.Kept e) {
            ObjectNode json = named("kept")
                    .put("roomId", e.event().room().value())
                    .put("id", e.event().id().value())
                    .put("from", e.event().sender().value());
            e.name().ifPresent(name -> json.put("name", name));
            json.put("type", e.event().type()).put("time", e.event().time().toEpochMilli());
            e.event().text().ifPresent(text -> json.put("text", text));
            e.edited().ifPresent(text -> json.put("edited", text));
            e.event().expiresAt().ifPresent(time -> json.put("expires", time.toEpochMilli()));
            return json;
        }
        if (event instanceof Event.KeptRoom e) {
            ObjectNode json = named("kept_room").put("roomId", e.room().value());
            e.record()
                    .ifPresent(record -> json.put("name", record.name())
                            .put("hosted", record.hosted())
                            .put("lastEntered", record.lastEntered().toEpochMilli()));
            return json;
        }
        if (event instanceof Event.Refused e) {
            return named("refused")
                    .put("line", e.line().line())
                    .put("reason", e.line().reason());
        }
        if (event instanceof Event.HistoryDone e) {
            ObjectNode json = named("history").put("act", e.act().name()).put("events", e.events());
            return e.act() == Event.HistoryDone.Act.IMPORTED
                    ? json.put("known", e.known()).put("refused", e.refused())
                    : json;
        }
        if (event instanceof Event.Retained e) {
            ObjectNode json = named("retention").put("roomId", e.room().value());
            e.retention().maxEvents().ifPresent(events -> json.put("events", events));
            e.retention().maxAge().ifPresent(age -> json.put("seconds", age.toSeconds()));
            return json;
        }
        if (event instanceof Event.WorkerReached e) {
            return named("notice").put("text", e.text());
        }
        if (event instanceof Event.Notice e) {
            return named("notice").put("text", e.text());
        }
        if (event instanceof Event.Problem e) {
            return withRef(
                    named("error")
                            .put("code", e.code())
                            .put("message", e.message())
                            .put("hint", e.hint()),
                    e.ref());
        }
        if (event instanceof Event.Closed e) {
            return named("closed")
                    .put("reason", e.reason().code().name())
                    .put("origin", e.reason().origin().name())
                    .put("detail", e.reason().detail());
        }
        if (event instanceof Event.Check e) {
            return named("check")
                    .put("name", e.name())
                    .put("outcome", e.outcome().name())
                    .put("detail", e.detail())
                    .put("hint", e.hint());
        }
        if (event instanceof Event.ListedCase e) {
            return named("case")
                    .put("name", e.listed().name())
                    .put("section", e.listed().section())
                    .put("waits", e.listed().waits().toSeconds());
        }
        if (event instanceof Event.CaseOver e) {
            return named("case")
                    .put("name", e.result().of().name())
                    .put("section", e.result().of().section())
                    .put("waits", e.result().of().waits().toSeconds())
                    .put("outcome", e.result().outcome().name())
                    .put("detail", e.result().detail())
                    .put("millis", e.result().took().toMillis());
        }
        if (event instanceof Event.Conformance e) {
            return named("conformance")
                    .put("passed", e.passed())
                    .put("failed", e.failed())
                    .put("skipped", e.skipped());
        }
        if (event instanceof Event.Completion e) {
            return named("completion").put("shell", e.shell()).put("script", e.script());
        }
        if (event instanceof Event.Setting e) {
            return named("setting").put("key", e.key()).put("value", e.value()).put("source", e.source());
        }
        if (event instanceof Event.Self e) {
            return named("identity")
                    .put("peerId", e.peer().value())
                    .put("fingerprint", e.fingerprint())
                    .put("path", e.path())
                    .put("protection", e.protection().name());
        }
        if (event instanceof Event.EmoteShown e) {
            return emote(named("emote"), e.emote());
        }
        if (event instanceof Event.EmoteDescribed e) {
            return emote(named("emote"), e.emote());
        }
        if (event instanceof Event.EmoteUploaded e) {
            return emote(named("emote_uploaded"), e.emote())
                    .put("domain", e.domain().toString());
        }
        if (event instanceof Event.EmoteRemoved e) {
            return named("emote_removed").put("shortcode", e.shortcode()).put("from", e.from());
        }
        if (event instanceof Event.EmotesLoaded e) {
            return named("emotes").put("count", e.count());
        }
        if (event instanceof Event.DemoLine e) {
            return named("demo").put("who", e.who()).put("text", e.text());
        }
        if (event instanceof Event.Figure e) {
            return named("figure")
                    .put("name", e.name())
                    .put("unit", e.unit())
                    .put("p50", e.p50())
                    .put("p99", e.p99())
                    .put("samples", e.samples());
        }
        if (event instanceof Event.DemoResult e) {
            return named("result")
                    .put("messages", e.messages())
                    .put("participants", e.participants())
                    .put("same", e.isSame());
        }
        throw new IllegalStateException("no JSON for " + event.getClass());
    }

    private static ObjectNode peer(ObjectNode json, KnownPeer peer) {
        json.put("peerId", peer.id().value());
        ArrayNode names = json.putArray("names");
        for (KnownPeer.UsedName used : peer.names()) {
            names.addObject()
                    .put("name", used.name())
                    .put("firstSeen", used.firstSeen().toEpochMilli())
                    .put("lastSeen", used.lastSeen().toEpochMilli());
        }
        peer.blockedSince().ifPresent(since -> json.put("blockedSince", since.toEpochMilli()));
        json.put("verified", peer.isVerified());
        peer.verification()
                .ifPresent(
                        verification -> json.put("verifiedAt", verification.at().toEpochMilli())
                                .put("means", verification.means().name()));
        return json;
    }

    private static ObjectNode emoji(ObjectNode json, RoomEmoji emoji) {
        return json.put("id", emoji.id().value())
                .put("shortcode", emoji.shortcode())
                .put("from", emoji.author().value())
                .put("sha256", emoji.sha256())
                .put("size", emoji.sizeBytes())
                .put("mediaType", emoji.mediaType())
                .put("addedAt", emoji.addedAt().toEpochMilli());
    }

    /** What was done to what was said, and to the room; null if it is something else. */
    private static @Nullable ObjectNode act(Event event) {
        if (event instanceof Event.PrivateMessage e) {
            return message("private_message", e.message()).put("to", e.to().value());
        }
        if (event instanceof Event.FileOffered e) {
            return named("file_offered")
                    .put("id", e.id().value())
                    .put("from", e.sender().value())
                    .put("name", e.name())
                    .put("file", e.offer().name())
                    .put("size", e.offer().size())
                    .put("mediaType", e.offer().mediaType())
                    .put("sha256", e.offer().sha256());
        }
        if (event instanceof Event.FileProgress e) {
            return named("file_progress")
                    .put("id", e.id().value())
                    .put("received", e.received())
                    .put("size", e.offer().size());
        }
        if (event instanceof Event.FileCame e) {
            return withRef(named("file_fetched"), e.ref())
                    .put("id", e.id().value())
                    .put("place", e.place().toString())
                    .put("size", e.size());
        }
        if (event instanceof Event.FileTaken e) {
            return about(named("file_taken"), e.peer(), e.name())
                    .put("id", e.id().value())
                    .put("file", e.file());
        }
        if (event instanceof Event.RoomEmojis e) {
            ObjectNode json = withRef(named("emoji"), e.ref());
            ArrayNode list = json.putArray("emoji");
            e.emoji().forEach(emoji -> emoji(list.addObject(), emoji));
            return json;
        }
        if (event instanceof Event.EmojiSaved e) {
            return emoji(withRef(named("emoji_saved"), e.ref()), e.emoji())
                    .put("place", e.place().toString());
        }
        if (event instanceof Event.Edited e) {
            return message("message_edited", e.message())
                    .put("before", e.before())
                    .put("editedAt", e.editedAt().toEpochMilli());
        }
        if (event instanceof Event.Removed e) {
            ObjectNode json = named("message_removed").put("id", e.id().value());
            e.from().ifPresent(from -> json.put("from", from.value()));
            e.by().ifPresent(by -> json.put("by", by.value()));
            return json;
        }
        if (event instanceof Event.Hidden e) {
            ObjectNode json = named("message_hidden").put("id", e.id().value());
            e.from().ifPresent(from -> json.put("from", from.value()));
            return json.put("blocked", e.isBlocked());
        }
        if (event instanceof Event.Reactions e) {
            ObjectNode json = named("reactions").put("id", e.id().value());
            ArrayNode list = json.putArray("reactions");
            for (ReactionTotal total : e.totals()) {
                ObjectNode each =
                        list.addObject().put("text", total.reaction().text()).put("count", total.count());
                total.reaction().provider().ifPresent(provider -> each.put("provider", provider));
                total.reaction().emote().ifPresent(emote -> each.put("emote", emote));
                ArrayNode by = each.putArray("by");
                total.by().forEach(peer -> by.add(peer.value()));
            }
            return json;
        }
        if (event instanceof Event.RoomSet e) {
            ObjectNode json = settings(withRef(named("settings"), e.ref()), e.settings());
            if (e.before().isPresent()) {
                ObjectNode before = settings(
                        JsonNodeFactory.instance.objectNode(), e.before().get());
                // What stays the same is no news.
                List.copyOf(before.properties()).stream()
                        .filter(field -> field.getValue().equals(json.get(field.getKey())))
                        .forEach(field -> before.remove(field.getKey()));
                json.set("before", before);
            }
            return json;
        }
        if (event instanceof Event.Moderated e) {
            ObjectNode json = named("moderation")
                    .put("id", e.act().id().value())
                    .put("kind", e.act().kind().name())
                    .put("by", e.act().by().value());
            e.act().subject().ifPresent(peer -> json.put("peerId", peer.value()));
            e.act().role().ifPresent(role -> json.put("role", role.name()));
            e.act().until().ifPresent(until -> json.put("until", until.toEpochMilli()));
            return json.put("at", e.act().at().toEpochMilli());
        }
        if (event instanceof Event.ModerationVoided e) {
            return named("moderation_voided").put("id", e.act().value());
        }
        return null;
    }

    private static ObjectNode done(@Nullable String ref, String command, List<PeerId> peers) {
        ObjectNode json = withRef(named("done"), ref).put("cmd", command);
        ArrayNode list = json.putArray("peers");
        peers.forEach(peer -> list.add(peer.value()));
        return json;
    }

    private static ObjectNode settings(ObjectNode json, RoomSettings settings) {
        json.put("topic", settings.topic())
                .put("history", settings.history().kind().name())
                .put("historyMessages", settings.history().messages())
                .put("historySeconds", settings.history().time().toSeconds())
                .put("slowMode", settings.slowMode().toSeconds())
                .put("locked", settings.locked())
                .put("disappearAfter", settings.disappearAfter().toSeconds());
        ArrayNode channels = json.putArray("emoteChannels");
        settings.emoteChannels()
                .forEach(channel ->
                        channels.addObject().put("provider", channel.provider()).put("channel", channel.channel()));
        return json;
    }

    private static ObjectNode message(String event, ChatMessage message) {
        ObjectNode json = named(event)
                .put("id", message.id().value())
                .put("from", message.sender().value())
                .put("name", message.senderName())
                .put("text", message.text())
                .put("sentAt", message.sentAt().toEpochMilli());
        message.replyTo().ifPresent(id -> json.put("replyTo", id.value()));
        ArrayNode emotes = json.putArray("emotes");
        for (EmoteReference emote : message.emotes()) {
            emotes.addObject()
                    .put("provider", emote.provider())
                    .put("id", emote.emote())
                    .put("code", emote.code())
                    .put("start", emote.start())
                    .put("end", emote.end());
        }
        return json;
    }

    private static ObjectNode describe(ObjectNode json, Participant participant, Event.Presence.Status status) {
        json.put("peerId", participant.id().value())
                .put("name", participant.name())
                .put("status", status.name())
                .put("role", participant.role().name())
                .put("self", participant.self());
        return participant.shownName().equals(participant.name())
                ? json
                : json.put("shownName", participant.shownName());
    }

    private static ObjectNode about(ObjectNode json, PeerId peer, String name) {
        return json.put("peerId", peer.value()).put("name", name);
    }

    private static ObjectNode named(String event) {
        return JsonNodeFactory.instance.objectNode().put("event", event);
    }

    private static ObjectNode withRef(ObjectNode json, @Nullable String ref) {
        return ref == null ? json : json.put("ref", ref);
    }

    private static ObjectNode emote(ObjectNode json, Emote emote) {
        json.put("code", emote.code())
                .put("provider", emote.id().providerId())
                .put("id", emote.id().value())
                .put("animated", emote.animated())
                .put("zeroWidth", emote.zeroWidth())
                .put("visibility", emote.visibility().name());
        emote.category().ifPresent(category -> json.put("category", category));
        ArrayNode tags = json.putArray("tags");
        emote.tags().forEach(tags::add);
        ArrayNode warnings = json.putArray("warnings");
        emote.warnings().stream().sorted().forEach(warning -> warnings.add(warning.name()));
        ArrayNode images = json.putArray("images");
        for (EmoteImage image : emote.images()) {
            images.addObject()
                    .put("url", image.url().toString())
                    .put("format", image.format().name())
                    .put("width", image.widthPixels())
                    .put("height", image.heightPixels())
                    .put("bytes", image.sizeBytes())
                    .put("frames", image.frameCount());
        }
        return json;
    }
}
