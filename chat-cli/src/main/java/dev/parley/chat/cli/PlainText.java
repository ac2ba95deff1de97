package dev.parley.chat.cli;

import dev.parley.chat.ChatMessage;
import dev.parley.chat.ConnectionState;
import dev.parley.chat.DeliveryState;
import dev.parley.chat.IdentityAlert;
import dev.parley.chat.Participant;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomEmoji;
import dev.parley.chat.RoomSettings;
import dev.parley.chat.crypto.IdentityProtection;
import dev.parley.chat.store.KnownPeer;
import dev.parley.chat.store.Retention;
import java.net.URI;
import java.time.Duration;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Puts events into lines for people. Everything that a peer or a worker said is cleaned on the way; no escape code is
 * ever written, so that a pipe and a terminal get the same.
 */
public final class PlainText {

    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT);

    private static final DateTimeFormatter DAY_AND_CLOCK = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm", Locale.ROOT);

    /** As much of a peer id as stands for a name where none is known. */
    private static final int SHORT_ID_CHARS = 8;

    private final ZoneId zone;

    public PlainText(ZoneId zone) {
        this.zone = zone;
    }

    /**
     * Writes an event.
     *
     * @return a line, or several with line breaks between them; empty if people need not be told
     */
    public Optional<String> write(Event event) {
        if (event instanceof Event.Listening e) {
            return line("Listening on " + clean(e.url()));
        }
        if (event instanceof Event.LoginPrompted e) {
            String code = e.code();
            if (code == null) {
                return line(
                        "Log in with your browser; if it does not open by itself, open this link on this machine:\n  "
                                + clean(e.link().toString()));
            }
            URI withCode = e.linkWithCode();
            return line("Open " + clean(e.link().toString()) + " with any browser and type the code " + clean(code)
                    + (withCode == null ? "" : "\nor open " + clean(withCode.toString())));
        }
        if (event instanceof Event.Account e) {
            return line("Logged in at " + clean(e.worker().toString())
                    + (e.subject().isEmpty() ? "" : " as " + clean(e.name().isEmpty() ? e.subject() : e.name()))
                    + " (account of " + clean(e.issuer().toString()) + ")"
                    + (e.renewable() || e.expires() == null
                            ? ""
                            : ", until " + CLOCK.format(e.expires().atZone(zone))));
        }
        if (event instanceof Event.Entered e) {
            return line(
                    "Room \"" + clean(e.name()) + "\" (" + lower(e.visibility()) + ")\nInvite: " + clean(e.invite()));
        }
        if (event instanceof Event.Listed e) {
            return line(clean(e.room().name()) + "  " + e.room().participants() + "/"
                    + e.room().capacity() + "  " + clean(e.invite()));
        }
        if (event instanceof Event.Unlisted e) {
            return line("-- gone: " + clean(e.name()));
        }
        if (event instanceof Event.State e) {
            return e.state() == ConnectionState.CLOSED
                    ? Optional.empty()
                    : line("-- " + lower(e.state())
                            + e.reason()
                                    .map(reason -> ": " + clean(reason.detail()))
                                    .orElse(""));
        }
        if (event instanceof Event.Presence e) {
            if (e.participant().self()) {
                return Optional.empty();
            }
            return line("-- " + clean(e.participant().name())
                    + (e.status() == Event.Presence.Status.ONLINE ? " is here" : " has left"));
        }
        if (event instanceof Event.Changed e) {
            // Of roles the moderation tells.
            return e.before().shownName().equals(e.participant().shownName())
                    ? Optional.empty()
                    : line("-- " + clean(e.before().shownName()) + " is shown as "
                            + clean(e.participant().shownName()) + " now");
        }
        if (event instanceof Event.Reached e) {
            return line("-- " + clean(e.name())
                    + switch (e.presence()) {
                        case ONLINE -> " is back";
                        case AWAY -> " is away";
                        case RECONNECTING -> " cannot be reached at the moment";
                        case OFFLINE -> " has left";
                    });
        }
        if (event instanceof Event.Typing) {
            return Optional.empty();
        }
        if (event instanceof Event.CaughtUp e) {
            return line("-- of what was said before, " + e.progress().received() + " have come"
                    + (e.progress().isOver() ? "" : ", at most " + e.progress().remaining() + " are to come"));
        }
        if (event instanceof Event.Gap e) {
            long missing = e.toSeq() - e.fromSeq() + 1;
            return line("-- " + (missing == 1 ? "1 thing that " : missing + " things that ") + clean(e.name())
                    + " said did not come, and nobody here has " + (missing == 1 ? "it" : "them"));
        }
        if (event instanceof Event.Fork e) {
            return line("-- " + clean(e.name())
                    + " has said two different things in one place: its history was lost, or its"
                    + " identity is used twice, or it says one thing to some and another to others");
        }
        if (event instanceof Event.Participants e) {
            return line(e.participants().stream()
                    .map(there -> describe(there)
                            + (e.verified().contains(there.id()) ? ", verified" : "")
                            + (e.blocked().contains(there.id()) ? ", blocked" : "")
                            + switch (e.presence(there)) {
                                case AWAY -> ", away";
                                case RECONNECTING -> ", cannot be reached at the moment";
                                case ONLINE, OFFLINE -> "";
                            })
                    .collect(Collectors.joining("\n")));
        }
        if (event instanceof Event.Blocked e) {
            return line(
                    e.peers().isEmpty()
                            ? "-- nobody is blocked"
                            : e.peers().stream()
                                    .map(peer -> "-- " + peer.id() + "  "
                                            + peer.lastName()
                                                    .map(PlainText::clean)
                                                    .orElse("(not met yet)")
                                            + peer.blockedSince()
                                                    .map(since -> ", since " + DAY_AND_CLOCK.format(since.atZone(zone)))
                                                    .orElse(""))
                                    .collect(Collectors.joining("\n")));
        }
        if (event instanceof Event.Hidden e && e.isBlocked()) {
            // Whoever blocks somebody wants to hear nothing of it.
            return Optional.empty();
        }
        if (event instanceof Event.RoomCodeShown e) {
            return line(
                    "Room code, epoch " + e.code().epoch() + ":\n  " + e.code().digits() + "\n  "
                            + e.code().words() + "\n" + QrDrawing.draw(e.code().qrText())
                            + "\n-- all who are here see the same, or somebody has split the room; it changes when somebody"
                            + " comes or goes");
        }
        if (event instanceof Event.SafetyNumberShown e) {
            return line("Safety number with " + describe(e.peer()) + ":\n  "
                    + e.number().digits() + "\n  "
                    + e.number().words() + "\n" + QrDrawing.draw(e.number().qrText())
                    + "\n-- compare it face to face or by telephone; if it is the same on both sides, confirm with"
                    + " /verify NAME ok, or parley identity verify PEER-ID --confirm");
        }
        if (event instanceof Event.Peer e) {
            return line(describe(e.peer()));
        }
        if (event instanceof Event.Alert e) {
            return line(warning(e.alert()));
        }
        if (event instanceof Event.Message e) {
            return line(message(e.message()));
        }
        if (event instanceof Event.Accepted
                || event instanceof Event.DeedDone
                || event instanceof Event.CancelDone
                || event instanceof Event.EmojiRemoved) {
            // What comes of it is told by the room.
            return Optional.empty();
        }
        if (event instanceof Event.FileProgress e) {
            return progress(e);
        }
        String act = act(event);
        if (act != null) {
            return line(act);
        }
        if (event instanceof Event.Coded e) {
            return line("Code: " + clean(e.code()) + " (say it to one person; good for one try, until "
                    + CLOCK.format(e.expires().atZone(zone)) + ")\n      parley join " + clean(e.code())
                    + " --signaling " + clean(e.worker().toString()));
        }
        if (event instanceof Event.CodeEnded e) {
            return line(
                    switch (e.outcome()) {
                        case USED -> "-- the code " + clean(e.code()) + " was used";
                        case BURNT ->
                            "-- somebody tried a wrong code instead of " + clean(e.code())
                                    + "; it is void, type /code for another one";
                        case EXPIRED -> "-- the code " + clean(e.code()) + " has expired; type /code for another one";
                        case CANCELLED -> "-- the code " + clean(e.code()) + " is void";
                    });
        }
        if (event instanceof Event.Invited e) {
            return line("-- the invite is a new one; do not give out those of before any more\nInvite: "
                    + clean(e.invite()));
        }
        if (event instanceof Event.Led e) {
            String name = e.name();
            String who = name == null ? e.leader().value() : clean(name);
            return line(
                    e.isHost()
                            ? "-- the host, " + who + ", leads the room again"
                            : "-- " + who + " leads the room in the host's place. Is somebody missing? Compare the code"
                                    + " that /verify shows: all who are in the same room see the same one");
        }
        if (event instanceof Event.Done e) {
            return line(
                    switch (e.act()) {
                        case KICK -> "-- removed";
                        case BAN -> "-- removed, and refused from now on";
                        case UNBAN -> "-- may come in again";
                        case DEPUTIES ->
                            e.peers().isEmpty()
                                    ? "-- the room ends with its host"
                                    : "-- the room goes on without its host: "
                                            + e.peers().size() + (e.peers().size() == 1 ? " deputy" : " deputies");
                    });
        }
        if (event instanceof Event.Delivery e) {
            // A line for every step of every message would bury the conversation.
            return e.state() == DeliveryState.QUEUED ? line("-- waits until the connection is back") : Optional.empty();
        }
        if (event instanceof Event.Kept e) {
            return e.event()
                    .text()
                    .map(text -> "[" + DAY_AND_CLOCK.format(e.event().time().atZone(zone)) + "] "
                            + e.name()
                                    .map(PlainText::clean)
                                    .orElse(e.event().sender().value().substring(0, SHORT_ID_CHARS))
                            + ": " + clean(e.edited().orElse(text))
                            + (e.edited().isPresent() ? " (edited)" : "")
                            + (e.withId() ? "  " + e.event().id() : ""));
        }
        if (event instanceof Event.KeptRoom e) {
            return line(e.room()
                    + e.record()
                            .map(record -> "  " + clean(record.name()) + "  "
                                    + DAY_AND_CLOCK.format(record.lastEntered().atZone(zone)))
                            .orElse(""));
        }
        if (event instanceof Event.Refused e) {
            return line("-- line " + e.line().line() + " is refused: "
                    + clean(e.line().reason()));
        }
        if (event instanceof Event.HistoryDone e) {
            return line("-- " + e.events() + (e.events() == 1 ? " event is " : " events are ")
                    + switch (e.act()) {
                        case EXPORTED -> "exported";
                        case DELETED -> "deleted";
                        case IMPORTED -> "new, " + e.known() + " known already, " + e.refused() + " refused";
                    });
        }
        if (event instanceof Event.Retained e) {
            return line("-- " + retained(e.retention()));
        }
        if (event instanceof Event.WorkerReached e) {
            return line("-- " + e.text());
        }
        if (event instanceof Event.Notice e) {
            return line("-- " + clean(e.text()));
        }
        if (event instanceof Event.Problem e) {
            return line("parley: " + clean(e.message()) + (e.hint().isEmpty() ? "" : "; " + clean(e.hint())));
        }
        if (event instanceof Event.Closed e) {
            return line("-- closed: " + clean(e.reason().detail()));
        }
        if (event instanceof Event.Check e) {
            String mark = switch (e.outcome()) {
                case OK -> "ok  ";
                case SKIPPED -> "--  ";
                case FAILED -> "FAIL";
            };
            return line(mark + "  " + e.name() + ": " + clean(e.detail())
                    + (e.hint().isEmpty() ? "" : "\n      next: " + clean(e.hint())));
        }
        if (event instanceof Event.ListedCase e) {
            return line(e.listed().section() + ": " + e.listed().name()
                    + (e.listed().isSlow()
                            ? " (--slow, lets " + e.listed().waits().toSeconds() + " s pass)"
                            : ""));
        }
        if (event instanceof Event.CaseOver e) {
            String mark = switch (e.result().outcome()) {
                case PASSED -> "ok  ";
                case SKIPPED -> "--  ";
                case FAILED -> "FAIL";
            };
            String detail = clean(e.result().detail());
            return line(mark + "  " + e.result().of().section() + ": "
                    + e.result().of().name() + (detail.isEmpty() ? "" : "\n      " + detail));
        }
        if (event instanceof Event.Conformance e) {
            return line(e.passed() + " passed, " + e.failed() + " failed, " + e.skipped() + " skipped");
        }
        if (event instanceof Event.Completion e) {
            // Made of nothing but Parley's own commands, and to be read by a shell as it is.
            return line(e.script());
        }
        if (event instanceof Event.Setting e) {
            return line(e.key() + " = " + (e.value() == null ? "(not set)" : clean(e.value())) + "    [" + e.source()
                    + "]");
        }
        if (event instanceof Event.Self e) {
            return line("Peer id:     " + e.peer() + "\nFingerprint: " + e.fingerprint() + "\nFile:        "
                    + clean(e.path()) + "\nProtection:  "
                    + (e.protection() == IdentityProtection.Kind.PASSPHRASE
                            ? "sealed under a passphrase"
                            : "file permissions only; \"parley identity passphrase\" seals it"));
        }
        if (event instanceof Event.EmoteShown e) {
            return line(EmoteText.line(e.emote(), e.drawn()));
        }
        if (event instanceof Event.EmoteDescribed e) {
            return line(EmoteText.describe(e.emote(), e.drawn()));
        }
        if (event instanceof Event.EmoteUploaded e) {
            return line("-- " + clean(e.emote().code()) + " is at "
                    + clean(e.domain().toString()) + " now");
        }
        if (event instanceof Event.EmoteRemoved e) {
            return line("-- :" + clean(e.shortcode()) + ": is gone from " + clean(e.from()));
        }
        if (event instanceof Event.EmotesLoaded e) {
            return line("-- " + e.count() + " emotes are loaded");
        }
        if (event instanceof Event.DemoLine e) {
            return line(e.who().isEmpty() ? clean(e.text()) : pad(e.who()) + clean(e.text()));
        }
        if (event instanceof Event.Figure e) {
            return line(String.format(
                    Locale.ROOT, "%-58s %10.3f %10.3f %-3s %6d", e.name(), e.p50(), e.p99(), e.unit(), e.samples()));
        }
        if (event instanceof Event.DemoResult e) {
            return line(
                    e.isSame()
                            ? "All " + e.participants() + " saw the same " + e.messages()
                                    + " messages, each author's in its order."
                            : "The participants did not see the same messages, or not each author's in its order.");
        }
        throw new IllegalStateException("no text for " + event.getClass());
    }

    /** Several lines, so that it stands out from what is said. */
    private static String warning(IdentityAlert alert) {
        String name = "\"" + clean(alert.name()) + "\"";
        String other = alert.other().map(PeerId::value).orElse("");
        String what = switch (alert.cause()) {
            case KNOWN_NAME_OTHER_IDENTITY ->
                name + " is NOT the " + name + " that you " + (alert.verified() ? "have verified" : "met before") + " ("
                        + other + ").";
            case SAME_NAME_IN_ROOM ->
                "Two are here under the name " + name + "; the other one is " + other
                        + (alert.verified() ? ", whom you know." : ".");
            case KEY_CHANGED ->
                "The keys of " + name + (alert.verified() ? ", whom you have verified," : "") + " have changed.";
        };
        String bar = "!".repeat(72);
        return bar + "\n!! WARNING: " + what + "\n!! This one is " + alert.peer()
                + "\n!! Trust nothing it says before you have compared: /verify " + alert.peer() + "\n" + bar;
    }

    private static String describe(KnownPeer peer) {
        return peer.id() + "  " + peer.lastName().map(PlainText::clean).orElse("(not met yet)") + "  "
                + peer.verification()
                        .map(verification -> "verified " + verification.at().truncatedTo(ChronoUnit.SECONDS) + " ("
                                + lower(verification.means()) + ")")
                        .orElse("not verified")
                + (peer.isBlocked() ? ", blocked" : "");
    }

    /** A line for each tenth at most. */
    private static Optional<String> progress(Event.FileProgress event) {
        long size = event.offer().size();
        int tenths = Progress.tenths(event.received(), size);
        return tenths == Progress.tenths(event.before(), size)
                ? Optional.empty()
                : line("-- " + clean(event.offer().name()) + ": " + tenths * 10 + " % of " + StatsText.bytes(size)
                        + " have come");
    }

    private static String emoji(Event.RoomEmojis event) {
        List<String> added = shortcodes(event.emoji(), event.before());
        List<String> removed = shortcodes(event.before(), event.emoji());
        if (added.isEmpty() && removed.isEmpty()) {
            return event.emoji().isEmpty()
                    ? "-- the room has no emoji; /emoji add SHORTCODE FILE adds one"
                    : "-- emoji of the room: " + String.join(" ", shortcodes(event.emoji(), List.of()));
        }
        return (added.isEmpty() ? "" : "-- new emoji: " + String.join(" ", added))
                + (added.isEmpty() || removed.isEmpty() ? "" : "\n")
                + (removed.isEmpty() ? "" : "-- emoji that are gone: " + String.join(" ", removed));
    }

    private static List<String> shortcodes(List<RoomEmoji> emoji, List<RoomEmoji> without) {
        return emoji.stream()
                .filter(each -> !without.contains(each))
                .map(each -> ":" + each.shortcode() + ":")
                .toList();
    }

    /** What was done to what was said, and to the room; null if it is something else. */
    private @Nullable String act(Event event) {
        if (event instanceof Event.PrivateMessage e) {
            return message(e.message(), " to " + clean(e.toName()) + " alone");
        }
        if (event instanceof Event.FileOffered e) {
            return "-- " + (e.isOwn() ? "you offer " : clean(e.name()) + " offers ") + "the file "
                    + clean(e.offer().name()) + ", " + StatsText.bytes(e.offer().size())
                    + (e.isOwn() ? "" : ": /get " + e.number() + " fetches it");
        }
        if (event instanceof Event.FileCame e) {
            return "-- a file has come whole: " + clean(e.place().toString());
        }
        if (event instanceof Event.FileTaken e) {
            return "-- " + clean(e.name()) + " has fetched your file " + clean(e.file());
        }
        if (event instanceof Event.RoomEmojis e) {
            return emoji(e);
        }
        if (event instanceof Event.EmojiSaved e) {
            return "-- the image of :" + e.emoji().shortcode() + ": is in "
                    + clean(e.place().toString());
        }
        if (event instanceof Event.Edited e) {
            return message(e.message(), " (changed)");
        }
        if (event instanceof Event.Removed e) {
            return e.by().isPresent() ? "-- a message was deleted" : "-- a message has disappeared";
        }
        if (event instanceof Event.Hidden) {
            return "-- a message is hidden: its author had no right to it";
        }
        if (event instanceof Event.Reactions e) {
            return "-- "
                    + (e.totals().isEmpty()
                            ? "no reaction is left"
                            : e.totals().stream()
                                    .map(total -> clean(total.reaction().text()) + " " + total.count())
                                    .collect(Collectors.joining(", ")));
        }
        if (event instanceof Event.RoomSet e) {
            return settings(e.settings());
        }
        if (event instanceof Event.Moderated e) {
            return moderation(e);
        }
        return event instanceof Event.ModerationVoided
                ? "-- something that a moderator did does not count any more"
                : null;
    }

    private static String retained(Retention retention) {
        if (retention.equals(Retention.FOREVER)) {
            return "everything is kept";
        }
        StringBuilder line = new StringBuilder("kept are");
        retention
                .maxEvents()
                .ifPresent(events ->
                        line.append(" the newest ").append(events).append(events == 1 ? " event" : " events"));
        if (retention.maxEvents().isPresent() && retention.maxAge().isPresent()) {
            line.append(", if they are");
        }
        retention.maxAge().ifPresent(age -> {
            Duration rest = age.minusDays(age.toDays());
            line.append(retention.maxEvents().isPresent() ? " of the last " : " those of the last ")
                    .append(rest.isZero() ? age.toDays() + " days" : age.toSeconds() + " s");
        });
        return line.toString();
    }

    private static String settings(RoomSettings settings) {
        StringBuilder line = new StringBuilder("-- the room");
        line.append(settings.topic().isEmpty() ? " has no topic" : ": " + clean(settings.topic()));
        if (settings.locked()) {
            line.append("; only the host and moderators speak");
        }
        if (!settings.slowMode().isZero()) {
            line.append("; one message in ")
                    .append(settings.slowMode().toSeconds())
                    .append(" s");
        }
        if (!settings.disappearAfter().isZero()) {
            line.append("; messages disappear after ")
                    .append(settings.disappearAfter().toSeconds())
                    .append(" s");
        }
        if (!settings.emoteChannels().isEmpty()) {
            line.append("; emotes of ")
                    .append(settings.emoteChannels().stream()
                            .map(channel -> clean(channel.provider() + ' ' + channel.channel()))
                            .collect(Collectors.joining(", ")));
        }
        return line.toString();
    }

    private String moderation(Event.Moderated event) {
        String by = "-- " + clean(event.byName());
        String subject = clean(event.subjectName());
        return switch (event.act().kind()) {
            case SETTINGS -> by + " has set the room";
            case ROLE ->
                by + " has made " + subject + " "
                        + event.act()
                                .role()
                                .map(PlainText::lower)
                                .orElse("member")
                                .replace('_', '-');
            case KICK -> by + " has removed " + subject;
            case BAN -> by + " has removed " + subject + " for good";
            case UNBAN -> by + " lets " + subject + " come in again";
            case MUTE ->
                by + " has muted " + subject
                        + event.act()
                                .until()
                                .map(until -> " until " + CLOCK.format(until.atZone(zone)))
                                .orElse("");
            case UNMUTE -> by + " lets " + subject + " speak again";
        };
    }

    private String message(ChatMessage message) {
        return message(message, "");
    }

    private String message(ChatMessage message, String how) {
        String line = "[" + CLOCK.format(message.sentAt().atZone(zone)) + "] " + clean(message.senderName()) + how
                + ": " + clean(message.text());
        if (message.emotes().isEmpty()) {
            return line;
        }
        return line + "  " + emotes(message);
    }

    /**
     * Names each emote of a message once, and who provides it: a terminal without pictures shows this in their place.
     */
    static String emotes(ChatMessage message) {
        return message.emotes().stream()
                .map(emote -> clean(emote.code()) + " from " + clean(emote.provider()))
                .distinct()
                .collect(Collectors.joining(", ", "(", ")"));
    }

    private static String describe(Participant participant) {
        return "-- " + clean(participant.shownName())
                + switch (participant.role()) {
                    case HOST -> ", host";
                    case MODERATOR -> ", moderator";
                    case READ_ONLY -> ", reads only";
                    case MEMBER -> "";
                }
                + (participant.self() ? ", you" : "");
    }

    private static String pad(String who) {
        return String.format(Locale.ROOT, "%-8s", who + ":");
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static String clean(String text) {
        return TerminalText.clean(text);
    }

    private static Optional<String> line(String text) {
        return Optional.of(text);
    }
}
