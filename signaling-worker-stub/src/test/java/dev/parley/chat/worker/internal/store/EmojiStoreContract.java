package dev.parley.chat.worker.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.chat.worker.internal.Problem;
import dev.parley.chat.worker.internal.ProblemCode;
import dev.parley.chat.worker.internal.store.EmojiStore.Emoji;
import dev.parley.chat.worker.internal.store.EmojiStore.EmojiQuota;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What holds of every {@link EmojiStore}, whichever it is. */
abstract class EmojiStoreContract {
    private static final EmojiQuota LARGE = new EmojiQuota(1_000, 1_000_000, 1_000, 1_000_000);
    private static final int ROUNDS = 20;

    private EmojiStore store;

    /** An empty store. */
    abstract EmojiStore open() throws Exception;

    abstract void close();

    /** How many images the storage holds. */
    abstract long storedImages();

    @BeforeEach
    void openStore() throws Exception {
        store = open();
    }

    @AfterEach
    void closeStore() {
        close();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Emoji emoji(String shortcode, String account, String image, int bytes) {
        return new Emoji(
                "id-of-" + shortcode + "-" + account,
                shortcode,
                "cats",
                account,
                image + ".gif",
                image + ".png",
                "image/gif",
                bytes,
                7);
    }

    private Emoji add(String shortcode, String account, String image) {
        Emoji emoji = emoji(shortcode, account, image, 10);
        store.addEmoji(emoji, bytes("moving " + image), bytes("still " + image), LARGE);
        return emoji;
    }

    private @Nullable String image(String name) {
        return store.emojiImage(name)
                .map(found -> new String(found, StandardCharsets.UTF_8))
                .orElse(null);
    }

    private static void refuses(ProblemCode code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.code()).isEqualTo(code));
    }

    @Test
    void whatIsAddedIsListedWithAllThatWasSaidOfItInTheOrderOfShortcodes() {
        Emoji zebra = add("Zebra", "alice", "z");
        Emoji ape = new Emoji("id", "ape_1", "", "bob", "p.png", "p.png", "image/png", 3, 1_800_000_000_000L);
        store.addEmoji(ape, bytes("one"), bytes("one"), LARGE);
        Emoji cat = add("cat", "alice", "c");
        assertThat(store.emoji()).containsExactly(ape, cat, zebra);
        assertThat(image("z.gif")).isEqualTo("moving z");
        assertThat(image("z.png")).isEqualTo("still z");
        assertThat(image("p.png")).isEqualTo("one");
        assertThat(image("q.png")).isNull();
    }

    @Test
    void aShortcodeIsTakenByWhoeverCameFirstWithoutRegardToCase() {
        Emoji first = add("Cat", "alice", "c");
        refuses(ProblemCode.EMOJI_EXISTS, () -> add("cAT", "bob", "d"));
        refuses(ProblemCode.EMOJI_EXISTS, () -> add("Cat", "alice", "c"));
        assertThat(store.emoji()).containsExactly(first);
        assertThat(image("d.gif")).isNull();
        store.removeEmoji(first.id(), "alice");
        Emoji second = add("cat", "bob", "d");
        assertThat(store.emoji()).containsExactly(second);
    }

    @Test
    void onlyItsAccountDeletesAnEmojiAndWhoMayDeleteThemAll() {
        Emoji cat = add("cat", "alice", "c");
        Emoji dog = add("dog", "alice", "d");
        refuses(ProblemCode.EMOJI_NOT_FOUND, () -> store.removeEmoji(cat.id(), "bob"));
        refuses(ProblemCode.EMOJI_NOT_FOUND, () -> store.removeEmoji("nothing", "alice"));
        refuses(ProblemCode.EMOJI_NOT_FOUND, () -> store.removeEmoji("nothing", null));
        assertThat(store.emoji()).containsExactly(cat, dog);
        assertThat(store.removeEmoji(cat.id(), "alice")).isEqualTo(cat);
        assertThat(store.removeEmoji(dog.id(), null)).isEqualTo(dog);
        refuses(ProblemCode.EMOJI_NOT_FOUND, () -> store.removeEmoji(cat.id(), "alice"));
        assertThat(store.emoji()).isEmpty();
        assertThat(storedImages()).isZero();
    }

    @Test
    void anImageGoesWithTheLastEmojiThatHasIt() {
        Emoji cat = add("cat", "alice", "c");
        Emoji tom = add("tom", "bob", "c");
        Emoji still = new Emoji("id", "still", "", "bob", "c.png", "c.png", "image/png", 3, 7);
        store.addEmoji(still, bytes("still c"), bytes("still c"), LARGE);
        assertThat(storedImages()).isEqualTo(2);
        store.removeEmoji(cat.id(), "alice");
        assertThat(image("c.gif")).isEqualTo("moving c");
        store.removeEmoji(tom.id(), "bob");
        assertThat(image("c.gif")).isNull();
        assertThat(image("c.png")).isEqualTo("still c");
        store.removeEmoji(still.id(), "bob");
        assertThat(storedImages()).isZero();
    }

    @Test
    void anAccountHasSoManyEmojiAndSoManyBytesOfThemAndNoMore() {
        EmojiQuota quota = new EmojiQuota(2, 25, 100, 1_000);
        Emoji one = emoji("one", "alice", "1", 10);
        store.addEmoji(one, bytes("a"), bytes("b"), quota);
        refuses(
                ProblemCode.QUOTA_EXCEEDED,
                () -> store.addEmoji(emoji("two", "alice", "2", 16), bytes("a"), bytes("b"), quota));
        store.addEmoji(emoji("two", "alice", "2", 15), bytes("a"), bytes("b"), quota);
        refuses(
                ProblemCode.QUOTA_EXCEEDED,
                () -> store.addEmoji(emoji("three", "alice", "3", 0), bytes("a"), bytes("b"), quota));
        store.addEmoji(emoji("three", "bob", "3", 25), bytes("a"), bytes("b"), quota);
        store.removeEmoji(one.id(), "alice");
        store.addEmoji(emoji("four", "alice", "4", 10), bytes("a"), bytes("b"), quota);
        assertThat(store.emoji()).hasSize(3);
        assertThat(image("1.gif")).isNull();
        assertThat(storedImages()).isEqualTo(6);
    }

    @Test
    void allAccountsTogetherHaveSoManyEmojiAndSoManyBytesOfThemAndNoMore() {
        EmojiQuota quota = new EmojiQuota(100, 1_000, 2, 25);
        store.addEmoji(emoji("one", "alice", "1", 10), bytes("a"), bytes("b"), quota);
        refuses(
                ProblemCode.QUOTA_EXCEEDED,
                () -> store.addEmoji(emoji("two", "bob", "2", 16), bytes("a"), bytes("b"), quota));
        Emoji two = emoji("two", "bob", "2", 15);
        store.addEmoji(two, bytes("a"), bytes("b"), quota);
        refuses(
                ProblemCode.QUOTA_EXCEEDED,
                () -> store.addEmoji(emoji("three", "carol", "3", 0), bytes("a"), bytes("b"), quota));
        store.removeEmoji(two.id(), null);
        store.addEmoji(emoji("three", "carol", "3", 15), bytes("a"), bytes("b"), quota);
        assertThat(store.emoji()).hasSize(2);
    }

    @Test
    void theRevisionIsAnotherAfterEachChangeAndTheSameOtherwise() {
        Set<String> revisions = new HashSet<>();
        assertThat(revisions.add(store.emojiRevision())).isTrue();
        Emoji cat = add("cat", "alice", "c");
        assertThat(revisions.add(store.emojiRevision())).isTrue();
        refuses(ProblemCode.EMOJI_EXISTS, () -> add("cat", "bob", "c"));
        refuses(ProblemCode.EMOJI_NOT_FOUND, () -> store.removeEmoji(cat.id(), "bob"));
        assertThat(revisions.add(store.emojiRevision())).isFalse();
        store.removeEmoji(cat.id(), "alice");
        assertThat(revisions.add(store.emojiRevision())).isTrue();
    }

    @Test
    void ofSeveralWhoWantAShortcodeAtOnceOneGetsIt() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (int round = 0; round < ROUNDS; round++) {
                String shortcode = "emoji_" + round;
                List<Callable<Boolean>> attempts = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    String account = "account-" + i;
                    attempts.add(() -> {
                        try {
                            add(shortcode, account, "image-" + account);
                            return true;
                        } catch (Problem e) {
                            assertThat(e.code()).isEqualTo(ProblemCode.EMOJI_EXISTS);
                            return false;
                        }
                    });
                }
                int won = 0;
                for (Future<Boolean> attempt : threads.invokeAll(attempts)) {
                    won += attempt.get() ? 1 : 0;
                }
                assertThat(won).isEqualTo(1);
                assertThat(store.emoji()).hasSize(round + 1);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void ofSeveralWhoDeleteAnEmojiAtOnceOneDoes() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (int round = 0; round < ROUNDS; round++) {
                add("kept", "alice", "shared");
                Emoji emoji = add("emoji", "alice", "shared");
                Callable<Boolean> attempt = () -> {
                    try {
                        return store.removeEmoji(emoji.id(), "alice").equals(emoji);
                    } catch (Problem e) {
                        assertThat(e.code()).isEqualTo(ProblemCode.EMOJI_NOT_FOUND);
                        return false;
                    }
                };
                int won = 0;
                for (Future<Boolean> done : threads.invokeAll(List.of(attempt, attempt, attempt, attempt))) {
                    won += done.get() ? 1 : 0;
                }
                assertThat(won).isEqualTo(1);
                assertThat(image("shared.gif")).isEqualTo("moving shared");
                store.removeEmoji(store.emoji().get(0).id(), "alice");
                assertThat(storedImages()).isZero();
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
