package dev.parley.chat.emotes;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A provider with every capability, for the tests of what the registry makes of them. Its server is this object; only
 * its live updates come over a connection, as lines such as {@code add one X}.
 */
final class Capable
        implements EmoteProviderFactory,
                EmoteProvider,
                EmoteSearch,
                EmoteUpload,
                LiveEmotes,
                ChannelSets,
                PersonalSets {
    static final String ID = "capable";

    /** Codes by the name of a set. */
    final Map<String, List<String>> sets = new ConcurrentHashMap<>();

    final List<String> queries = new CopyOnWriteArrayList<>();
    final List<String> conversations = new CopyOnWriteArrayList<>();
    final AtomicInteger loads = new AtomicInteger();

    /** How many loads fail from now on. */
    final AtomicInteger failures = new AtomicInteger();

    final CountDownLatch hanging = new CountDownLatch(1);
    final CountDownLatch release = new CountDownLatch(1);
    final AtomicInteger interruptions = new AtomicInteger();
    volatile @Nullable URI live;
    volatile Duration patience = Duration.ofMinutes(5);
    volatile Retry retry = Retry.SOON;

    /** Runs when a source has its answer, and has not given it yet. */
    volatile Wait beforeAnswer = () -> {};

    volatile Searcher searcher = (query, context) -> List.of();

    interface Wait {
        void run() throws InterruptedException;
    }

    interface Searcher {
        List<Emote> search(String query, EmoteContext context) throws EmoteLoadException, InterruptedException;
    }

    static Emote emote(String code) {
        return Emote.builder(new EmoteId(ID, "id-" + code), code).build();
    }

    static Emote.Builder emote(String id, String code) {
        return Emote.builder(new EmoteId(ID, id), code);
    }

    @Override
    public String id() {
        return ID;
    }

    @Override
    public String displayName() {
        return "Capable";
    }

    @Override
    public EmoteProvider create(EmoteSettings settings) {
        return this;
    }

    @Override
    public List<EmoteSetting> settings() {
        return List.of(new EmoteSetting("capable.live", "Where it listens."));
    }

    private EmoteSource source(String name, EmoteScope scope) {
        return EmoteSource.of(name, scope, context -> {
            loads.incrementAndGet();
            if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                throw new EmoteLoadException(EmoteLoadException.Reason.SERVER_ERROR, "it is busy");
            }
            List<String> codes = sets.get(name);
            beforeAnswer.run();
            if (codes == null) {
                throw new EmoteLoadException(EmoteLoadException.Reason.NOT_FOUND, "there is no set " + name);
            }
            EmoteSet.Builder set = EmoteSet.builder().topic(name);
            codes.forEach(code -> set.add(emote(code)));
            return set.build();
        });
    }

    @Override
    public List<EmoteSource> sources() {
        return List.of(source("one", EmoteScope.GLOBAL));
    }

    @Override
    public EmoteSource channel(String channel) {
        if (!channel.matches("[a-z]+")) {
            throw new IllegalArgumentException("a channel is a word");
        }
        return source(channel, EmoteScope.ROOM);
    }

    @Override
    public EmoteSource personal(String user) {
        return source(user, EmoteScope.PERSONAL);
    }

    @Override
    public List<Emote> search(String query, int limit, EmoteContext context)
            throws EmoteLoadException, InterruptedException {
        queries.add(query);
        return searcher.search(query, context);
    }

    @Override
    public List<Emote> uploaded(EmoteContext context) {
        return sets.getOrDefault("one", List.of()).stream().map(Capable::emote).toList();
    }

    @Override
    public Emote upload(NewEmote emote, EmoteContext context) throws EmoteLoadException {
        List<String> codes = new ArrayList<>(sets.getOrDefault("one", List.of()));
        if (codes.contains(emote.shortcode())) {
            throw new EmoteLoadException(EmoteLoadException.Reason.CODE_TAKEN, "it is taken");
        }
        codes.add(emote.shortcode());
        sets.put("one", codes);
        return emote(emote.shortcode());
    }

    @Override
    public void remove(String shortcode, EmoteContext context) {
        List<String> codes = new ArrayList<>(sets.getOrDefault("one", List.of()));
        codes.remove(shortcode);
        sets.put("one", codes);
    }

    @Override
    public Optional<URI> liveAddress() {
        return Optional.ofNullable(live);
    }

    @Override
    public Conversation converse() {
        return new Lines();
    }

    /** Reads lines. */
    private final class Lines implements Conversation {
        @Override
        public void subscribe(Collection<String> topics, Actions actions) {
            topics.forEach(topic -> actions.send("subscribe " + topic));
        }

        @Override
        public void unsubscribe(Collection<String> topics, Actions actions) {
            topics.forEach(topic -> actions.send("unsubscribe " + topic));
        }

        @Override
        public void onText(String text, Actions actions) {
            conversations.add(text);
            String[] words = text.split(" ", -1);
            switch (words[0]) {
                case "add" ->
                    actions.change(
                            words[1],
                            set -> set.toBuilder().put(emote(words[2])).build());
                case "drop" ->
                    actions.change(words[1], set -> {
                        EmoteSet.Builder changed = set.toBuilder();
                        changed.remove(words[2]);
                        return changed.build();
                    });
                case "foreign" ->
                    actions.change(
                            words[1],
                            set -> set.toBuilder()
                                    .put(Emote.builder(new EmoteId("other", "1"), "F")
                                            .build())
                                    .build());
                case "hang" ->
                    actions.change(words[1], set -> {
                        hanging.countDown();
                        for (boolean over = false; !over; ) {
                            try {
                                release.await();
                                over = true;
                            } catch (InterruptedException e) {
                                // A plugin that does not care.
                                interruptions.incrementAndGet();
                            }
                        }
                        return set;
                    });
                case "breakchange" ->
                    actions.change(words[1], set -> {
                        throw new IllegalStateException("oops");
                    });
                case "reload" -> actions.reload(words[1]);
                case "close" -> actions.close(Retry.valueOf(words[1]));
                case "crash" -> throw new IllegalStateException("oops");
                default -> actions.send("what is " + text);
            }
        }

        @Override
        public Duration patience() {
            return patience;
        }

        @Override
        public Retry onClosed(int closeCode) {
            conversations.add("closed " + closeCode);
            return retry;
        }
    }
}
