package dev.parley.chat.internal.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.MessageId;
import dev.parley.chat.Participant.Role;
import dev.parley.chat.RoomEmoji;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Which emoji a room has: rights, shortcodes, limits, and that no order of arrival matters. */
final class EmojiTest {

    private static final int SEEDS = Integer.getInteger("parley.timeline.seeds", 250);
    private static final long LATE_MILLIS = Pen.START_MILLIS + 1_000_000;

    private final Pen host = new Pen("host");
    private final Pen mod = new Pen("mod");
    private final Pen ann = new Pen("ann");
    private final Pen bob = new Pen("bob");
    private Timeline timeline = new Timeline(host.id);

    private static EventBody.Emoji emoji(String shortcode, int size) {
        return new EventBody.Emoji(shortcode, size, "image/png", "ab".repeat(32), new byte[32]);
    }

    private static TimelineEvent adds(Pen pen, double seconds, String shortcode) {
        return pen.at(seconds, emoji(shortcode, 10));
    }

    private static TimelineEvent removes(Pen pen, double seconds, TimelineEvent added) {
        return pen.at(seconds, new EventBody.RemoveEmoji(added.id()));
    }

    private List<Change> give(TimelineEvent event) {
        return timeline.apply(event, LATE_MILLIS);
    }

    private void giveAll(TimelineEvent... events) {
        Arrays.stream(events).forEach(this::give);
    }

    private static List<String> shortcodes(Timeline timeline) {
        return timeline.emoji().stream().map(RoomEmoji::shortcode).toList();
    }

    private List<String> shortcodes() {
        return shortcodes(timeline);
    }

    private Place behind(Pen pen) {
        return new Place((Pen.START_MILLIS + 900_000) << 16, pen.id, pen.seq() + 1);
    }

    @Test
    void whatIsAddedIsThereUntilItsAuthorRemovesIt() {
        TimelineEvent tea = adds(ann, 1, "Tea");
        assertThat(give(tea)).singleElement().isInstanceOf(Change.EmojiChanged.class);
        RoomEmoji added = timeline.emoji().get(0);
        assertThat(added.id()).isEqualTo(tea.id());
        assertThat(added.author()).isEqualTo(ann.id);
        assertThat(added.shortcode()).isEqualTo("Tea");
        assertThat(added.addedAt().toEpochMilli()).isEqualTo(Pen.START_MILLIS + 1_000);
        assertThat(give(removes(ann, 2, tea))).containsExactly(new Change.EmojiChanged(List.of()));
        assertThat(timeline.emoji(tea.id())).isNull();
    }

    @Test
    void oneShortcodeBelongsToWhoStandsFirstWhateverComesFirst() {
        TimelineEvent first = adds(bob, 1, "TEA");
        TimelineEvent second = adds(ann, 2, "tea");
        give(second);
        assertThat(shortcodes()).containsExactly("tea");
        give(first);
        assertThat(shortcodes()).containsExactly("TEA");
        give(removes(bob, 3, first));
        assertThat(shortcodes()).containsExactly("tea");
    }

    @Test
    void theHostAndModeratorsRemoveThoseOfWhoIsBelowThemAndNobodyElseDoes() {
        give(host.makes(1, mod, Role.MODERATOR));
        TimelineEvent ofAnn = adds(ann, 2, "ann");
        TimelineEvent ofMod = adds(mod, 2, "mod");
        TimelineEvent ofHost = adds(host, 2, "host");
        giveAll(ofAnn, ofMod, ofHost);
        giveAll(removes(bob, 3, ofAnn), removes(ann, 3, ofMod), removes(mod, 3, ofHost));
        assertThat(shortcodes()).containsExactlyInAnyOrder("ann", "mod", "host");
        give(removes(mod, 4, ofAnn));
        assertThat(shortcodes()).containsExactlyInAnyOrder("mod", "host");
        give(removes(host, 5, ofMod));
        assertThat(shortcodes()).containsExactly("host");
    }

    @Test
    void aRemovalThatComesBeforeWhatItRemovesAndBeforeItsRightHoldsOnceBothAreThere() {
        TimelineEvent tea = adds(ann, 2, "tea");
        TimelineEvent right = host.makes(1, mod, Role.MODERATOR);
        give(removes(mod, 3, tea));
        give(tea);
        assertThat(shortcodes()).containsExactly("tea");
        give(right);
        assertThat(shortcodes()).isEmpty();
    }

    @Test
    void whoMayNotSpeakAddsNothingAndMayTakeBackItsOwn() {
        TimelineEvent before = adds(ann, 1, "before");
        give(before);
        TimelineEvent muted = host.mutes(2, ann);
        giveAll(muted, adds(ann, 3, "muted"));
        assertThat(shortcodes()).containsExactly("before");
        give(removes(ann, 4, before));
        assertThat(shortcodes()).isEmpty();
        giveAll(host.locks(5, true), adds(bob, 6, "locked"));
        assertThat(shortcodes()).isEmpty();
        giveAll(host.locks(7, false), adds(bob, 8, "free"));
        assertThat(shortcodes()).containsExactly("free");
    }

    @Test
    void aMuteThatComesLateTakesWhatWasAddedUnderIt() {
        TimelineEvent tea = adds(ann, 3, "tea");
        give(tea);
        assertThat(give(host.at(2, new EventBody.Mute(ann.id, OptionalLong.empty(), 0))))
                .contains(new Change.EmojiChanged(List.of()));
    }

    @Test
    void nobodyWaitsOutAMuteByAClockThatIsSetAhead() {
        giveAll(host.mutes(1, ann, 5_000, 0));
        TimelineEvent early = adds(ann, 6_000, "early");
        give(early);
        assertThat(shortcodes()).isEmpty();
        long due = Pen.START_MILLIS + 6_000_000 - ActLimits.MAX_CLOCK_LEAD.toMillis();
        assertThat(timeline.deadlineEpochMillis()).isEqualTo(due);
        assertThat(timeline.advance(due - 1)).isEmpty();
        timeline.advance(due);
        assertThat(shortcodes()).containsExactly("early");
    }

    @Test
    void whoIsBannedHasNoneAndWhoIsAllowedInAgainHasItsOwn() {
        giveAll(adds(ann, 1, "tea"), host.bans(2, ann));
        assertThat(shortcodes()).isEmpty();
        give(host.at(3, new EventBody.Unban(ann.id)));
        assertThat(shortcodes()).containsExactly("tea");
    }

    @Test
    void whoBlocksSeesWhatAllSeeLessThatOfWhoIsBlocked() {
        giveAll(adds(ann, 1, "tea"), adds(bob, 2, "tea"), adds(bob, 3, "pot"));
        timeline.block(ann.id);
        assertThat(shortcodes()).containsExactly("pot");
        timeline.unblock(ann.id);
        assertThat(shortcodes()).containsExactly("tea", "pot");
    }

    @Test
    void asManyAsOneMayHaveAreThereAndOneMoreOnlyAfterOneIsRemoved() {
        List<TimelineEvent> all = new ArrayList<>();
        for (int i = 0; i < RoomEmoji.MAX_PER_MEMBER; i++) {
            all.add(adds(ann, i + 1, "e" + i));
        }
        all.forEach(this::give);
        assertThat(timeline.emoji()).hasSize(RoomEmoji.MAX_PER_MEMBER);
        assertThat(timeline.refusal(emoji("more", 1), behind(ann))).contains(RefusalReason.TOO_MANY_EMOJI);
        TimelineEvent more = adds(ann, 100, "more");
        assertThat(give(more))
                .containsExactly(new Change.Refused(more.id(), ann.id, "emoji", RefusalReason.TOO_MANY_EMOJI));
        give(removes(ann, 101, all.get(7)));
        assertThat(shortcodes()).doesNotContain("more", "e7").hasSize(RoomEmoji.MAX_PER_MEMBER - 1);
        assertThat(timeline.refusal(emoji("again", 1), behind(ann))).isEmpty();
        give(adds(ann, 102, "again"));
        assertThat(shortcodes()).contains("again").hasSize(RoomEmoji.MAX_PER_MEMBER);
    }

    @Test
    void whatAnotherHasRemovedIsNamedSoThatItsAuthorCanGiveItsPlaceUp() {
        List<TimelineEvent> all = new ArrayList<>();
        for (int i = 0; i < RoomEmoji.MAX_PER_MEMBER; i++) {
            all.add(adds(ann, i + 1, "e" + i));
        }
        all.forEach(this::give);
        assertThat(timeline.idleEmoji(ann.id)).isEmpty();
        give(removes(host, 100, all.get(3)));
        assertThat(timeline.idleEmoji(ann.id)).contains(all.get(3).id());
        give(removes(ann, 101, all.get(3)));
        assertThat(timeline.idleEmoji(ann.id)).isEmpty();
        assertThat(timeline.refusal(emoji("again", 1), behind(ann))).isEmpty();
    }

    @Test
    void aRoomHasAsManyAsItMayAndThoseThatStandFirst() {
        int members = RoomEmoji.MAX_PER_ROOM / RoomEmoji.MAX_PER_MEMBER + 1;
        List<TimelineEvent> all = new ArrayList<>();
        for (int member = members; member >= 1; member--) {
            Pen pen = new Pen("member " + member);
            for (int i = 0; i < RoomEmoji.MAX_PER_MEMBER; i++) {
                all.add(adds(pen, 1_000.0 * member + i, "e" + member + "_" + i));
            }
        }
        all.forEach(event -> timeline.apply(event, LATE_MILLIS + 100_000_000));
        assertThat(timeline.emoji()).hasSize(RoomEmoji.MAX_PER_ROOM);
        assertThat(shortcodes()).noneMatch(shortcode -> shortcode.startsWith("e" + members + "_"));
        assertThat(timeline.refusal(emoji("more", 1), behind(bob))).contains(RefusalReason.ROOM_FULL_OF_EMOJI);
    }

    @Test
    void theImagesOfARoomHaveNoMoreBytesThanTheyMay() {
        int whole = (int) (RoomEmoji.MAX_ROOM_BYTES / RoomEmoji.MAX_IMAGE_BYTES);
        List<Pen> pens = List.of(new Pen("a"), new Pen("b"), new Pen("c"));
        for (int i = 0; i < whole; i++) {
            give(pens.get(i % 3).at(i + 1, emoji("e" + i, RoomEmoji.MAX_IMAGE_BYTES)));
        }
        assertThat(timeline.emoji()).hasSize(whole);
        assertThat(timeline.refusal(emoji("more", 1), behind(bob))).contains(RefusalReason.ROOM_FULL_OF_EMOJI);
        give(adds(bob, 900, "more"));
        assertThat(shortcodes()).doesNotContain("more");
    }

    @Test
    void aShortcodeThatIsTakenIsRefusedToWhoAsks() {
        give(adds(ann, 1, "Tea"));
        assertThat(timeline.refusal(emoji("tEA", 1), behind(bob))).contains(RefusalReason.SHORTCODE_TAKEN);
        assertThat(timeline.refusal(emoji("pot", 1), behind(bob))).isEmpty();
        MessageId unknown = MessageId.of(new byte[32]);
        assertThat(timeline.refusal(new EventBody.RemoveEmoji(unknown), behind(bob)))
                .contains(RefusalReason.TARGET_UNKNOWN);
        MessageId tea = timeline.emoji().get(0).id();
        assertThat(timeline.refusal(new EventBody.RemoveEmoji(tea), behind(bob)))
                .contains(RefusalReason.NO_RIGHT);
        assertThat(timeline.refusal(new EventBody.RemoveEmoji(tea), behind(ann)))
                .isEmpty();
    }

    /** Then alone it helps to remove one of one's own. */
    @Test
    void thatOneHasAsManyAsOneMayIsSaidWhenNothingElseIsInTheWay() {
        for (int i = 0; i < RoomEmoji.MAX_PER_MEMBER; i++) {
            give(adds(ann, i + 1, "e" + i));
        }
        assertThat(timeline.refusal(emoji("E7", 1), behind(ann))).contains(RefusalReason.SHORTCODE_TAKEN);
        assertThat(timeline.refusal(emoji("more", 1), behind(ann))).contains(RefusalReason.TOO_MANY_EMOJI);
        for (int i = 0; timeline.emoji().size() < RoomEmoji.MAX_PER_ROOM; i++) {
            give(adds(new Pen("member " + i / RoomEmoji.MAX_PER_MEMBER), 100 + i, "x" + i));
        }
        assertThat(timeline.refusal(emoji("more", 1), behind(ann))).contains(RefusalReason.ROOM_FULL_OF_EMOJI);
    }

    @Test
    void whatIsRememberedIsBounded() {
        int members = ActLimits.MAX_EMOJI_KEPT / RoomEmoji.MAX_PER_MEMBER + 2;
        for (int member = 0; member < members; member++) {
            Pen pen = new Pen("member " + member);
            for (int i = 0; i < RoomEmoji.MAX_PER_MEMBER; i++) {
                give(adds(pen, 100.0 * member + i, "e" + member + "_" + i));
            }
        }
        assertThat(timeline.heldEmoji()[0]).isEqualTo(ActLimits.MAX_EMOJI_KEPT);
        for (int member = 0; member < 20; member++) {
            Pen pen = new Pen("remover " + member);
            for (int i = 0; i < 2 * ActLimits.MAX_IDLE_EMOJI_REMOVALS_PER_PEER; i++) {
                give(pen.at(
                        i + 1, new EventBody.RemoveEmoji(adds(bob, i, "x" + i).id())));
            }
            assertThat(timeline.heldEmoji()[1])
                    .isEqualTo(Math.min(
                            (member + 1) * ActLimits.MAX_IDLE_EMOJI_REMOVALS_PER_PEER,
                            ActLimits.MAX_IDLE_EMOJI_REMOVALS));
        }
    }

    /** Whoever leaves a gap in its chain can name what it has not said yet. */
    @Test
    void whatItsAuthorHasRemovedBeforeTakesNoPlaceFromIt() {
        for (int i = 1; i <= RoomEmoji.MAX_PER_MEMBER + 1; i++) {
            TimelineEvent any = adds(bob, i, "x" + i);
            EventBody removal = new EventBody.RemoveEmoji(any.id());
            long clock = (Pen.START_MILLIS + 1_000L * i) << 16;
            giveAll(
                    new TimelineEvent(
                            removes(ann, 1, any).id(), ann.id, 3L * i, clock, "unemoji", EventBodies.write(removal)),
                    new TimelineEvent(any.id(), ann.id, 3L * i + 2, clock + 1, "emoji", any.body()));
        }
        assertThat(timeline.heldEmoji()).containsExactly(0, 0);
        Place behind = new Place((Pen.START_MILLIS + 900_000) << 16, ann.id, 1_000);
        assertThat(timeline.refusal(emoji("more", 1), behind)).isEmpty();
    }

    @Test
    void oneRemovesOneEmojiOnlySoOften() {
        TimelineEvent tea = adds(ann, 1, "tea");
        give(tea);
        EventBody removal = new EventBody.RemoveEmoji(tea.id());
        for (int i = 0; i < ActLimits.MAX_EMOJI_REMOVALS_PER_PEER; i++) {
            give(removes(bob, i + 2, tea));
            assertThat(timeline.refusal(removal, behind(bob))).contains(RefusalReason.NO_RIGHT);
        }
        TimelineEvent more = removes(bob, 20, tea);
        assertThat(give(more))
                .containsExactly(
                        new Change.Refused(more.id(), bob.id, "unemoji", RefusalReason.TOO_MANY_EMOJI_REMOVALS));
        assertThat(timeline.heldEmoji()[1]).isEqualTo(ActLimits.MAX_EMOJI_REMOVALS_PER_PEER);
        give(host.makes(21, bob, Role.MODERATOR));
        assertThat(shortcodes()).containsExactly("tea");
        assertThat(timeline.refusal(removal, behind(bob))).contains(RefusalReason.TOO_MANY_EMOJI_REMOVALS);
        assertThat(timeline.refusal(removal, behind(host))).isEmpty();
        assertThat(timeline.refusal(removal, behind(ann))).isEmpty();
    }

    /** Rooms with acts of all kinds, in which clocks run apart. */
    private static List<List<TimelineEvent>> room(SplittableRandom random) {
        List<Pen> pens = List.of(new Pen("host"), new Pen("mod"), new Pen("ann"), new Pen("bob"), new Pen("carl"));
        List<List<TimelineEvent>> chains = new ArrayList<>();
        pens.forEach(pen -> chains.add(new ArrayList<>()));
        double[] clocks = new double[pens.size()];
        List<TimelineEvent> added = new ArrayList<>();
        chains.get(0).add(pens.get(0).makes(clocks[0] += 1, pens.get(1), Role.MODERATOR));
        int count = random.nextInt(30, 120);
        for (int i = 0; i < count; i++) {
            int author = random.nextInt(pens.size());
            Pen pen = pens.get(author);
            clocks[author] += random.nextInt(30) == 0 ? random.nextInt(1, 4_000) : random.nextInt(1, 6);
            Pen peer = pens.get(random.nextInt(pens.size()));
            long seen = random.nextInt(3) == 0 ? random.nextLong(peer.seq() + 1) : peer.seq();
            int kind = random.nextInt(author < 2 ? 17 : 12);
            EventBody body;
            if (kind < 7 || added.isEmpty()) {
                body = emoji((random.nextBoolean() ? "e" : "E") + random.nextInt(12), random.nextInt(1, 200_000));
            } else if (kind < 12) {
                body = new EventBody.RemoveEmoji(
                        added.get(random.nextInt(added.size())).id());
            } else {
                body = switch (kind) {
                    case 12 ->
                        new EventBody.Mute(
                                peer.id,
                                random.nextBoolean()
                                        ? OptionalLong.empty()
                                        : OptionalLong.of(Pen.START_MILLIS + random.nextInt(60_000)),
                                seen);
                    case 13 -> new EventBody.Unmute(peer.id);
                    case 14 ->
                        new EventBody.GiveRole(
                                peer.id,
                                List.of(Role.MODERATOR, Role.MEMBER, Role.READ_ONLY)
                                        .get(random.nextInt(3)),
                                seen);
                    case 15 -> random.nextBoolean() ? new EventBody.Ban(peer.id, seen) : new EventBody.Unban(peer.id);
                    default ->
                        new EventBody.Settings(
                                Optional.empty(),
                                Optional.empty(),
                                OptionalInt.empty(),
                                Optional.of(random.nextBoolean()),
                                OptionalInt.empty());
                };
            }
            TimelineEvent event = pen.at(clocks[author], body);
            chains.get(author).add(event);
            if (body instanceof EventBody.Emoji) {
                added.add(event);
            }
        }
        return chains;
    }

    private static List<TimelineEvent> shuffled(SplittableRandom random, List<List<TimelineEvent>> chains) {
        List<TimelineEvent> order = new ArrayList<>();
        int[] at = new int[chains.size()];
        int left = chains.stream().mapToInt(List::size).sum();
        int author = 0;
        while (left > 0) {
            if (random.nextInt(4) == 0 || at[author] == chains.get(author).size()) {
                author = random.nextInt(chains.size());
            }
            if (at[author] < chains.get(author).size()) {
                order.add(chains.get(author).get(at[author]++));
                left--;
            }
        }
        return order;
    }

    @Test
    void anyOrderLeadsToTheSameEmojiAndTheChangesTellOfAllOfThem() {
        int most = 0;
        int removedByOthers = 0;
        for (int seed = 1; seed <= SEEDS; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            List<List<TimelineEvent>> chains = room(random);
            List<RoomEmoji> expected = null;
            for (int round = 0; round < 5; round++) {
                Timeline peer = new Timeline(Pen.peer("host"));
                List<RoomEmoji> told = List.of();
                long now = Pen.START_MILLIS + 30_000;
                List<Change> changes = new ArrayList<>();
                for (TimelineEvent event : shuffled(random, chains)) {
                    changes.addAll(peer.apply(event, now));
                    now += random.nextInt(50_000);
                }
                changes.addAll(peer.advance(Pen.START_MILLIS + 100_000_000));
                for (Change change : changes) {
                    told = change instanceof Change.EmojiChanged changed ? changed.emoji() : told;
                }
                assertThat(told).as("told, seed %s", seed).isEqualTo(peer.emoji());
                expected = expected == null ? peer.emoji() : expected;
                assertThat(peer.emoji()).as("seed %s, round %s", seed, round).isEqualTo(expected);
                removedByOthers += peer.heldEmoji()[1];
            }
            most = Math.max(most, expected == null ? 0 : expected.size());
        }
        // The rooms do what they are meant to do.
        assertThat(most).isGreaterThan(5);
        assertThat(removedByOthers).isPositive();
    }
}
