package dev.parley.chat.internal.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.MessageId;
import dev.parley.chat.Participant.Role;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomEmoji;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.internal.timeline.ActLimits;
import dev.parley.chat.internal.timeline.EventBodies;
import dev.parley.chat.internal.timeline.EventBody;
import dev.parley.chat.internal.timeline.Timeline;
import dev.parley.chat.internal.timeline.TimelineEvent;
import dev.parley.chat.store.EventHead;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a newcomer is given of acts and emoji makes the same room for it, whatever one member says how often. */
final class EventLogTest {

    private static final int ENTRIES = 100;
    private static final int SEEDS = Integer.getInteger("parley.timeline.seeds", 25);
    private static final byte[] KEY = MachineHarness.filled(3);
    private static final String HASH = "ab".repeat(32);

    private final Identity host = MachineHarness.identity(1);
    private Timeline timeline = new Timeline(host.peerId());
    private EventLog log = new EventLog(timeline, ENTRIES);
    private long clock;

    /** Says what one identity says, which this side hears at once. */
    private final class Author {
        final Identity identity;
        private @Nullable Event last;

        Author(int number) {
            identity = MachineHarness.identity(number);
        }

        PeerId id() {
            return identity.peerId();
        }

        Event says(String type, byte[] body) {
            EventHead head = last == null ? null : last.head();
            Event event = Event.sign(identity, GoldenVectorsTest.ROOM, head, ++clock, type, body);
            last = event;
            log.add(event);
            timeline.apply(timelineEvent(event), 0);
            return event;
        }

        Event says(EventBody body) {
            return says(body.type(), EventBodies.write(body));
        }

        Event adds(String shortcode) {
            return says(new EventBody.Emoji(shortcode, 10, "image/png", HASH, KEY));
        }

        Event removes(MessageId emoji) {
            return says(new EventBody.RemoveEmoji(emoji));
        }
    }

    private static TimelineEvent timelineEvent(Event event) {
        return new TimelineEvent(event.id(), event.sender(), event.seq(), event.clock(), event.type(), event.body());
    }

    private Timeline newcomer() {
        Timeline newcomer = new Timeline(host.peerId());
        log.select(event -> true).forEach(event -> newcomer.apply(timelineEvent(event), 0));
        return newcomer;
    }

    private static List<String> shortcodes(Timeline of) {
        return of.emoji().stream().map(RoomEmoji::shortcode).toList();
    }

    @Test
    void whoAddsAndRemovesForEverPushesOutNothingOfOthers() {
        Author ann = new Author(2);
        Author bob = new Author(3);
        Author gone = new Author(4);
        ann.adds("tea");
        ann.removes(ann.adds("dead").id());
        MessageId bad = gone.adds("bad").id();
        new Author(1).removes(bad);
        for (int i = 0; i < Limits.MAX_LOG_ACTS + ENTRIES; i++) {
            bob.removes(bob.adds("b" + i).id());
        }
        assertThat(shortcodes(timeline)).containsExactly("tea");
        assertThat(shortcodes(newcomer())).containsExactly("tea");
        // What cancels out is not kept either.
        assertThat(log.select(event -> true)).hasSizeLessThanOrEqualTo(ENTRIES + 3);
    }

    @Test
    void additionsPastAnAuthorsLimitPushOutNothing() {
        Author ann = new Author(2);
        Author bob = new Author(3);
        ann.adds("tea");
        for (int i = 0; i < Limits.MAX_LOG_ACTS + ENTRIES; i++) {
            bob.adds("b" + i);
        }
        assertThat(newcomer().emoji()).isEqualTo(timeline.emoji()).hasSize(1 + RoomEmoji.MAX_PER_MEMBER);
        assertThat(log.select(event -> true)).hasSizeLessThanOrEqualTo(ENTRIES + 1 + RoomEmoji.MAX_PER_MEMBER);
    }

    @Test
    void actsWithoutARightPushOutNothing() {
        Author leader = new Author(1);
        Author bob = new Author(3);
        PeerId victim = MachineHarness.identity(4).peerId();
        leader.says(new EventBody.Ban(victim, 0));
        for (int i = 0; i < Limits.MAX_LOG_ACTS + ENTRIES; i++) {
            bob.says(new EventBody.Mute(leader.id(), OptionalLong.empty(), 0));
        }
        assertThat(newcomer().standing(victim).isBanned()).isTrue();
    }

    @Test
    void aFewLargeActsWithoutARightPushOutNothing() {
        Author leader = new Author(1);
        Author bob = new Author(3);
        List<PeerId> victims = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            victims.add(MachineHarness.identity(10 + i % 80).peerId());
            leader.says("ban", padded("{\"peer\":\"" + victims.get(i) + "\",\"seen\":0", 700));
        }
        for (int i = 0; i < 60 + ENTRIES; i++) {
            bob.says("kick", padded("{\"peer\":\"" + leader.id() + "\",\"seen\":0", 100_000));
        }
        Timeline newcomer = newcomer();
        assertThat(victims).allMatch(victim -> newcomer.standing(victim).isBanned());
    }

    private static byte[] padded(String begun, int bytes) {
        return (begun + ",\"x\":\"" + "x".repeat(bytes - begun.length() - 8) + "\"}").getBytes(UTF_8);
    }

    @Test
    void settingsOfAnotherVersionStayForWhoKnowsThem() {
        Event other = new Author(1).says("settings", "{\"colour\":\"blue\"}".getBytes(UTF_8));
        for (int i = 0; i < 3 * ENTRIES; i++) {
            new Author(3 + i % 5).says("unban", "{}".getBytes(UTF_8));
        }
        assertThat(log.select(event -> event.type().equals("settings"))).containsExactly(other);
        assertThat(log.select(event -> true)).hasSize(ENTRIES + 1);
    }

    @Test
    void whatAModeratorHasRemovedStaysRemovedHoweverManyRemovalsItSays() {
        Author leader = new Author(1);
        Author mod = new Author(2);
        leader.says(new EventBody.GiveRole(mod.id(), Role.MODERATOR, 0));
        List<MessageId> added = new ArrayList<>();
        for (int member = 0; member < 8; member++) {
            Author author = new Author(10 + member);
            for (int i = 0; i < RoomEmoji.MAX_PER_MEMBER; i++) {
                added.add(author.adds("e" + member + "_" + i).id());
            }
        }
        Event kept = new Author(30).adds("kept");
        for (MessageId emoji : added) {
            for (int i = 0; i < ActLimits.MAX_EMOJI_REMOVALS_PER_PEER; i++) {
                mod.says("unemoji", padded("{\"target\":\"" + emoji + "\"", ActLimits.MAX_EMOJI_BODY_BYTES));
            }
        }
        assertThat(timeline.emoji()).hasSize(1);
        assertThat(newcomer().emoji()).isEqualTo(timeline.emoji());
        assertThat(timeline.emoji().get(0).id()).isEqualTo(kept.id());
        assertThat(log.bytes()).isLessThanOrEqualTo(Limits.MAX_LOG_BYTES);
    }

    /** What was removed in between decides which addition was one too many: a newcomer has to come to the same. */
    @Test
    void whoeverComesWheneverComesToTheSameEmoji() {
        int refused = 0;
        int removedByOthers = 0;
        for (int seed = 1; seed <= SEEDS; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            timeline = new Timeline(host.peerId());
            log = new EventLog(timeline, 1 + random.nextInt(40));
            clock = 0;
            Author leader = new Author(1);
            List<Author> authors = List.of(leader, new Author(2), new Author(3));
            leader.says(new EventBody.GiveRole(authors.get(1).id(), Role.MODERATOR, 0));
            List<Event> added = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                Author author = authors.get(random.nextInt(4) == 0 ? random.nextInt(2) : 2);
                int before = timeline.emoji().size();
                if (added.isEmpty() || random.nextInt(10) < 6) {
                    added.add(author.adds("e" + random.nextInt(200)));
                    refused += timeline.emoji().size() == before ? 1 : 0;
                } else {
                    Event target = added.get(added.size() - 1 - random.nextInt(Math.min(added.size(), 80)));
                    author.removes(target.id());
                    boolean isOthers = !target.sender().equals(author.id());
                    removedByOthers += isOthers && timeline.emoji().size() < before ? 1 : 0;
                }
                if (i % 7 == 0) {
                    Timeline newcomer = newcomer();
                    assertThat(shortcodes(newcomer))
                            .as("seed %s, step %s", seed, i)
                            .isEqualTo(shortcodes(timeline));
                    assertThat(newcomer.emojiHashes(authors.get(2).id()))
                            .isEqualTo(timeline.emojiHashes(authors.get(2).id()));
                }
            }
        }
        assertThat(refused).isGreaterThan(SEEDS);
        assertThat(removedByOthers).isGreaterThan(SEEDS);
    }
}
