package dev.parley.chat.internal.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.BackpressureException;
import dev.parley.chat.FileTransferException;
import dev.parley.chat.MessageId;
import dev.parley.chat.NotAllowedException;
import dev.parley.chat.RoomEmoji;
import dev.parley.chat.RoomId;
import dev.parley.chat.internal.crypto.PieceSeal;
import dev.parley.chat.internal.crypto.Sha256;
import dev.parley.chat.internal.protocol.MachineHarness.Node;
import dev.parley.chat.internal.timeline.EventBodies;
import dev.parley.chat.internal.timeline.EventBody;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How the images of a room's emoji get from who has them to who has not, frame by frame; the harness is the store. */
final class EmojiImagesTest extends MeshedRoom {

    private static final byte[] KEY = MachineHarness.filled(9);

    private static byte[] image(int size) {
        byte[] image = new byte[size];
        new Random(size).nextBytes(image);
        return image;
    }

    private static String hash(byte[] image) {
        return HexFormat.of().formatHex(Sha256.of(image));
    }

    private static long add(Node node, String shortcode, byte[] image) {
        return node.request(ticket -> new Input.AddEmoji(ticket, shortcode, "image/png", image, KEY));
    }

    private static long await(Node node, byte[] image) {
        return node.request(ticket -> new Input.FetchImage(ticket, hash(image)));
    }

    private RoomId room() {
        return world.descriptor.room();
    }

    private boolean has(Node node, byte[] image) {
        return node.store
                .image(room(), hash(image))
                .map(kept -> hash(kept).equals(hash(image)))
                .orElse(false);
    }

    private Node newcomer() {
        Node newcomer = world.participant("late", 90).start();
        guests.add(newcomer);
        world.advanceMillis(3_000);
        return newcomer;
    }

    private static LinkChannel linkOf(Node from, Node to) {
        return Objects.requireNonNull(from.machine.linkTo(to.id()));
    }

    private void give(Node to, Node from, Frame.Kind kind, byte[] body) {
        int link = linkOf(to, from).number;
        for (byte[] frame : new Frame(kind, body).encode()) {
            to.handle(new Input.FrameReceived(link, frame));
        }
        world.settle();
    }

    private static List<String> shortcodes(Node node) {
        return node.machine.emoji().stream().map(RoomEmoji::shortcode).toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 15_999, 16_000, 16_001, 256_000, 256_001, RoomEmoji.MAX_IMAGE_BYTES})
    void anImageOfEachLengthComesToAllByItself(int size) {
        enter(3);
        byte[] image = image(size);
        long ticket = add(guests.get(0), "tea", image);
        assertThat(guests.get(0).accepted).containsKey(ticket);
        world.advanceMillis(2_000);
        for (Node node : all()) {
            assertThat(shortcodes(node)).as(node.name).containsExactly("tea");
            assertThat(has(node, image)).as(node.name).isTrue();
            assertThat(node.machine.emoji.missing()).isZero();
            assertThat(node.machine.emoji.heldBytes()).isZero();
        }
        long asked = await(guests.get(1), image);
        assertThat(guests.get(1).completed).contains(asked);
    }

    @Test
    void whoComesLateGetsItFromAnotherWhenItsAuthorHasLeft() {
        enter(3);
        byte[] image = image(40_000);
        add(guests.get(0), "tea", image);
        world.advanceMillis(2_000);
        guests.get(0).handle(new Input.Leave());
        world.advanceMillis(2_000);
        Node late = newcomer();
        // A room gives no history, and yet its emoji.
        assertThat(shortcodes(late)).containsExactly("tea");
        assertThat(has(late, image)).isTrue();
    }

    @Test
    void whoAddedItHearsWhoHasItNow() {
        enter(2);
        Node author = guests.get(0);
        MessageId id = author.idOf(add(author, "tea", image(40_000)));
        world.advanceMillis(2_000);
        assertThat(author.all(Output.EmojiFetched.class))
                .containsExactlyInAnyOrder(
                        new Output.EmojiFetched(id, host.id()),
                        new Output.EmojiFetched(id, guests.get(1).id()));
    }

    @Test
    void whoseStoreHasLostItSaysSoAndGetsItBackFromTheOthers() {
        enter(2);
        byte[] image = image(40_000);
        Node author = guests.get(0);
        Node reader = guests.get(1);
        MessageId id = author.idOf(add(author, "tea", image));
        world.advanceMillis(2_000);
        author.store.keepOnlyImages(room(), Set.of());
        byte[] part = ByteBuffer.allocate(44)
                .put(id.toBytes())
                .putLong(0)
                .putInt(16_000)
                .array();
        give(author, reader, Frame.Kind.FETCH, part);
        assertThat(linkOf(reader, author).isAdmitted()).isTrue();
        world.advanceMillis(2_000);
        assertThat(has(author, image)).isTrue();
        assertThat(author.machine.emoji.missing()).isZero();
    }

    @Test
    void whoGivesAnotherImageIsFoundOutByTheHashAndNotAskedAgain() {
        enter(2);
        byte[] image = image(40_000);
        Node author = guests.get(0);
        add(author, "tea", image);
        world.advanceMillis(2_000);
        author.imageGiven = image(40_001);
        host.imageGiven = image(40_002);
        Node late = newcomer();
        assertThat(has(late, image)).isTrue();
        assertThat(late.store.images(room())).hasSize(1);
        assertThat(linkOf(late, author).isAdmitted()).isTrue();
        guests.get(1).imageGiven = image(40_003);
        byte[] other = image(30_000);
        host.imageGiven = null;
        author.imageGiven = null;
        add(author, "pot", other);
        world.advanceMillis(2_000);
        assertThat(has(late, other)).isTrue();
    }

    @Test
    void whenNobodyHasItWhoWaitsIsToldAndItComesOnceSomebodyHas() {
        enter(2);
        byte[] image = image(40_000);
        Node author = guests.get(0);
        Node reader = guests.get(1);
        author.isStoreSlow = true;
        add(author, "tea", image);
        author.handle(new Input.Leave());
        author.heldReads.clear();
        world.advanceMillis(5_000);
        assertThat(shortcodes(reader)).containsExactly("tea");
        long ticket = await(reader, image);
        world.advanceMillis(2_000);
        assertThat(reader.rejected.get(ticket))
                .isInstanceOfSatisfying(
                        FileTransferException.class,
                        cause -> assertThat(cause.problem()).isEqualTo(FileTransferException.Problem.UNAVAILABLE));
        assertThat(reader.machine.emoji.missing()).isEqualTo(1);
        world.advance(Duration.ofMinutes(10));
        // Whoever adds the same image again brings it to all.
        add(host, "pot", image);
        world.advance(Duration.ofMinutes(2));
        assertThat(has(reader, image)).isTrue();
        assertThat(reader.machine.emoji.missing()).isZero();
    }

    @Test
    void aQuestionThatNobodyAnswersIsPutToAnother() {
        enter(3);
        byte[] image = image(40_000);
        Node author = guests.get(0);
        add(author, "tea", image);
        world.advanceMillis(2_000);
        author.isStoreSlow = true;
        host.isStoreSlow = true;
        Node late = newcomer();
        world.advance(Timer.FETCH.toDuration().multipliedBy(3));
        assertThat(has(late, image)).isTrue();
    }

    @Test
    void whatIsNotListedIsNotFetched() {
        enter(1);
        long ticket = await(guests.get(0), image(5));
        assertThat(guests.get(0).rejected.get(ticket)).isInstanceOf(NotAllowedException.class);
    }

    @Test
    void whoWaitsForAnEmojiThatIsRemovedIsTold() {
        enter(2);
        byte[] image = image(40_000);
        Node author = guests.get(0);
        Node reader = guests.get(1);
        author.isStoreSlow = true;
        host.isStoreSlow = true;
        MessageId id = author.idOf(add(author, "tea", image));
        long ticket = await(reader, image);
        assertThat(reader.rejected).doesNotContainKey(ticket);
        author.request(each -> new Input.RemoveEmoji(each, id));
        assertThat(reader.rejected.get(ticket)).isInstanceOf(NotAllowedException.class);
        assertThat(reader.machine.emoji.missing()).isZero();
        author.heldReads.forEach(Runnable::run);
        world.advanceMillis(1_000);
        assertThat(linkOf(reader, author).isAdmitted()).isTrue();
        assertThat(reader.store.images(room())).isEmpty();
    }

    @Test
    void theImageOfWhatIsRemovedIsKeptByItsAuthorAloneUnlessAnotherEmojiHasTheSame() {
        enter(2);
        byte[] image = image(40_000);
        byte[] other = image(50_000);
        Node author = guests.get(0);
        MessageId tea = author.idOf(add(author, "tea", image));
        MessageId pot = author.idOf(add(author, "pot", other));
        add(host, "mug", image);
        world.advanceMillis(2_000);
        author.request(ticket -> new Input.RemoveEmoji(ticket, tea));
        host.request(ticket -> new Input.RemoveEmoji(ticket, pot));
        world.advanceMillis(2_000);
        for (Node node : all()) {
            assertThat(shortcodes(node)).containsExactly("mug");
        }
        assertThat(host.store.images(room())).containsOnlyKeys(hash(image));
        assertThat(guests.get(1).store.images(room())).containsOnlyKeys(hash(image));
        // Its author keeps what another has removed: the right to that may turn out to be void.
        assertThat(author.store.images(room())).containsOnlyKeys(hash(image), hash(other));
        author.request(ticket -> new Input.RemoveEmoji(ticket, pot));
        world.advanceMillis(500);
        assertThat(author.store.images(room())).containsOnlyKeys(hash(image));
    }

    /**
     * Which of the two the room has is known only when the first is removed; its author has kept the image of its own.
     */
    @Test
    void theOneThatCameSecondHasItsImageWhenTheFirstIsRemoved() {
        enter(2);
        Node first = guests.get(0);
        Node second = guests.get(1);
        byte[] image = image(50_000);
        EventBody.Emoji late = new EventBody.Emoji("TEA", image.length, "a/b", hash(image), KEY);
        MessageId tea = first.idOf(add(first, "tea", image(40_000)));
        world.advanceMillis(1_000);
        second.machine.emoji.keep(hash(image), image);
        second.machine.say(late.type(), EventBodies.write(late));
        second.handle(new Input.Tick());
        world.advanceMillis(1_000);
        assertThat(all()).allMatch(node -> shortcodes(node).equals(List.of("tea")));
        first.request(ticket -> new Input.RemoveEmoji(ticket, tea));
        world.advanceMillis(2_000);
        assertThat(all()).allMatch(node -> shortcodes(node).equals(List.of("TEA")) && has(node, image));
    }

    /** So many images, each of another length, that all who are in have. */
    private List<byte[]> addMany(Node author) {
        List<byte[]> images = new ArrayList<>();
        for (int i = 0; i < 3 * Limits.MAX_IMAGE_FETCHES; i++) {
            images.add(image(RoomEmoji.MAX_IMAGE_BYTES - i));
            add(author, "e" + i, images.get(i));
            world.advanceMillis(100);
        }
        return images;
    }

    private void answerAllThatIsRead() {
        for (int round = 0; round < 200; round++) {
            for (Node node : all()) {
                node.isStoreSlow = false;
                List.copyOf(node.heldReads).forEach(Runnable::run);
                node.heldReads.clear();
            }
            world.advanceMillis(50);
        }
    }

    @Test
    void noMoreImagesAreHeldThanMayBeFetchedAtATime() {
        enter(3);
        List<byte[]> images = addMany(guests.get(0));
        world.advanceMillis(5_000);
        assertThat(all()).allMatch(node -> images.stream().allMatch(image -> has(node, image)));
        all().forEach(node -> node.isStoreSlow = true);
        Node late = newcomer();
        assertThat(late.machine.emoji.missing()).isEqualTo(images.size());
        assertThat(late.machine.emoji.heldBytes())
                .isLessThanOrEqualTo((long) Limits.MAX_IMAGE_FETCHES * RoomEmoji.MAX_IMAGE_BYTES)
                .isGreaterThan((long) (Limits.MAX_IMAGE_FETCHES - 1) * RoomEmoji.MAX_IMAGE_BYTES);
        answerAllThatIsRead();
        assertThat(images).allMatch(image -> has(late, image));
    }

    @Test
    void whatIsOnItsWayToTheStoreIsHeldAndNoMoreIsFetchedUntilItIsThere() {
        enter(2);
        Node reader = guests.get(0);
        host.isStoreSlow = true;
        List<byte[]> images = addMany(host);
        reader.isKeepingSlow = true;
        answerAllThatIsRead();
        long most = (long) Limits.MAX_IMAGE_FETCHES * RoomEmoji.MAX_IMAGE_BYTES;
        assertThat(reader.machine.emoji.heldBytes()).isBetween(most - 100, most);
        assertThat(reader.machine.emoji.missing()).isEqualTo(images.size() - Limits.MAX_IMAGE_FETCHES);
        reader.isKeepingSlow = false;
        reader.heldKeeps.forEach(Runnable::run);
        answerAllThatIsRead();
        assertThat(images).allMatch(image -> has(reader, image));
        assertThat(reader.machine.emoji.heldBytes()).isZero();
    }

    @Test
    void ofOneMemberNoMoreIsAskedAtATimeThanMayBeAndTheRestWaitsForIt() {
        enter(1);
        Node reader = guests.get(0);
        host.isStoreSlow = true;
        List<byte[]> images = addMany(host);
        long most = (long) Limits.MAX_IMAGE_FETCHES_PER_LINK * RoomEmoji.MAX_IMAGE_BYTES;
        assertThat(reader.machine.emoji.heldBytes()).isBetween(most - 100, most);
        // That it is busy does not say that it has none.
        long ticket = await(reader, images.get(images.size() - 1));
        world.advanceMillis(500);
        assertThat(reader.rejected).doesNotContainKey(ticket);
        answerAllThatIsRead();
        assertThat(reader.completed).contains(ticket);
        assertThat(images).allMatch(image -> has(reader, image));
    }

    @Test
    void whoGivesAnImageDropByDropIsNotWaitedForLongerThanForAnImage() {
        enter(3);
        byte[] image = image(RoomEmoji.MAX_IMAGE_BYTES);
        MessageId id = host.idOf(add(host, "tea", image));
        world.advanceMillis(2_000);
        host.isStoreSlow = true;
        Node late = newcomer();
        PieceSeal seal = new PieceSeal(room(), id, KEY);
        long step = Timer.FETCH.toDuration().toMillis() / 2;
        long end = Limits.MAX_IMAGE_FETCH.toMillis();
        for (int given = 0; given * step < end; given++) {
            long offset = (long) given * Limits.PIECE_BYTES;
            byte[] piece = Arrays.copyOfRange(image, (int) offset, (int) offset + Limits.PIECE_BYTES);
            byte[] sealed = seal.seal(offset, piece);
            byte[] body = ByteBuffer.allocate(40 + sealed.length)
                    .put(id.toBytes())
                    .putLong(offset)
                    .put(sealed)
                    .array();
            give(late, host, Frame.Kind.CHUNK, body);
            assertThat(late.machine.emoji.heldBytes()).isEqualTo(image.length);
            world.advanceMillis(step);
        }
        world.advanceMillis(1_000);
        assertThat(linkOf(late, host).isAdmitted()).isTrue();
        assertThat(has(late, image)).isTrue();
    }

    @Test
    void aPieceThatDoesNotOpenIsAViolationAndAnotherIsAsked() {
        enter(2);
        Node author = guests.get(0);
        Node reader = guests.get(1);
        author.isStoreSlow = true;
        byte[] image = image(40_000);
        MessageId id = author.idOf(add(author, "tea", image));
        world.advanceMillis(500);
        assertThat(reader.machine.emoji.heldBytes()).isEqualTo(40_000);
        byte[] rubbish =
                ByteBuffer.allocate(40 + 16_016).put(id.toBytes()).putLong(0).array();
        give(reader, author, Frame.Kind.CHUNK, rubbish);
        assertThat(reader.machine.linkTo(author.id())).isNull();
        author.isStoreSlow = false;
        world.advance(Duration.ofSeconds(40));
        assertThat(has(reader, image)).isTrue();
    }

    @Test
    void aPieceThatWasNotAskedForIsAViolation() {
        enter(2);
        Node author = guests.get(0);
        Node reader = guests.get(1);
        byte[] image = image(10);
        MessageId id = author.idOf(add(author, "tea", image));
        world.advanceMillis(2_000);
        byte[] piece = ByteBuffer.allocate(40 + 26).put(id.toBytes()).putLong(0).array();
        give(reader, author, Frame.Kind.CHUNK, piece);
        assertThat(reader.machine.linkTo(author.id())).isNull();
    }

    @ParameterizedTest
    @ValueSource(longs = {-16_000, 1, 16_000, 9_223_372_036_854_768_000L})
    void aPartThatAnImageDoesNotHaveIsAViolation(long offset) {
        enter(2);
        Node author = guests.get(0);
        Node reader = guests.get(1);
        MessageId id = author.idOf(add(author, "tea", image(16_000)));
        world.advanceMillis(2_000);
        byte[] part = ByteBuffer.allocate(44)
                .put(id.toBytes())
                .putLong(offset)
                .putInt(16_000)
                .array();
        give(author, reader, Frame.Kind.FETCH, part);
        assertThat(author.machine.linkTo(reader.id())).isNull();
    }

    @Test
    void aMemberWhoLiesAboutTheLengthKeepsNobodyFromTheImage() {
        enter(2);
        byte[] image = image(40_000);
        Node author = guests.get(0);
        Node liar = guests.get(1);
        author.isStoreSlow = true;
        host.isStoreSlow = true;
        EventBody.Emoji lie = new EventBody.Emoji("lie", 39_999, "a/b", hash(image), KEY);
        liar.machine.say(lie.type(), EventBodies.write(lie));
        add(author, "tea", image);
        world.advanceMillis(1_000);
        author.isStoreSlow = false;
        host.isStoreSlow = false;
        Node late = newcomer();
        world.advance(Duration.ofSeconds(40));
        assertThat(shortcodes(late)).contains("lie", "tea");
        assertThat(has(late, image)).isTrue();
        assertThat(late.machine.emoji.missing()).isZero();
    }

    @Test
    void whatIsBlockedIsNeitherShownNorFetchedAndComesWhenItIsNot() {
        enter(2);
        byte[] image = image(40_000);
        Node author = guests.get(0);
        Node reader = guests.get(1);
        reader.request(ticket -> new Input.Block(ticket, author.id(), true));
        add(author, "tea", image);
        world.advanceMillis(2_000);
        assertThat(shortcodes(reader)).isEmpty();
        assertThat(reader.store.images(room())).isEmpty();
        reader.request(ticket -> new Input.Block(ticket, author.id(), false));
        world.advanceMillis(2_000);
        assertThat(shortcodes(reader)).containsExactly("tea");
        assertThat(has(reader, image)).isTrue();
    }

    @Test
    void whatAModeratorHasRemovedTakesNoPlaceFromItsAuthor() {
        enter(1);
        Node author = guests.get(0);
        List<MessageId> ids = new ArrayList<>();
        for (int i = 0; i < RoomEmoji.MAX_PER_MEMBER; i++) {
            ids.add(author.idOf(add(author, "e" + i, image(i + 1))));
            world.advanceMillis(50);
        }
        assertThat(author.rejected.get(add(author, "more", image(99)))).isInstanceOf(NotAllowedException.class);
        host.request(ticket -> new Input.RemoveEmoji(ticket, ids.get(4)));
        world.advanceMillis(500);
        long ticket = add(author, "more", image(99));
        assertThat(author.accepted).containsKey(ticket);
        world.advanceMillis(2_000);
        assertThat(shortcodes(host)).contains("more").doesNotContain("e4").hasSize(RoomEmoji.MAX_PER_MEMBER);
        assertThat(author.rejected.get(add(author, "MORE", image(98)))).isInstanceOf(NotAllowedException.class);
    }

    @Test
    void anAdditionThatIsRefusedTakesNothingFromItsAuthor() {
        enter(1);
        Node author = guests.get(0);
        List<MessageId> ids = new ArrayList<>();
        for (int i = 0; i < RoomEmoji.MAX_PER_MEMBER; i++) {
            ids.add(author.idOf(add(author, "e" + i, image(i + 1))));
            world.advanceMillis(50);
        }
        host.request(ticket -> new Input.RemoveEmoji(ticket, ids.get(4)));
        world.advanceMillis(500);
        assertThat(author.rejected.get(add(author, "E5", image(99)))).isInstanceOf(NotAllowedException.class);
        assertThat(author.machine.acts.timeline.idleEmoji(author.id())).contains(ids.get(4));
        // One event could still be said: it takes two.
        byte[] body = new byte[1];
        while (author.machine.pressureOf(body, body) == null) {
            author.machine.say("x", body);
        }
        assertThat(author.machine.pressureOf(body)).isNull();
        assertThat(author.rejected.get(add(author, "more", image(99)))).isInstanceOf(BackpressureException.class);
        assertThat(author.machine.acts.timeline.idleEmoji(author.id())).contains(ids.get(4));
        world.advanceMillis(2_000);
        assertThat(author.accepted).containsKey(add(author, "more", image(99)));
        world.advanceMillis(2_000);
        assertThat(shortcodes(host)).contains("more").hasSize(RoomEmoji.MAX_PER_MEMBER);
    }

    @Test
    void anOrdinaryMemberRemovesNothingOfAnother() {
        enter(2);
        MessageId tea = host.idOf(add(host, "tea", image(5)));
        world.advanceMillis(500);
        Node guest = guests.get(0);
        long ticket = guest.request(each -> new Input.RemoveEmoji(each, tea));
        assertThat(guest.rejected.get(ticket)).isInstanceOf(NotAllowedException.class);
        assertThat(shortcodes(guests.get(1))).containsExactly("tea");
    }
}
