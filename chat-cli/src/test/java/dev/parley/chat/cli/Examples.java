package dev.parley.chat.cli;

import dev.parley.chat.ChatMessage;
import dev.parley.chat.CloseReason;
import dev.parley.chat.ConnectionState;
import dev.parley.chat.DeliveryState;
import dev.parley.chat.EmoteChannel;
import dev.parley.chat.EmoteReference;
import dev.parley.chat.FileOffer;
import dev.parley.chat.HistoryFile;
import dev.parley.chat.HistoryPolicy;
import dev.parley.chat.HistoryProgress;
import dev.parley.chat.IdentityAlert;
import dev.parley.chat.MessageId;
import dev.parley.chat.ModerationAct;
import dev.parley.chat.PairingOffer;
import dev.parley.chat.Participant;
import dev.parley.chat.PeerId;
import dev.parley.chat.Presence;
import dev.parley.chat.PublicRoom;
import dev.parley.chat.Reaction;
import dev.parley.chat.ReactionTotal;
import dev.parley.chat.RoomEmoji;
import dev.parley.chat.RoomId;
import dev.parley.chat.RoomOptions;
import dev.parley.chat.RoomSettings;
import dev.parley.chat.crypto.IdentityProtection;
import dev.parley.chat.crypto.RoomCode;
import dev.parley.chat.crypto.SafetyNumber;
import dev.parley.chat.emotes.Emote;
import dev.parley.chat.emotes.EmoteId;
import dev.parley.chat.emotes.EmoteImage;
import dev.parley.chat.emotes.EmoteImageFormat;
import dev.parley.chat.emotes.EmoteWarning;
import dev.parley.chat.signaling.OAuthLogin;
import dev.parley.chat.signaling.conformance.CaseResult;
import dev.parley.chat.signaling.conformance.ConformanceCase;
import dev.parley.chat.store.KnownPeer;
import dev.parley.chat.store.Retention;
import dev.parley.chat.store.RoomRecord;
import dev.parley.chat.store.StoredEvent;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** One event of each kind, from a peer that means harm where it can. */
final class Examples {

    static final RoomId ROOM = new RoomId("a".repeat(32));
    static final PeerId PEER = new PeerId("b".repeat(32));
    static final PeerId OTHER = new PeerId("e".repeat(32));
    static final MessageId MESSAGE = new MessageId("c".repeat(51) + "a");
    static final Instant TIME = Instant.parse("2026-11-23T12:34:56.789Z");

    private Examples() {}

    static List<Event> events() {
        Participant ada = new Participant(PEER, "A\u001b[2Jda", Participant.Role.HOST, false);
        Participant self = new Participant(PEER, "Me", Participant.Role.MEMBER, true);
        CloseReason left = new CloseReason(CloseReason.Code.LEFT, CloseReason.Origin.LOCAL, "you left");
        ChatMessage message = new ChatMessage(
                MESSAGE,
                PEER,
                "A\u202eda",
                "hi Kappa\nnew \u00e9\u2028",
                TIME,
                Optional.of(MESSAGE),
                List.of(new EmoteReference("7tv", "01", "Kappa", 3, 8)),
                List.of());
        List<Event> events = new ArrayList<>();
        events.add(new Event.Listening("http://127.0.0.1:1"));
        events.add(new Event.Entered(ROOM, "Tea", "http://127.0.0.1:1/r/" + ROOM, RoomOptions.Visibility.PRIVATE));
        events.add(
                new Event.Listed(new PublicRoom(ROOM, "Tea", PEER, 8, 2, TIME, TIME), "http://127.0.0.1:1/r/" + ROOM));
        events.add(new Event.Unlisted(ROOM, "T\u001b[2Jea"));
        events.add(new Event.State(ConnectionState.CONNECTED, Optional.empty()));
        events.add(new Event.State(ConnectionState.CLOSED, Optional.of(left)));
        events.add(new Event.Presence(ada, Event.Presence.Status.ONLINE));
        events.add(new Event.Presence(ada, Event.Presence.Status.OFFLINE));
        Participant moderator = new Participant(PEER, ada.name(), Participant.Role.MODERATOR, false);
        events.add(new Event.Changed(ada, moderator));
        events.add(new Event.Changed(
                moderator,
                new Participant(PEER, ada.name(), Participant.Role.MODERATOR, false, ada.name() + "\u00b7bb")));
        events.add(new Event.Reached(ada.id(), ada.name(), Presence.RECONNECTING));
        events.add(new Event.Reached(ada.id(), ada.name(), Presence.AWAY));
        events.add(new Event.Reached(ada.id(), ada.name(), Presence.ONLINE));
        events.add(new Event.Typing(ada.id(), ada.name(), true));
        events.add(new Event.CaughtUp(new HistoryProgress(400, 1_200, false)));
        events.add(new Event.CaughtUp(new HistoryProgress(1_600, 0, true)));
        events.add(new Event.Gap(ada.id(), ada.name(), 3, 3));
        events.add(new Event.Gap(ada.id(), ada.name(), 3, 5));
        events.add(new Event.Fork(ada.id(), ada.name()));
        events.add(new Event.Participants(
                "r1", List.of(ada, self), Set.of(PEER), Set.of(PEER), Map.of(PEER, Presence.AWAY)));
        events.add(new Event.RoomCodeShown("r2", RoomCode.of(ROOM, 5, new byte[RoomCode.AUTHENTICATOR_BYTES])));
        KnownPeer known = new KnownPeer(
                PEER,
                Optional.empty(),
                List.of(new KnownPeer.UsedName("A\u001b[2Jda", TIME, TIME)),
                Optional.of(new KnownPeer.Verification(TIME, KnownPeer.Means.COMPARED)));
        events.add(new Event.SafetyNumberShown(null, known, SafetyNumber.of(PEER, OTHER)));
        events.add(new Event.Peer("r3", known));
        events.add(new Event.Peer(null, new KnownPeer(OTHER, Optional.empty(), List.of(), Optional.empty())));
        KnownPeer blocked = new KnownPeer(OTHER, Optional.empty(), known.names(), Optional.empty(), Optional.of(TIME));
        events.add(new Event.Peer(null, blocked));
        KnownPeer unknown = new KnownPeer(PEER, Optional.empty(), List.of(), Optional.empty(), Optional.of(TIME));
        events.add(new Event.Blocked("r6", List.of(blocked, unknown)));
        events.add(new Event.Blocked(null, List.of()));
        for (IdentityAlert.Cause cause : IdentityAlert.Cause.values()) {
            events.add(new Event.Alert(new IdentityAlert(
                    cause,
                    OTHER,
                    "A\u001b[2Jda",
                    cause == IdentityAlert.Cause.KEY_CHANGED ? Optional.empty() : Optional.of(PEER),
                    true)));
        }
        events.add(new Event.Message(message));
        events.add(new Event.Accepted("r1", MESSAGE));
        events.add(new Event.Accepted(null, MESSAGE));
        events.add(new Event.Coded("r2", "7-guitar-lemon", URI.create("http://127.0.0.1:1"), TIME));
        for (PairingOffer.Outcome outcome : PairingOffer.Outcome.values()) {
            events.add(new Event.CodeEnded("7-guitar-lemon", outcome));
        }
        events.add(new Event.Invited("http://127.0.0.1:1/r/" + ROOM + "#s"));
        events.add(new Event.Led(PEER, "Ann", false));
        events.add(new Event.Led(PEER, null, true));
        for (InputCommand.Act.Kind act : InputCommand.Act.Kind.values()) {
            events.add(new Event.Done("r3", act, List.of(PEER)));
        }
        events.add(new Event.Done(null, InputCommand.Act.Kind.DEPUTIES, List.of()));
        events.add(new Event.Delivery(MESSAGE, PEER, DeliveryState.DELIVERED));
        URI link = URI.create("https://issuer.example.org/login?state=s");
        events.add(new Event.LoginPrompted(OAuthLogin.Flow.BROWSER, link, null, null, null));
        events.add(new Event.LoginPrompted(OAuthLogin.Flow.DEVICE, link, "WDJB-MJHT", link, TIME));
        events.add(new Event.Account(link, link, "ada", "A\u001b[2Jda", TIME, false));
        events.add(new Event.Account(link, link, "", "", null, true));
        StoredEvent kept = kept("hi\u001b[2J\u202e\nthere");
        events.add(new Event.Kept(kept, Optional.of("A\u001b[2Jda"), false));
        events.add(new Event.Kept(kept.expiringAt(TIME), Optional.empty(), true));
        events.add(new Event.KeptRoom(ROOM, Optional.of(new RoomRecord(ROOM, "T\u001b[2Jea", true, TIME))));
        events.add(new Event.KeptRoom(ROOM, Optional.empty()));
        events.add(new Event.Refused(new HistoryFile.Refused(7, "not JSON")));
        for (Event.HistoryDone.Act act : Event.HistoryDone.Act.values()) {
            events.add(new Event.HistoryDone(act, 3, 2, 1));
        }
        Retention both = new Retention(Optional.of(Duration.ofDays(7)), OptionalLong.of(100));
        events.add(new Event.Retained(ROOM, both));
        events.add(new Event.Retained(ROOM, Retention.ofEvents(1)));
        events.add(new Event.Retained(ROOM, Retention.ofAge(Duration.ofSeconds(90))));
        events.add(new Event.Retained(ROOM, Retention.FOREVER));
        events.add(new Event.Notice("for you"));
        events.add(new Event.WorkerReached(false));
        events.add(new Event.Problem("invalid_json", "the line is not valid JSON", "write JSON", null));
        events.add(new Event.Closed(left));
        events.add(new Event.Check("java", Event.Check.Outcome.OK, "17", ""));
        events.add(new Event.Check("home", Event.Check.Outcome.FAILED, "not writable", "mend it"));
        events.add(new Event.Check("clock", Event.Check.Outcome.SKIPPED, "needs the worker", ""));
        ConformanceCase fast = new ConformanceCase("a room is made", "Rooms", Duration.ZERO);
        ConformanceCase slow = new ConformanceCase("a room ends", "Rooms", Duration.ofMinutes(3));
        events.add(new Event.ListedCase(fast));
        events.add(new Event.ListedCase(slow));
        events.add(new Event.CaseOver(new CaseResult(fast, CaseResult.Outcome.PASSED, "", Duration.ofMillis(7))));
        events.add(new Event.CaseOver(
                new CaseResult(fast, CaseResult.Outcome.FAILED, "expected 201, got 200", Duration.ofMillis(7))));
        events.add(new Event.CaseOver(new CaseResult(slow, CaseResult.Outcome.SKIPPED, "waits", Duration.ZERO)));
        events.add(new Event.Conformance(1, 1, 1));
        events.add(new Event.Completion("fish", "complete -c parley -f\ncomplete -c parley -a join"));
        events.add(new Event.Setting("name", "Ada", "flag"));
        events.add(new Event.Setting("token", null, "default"));
        events.add(new Event.Self(PEER, "ab cd", "/home/ada/identity", IdentityProtection.Kind.PASSPHRASE));
        Emote emote = Emote.builder(new EmoteId("custom", "tea@a.example"), ":t\u00e9a:")
                .animated(true)
                .category("dr\u001bink")
                .tags(List.of("hot"))
                .warnings(Set.of(EmoteWarning.EDGY))
                .images(List.of(
                        new EmoteImage(URI.create("https://a.example/t.png"), EmoteImageFormat.PNG, 1, 2, 3, 4)))
                .build();
        events.add(new Event.EmoteShown(emote, new EmotePictures.Drawn(List.of(), "no p\u001bicture")));
        events.add(new Event.EmoteDescribed(emote, new EmotePictures.Drawn(List.of(), "")));
        events.add(new Event.EmoteUploaded(emote, URI.create("https://a.example")));
        events.add(new Event.EmoteRemoved("tea", "the r\u001boom"));
        events.add(new Event.EmotesLoaded(3));
        events.add(new Event.DemoLine("Ada", "hello"));
        events.add(new Event.Figure("round trip", "ms", 1.5, 2.25, 200));
        events.add(new Event.DemoResult(8, 3, true));
        events.addAll(acts());
        return events;
    }

    private static List<Event> acts() {
        ChatMessage message =
                new ChatMessage(MESSAGE, PEER, "A\u202eda", "h\u001bi", TIME, Optional.empty(), List.of(), List.of());
        List<Event> events = new ArrayList<>();
        events.add(new Event.PrivateMessage(message, OTHER, "M\u001be"));
        FileOffer file = new FileOffer("tea.png", 12_345, "image/png", "0".repeat(64));
        events.add(new Event.FileOffered(3, MESSAGE, PEER, "A\u202eda", false, file));
        events.add(new Event.FileOffered(4, MESSAGE, PEER, "A\u202eda", true, file));
        events.add(new Event.FileProgress(MESSAGE, file, 7, 7_000));
        events.add(new Event.FileCame("r", MESSAGE, Path.of("/tmp/t\u001bea.png"), 12_345));
        events.add(new Event.FileCame(null, MESSAGE, Path.of("tea.png"), 12_345));
        events.add(new Event.FileTaken(MESSAGE, "tea.png", PEER, "A\u202eda"));
        events.add(new Event.CancelDone(null, MESSAGE));
        RoomEmoji tea = new RoomEmoji(MESSAGE, "Tea", PEER, "0".repeat(64), 4_096, "image/webp", TIME);
        RoomEmoji pot = new RoomEmoji(MESSAGE, "pot", PEER, "0".repeat(64), 1, "image/png", TIME);
        events.add(new Event.RoomEmojis("r", List.of(tea, pot), List.of(tea, pot)));
        events.add(new Event.RoomEmojis("r", List.of(), List.of()));
        events.add(new Event.RoomEmojis(null, List.of(pot), List.of(tea)));
        events.add(new Event.EmojiRemoved("r", MESSAGE));
        events.add(new Event.EmojiSaved("r", tea, Path.of("/tmp/t\u001bea.webp")));
        events.add(new Event.Edited(message, "h\u001be", TIME));
        events.add(new Event.Removed(MESSAGE, Optional.of(OTHER), Optional.of(PEER)));
        events.add(new Event.Removed(MESSAGE, Optional.empty(), Optional.empty()));
        events.add(new Event.Hidden(MESSAGE, Optional.of(PEER), true));
        events.add(new Event.Hidden(MESSAGE, Optional.empty(), false));
        events.add(new Event.Reactions(MESSAGE, List.of(new ReactionTotal(Reaction.of("+"), 2, List.of(PEER)))));
        events.add(new Event.Reactions(MESSAGE, List.of()));
        RoomSettings set = new RoomSettings(
                        "tea", HistoryPolicy.last(3), Duration.ofSeconds(5), true, Duration.ofSeconds(60))
                .withEmoteChannels(List.of(new EmoteChannel("7tv", "twitch/1")));
        events.add(new Event.RoomSet(
                null, set, Optional.of(set.withTopic("").withLocked(false).withEmoteChannels(List.of()))));
        events.add(new Event.RoomSet("r4", RoomSettings.FIRST, Optional.empty()));
        events.add(new Event.DeedDone("r5", new Deed.Delete(MESSAGE)));
        events.add(new Event.DeedDone(null, new Deed.Unmute(OTHER)));
        for (ModerationAct.Kind kind : ModerationAct.Kind.values()) {
            boolean isRole = kind == ModerationAct.Kind.ROLE;
            boolean isMute = kind == ModerationAct.Kind.MUTE;
            events.add(new Event.Moderated(
                    new ModerationAct(
                            MESSAGE,
                            kind,
                            PEER,
                            kind == ModerationAct.Kind.SETTINGS ? Optional.empty() : Optional.of(OTHER),
                            isRole ? Optional.of(Participant.Role.READ_ONLY) : Optional.empty(),
                            isMute ? Optional.of(TIME) : Optional.empty(),
                            TIME),
                    "A\u202eda",
                    "Eve"));
        }
        events.add(new Event.ModerationVoided(MESSAGE));
        return events;
    }

    /** A message as a history keeps it, of the form that docs/protocol.md gives it. */
    static StoredEvent kept(String text) {
        StringBuilder json = new StringBuilder("{\"text\":\"");
        text.chars().forEach(c -> json.append(String.format("\\u%04x", c)));
        byte[] bytes = signed("message", json.append("\"}").toString());
        return new StoredEvent(ROOM, PEER, 1, MESSAGE, TIME.toEpochMilli() << 16, "message", bytes);
    }

    /** An event of the form that docs/protocol.md gives it, but with zeros for the header and the signature. */
    static byte[] signed(String type, String json) {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(1 + 116 + 1 + type.length() + 4 + body.length + 64)
                .put((byte) 1)
                .put(new byte[116])
                .put((byte) type.length())
                .put(type.getBytes(StandardCharsets.US_ASCII))
                .putInt(body.length)
                .put(body)
                .array();
    }
}
