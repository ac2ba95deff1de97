package dev.parley.chat.internal.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.MessageId;
import dev.parley.chat.RoomEmoji;
import dev.parley.chat.internal.protocol.MachineHarness.Node;
import dev.parley.chat.internal.room.SaidBefore;
import dev.parley.chat.internal.timeline.EventBodies;
import dev.parley.chat.internal.timeline.EventBody;
import dev.parley.chat.store.ChatStore;
import dev.parley.chat.store.EventHead;
import dev.parley.chat.store.StoredEvent;
import dev.parley.chat.store.TimelinePosition;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a member that is started again knows of its room, whatever was said there how often. */
final class StartedAgainTest extends MeshedRoom {

    private static final byte[] KEY = MachineHarness.filled(9);

    /** More than the store reads at once, and more than is remembered of acts. */
    private static final int MANY = 4 * ChatStore.MAX_PAGE + Limits.MAX_LOG_ACTS;

    private static MessageId add(Node node, String shortcode) {
        byte[] image = shortcode.getBytes(UTF_8);
        return node.idOf(node.request(ticket -> new Input.AddEmoji(ticket, shortcode, "image/png", image, KEY)));
    }

    private static List<String> shortcodes(Node node) {
        return node.machine.emoji().stream().map(RoomEmoji::shortcode).toList();
    }

    private SaidBefore said(Node node) {
        return new SaidBefore(node.store, world.descriptor.room(), node.id());
    }

    /** What a member says, as it comes to be in another's store. */
    private Event inStore(Node of, Node author, @Nullable EventHead head, EventBody body) {
        Event event = Event.sign(
                author.identity,
                world.descriptor.room(),
                head,
                world.nextClock(),
                body.type(),
                EventBodies.write(body));
        of.stored.add(event.toStored());
        of.store.append(List.of(event.toStored()));
        return event;
    }

    @Test
    void whatOneMemberSaysInVainTakesNothingFromWhoIsStartedAgain() {
        enter(3);
        Node reader = guests.get(0);
        Node hostile = guests.get(1);
        add(guests.get(2), "tea");
        MessageId bad = add(guests.get(2), "bad");
        host.request(ticket -> new Input.RemoveEmoji(ticket, bad));
        host.request(ticket -> new Input.Moderate(
                ticket, new EventBody.Ban(MachineHarness.identity(77).peerId(), 0)));
        world.advanceMillis(2_000);
        reader.crash();
        world.advanceMillis(1_000);
        EventHead head = reader.storedHeads().get(hostile.id());
        for (int i = 0; i < MANY; i++) {
            Event added = inStore(reader, hostile, head, new EventBody.Emoji("x" + i, 1, "a/b", "ab".repeat(32), KEY));
            Event removed = inStore(reader, hostile, added.head(), new EventBody.RemoveEmoji(added.id()));
            EventBody mute = new EventBody.Mute(reader.id(), OptionalLong.empty(), 0);
            head = inStore(reader, hostile, removed.head(), mute).head();
        }
        Node again = world.again(reader, host.secret, said(reader));
        assertThat(shortcodes(again)).containsExactly("tea");
        assertThat(again.machine.acts.isBanned(MachineHarness.identity(77).peerId()))
                .isTrue();
    }

    @Test
    void whatIsReadOfTheStoreIsInTheOrderOfTheTimelineAndEachEventOnce() {
        enter(2);
        add(host, "tea");
        for (int i = 0; i < 5; i++) {
            guests.get(i % 2).send("text " + i);
            add(guests.get(i % 2), "e" + i);
        }
        world.advanceMillis(2_000);
        Node reader = guests.get(0);
        List<StoredEvent> read = new ArrayList<>();
        said(reader).forEach(read::add);
        List<StoredEvent> all = new ArrayList<>(reader.stored);
        all.sort(Comparator.comparing(TimelinePosition::of));
        assertThat(read).isEqualTo(all).hasSizeGreaterThan(11);
    }

    /** The others remember neither the emoji nor its removal any more: it is in their stores that both are. */
    @Test
    void whatWasRemovedWhileAMemberWasAwayDoesNotComeAlive() {
        enter(3);
        Node reader = guests.get(0);
        Node author = guests.get(1);
        MessageId tea = add(author, "tea");
        add(author, "pot");
        world.advanceMillis(2_000);
        assertThat(shortcodes(reader)).containsExactly("tea", "pot");
        reader.crash();
        world.advanceMillis(20_000);
        author.request(ticket -> new Input.RemoveEmoji(ticket, tea));
        for (long said = 0; said <= Limits.MAX_LOG_BYTES; said += 120_000) {
            author.machine.say("x", new byte[120_000]);
            author.handle(new Input.Tick());
            world.advanceMillis(500);
        }
        assertThat(host.machine.chains.recent.select(event -> event.type().equals("unemoji")))
                .isEmpty();
        assertThat(host.machine.chains.recent.select(event -> event.type().equals("emoji")))
                .hasSize(1);
        Node again = world.again(reader, host.secret, said(reader));
        assertThat(shortcodes(again)).containsExactly("tea", "pot");
        guests.set(0, again.start());
        world.advanceMillis(60_000);
        assertThat(shortcodes(again)).containsExactly("pot");
        Node late = world.participant("late", 90).start();
        world.advanceMillis(20_000);
        assertThat(shortcodes(late)).containsExactly("pot");
    }
}
