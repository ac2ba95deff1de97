package dev.parley.chat.internal.timeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.parley.chat.EmoteChannel;
import dev.parley.chat.EmoteReference;
import dev.parley.chat.FileOffer;
import dev.parley.chat.HistoryPolicy;
import dev.parley.chat.MessageId;
import dev.parley.chat.MessageRevision;
import dev.parley.chat.ModerationAct;
import dev.parley.chat.OutgoingMessage;
import dev.parley.chat.Participant.Role;
import dev.parley.chat.PeerId;
import dev.parley.chat.Reaction;
import dev.parley.chat.ReactionTotal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What single events do, in the order of the timeline and late; the attacks that a member can carry out; each limit.
 */
final class TimelineTest {

    private static final long LATE_MILLIS = Pen.START_MILLIS + 1_000_000;

    private final Pen host = new Pen("host");
    private final Pen mod = new Pen("mod");
    private final Pen other = new Pen("other moderator");
    private final Pen ann = new Pen("ann");
    private final Pen bob = new Pen("bob");
    private Timeline timeline = new Timeline(host.id);

    private List<Change> give(TimelineEvent event) {
        return timeline.apply(event, LATE_MILLIS);
    }

    private void assertRefused(TimelineEvent event, RefusalReason reason) {
        assertThat(give(event)).containsExactly(new Change.Refused(event.id(), event.sender(), event.type(), reason));
    }

    private MessageState state(TimelineEvent event) {
        return timeline.message(event.id()).orElseThrow();
    }

    private void assertShown(TimelineEvent event) {
        assertThat(state(event).status()).isEqualTo(MessageState.Status.SHOWN);
    }

    private void assertHidden(TimelineEvent event, RefusalReason reason) {
        assertThat(state(event).reason()).contains(reason);
    }

    private List<String> texts(TimelineEvent event) {
        return state(event).revisions().stream().map(MessageRevision::text).toList();
    }

    private static ReactionTotal total(String emoji, Pen... by) {
        return new ReactionTotal(
                Reaction.of(emoji),
                by.length,
                Stream.of(by).map(pen -> pen.id).sorted().toList());
    }

    private void makeModerators() {
        give(host.makes(-1_000, mod, Role.MODERATOR));
        give(host.makes(-999, other, Role.MODERATOR));
    }

    // ---- Messages, edits, deletions

    @Test
    void aMessageIsShownOnce() {
        TimelineEvent hello = ann.says(1, "hello");
        assertThat(give(hello)).singleElement().isInstanceOf(Change.Shown.class);
        assertThat(give(hello)).isEmpty();
        assertThat(texts(hello)).containsExactly("hello");
    }

    @Test
    void itsAuthorChangesAMessageAndEachWordingIsKept() {
        TimelineEvent hello = ann.says(1, "helo");
        give(hello);
        assertThat(give(ann.edits(2, hello, "hello"))).singleElement().isInstanceOf(Change.Edited.class);
        give(ann.edits(3, hello, "hello!"));
        assertThat(texts(hello)).containsExactly("helo", "hello", "hello!");
    }

    @Test
    void nobodyElseChangesAMessageNotEvenTheHost() {
        makeModerators();
        TimelineEvent hello = ann.says(1, "hello");
        give(hello);
        for (Pen thief : List.of(bob, mod, host)) {
            assertRefused(thief.edits(2, hello, "I owe bob 100"), RefusalReason.NOT_THE_AUTHOR);
        }
        assertThat(texts(hello)).containsExactly("hello");
    }

    @Test
    void anothersEditThatCameFirstIsRefusedWhenTheMessageComes() {
        TimelineEvent hello = ann.says(1, "hello");
        assertThat(give(bob.edits(2, hello, "forged"))).isEmpty();
        give(hello);
        assertThat(texts(hello)).containsExactly("hello");
        assertThat(timeline.held().events()).isEqualTo(1);
    }

    @Test
    void aMessageIsChangedForTwoDaysAndNotLonger() {
        TimelineEvent hello = ann.says(0, "a");
        give(hello);
        long days = ActLimits.MAX_EDIT_AGE.toMillis();
        give(ann.atMillis(days, "edit", EventBodies.write(new EventBody.Edit(hello.id(), OutgoingMessage.of("b")))));
        assertRefused(
                ann.atMillis(
                        days + 1, "edit", EventBodies.write(new EventBody.Edit(hello.id(), OutgoingMessage.of("c")))),
                RefusalReason.TOO_OLD_TO_EDIT);
        assertThat(texts(hello)).containsExactly("a", "b");
    }

    @Test
    void aMessageIsChangedAsOftenAsTheLimitAndNoMore() {
        TimelineEvent hello = ann.says(0, "a");
        give(hello);
        for (int i = 1; i <= ActLimits.MAX_EDITS; i++) {
            give(ann.edits(i, hello, "edit " + i));
        }
        assertThat(texts(hello)).hasSize(ActLimits.MAX_EDITS + 1);
        assertRefused(ann.edits(100, hello, "one more"), RefusalReason.TOO_MANY_EDITS);
    }

    @Test
    void whatIsNoMessageCannotBeChanged() {
        TimelineEvent file = ann.at(1, new EventBody.File(new FileOffer("a", 1, "a/b", "0".repeat(64)), new byte[32]));
        TimelineEvent sealed = ann.at(2, new EventBody.Private(bob.id, new byte[300]));
        give(file);
        give(sealed);
        assertRefused(ann.edits(3, file, "x"), RefusalReason.WRONG_TARGET);
        assertRefused(ann.edits(4, sealed, "x"), RefusalReason.WRONG_TARGET);
        assertRefused(bob.reacts(5, sealed, "+"), RefusalReason.WRONG_TARGET);
        assertThat(give(bob.reacts(6, file, "+"))).singleElement().isInstanceOf(Change.Reacted.class);
    }

    @Test
    void everybodyDeletesItsOwn() {
        TimelineEvent hello = ann.says(1, "hello");
        give(hello);
        assertThat(give(ann.deletes(2, hello)))
                .containsExactly(new Change.Removed(hello.id(), ann.id, Optional.of(ann.id)));
        assertThat(state(hello).revisions()).isEmpty();
        // Nothing is done to what is gone.
        assertThat(give(ann.edits(3, hello, "back"))).isEmpty();
        assertThat(give(bob.reacts(4, hello, "+"))).isEmpty();
    }

    @Test
    void aDeletionThatCameFirstRemovesTheMessageWhenItComes() {
        makeModerators();
        TimelineEvent hello = ann.says(1, "hello");
        assertThat(give(mod.deletes(2, hello))).isEmpty();
        assertThat(give(hello)).containsExactly(new Change.Removed(hello.id(), ann.id, Optional.of(mod.id)));
    }

    @Test
    void ofTwoDeletionsTheOneThatStandsFirstCounts() {
        makeModerators();
        TimelineEvent hello = ann.says(1, "hello");
        TimelineEvent byMod = mod.deletes(2, hello);
        give(hello);
        give(ann.deletes(3, hello));
        assertThat(state(hello).removedBy()).contains(ann.id);
        give(byMod);
        assertThat(state(hello).removedBy()).contains(mod.id);
    }

    @Test
    void aMemberDeletesNobodysWordsAndAModeratorThoseOfWhoIsBelow() {
        makeModerators();
        TimelineEvent ofAnn = ann.says(1, "hello");
        TimelineEvent ofMod = mod.says(1, "hello");
        TimelineEvent ofHost = host.says(1, "hello");
        List.of(ofAnn, ofMod, ofHost).forEach(this::give);
        assertRefused(bob.deletes(2, ofAnn), RefusalReason.NO_RIGHT);
        assertRefused(other.deletes(3, ofMod), RefusalReason.ROLE_NOT_BELOW);
        assertRefused(other.deletes(4, ofHost), RefusalReason.ROLE_NOT_BELOW);
        List.of(ofAnn, ofMod, ofHost).forEach(this::assertShown);
        give(other.deletes(5, ofAnn));
        give(host.deletes(5, ofMod));
        assertThat(state(ofAnn).removedBy()).contains(other.id);
        assertThat(state(ofMod).removedBy()).contains(host.id);
    }

    // ---- Reactions

    @Test
    void reactionsAreCountedAndTakenBack() {
        TimelineEvent hello = ann.says(1, "hello");
        give(hello);
        give(ann.reacts(2, hello, "+"));
        give(bob.reacts(2, hello, "+"));
        give(bob.reacts(3, hello, "tea"));
        assertThat(give(bob.reacts(4, hello, "tea"))).as("twice is once").isEmpty();
        assertThat(state(hello).reactions()).containsExactly(total("+", ann, bob), total("tea", bob));
        assertThat(give(ann.takesBack(5, hello, "+")))
                .containsExactly(new Change.Reacted(hello.id(), List.of(total("+", bob), total("tea", bob))));
        assertThat(give(ann.takesBack(6, hello, "tea"))).as("not its own").isEmpty();
    }

    @Test
    void soManyAreNamedAndTheRestAreCounted() {
        TimelineEvent hello = ann.says(1, "hello");
        give(hello);
        List<Pen> pens = new ArrayList<>();
        for (int i = 0; i < ReactionTotal.MAX_NAMED + 10; i++) {
            pens.add(new Pen("peer " + i));
            give(pens.get(i).reacts(2 + i, hello, "+"));
        }
        List<PeerId> first = pens.stream()
                .map(pen -> pen.id)
                .sorted()
                .limit(ReactionTotal.MAX_NAMED)
                .toList();

        assertThat(state(hello).reactions()).containsExactly(new ReactionTotal(Reaction.of("+"), pens.size(), first));
    }

    @Test
    void anEmoteIsAnotherReactionThanItsCode() {
        TimelineEvent hello = ann.says(1, "hello");
        give(hello);
        Reaction emote = Reaction.of(new EmoteReference("7tv", "01", "Kappa", 3, 8));
        give(bob.at(2, new EventBody.Reaction(hello.id(), emote, true)));
        give(bob.reacts(3, hello, "Kappa"));
        assertThat(state(hello).reactions()).hasSize(2);
    }

    @Test
    void onePeerHasAsManyReactionsAsTheLimitAndAFloodEndsThere() {
        TimelineEvent hello = ann.says(0, "hello");
        give(hello);
        for (int i = 0; i < ActLimits.MAX_REACTIONS_PER_PEER; i++) {
            assertThat(give(bob.reacts(i, hello, "r" + i))).hasSize(1);
        }
        assertRefused(bob.reacts(50, hello, "one more"), RefusalReason.TOO_MANY_REACTIONS);
        give(bob.takesBack(51, hello, "r0"));
        assertThat(give(bob.reacts(52, hello, "r0"))).hasSize(1);
        for (int i = ActLimits.MAX_REACTIONS_PER_PEER + 3; i < ActLimits.MAX_REACTION_EVENTS_PER_PEER; i++) {
            give(i % 2 == 0 ? bob.reacts(53 + i, hello, "r0") : bob.takesBack(53 + i, hello, "r0"));
        }
        int held = timeline.held().events();
        TimelineEvent before = bob.takesBack(500, hello, "r1");
        assertRefused(before, RefusalReason.TOO_MANY_REACTIONS);
        for (int i = 0; i < 1_000; i++) {
            give(bob.reacts(501 + i, hello, "flood " + i));
        }
        assertThat(timeline.held().events()).isEqualTo(held);
        assertThat(give(ann.reacts(2_000, hello, "r0"))).as("others still can").hasSize(1);
    }

    @Test
    void soManyReactionsAreShownAndThoseOfTheMostFirst() {
        TimelineEvent hello = ann.says(0, "hello");
        give(hello);
        Pen last = ann;
        for (int peer = 0; peer * ActLimits.MAX_REACTIONS_PER_PEER <= ActLimits.MAX_REACTION_TOTALS; peer++) {
            Pen pen = new Pen("peer " + peer);
            last = pen;
            for (int i = 0; i < ActLimits.MAX_REACTIONS_PER_PEER; i++) {
                give(pen.reacts(1 + i, hello, "r" + (peer * ActLimits.MAX_REACTIONS_PER_PEER + i)));
            }
        }
        give(bob.reacts(99, hello, "r71"));
        assertThat(state(hello).reactions())
                .hasSize(ActLimits.MAX_REACTION_TOTALS)
                .startsWith(total("r71", bob, last));
    }

    // ---- Mutes, roles, locks

    @Test
    void aMutedMemberIsHeardAgainWhenTheMuteIsTakenBack() {
        makeModerators();
        TimelineEvent before = ann.says(1, "before");
        give(before);
        TimelineEvent mute = mod.mutes(2, ann);
        assertThat(give(mute))
                .containsExactly(
                        new Change.Acted(new ModerationAct(
                                mute.id(),
                                ModerationAct.Kind.MUTE,
                                mod.id,
                                Optional.of(ann.id),
                                Optional.empty(),
                                Optional.empty(),
                                java.time.Instant.ofEpochMilli(Pen.START_MILLIS + 2_000))),
                        new Change.StandingChanged(
                                ann.id,
                                new Standing(Role.MEMBER, OptionalLong.empty(), false),
                                new Standing(Role.MEMBER, OptionalLong.of(Long.MAX_VALUE), false)));
        assertRefused(ann.says(3, "muted"), RefusalReason.MUTED);
        assertRefused(ann.reacts(4, before, "+"), RefusalReason.MUTED);
        assertRefused(ann.edits(5, before, "loud"), RefusalReason.MUTED);
        assertRefused(ann.at(6, new EventBody.Private(bob.id, new byte[300])), RefusalReason.MUTED);
        assertShown(before);
        give(ann.deletes(7, before));
        assertThat(state(before).removedBy()).contains(ann.id);
        give(mod.unmutes(8, ann));
        assertThat(give(ann.says(9, "thanks"))).singleElement().isInstanceOf(Change.Shown.class);
    }

    @Test
    void aMuteThatComesLateHidesWhatStandsBehindItAndNothingElse() {
        makeModerators();
        TimelineEvent before = ann.says(1, "before");
        TimelineEvent mute = mod.mutes(2, ann);
        TimelineEvent behind = ann.says(3, "behind");
        TimelineEvent reaction = ann.reacts(4, before, "+");
        TimelineEvent ofBob = bob.says(3, "I am bob");
        List.of(before, behind, reaction, ofBob).forEach(this::give);
        assertThat(give(mute))
                .contains(new Change.Hidden(behind.id(), RefusalReason.MUTED))
                .contains(new Change.Reacted(before.id(), List.of()))
                .hasSize(4);
        assertShown(before);
        assertShown(ofBob);
        // And it is shown again when it turns out that the moderator was none by then.
        TimelineEvent demotion = host.at(1.5, new EventBody.GiveRole(mod.id, Role.MEMBER, mod.seq()));
        assertThat(give(demotion)).contains(new Change.ActVoided(mute.id(), RefusalReason.NO_RIGHT));
        assertShown(behind);
        assertThat(state(before).reactions()).containsExactly(total("+", ann));
    }

    @Test
    void aMuteEndsByTheClockOfWhatIsSaid() {
        makeModerators();
        give(mod.mutes(1, ann, 10, 0));
        assertRefused(ann.atMillis(9_999, "message", EventBodies.write(Pen.message("x"))), RefusalReason.MUTED);
        TimelineEvent last = ann.says(10, "free");
        give(last);
        assertShown(last);
    }

    @Test
    void whoSetsItsClockAheadToEndItsMuteIsHeardWhenThatTimeHasCome() {
        long now = Pen.START_MILLIS + 2_000;
        long leadMillis = ActLimits.MAX_CLOCK_LEAD.toMillis();
        timeline.apply(host.mutes(1, ann, 60, 0), now);
        TimelineEvent atTheLimit = ann.atMillis(2_000 + leadMillis, "message", EventBodies.write(Pen.message("a")));
        TimelineEvent ahead = ann.atMillis(2_001 + leadMillis, "message", EventBodies.write(Pen.message("b")));
        timeline.apply(atTheLimit, now);
        assertShown(atTheLimit);
        assertThat(timeline.apply(ahead, now))
                .containsExactly(new Change.Refused(ahead.id(), ann.id, "message", RefusalReason.CLOCK_AHEAD));
        assertThat(timeline.deadlineEpochMillis()).isEqualTo(now + 1);
        assertThat(timeline.advance(now)).isEmpty();
        assertThat(timeline.advance(now + 1)).singleElement().isInstanceOf(Change.Shown.class);
        assertThat(timeline.deadlineEpochMillis()).isEqualTo(Long.MAX_VALUE);
        // Where nothing is gained by it a clock may be wrong.
        TimelineEvent ofBob = bob.says(90_000, "my clock is wrong");
        timeline.apply(ofBob, now);
        assertShown(ofBob);
    }

    @Test
    void whoSetsItsClockAheadInSlowModeWaits() {
        long now = Pen.START_MILLIS + 2_000;
        timeline.apply(host.slows(1, 60), now);
        List<TimelineEvent> flood = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            flood.add(ann.says(2 + 60 * i, "flood " + i));
        }
        flood.forEach(event -> timeline.apply(event, now));
        assertThat(timeline.messages().stream().filter(MessageState::isShown)).hasSize(11);
        timeline.advance(now + 120_000);
        assertThat(timeline.messages().stream().filter(MessageState::isShown)).hasSize(13);
    }

    @Test
    void whoIsMutedDoesNotEscapeByAClockSetBack() {
        makeModerators();
        TimelineEvent seen = ann.says(1, "seen");
        give(seen);
        TimelineEvent mute = mod.mutes(100, ann);
        give(mute);
        // Behind its own last event, before the mute.
        TimelineEvent backdated = ann.says(50, "as if before");
        assertRefused(backdated, RefusalReason.MUTED);
        assertShown(seen);
    }

    @Test
    void whatAModeratorHadSeenStaysAndWhatItHadNotIsHidden() {
        makeModerators();
        TimelineEvent seen = ann.says(1, "seen");
        TimelineEvent unseen = ann.says(2, "on the way");
        List.of(seen, unseen).forEach(this::give);
        give(mod.at(100, new EventBody.Mute(ann.id, OptionalLong.empty(), 1)));
        assertShown(seen);
        assertHidden(unseen, RefusalReason.MUTED);
    }

    @Test
    void aClockThatDoesNotGoOnIsRefused() {
        give(ann.withClock(1_000 << 16, "message", EventBodies.write(Pen.message("a"))));
        assertRefused(
                ann.withClock(1_000 << 16, "message", EventBodies.write(Pen.message("b"))),
                RefusalReason.CLOCK_NOT_AFTER_PREVIOUS);
        assertRefused(
                ann.withClock(999 << 16, "message", EventBodies.write(Pen.message("c"))),
                RefusalReason.CLOCK_NOT_AFTER_PREVIOUS);
        TimelineEvent next = ann.withClock((1_000 << 16) + 1, "message", EventBodies.write(Pen.message("d")));
        give(next);
        assertShown(next);
    }

    @Test
    void whoMayOnlyReadSaysNothingAndReactsToNothing() {
        makeModerators();
        give(mod.makes(1, ann, Role.READ_ONLY));
        TimelineEvent hello = bob.says(2, "hello");
        give(hello);
        assertRefused(ann.says(3, "hi"), RefusalReason.READ_ONLY);
        assertRefused(ann.reacts(4, hello, "+"), RefusalReason.READ_ONLY);
        give(mod.makes(5, ann, Role.MEMBER));
        assertThat(give(ann.says(6, "hi"))).singleElement().isInstanceOf(Change.Shown.class);
    }

    @Test
    void inALockedRoomModeratorsSpeakAndMembersReact() {
        makeModerators();
        TimelineEvent before = ann.says(1, "before");
        give(before);
        give(mod.locks(2, true));
        assertThat(timeline.settings().locked()).isTrue();
        assertRefused(ann.says(3, "x"), RefusalReason.LOCKED);
        assertRefused(ann.edits(4, before, "x"), RefusalReason.LOCKED);
        assertThat(give(ann.reacts(5, before, "+"))).hasSize(1);
        assertThat(give(mod.says(6, "news"))).singleElement().isInstanceOf(Change.Shown.class);
        give(mod.locks(7, false));
        assertThat(give(ann.says(8, "y"))).singleElement().isInstanceOf(Change.Shown.class);
    }

    @Test
    void aLockThatComesLateHidesWhatEverybodySaidBehindIt() {
        makeModerators();
        TimelineEvent lock = mod.locks(2, true);
        TimelineEvent unlock = mod.locks(4, false);
        TimelineEvent before = ann.says(1, "before");
        TimelineEvent during = ann.says(3, "during");
        TimelineEvent behind = bob.says(5, "behind");
        List.of(before, during, behind).forEach(this::give);
        assertThat(give(lock))
                .contains(
                        new Change.Hidden(during.id(), RefusalReason.LOCKED),
                        new Change.Hidden(behind.id(), RefusalReason.LOCKED));
        give(unlock);
        assertShown(before);
        assertHidden(during, RefusalReason.LOCKED);
        assertShown(behind);
    }

    /** Nobody can tell it from a word that was on its way: see docs/security.md. */
    @Test
    void aWordSetBackToBeforeALockIsShown() {
        give(host.locks(100, true));
        TimelineEvent setBack = ann.says(99, "as if before");
        give(setBack);
        assertShown(setBack);
        assertRefused(ann.says(101, "behind"), RefusalReason.LOCKED);
        give(host.at(102, new EventBody.Mute(ann.id, OptionalLong.empty(), 0)));
        assertHidden(setBack, RefusalReason.MUTED);
    }

    @Test
    void slowModeCountsFromWhatWasHeardByTheAuthorsOwnClock() {
        makeModerators();
        give(mod.slows(0, 10));
        give(ann.says(1, "first"));
        assertRefused(ann.atMillis(10_999, "message", EventBodies.write(Pen.message("x"))), RefusalReason.SLOW_MODE);
        TimelineEvent second = ann.says(11, "second");
        give(second);
        assertShown(second);
        give(bob.says(12, "others are not slowed"));
        give(mod.says(13, "nor"));
        TimelineEvent again = mod.says(14, "moderators");
        give(again);
        assertShown(again);
        assertRefused(
                ann.at(15, new EventBody.File(new FileOffer("a", 1, "a/b", "0".repeat(64)), new byte[32])),
                RefusalReason.SLOW_MODE);
        assertThat(give(ann.edits(16, second, "edits are not slowed"))).hasSize(1);
    }

    @Test
    void slowModeThatComesLateKeepsEverySoManiethMessage() {
        TimelineEvent slow = host.slows(0, 10);
        List<TimelineEvent> said = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            said.add(ann.says(1 + 4 * i, "message " + i));
        }
        said.forEach(this::give);
        give(slow);
        // At 1, 5, 9, 13, 17, 21: ten seconds behind 1 is 13 (the first from 11 on), then nothing before 23.
        assertThat(said.stream().map(event -> state(event).isShown()))
                .containsExactly(true, false, false, true, false, false);
    }

    @Test
    void whoIsBannedSaysNothingUntilTheBanIsTakenBack() {
        makeModerators();
        TimelineEvent before = ann.says(1, "before");
        give(before);
        give(mod.bans(2, ann));
        assertThat(timeline.standing(ann.id).isBanned()).isTrue();
        assertRefused(ann.says(3, "x"), RefusalReason.BANNED);
        assertRefused(ann.deletes(4, before), RefusalReason.BANNED);
        give(mod.at(5, new EventBody.Unban(ann.id)));
        assertThat(give(ann.says(6, "y"))).singleElement().isInstanceOf(Change.Shown.class);
    }

    @Test
    void whoIsKickedSaysNothingThatWasNotSeenAndSpeaksWhenItIsBack() {
        makeModerators();
        give(ann.says(1, "seen"));
        give(mod.at(100, new EventBody.Kick(ann.id, 1)));
        assertRefused(ann.says(50, "as if before"), RefusalReason.KICKED);
        assertThat(give(ann.says(101, "back"))).singleElement().isInstanceOf(Change.Shown.class);
    }

    // ---- Acts without a right

    @Test
    void nobodyRaisesItself() {
        makeModerators();
        assertRefused(ann.makes(1, ann, Role.MODERATOR), RefusalReason.NO_RIGHT);
        assertRefused(ann.makes(2, ann, Role.MEMBER), RefusalReason.NO_RIGHT);
        give(mod.makes(4, bob, Role.READ_ONLY));
        assertRefused(bob.makes(5, bob, Role.MEMBER), RefusalReason.NO_RIGHT);
        give(host.mutes(6, mod));
        assertRefused(mod.unmutes(7, mod), RefusalReason.ROLE_NOT_BELOW);
        assertRefused(mod.makes(8, bob, Role.MODERATOR), RefusalReason.NO_RIGHT);
        assertThat(timeline.standing(ann.id).role()).isEqualTo(Role.MEMBER);
    }

    @Test
    void nobodyActsOnTheHostNotEvenItself() {
        makeModerators();
        for (Pen actor : List.of(mod, host)) {
            for (EventBody.Act act : List.of(
                    new EventBody.Mute(host.id, OptionalLong.empty(), 0),
                    new EventBody.Kick(host.id, 0),
                    new EventBody.Ban(host.id, 0),
                    new EventBody.GiveRole(host.id, Role.READ_ONLY, 0))) {
                assertRefused(actor.at((double) actor.seq(), act), RefusalReason.ROLE_NOT_BELOW);
            }
        }
        assertThat(timeline.standing(host.id)).isEqualTo(new Standing(Role.HOST, OptionalLong.empty(), false));
        assertThat(give(host.says(100, "still here"))).hasSize(1);
    }

    /** Rows: who acts. Columns: on a moderator, member, one that may only read. y: it counts. */
    @ParameterizedTest
    @EnumSource(Role.class)
    void theTableOfRightsIsKept(Role role) {
        String expected = switch (role) {
            case HOST ->
                "mute yyy unmute yyy kick yyy ban yyy unban yyy moderator yyy member yyy read_only yyy "
                        + "topic y slow y lock y emotes y history y disappear y";
            case MODERATOR ->
                "mute nyy unmute nyy kick nyy ban nyy unban nyy moderator nnn member nyy "
                        + "read_only nyy topic y slow y lock y emotes y history n disappear n";
            case MEMBER, READ_ONLY ->
                "mute nnn unmute nnn kick nnn ban nnn unban nnn moderator nnn member nnn "
                        + "read_only nnn topic n slow n lock n emotes n history n disappear n";
        };
        StringBuilder table = new StringBuilder();
        for (String act : List.of("mute", "unmute", "kick", "ban", "unban", "moderator", "member", "read_only")) {
            table.append(act).append(' ');
            for (Role subject : List.of(Role.MODERATOR, Role.MEMBER, Role.READ_ONLY)) {
                table.append(counts(role, peerAct(act, bob.id), subject) ? 'y' : 'n');
            }
            table.append(' ');
        }
        for (String setting : List.of("topic", "slow", "lock", "emotes", "history", "disappear")) {
            table.append(setting).append(' ').append(counts(role, setting(setting), Role.MEMBER) ? "y " : "n ");
        }
        assertThat(table.toString().trim()).isEqualTo(expected);
    }

    private static EventBody.Act peerAct(String act, PeerId peer) {
        return switch (act) {
            case "mute" -> new EventBody.Mute(peer, OptionalLong.empty(), 0);
            case "unmute" -> new EventBody.Unmute(peer);
            case "kick" -> new EventBody.Kick(peer, 0);
            case "ban" -> new EventBody.Ban(peer, 0);
            case "unban" -> new EventBody.Unban(peer);
            case "moderator" -> new EventBody.GiveRole(peer, Role.MODERATOR, 0);
            case "member" -> new EventBody.GiveRole(peer, Role.MEMBER, 0);
            default -> new EventBody.GiveRole(peer, Role.READ_ONLY, 0);
        };
    }

    private static EventBody.Act setting(String name) {
        return new EventBody.Settings(
                name.equals("topic") ? Optional.of("t") : Optional.empty(),
                name.equals("history") ? Optional.of(HistoryPolicy.ALL) : Optional.empty(),
                name.equals("slow") ? OptionalInt.of(1) : OptionalInt.empty(),
                name.equals("lock") ? Optional.of(true) : Optional.empty(),
                name.equals("disappear") ? OptionalInt.of(60) : OptionalInt.empty(),
                name.equals("emotes") ? Optional.of(List.of(new EmoteChannel("7tv", "twitch/1"))) : Optional.empty());
    }

    private static boolean counts(Role actorRole, EventBody.Act act, Role subjectRole) {
        Pen host = new Pen("host");
        Pen bob = new Pen("bob");
        Pen actor = actorRole == Role.HOST ? host : new Pen("actor");
        Timeline timeline = new Timeline(host.id);
        if (actorRole != Role.HOST && actorRole != Role.MEMBER) {
            timeline.apply(host.makes(1, actor, actorRole), LATE_MILLIS);
        }
        if (subjectRole != Role.MEMBER) {
            timeline.apply(host.makes(2, bob, subjectRole), LATE_MILLIS);
        }
        List<Change> changes = timeline.apply(actor.at(10, act), LATE_MILLIS);
        boolean isRefused = changes.stream().anyMatch(Change.Refused.class::isInstance);
        assertThat(changes.stream().anyMatch(Change.Acted.class::isInstance)).isNotEqualTo(isRefused);
        return !isRefused;
    }

    @Test
    void settingsOfWhichOneIsTheHostsAloneChangeNothingAtAll() {
        makeModerators();
        assertRefused(
                mod.at(
                        1,
                        new EventBody.Settings(
                                Optional.of("topic"),
                                Optional.of(HistoryPolicy.ALL),
                                OptionalInt.empty(),
                                Optional.empty(),
                                OptionalInt.empty())),
                RefusalReason.NO_RIGHT);
        assertThat(timeline.settings().topic()).isEmpty();
    }

    private static EventBody.Settings channels(String... names) {
        return new EventBody.Settings(
                Optional.empty(),
                Optional.empty(),
                OptionalInt.empty(),
                Optional.empty(),
                OptionalInt.empty(),
                Optional.of(Stream.of(names)
                        .map(name -> new EmoteChannel("7tv", name))
                        .toList()));
    }

    @Test
    void channelsOfEmotesStayUntilAnActNamesOthersOrTheOneThatNamedThemLosesItsRight() {
        makeModerators();
        give(host.at(1, channels("twitch/1", "twitch/2")));
        List<EmoteChannel> named = timeline.settings().emoteChannels();
        assertThat(named).extracting(EmoteChannel::channel).containsExactly("twitch/1", "twitch/2");
        give(host.names(2, "tea"));
        assertThat(timeline.settings().emoteChannels()).isEqualTo(named);
        give(mod.at(5, channels()));
        assertThat(timeline.settings().emoteChannels()).isEmpty();
        assertThat(timeline.settings().topic()).isEqualTo("tea");
        give(host.makes(4, mod, Role.MEMBER));
        assertThat(timeline.settings().emoteChannels()).isEqualTo(named);
    }

    @Test
    void channelsOfEmotesOutliveTheActThatNamedThem() {
        timeline = new Timeline(host.id, limits(100, 1_000_000, 5, 3, 4));
        give(host.at(1, channels("twitch/1")));
        for (int i = 0; i < 10; i++) {
            give(host.names(2 + i, "tea " + i));
        }
        assertThat(timeline.heldActs()[0]).isLessThan(11);
        assertThat(timeline.settings().emoteChannels()).containsExactly(new EmoteChannel("7tv", "twitch/1"));
    }

    @Test
    void ofTwoChangesAtOnceTheLaterPlaceWinsWhicheverComesFirst() {
        TimelineEvent early = host.names(1, "early");
        makeModerators();
        TimelineEvent late = mod.names(2, "late");
        give(late);
        // The host's own chain goes on: its acts come in its order, so another moderator is the one that is late.
        assertThat(timeline.settings().topic()).isEqualTo("late");
        give(other.names(1.5, "between"));
        assertThat(timeline.settings().topic()).isEqualTo("late");
        assertThat(early.seq()).isEqualTo(1);
    }

    @Test
    void anActOfWhoBecomesModeratorByWhatComesLateCounts() {
        TimelineEvent mute = mod.mutes(5, ann);
        TimelineEvent word = ann.says(6, "word");
        give(word);
        assertRefused(mute, RefusalReason.NO_RIGHT);
        assertShown(word);
        List<Change> changes = give(host.makes(1, mod, Role.MODERATOR));
        assertThat(changes).contains(new Change.Hidden(word.id(), RefusalReason.MUTED));
        assertThat(changes.stream().filter(Change.Acted.class::isInstance)).hasSize(2);
    }

    @Test
    void aModeratorThatIsDemotedDoesNotActAnyMoreByAClockSetBack() {
        makeModerators();
        TimelineEvent honest = mod.mutes(1, bob);
        give(honest);
        TimelineEvent word = ann.says(50, "word");
        give(word);
        give(host.makes(100, mod, Role.MEMBER));
        assertRefused(mod.at(40, new EventBody.Ban(ann.id, 0)), RefusalReason.NO_RIGHT);
        assertRefused(mod.deletes(60, word), RefusalReason.NO_RIGHT);
        assertShown(word);
        assertThat(timeline.standing(bob.id).mutedUntilMillis())
                .as("what was seen stays")
                .isPresent();
    }

    @Test
    void theHostUndoesWhatAModeratorDidByHavingSeenLess() {
        makeModerators();
        TimelineEvent mute = mod.mutes(1, ann);
        TimelineEvent word = ann.says(2, "word");
        TimelineEvent deletion = mod.deletes(3, word);
        List.of(mute, word, deletion).forEach(this::give);
        assertHidden(word, RefusalReason.MUTED);
        List<Change> changes = give(host.at(10, new EventBody.Kick(mod.id, 0)));
        assertThat(changes).contains(new Change.ActVoided(mute.id(), RefusalReason.NO_RIGHT));
        assertShown(word);
    }

    @Test
    void toBeMadeModeratorAgainTakesNothingBack() {
        makeModerators();
        give(mod.mutes(1, ann));
        give(host.at(10, new EventBody.GiveRole(mod.id, Role.MODERATOR, 0)));
        assertThat(timeline.standing(ann.id).mutedUntilMillis()).isPresent();
    }

    @Test
    void aModeratorWhomTheHostRemovesIsNoneAnyMoreAndOneWhoMayOnlyReadStaysSo() {
        makeModerators();
        give(host.makes(0, ann, Role.READ_ONLY));
        for (Pen peer : List.of(mod, ann)) {
            give(host.at((double) host.seq(), new EventBody.Kick(peer.id, peer.seq())));
        }
        give(host.bans(20, other));
        assertThat(timeline.standing(mod.id).role()).isEqualTo(Role.MEMBER);
        assertThat(timeline.standing(other.id).role()).isEqualTo(Role.MEMBER);
        assertThat(timeline.standing(ann.id).role()).isEqualTo(Role.READ_ONLY);
        assertRefused(mod.names(30, "back"), RefusalReason.NO_RIGHT);
    }

    @Test
    void aDeletionOfWhoWasModeratorInTheMeantimeFollowsTheRanksAtItsPlace() {
        makeModerators();
        TimelineEvent word = ann.says(1, "word");
        TimelineEvent deletion = mod.deletes(5, word);
        List.of(word, deletion).forEach(this::give);
        assertThat(state(word).status()).isEqualTo(MessageState.Status.REMOVED);
        // Ann was a moderator by then, as it turns out.
        assertThat(give(host.makes(3, ann, Role.MODERATOR))).anyMatch(Change.Shown.class::isInstance);
        assertShown(word);
    }

    @Test
    void deputiesAreModeratorsFromTheTimeThatTheLeadNames() {
        long since = (Pen.START_MILLIS + 10_000) << 16;
        TimelineEvent early = bob.mutes(5, ann);
        TimelineEvent behind = bob.mutes(15, ann);
        assertRefused(early, RefusalReason.NO_RIGHT);
        assertRefused(behind, RefusalReason.NO_RIGHT);
        List<Change> changes = timeline.deputies(since, Set.of(bob.id));
        assertThat(changes.stream().filter(Change.Acted.class::isInstance)).hasSize(1);
        assertThat(timeline.standing(bob.id).role()).isEqualTo(Role.MODERATOR);
        assertThat(timeline.deputies((Pen.START_MILLIS + 20_000) << 16, Set.of()))
                .as("what it did stays")
                .noneMatch(Change.ActVoided.class::isInstance);
        assertThat(timeline.standing(bob.id).role()).isEqualTo(Role.MEMBER);
        assertThat(timeline.standing(ann.id).mutedUntilMillis()).isPresent();
    }

    @Test
    void listsOfDeputiesAreRememberedUpToTheLimit() {
        long since = (Pen.START_MILLIS + 10_000) << 16;
        byte[] mute = EventBodies.write(new EventBody.Mute(ann.id, OptionalLong.empty(), 0));
        timeline.deputies(since, Set.of(bob.id, mod.id));
        for (int i = 1; i < ActLimits.MAX_DEPUTY_LISTS; i++) {
            timeline.deputies(since + i, Set.of());
        }
        assertThat(give(bob.withClock(since, "mute", mute))).anyMatch(Change.Acted.class::isInstance);
        timeline.deputies(since + ActLimits.MAX_DEPUTY_LISTS, Set.of());
        assertRefused(mod.withClock(since, "mute", mute), RefusalReason.NO_RIGHT);
    }

    // ---- Time, names, rubbish

    @Test
    void messagesDisappearWhenTheirTimeIsOver() {
        long now = Pen.START_MILLIS + 5_000;
        TimelineEvent before = ann.says(1, "stays");
        timeline.apply(before, now);
        timeline.apply(host.letsDisappear(2, 60), now);
        TimelineEvent word = ann.says(5, "goes");
        timeline.apply(word, now);
        assertThat(state(word).expiresAtMillis()).hasValue(Pen.START_MILLIS + 65_000);
        assertThat(timeline.deadlineEpochMillis()).isEqualTo(Pen.START_MILLIS + 65_000);
        assertThat(timeline.advance(Pen.START_MILLIS + 64_999)).isEmpty();
        assertThat(timeline.advance(Pen.START_MILLIS + 65_000))
                .containsExactly(new Change.Removed(word.id(), ann.id, Optional.empty()));
        assertThat(timeline.advance(Pen.START_MILLIS))
                .as("a clock that goes back")
                .isEmpty();
        assertShown(before);
        assertThat(timeline.held().due()).isZero();
    }

    @Test
    void theLatestNameCounts() {
        assertThat(give(ann.at(1, new EventBody.Profile("Ann")))).containsExactly(new Change.Named(ann.id, "Ann"));
        assertThat(give(ann.at(2, new EventBody.Profile("Ann")))).isEmpty();
        give(ann.at(3, new EventBody.Profile("Anna")));
        assertThat(timeline.name(ann.id)).contains("Anna");
        assertThat(timeline.name(bob.id)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"message", "edit", "mute", "settings", "private"})
    void rubbishIsRefusedAndTheNextEventIsNot(String type) {
        assertRefused(ann.atMillis(1_000, type, "{".getBytes(UTF_8)), RefusalReason.MALFORMED);
        assertThat(give(ann.says(2, "sorry"))).hasSize(1);
    }

    @Test
    void unknownTypesAreSkipped() {
        assertThat(give(ann.atMillis(1_000, "poll", "?".getBytes(UTF_8)))).isEmpty();
    }

    // ---- Blocks

    @Test
    void whoIsBlockedIsNotShownOnThisSideAndShownAgainAfterwards() {
        TimelineEvent ofAnn = ann.says(1, "hello");
        TimelineEvent ofBob = bob.says(2, "hello");
        TimelineEvent sealed = bob.at(3, new EventBody.Private(ann.id, new byte[300]));
        List.of(ofAnn, ofBob, sealed, bob.reacts(4, ofAnn, "+"), host.reacts(4, ofAnn, "+"))
                .forEach(this::give);
        assertThat(timeline.block(bob.id))
                .containsExactlyInAnyOrder(
                        new Change.Hidden(ofBob.id(), RefusalReason.BLOCKED),
                        new Change.Hidden(sealed.id(), RefusalReason.BLOCKED),
                        new Change.Reacted(ofAnn.id(), List.of(total("+", host))));
        assertThat(timeline.block(bob.id)).isEmpty();
        TimelineEvent next = bob.says(5, "hello?");
        assertRefused(next, RefusalReason.BLOCKED);
        assertThat(give(bob.reacts(6, ofAnn, "tea"))).isEmpty();
        assertThat(timeline.unblock(bob.id)).hasSize(4);
        assertShown(next);
        assertThat(state(ofAnn).reactions()).containsExactly(total("+", bob, host), total("tea", bob));
    }

    @Test
    void asManyPeersAreBlockedAsTheLimitAndNoMore() {
        for (int i = 0; i < ActLimits.MAX_BLOCKED; i++) {
            timeline.block(Pen.peer("blocked " + i));
        }
        timeline.block(Pen.peer("blocked 0"));
        assertThatIllegalStateException().isThrownBy(() -> timeline.block(bob.id));
    }

    // ---- Limits

    private static TimelineLimits limits(int messages, long bytes, int pending, int pendingPerPeer, int acts) {
        return new TimelineLimits(messages, bytes, pending, pendingPerPeer, 1_000_000, acts, 4, 2, 8);
    }

    @Test
    void theOldestMessageFallsOutAndCanBeChangedNoMore() {
        timeline = new Timeline(host.id, limits(3, 1_000_000, 10, 10, 10));
        List<TimelineEvent> said = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            said.add(ann.says(i, "message " + i));
            give(said.get(i));
        }
        give(bob.reacts(3, said.get(0), "+"));
        assertThat(timeline.message(said.get(0).id())).isPresent();
        give(ann.says(4, "one more"));
        assertThat(timeline.message(said.get(0).id())).isEmpty();
        assertThat(timeline.held())
                .isEqualTo(new Timeline.Held(3, timeline.held().bytes(), 0, 0, 3, 3, 2, 0));
        assertThat(give(ann.edits(5, said.get(0), "too late"))).isEmpty();
        assertThat(give(ann.edits(6, said.get(1), "in time"))).hasSize(1);
        // One from before all that is remembered is told and not remembered.
        TimelineEvent old = bob.says(3.5, "was away");
        TimelineEvent older = new Pen("carl").says(-50, "was away for long");
        give(old);
        assertThat(give(older)).singleElement().isInstanceOf(Change.Shown.class);
        assertThat(timeline.message(older.id())).isEmpty();
    }

    @Test
    void messagesAreRememberedUpToSoManyBytesWithWhatWasDoneToThem() {
        timeline = new Timeline(host.id, limits(1_000, 10_000, 10, 10, 10));
        for (int i = 0; i < 200; i++) {
            TimelineEvent said = ann.says(i, "x".repeat(100));
            give(said);
            give(ann.edits(i + 0.5, said, "y".repeat(100)));
        }
        assertThat(timeline.held().bytes()).isBetween(8_000L, 10_000L);
        assertThat(timeline.held().messages()).isLessThan(20);
    }

    @Test
    void slowModeRemembersWhenSomebodySpokeWhoseWordsHaveFallenOut() {
        timeline = new Timeline(host.id, limits(1, 1_000_000, 10, 10, 10));
        give(host.slows(0, 100));
        give(ann.says(1, "a"));
        give(bob.says(2, "b"));
        assertThat(timeline.held().messages()).isEqualTo(1);
        assertRefused(ann.says(50, "c"), RefusalReason.SLOW_MODE);
    }

    @Test
    void whatWaitsForItsMessageIsBoundedForEachPeerAndForAll() {
        timeline = new Timeline(host.id, limits(100, 1_000_000, 5, 3, 10));
        TimelineEvent hello = host.says(0, "hello");
        for (int i = 0; i < 3; i++) {
            assertThat(give(ann.reacts(i, hello, "a" + i))).isEmpty();
        }
        List<Change> fourth = give(ann.reacts(4, hello, "a4"));
        assertThat(fourth)
                .singleElement()
                .isInstanceOfSatisfying(
                        Change.Refused.class,
                        refused -> assertThat(refused.reason()).isEqualTo(RefusalReason.TARGET_UNKNOWN));
        give(bob.reacts(5, hello, "b0"));
        give(bob.reacts(6, hello, "b1"));
        assertThat(timeline.held().pending()).isEqualTo(5);
        assertThat(give(bob.reacts(7, hello, "b2")))
                .as("the oldest of all gives way")
                .hasSize(1);
        assertThat(timeline.held().pending()).isEqualTo(5);
        give(hello);
        assertThat(state(hello).reactions().stream()
                        .map(total -> total.reaction().text()))
                .containsExactlyInAnyOrder("a2", "a4", "b0", "b1", "b2");
        assertThat(timeline.held().pending()).isZero();
        assertThat(timeline.held().pendingBytes()).isZero();
    }

    @Test
    void whatWaitsForItsMessageIsBoundedInBytes() {
        TimelineEvent hello = host.says(0, "hello");
        TimelineEvent one = ann.reacts(1, hello, "1");
        int bytes = one.body().length + 256;
        timeline = new Timeline(host.id, new TimelineLimits(10, 1_000_000, 100, 100, 2L * bytes, 9, 9, 9, 9));
        give(one);
        assertThat(give(ann.reacts(2, hello, "2"))).isEmpty();
        assertThat(timeline.held().pendingBytes()).isEqualTo(2L * bytes);
        assertThat(give(ann.reacts(3, hello, "3"))).hasSize(1);
        assertThat(timeline.held().pendingBytes()).isEqualTo(2L * bytes);
    }

    @Test
    void whatWaitsForMessagesThatNeverComeLeavesNothingBehind() {
        timeline = new Timeline(host.id, limits(100, 1_000_000, 5, 3, 10));
        for (int i = 0; i < 500; i++) {
            MessageId nothing =
                    MessageId.of(dev.parley.chat.internal.crypto.Sha256.of(new byte[] {(byte) i, (byte) (i >> 8)}));
            give(ann.at(i, new EventBody.Delete(nothing)));
        }
        assertThat(timeline.held().targets()).isEqualTo(3);
        assertThat(timeline.held().events()).isEqualTo(3);
    }

    @Test
    void oldActsKeepTheirEffectAndOneFromBeforeThemComesTooLate() {
        timeline = new Timeline(host.id, limits(100, 1_000_000, 5, 3, 4));
        give(host.makes(1, mod, Role.MODERATOR));
        give(host.mutes(2, ann));
        give(host.names(3, "a"));
        give(host.names(4, "b"));
        assertThat(timeline.heldActs()[0]).isEqualTo(4);
        give(host.names(5, "c"));
        give(host.names(6, "d"));
        assertThat(timeline.heldActs()[0]).isEqualTo(4);
        assertThat(timeline.standing(mod.id).role()).isEqualTo(Role.MODERATOR);
        assertRefused(ann.says(7, "x"), RefusalReason.MUTED);
        assertRefused(mod.mutes(1.5, bob), RefusalReason.TOO_LATE);
        assertThat(give(mod.mutes(2.5, bob)))
                .as("behind the last that was forgotten")
                .hasSize(2);
    }

    @Test
    void actsWithoutARightAreRememberedForAWhileAndPushNothingElseOut() {
        timeline = new Timeline(host.id, limits(100, 1_000_000, 5, 3, 4));
        give(host.names(1, "tea"));
        for (int i = 0; i < 100; i++) {
            assertRefused(ann.at(2 + i, new EventBody.Ban(Pen.peer("victim " + i), 0)), RefusalReason.NO_RIGHT);
            assertRefused(bob.at(2 + i, new EventBody.Ban(Pen.peer("victim " + i), 0)), RefusalReason.NO_RIGHT);
            give(new Pen("crowd " + i).at(2 + i, new EventBody.Ban(ann.id, 0)));
        }
        assertThat(timeline.heldActs()).containsExactly(1, 4, 0);
        assertThat(timeline.settings().topic()).isEqualTo("tea");
        assertThat(timeline.held().authors()).isEqualTo(8);
    }

    @Test
    void peersOnWhomSomebodyActedAreBounded() {
        timeline = new Timeline(host.id, limits(100, 1_000_000, 5, 3, 1_000));
        for (int i = 0; i < 100; i++) {
            give(host.at(i, new EventBody.Ban(Pen.peer("victim " + i), 0)));
        }
        assertThat(timeline.heldActs()[2]).isEqualTo(8);
        assertThat(timeline.standing(Pen.peer("victim 99")).isBanned()).isTrue();
        assertThat(timeline.standing(Pen.peer("victim 0")).isBanned()).isFalse();
    }
}
