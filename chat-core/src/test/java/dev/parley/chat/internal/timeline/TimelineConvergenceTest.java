package dev.parley.chat.internal.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.EmoteChannel;
import dev.parley.chat.FileOffer;
import dev.parley.chat.MessageId;
import dev.parley.chat.MessageRevision;
import dev.parley.chat.Participant.Role;
import dev.parley.chat.PeerId;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Whatever the order in which events come, all see the same in the end. Each seed makes a room that does everything at
 * once, with clocks that run apart, acts with and without a right, and acts that have seen more or less than there was.
 */
final class TimelineConvergenceTest {

    private static final int SEEDS = Integer.getInteger("parley.timeline.seeds", 250);
    private static final long NOW_MILLIS = Pen.START_MILLIS + 30_000;
    private static final long END_MILLIS = Pen.START_MILLIS + 100_000_000;
    private static final List<String> NAMES = List.of("host", "mod", "max", "ann", "bob", "carl", "dora");

    /** What the changes alone tell somebody who shows them. */
    private static final class Screen {
        final Map<MessageId, String> texts = new HashMap<>();
        final Map<MessageId, String> reactions = new HashMap<>();
        final Map<PeerId, Standing> standings = new HashMap<>();
        final Map<PeerId, String> names = new HashMap<>();
        final Map<MessageId, String> acts = new HashMap<>();
        final Map<String, Integer> seen = new TreeMap<>();
        String settings = dev.parley.chat.RoomSettings.FIRST.toString();

        void show(List<Change> changes) {
            for (Change change : changes) {
                seen.merge(change.getClass().getSimpleName(), 1, Integer::sum);
                if (change instanceof Change.Shown shown) {
                    assertThat(texts.put(shown.message().id(), wording(shown.message())))
                            .as("shown twice")
                            .isNull();
                    reactions.put(
                            shown.message().id(), shown.message().reactions().toString());
                } else if (change instanceof Change.Edited edited) {
                    assertThat(texts.put(edited.message().id(), wording(edited.message())))
                            .isNotNull();
                } else if (change instanceof Change.Reacted reacted) {
                    assertThat(reactions.put(
                                    reacted.message(), reacted.reactions().toString()))
                            .isNotNull();
                } else if (change instanceof Change.Hidden hidden) {
                    assertThat(texts.remove(hidden.message())).isNotNull();
                    reactions.remove(hidden.message());
                } else if (change instanceof Change.Removed removed) {
                    texts.remove(removed.message());
                    reactions.remove(removed.message());
                } else if (change instanceof Change.StandingChanged standing) {
                    standings.put(standing.peer(), standing.after());
                } else if (change instanceof Change.SettingsChanged set) {
                    settings = set.after().toString();
                } else if (change instanceof Change.Named named) {
                    names.put(named.peer(), named.name());
                } else if (change instanceof Change.Acted acted) {
                    assertThat(acts.put(acted.act().id(), acted.act().toString()))
                            .as("acted twice")
                            .isNull();
                } else if (change instanceof Change.ActVoided voided) {
                    assertThat(acts.remove(voided.act())).isNotNull();
                }
            }
        }

        private static String wording(MessageState state) {
            return state.revisions().stream().map(MessageRevision::text).toList() + " " + state.expiresAtMillis();
        }
    }

    private static final class Peer {
        final Timeline timeline = new Timeline(Pen.peer("host"));
        final Screen screen = new Screen();

        /** Each has a clock of its own. */
        long nowMillis = NOW_MILLIS;

        void give(TimelineEvent event) {
            screen.show(timeline.apply(event, nowMillis));
        }

        /** Carl is a deputy for a while. */
        void deputies() {
            screen.show(timeline.deputies((Pen.START_MILLIS + 10_000) << 16, Set.of(Pen.peer("carl"))));
            screen.show(timeline.deputies((Pen.START_MILLIS + 40_000) << 16, Set.of()));
        }

        /** All that there is to see, checked against what the changes told. */
        String end() {
            screen.show(timeline.advance(END_MILLIS));
            StringBuilder all = new StringBuilder();
            Map<MessageId, String> texts = new HashMap<>();
            for (MessageState state : timeline.messages()) {
                all.append(state.id()).append(' ').append(state.status()).append(state.reason());
                all.append(state.removedBy()).append(state.revisions()).append(state.reactions());
                all.append(state.expiresAtMillis()).append('\n');
                if (state.isShown()) {
                    texts.put(state.id(), Screen.wording(state));
                    assertThat(screen.reactions.get(state.id()))
                            .isEqualTo(state.reactions().toString());
                }
            }
            assertThat(screen.texts).isEqualTo(texts);
            assertThat(screen.settings).isEqualTo(timeline.settings().toString());
            all.append(screen.settings).append('\n');
            for (String name : NAMES) {
                PeerId peer = Pen.peer(name);
                Standing standing = timeline.standing(peer);
                if (screen.standings.containsKey(peer)) {
                    assertThat(screen.standings.get(peer)).isEqualTo(standing);
                }
                all.append(name).append(standing).append(timeline.name(peer)).append('\n');
            }
            all.append(new TreeMap<>(sorted(screen.acts))).append(timeline.held());
            return all.toString();
        }

        private static Map<String, String> sorted(Map<MessageId, String> acts) {
            Map<String, String> sorted = new TreeMap<>();
            acts.forEach((id, act) -> sorted.put(id.value(), act));
            return sorted;
        }
    }

    /** A room: what each author says, in its order. */
    private static List<List<TimelineEvent>> room(SplittableRandom random) {
        List<Pen> pens = NAMES.stream().map(Pen::new).toList();
        double[] clocks = new double[pens.size()];
        List<List<TimelineEvent>> chains = new ArrayList<>();
        List<TimelineEvent> spoken = new ArrayList<>();
        pens.forEach(pen -> chains.add(new ArrayList<>()));
        for (int i = 0; i < clocks.length; i++) {
            clocks[i] = random.nextInt(5);
        }
        if (random.nextInt(4) > 0) {
            chains.get(0).add(pens.get(0).makes(clocks[0] += 1, pens.get(1), Role.MODERATOR));
            chains.get(0).add(pens.get(0).makes(clocks[0] += 1, pens.get(2), Role.MODERATOR));
        }
        int count = random.nextInt(20, 90);
        for (int i = 0; i < count; i++) {
            int author = random.nextInt(pens.size());
            Pen pen = pens.get(author);
            // Some set their clocks far apart; a rare one goes back or far ahead.
            double step = random.nextInt(40) == 0 ? random.nextInt(-3, 4_000) : random.nextInt(1, 8);
            clocks[author] = Math.max(0, clocks[author] + step);
            EventBody body = body(random, pens, spoken, author < 3 ? 24 : 19);
            TimelineEvent event = random.nextInt(50) == 0
                    ? pen.atMillis((long) (clocks[author] * 1_000), body.type(), new byte[] {'{'})
                    : pen.at(clocks[author], body);
            chains.get(author).add(event);
            if (body instanceof EventBody.Spoken) {
                spoken.add(event);
            }
        }
        return chains;
    }

    private static EventBody body(SplittableRandom random, List<Pen> pens, List<TimelineEvent> spoken, int kinds) {
        Pen peer = pens.get(random.nextInt(pens.size()));
        long seen = random.nextInt(3) == 0 ? random.nextLong(peer.seq() + 1) : peer.seq();
        int kind = random.nextInt(kinds);
        if (spoken.isEmpty() || kind < 7) {
            return Pen.message("text " + random.nextInt(1_000));
        }
        MessageId target = spoken.get(random.nextInt(spoken.size())).id();
        return switch (kind) {
            case 7, 8, 9 ->
                new EventBody.Reaction(
                        target, dev.parley.chat.Reaction.of("r" + random.nextInt(10)), random.nextInt(4) > 0);
            case 10, 11 ->
                new EventBody.Edit(target, dev.parley.chat.OutgoingMessage.of("edit " + random.nextInt(1_000)));
            case 12 -> new EventBody.Delete(target);
            case 13 -> new EventBody.File(new FileOffer("a", 1, "a/b", "0".repeat(64)), new byte[32]);
            case 14 -> new EventBody.Private(peer.id, new byte[300]);
            case 15 -> new EventBody.Profile("name " + random.nextInt(5));
            case 16, 19 ->
                new EventBody.Mute(
                        peer.id,
                        random.nextBoolean()
                                ? OptionalLong.empty()
                                : OptionalLong.of(Pen.START_MILLIS + random.nextInt(60_000)),
                        seen);
            case 17, 20 -> new EventBody.Unmute(peer.id);
            case 18, 21 ->
                new EventBody.GiveRole(
                        peer.id,
                        List.of(Role.MODERATOR, Role.MEMBER, Role.READ_ONLY).get(random.nextInt(3)),
                        seen);
            case 22 ->
                random.nextBoolean()
                        ? new EventBody.Kick(peer.id, seen)
                        : random.nextBoolean() ? new EventBody.Ban(peer.id, seen) : new EventBody.Unban(peer.id);
            default ->
                new EventBody.Settings(
                        random.nextInt(3) == 0 ? Optional.of("topic " + random.nextInt(9)) : Optional.empty(),
                        Optional.empty(),
                        OptionalInt.of(random.nextInt(20)),
                        Optional.of(random.nextInt(3) == 0),
                        random.nextInt(4) == 0 ? OptionalInt.of(random.nextInt(40_000)) : OptionalInt.empty(),
                        random.nextInt(3) == 0 ? Optional.of(channels(random.nextInt(3))) : Optional.empty());
        };
    }

    private static List<EmoteChannel> channels(int count) {
        return IntStream.range(0, count)
                .mapToObj(number -> new EmoteChannel("7tv", "twitch/" + number))
                .toList();
    }

    /** Any order that keeps the order of each author. */
    private static List<TimelineEvent> shuffled(SplittableRandom random, List<List<TimelineEvent>> chains) {
        List<TimelineEvent> order = new ArrayList<>();
        int[] at = new int[chains.size()];
        int left = chains.stream().mapToInt(List::size).sum();
        // One author at a time for a while, as links that are lost and come back do it.
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

    private static List<TimelineEvent> inPlace(List<List<TimelineEvent>> chains) {
        List<TimelineEvent> order = new ArrayList<>();
        // An author whose clock goes back breaks the order of places; its own order goes first.
        List<List<TimelineEvent>> left = new ArrayList<>();
        chains.forEach(chain -> left.add(new ArrayList<>(chain)));
        while (true) {
            List<TimelineEvent> first = null;
            for (List<TimelineEvent> chain : left) {
                if (!chain.isEmpty()
                        && (first == null
                                || chain.get(0).place().compareTo(first.get(0).place()) < 0)) {
                    first = chain;
                }
            }
            if (first == null) {
                return order;
            }
            order.add(first.remove(0));
        }
    }

    @Test
    void anyOrderLeadsToTheSameRoom() {
        Map<String, Integer> seen = new TreeMap<>();
        Map<RefusalReason, Integer> reasons = new EnumMap<>(RefusalReason.class);
        for (int seed = 1; seed <= SEEDS; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            List<List<TimelineEvent>> chains = room(random);
            Peer inOrder = new Peer();
            boolean hasDeputies = random.nextBoolean();
            if (hasDeputies) {
                inOrder.deputies();
            }
            inPlace(chains).forEach(inOrder::give);
            String expected = inOrder.end();
            for (int round = 0; round < 4; round++) {
                Peer peer = new Peer();
                List<TimelineEvent> order = shuffled(random, chains);
                int told = random.nextInt(order.size());
                for (int i = 0; i < order.size(); i++) {
                    if (hasDeputies && i == told) {
                        peer.deputies();
                    }
                    peer.give(order.get(i));
                    peer.nowMillis += random.nextInt(50_000);
                    if (random.nextInt(5) == 0) {
                        // Again what came already.
                        peer.give(order.get(random.nextInt(i + 1)));
                    }
                }
                assertThat(peer.end()).as("seed %s, round %s", seed, round).isEqualTo(expected);
                peer.screen.seen.forEach((change, count) -> seen.merge(change, count, Integer::sum));
                peer.timeline
                        .messages()
                        .forEach(state -> state.reason().ifPresent(reason -> reasons.merge(reason, 1, Integer::sum)));
            }
        }
        // The rooms do what they are meant to do.
        assertThat(seen)
                .containsKeys(
                        "Shown",
                        "Edited",
                        "Reacted",
                        "Removed",
                        "Hidden",
                        "Refused",
                        "Acted",
                        "ActVoided",
                        "SettingsChanged",
                        "StandingChanged",
                        "Named");
        assertThat(reasons)
                .containsKeys(
                        RefusalReason.MUTED,
                        RefusalReason.BANNED,
                        RefusalReason.KICKED,
                        RefusalReason.READ_ONLY,
                        RefusalReason.LOCKED,
                        RefusalReason.SLOW_MODE);
    }

    @Test
    void twoPeersThatWereApartAndTellEachOtherTheRestSeeTheSame() {
        for (int seed = 1; seed <= SEEDS; seed++) {
            SplittableRandom random = new SplittableRandom(~seed);
            List<List<TimelineEvent>> chains = room(random);
            Peer one = new Peer();
            Peer two = new Peer();
            // Each was there for a beginning of each chain.
            List<List<TimelineEvent>> restOfOne = new ArrayList<>();
            List<List<TimelineEvent>> restOfTwo = new ArrayList<>();
            List<List<TimelineEvent>> firstOfOne = new ArrayList<>();
            List<List<TimelineEvent>> firstOfTwo = new ArrayList<>();
            for (List<TimelineEvent> chain : chains) {
                int known = random.nextInt(chain.size() + 1);
                int all = chain.size();
                boolean isOneAhead = random.nextBoolean();
                firstOfOne.add(chain.subList(0, isOneAhead ? all : known));
                restOfOne.add(chain.subList(isOneAhead ? all : known, all));
                firstOfTwo.add(chain.subList(0, isOneAhead ? known : all));
                restOfTwo.add(chain.subList(isOneAhead ? known : all, all));
            }
            shuffled(random, firstOfOne).forEach(one::give);
            shuffled(random, firstOfTwo).forEach(two::give);
            shuffled(random, restOfOne).forEach(one::give);
            shuffled(random, restOfTwo).forEach(two::give);
            assertThat(one.end()).as("seed %s", seed).isEqualTo(two.end());
        }
    }

    @Test
    void withLittleMemoryNothingIsThrownAndEveryBoundHolds() {
        TimelineLimits few = new TimelineLimits(5, 6_000, 4, 2, 2_000, 6, 5, 2, 4);
        for (int seed = 1; seed <= SEEDS; seed++) {
            SplittableRandom random = new SplittableRandom(seed * 31L);
            List<List<TimelineEvent>> chains = room(random);
            Timeline timeline = new Timeline(Pen.peer("host"), few);
            long now = NOW_MILLIS;
            for (TimelineEvent event : shuffled(random, chains)) {
                timeline.apply(event, now);
                PeerId peer = Pen.peer(NAMES.get(random.nextInt(NAMES.size())));
                switch (random.nextInt(8)) {
                    case 0 -> timeline.block(peer);
                    case 1 -> timeline.unblock(peer);
                    case 2 -> timeline.deputies((Pen.START_MILLIS + random.nextInt(60_000)) << 16, Set.of(peer));
                    case 3 -> timeline.advance(now += random.nextInt(60_000));
                    default -> {}
                }
                Timeline.Held held = timeline.held();
                assertThat(held.messages()).isLessThanOrEqualTo(few.messages());
                assertThat(held.bytes()).isBetween(0L, few.bytes());
                assertThat(held.pending()).isLessThanOrEqualTo(few.pending());
                assertThat(held.pendingBytes()).isBetween(0L, few.pendingBytes());
                assertThat(held.targets()).isLessThanOrEqualTo(few.messages() + few.pending());
                assertThat(held.due()).isLessThanOrEqualTo(held.events());
                int[] acts = timeline.heldActs();
                assertThat(acts[0]).isLessThanOrEqualTo(few.acts());
                assertThat(acts[1]).isLessThanOrEqualTo(few.voidActs());
                assertThat(acts[2]).isLessThanOrEqualTo(few.peers());
            }
        }
    }
}
