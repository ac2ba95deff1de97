package dev.parley.chat.emotes.internal;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.parley.chat.emotes.Emote;
import dev.parley.chat.emotes.EmoteLoadException;
import dev.parley.chat.emotes.EmoteLoadException.Reason;
import dev.parley.chat.emotes.EmoteSearch;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Asks one provider's server for emotes, as seldom as can be: when the user has stopped typing, once at a time, not
 * again for what was answered within the last minutes, and not while the server wants a pause.
 *
 * <pre>
 *   ask --> (waits for the user to stop) --> (waits for the question before) --> (asked) --> answered
 *                 |                                  |
 *                 +--------- a newer ask ------------+--> superseded
 * </pre>
 */
public final class Searches implements AutoCloseable {
    static final Duration FRESH = Duration.ofMinutes(5);
    private static final int MAX_REMEMBERED = 200;
    private static final String CLOSED = "the registry was closed";

    private final String providerId;
    private final EmoteSearch search;
    private final PluginCalls calls;
    private final Duration debounce;
    private final Duration timeout;
    private final Ticker ticker;
    private final Cache<Question, List<Emote>> answers;

    // Guarded by this.
    private @Nullable Pending pending;
    private @Nullable Pending ready;
    private boolean asking;
    private long pausedUntilNanos;
    private boolean paused;
    private boolean closed;

    /** What was asked last; its thread may be in the plugin still, though it was given up. */
    private volatile PluginCalls.@Nullable Call<List<Emote>> last;

    private record Question(String query, int limit) {}

    /** A question that was not asked yet. */
    private static final class Pending {
        final Question question;
        final CompletableFuture<List<Emote>> answer = new CompletableFuture<>();

        @Nullable
        Future<?> timer;

        Pending(Question question) {
            this.question = question;
        }

        void giveUp(String why) {
            if (timer != null) {
                timer.cancel(false);
            }
            answer.completeExceptionally(new CancellationException(why));
        }
    }

    /**
     * @param providerId whose it is
     * @param search the provider
     * @param calls calls it
     * @param debounce how long nothing new must be asked before the server is
     * @param timeout for one question
     * @param ticker tells the time
     */
    public Searches(
            String providerId,
            EmoteSearch search,
            PluginCalls calls,
            Duration debounce,
            Duration timeout,
            Ticker ticker) {
        this.providerId = providerId;
        this.search = search;
        this.calls = calls;
        this.debounce = debounce;
        this.timeout = timeout;
        this.ticker = ticker;
        answers = Caffeine.newBuilder()
                .maximumSize(MAX_REMEMBERED)
                .expireAfterWrite(FRESH)
                .ticker(ticker)
                .executor(Runnable::run)
                .build();
    }

    /**
     * Names whose it is.
     *
     * @return the provider
     */
    public String providerId() {
        return providerId;
    }

    /**
     * Asks; the one before is superseded if it was not asked yet.
     *
     * @param query what for
     * @param limit the most results
     * @return completes with the emotes; exceptionally with a {@link CancellationException} if it was superseded, else
     *     with an {@link EmoteLoadException}
     */
    public CompletableFuture<List<Emote>> ask(String query, int limit) {
        Question question = new Question(query, limit);
        Pending next = new Pending(question);
        List<Pending> superseded;
        synchronized (this) {
            superseded = takeWaiting();
            @Nullable List<Emote> known = answers.getIfPresent(question);
            if (closed) {
                next.giveUp(CLOSED);
            } else if (known != null) {
                next.answer.complete(known);
            } else if (paused && pausedUntilNanos - ticker.read() > 0) {
                long seconds = TimeUnit.NANOSECONDS.toSeconds(pausedUntilNanos - ticker.read()) + 1;
                next.answer.completeExceptionally(
                        new EmoteLoadException(Reason.RATE_LIMITED, "no search for another " + seconds + " s"));
            } else {
                pending = next;
                next.timer = calls.timer().schedule(() -> begin(next), debounce.toMillis(), TimeUnit.MILLISECONDS);
            }
        }
        superseded.forEach(each -> each.giveUp("a newer search came"));
        return next.answer;
    }

    /** Ends what waits; what is asked ends with the calls. To be called before the timer is stopped. */
    @Override
    public void close() {
        List<Pending> waiting;
        synchronized (this) {
            closed = true;
            waiting = takeWaiting();
        }
        waiting.forEach(each -> each.giveUp(CLOSED));
    }

    private List<Pending> takeWaiting() {
        List<Pending> waiting =
                Stream.of(pending, ready).flatMap(Stream::ofNullable).toList();
        pending = null;
        ready = null;
        return waiting;
    }

    private void begin(Pending next) {
        synchronized (this) {
            if (pending != next) {
                return;
            }
            pending = null;
            if (asking) {
                ready = next;
                return;
            }
            asking = true;
        }
        start(next);
    }

    private void start(Pending next) {
        PluginCalls.@Nullable Call<List<Emote>> before = last;
        if (before != null && before.isInPlugin()) {
            synchronized (this) {
                asking = false;
            }
            next.answer.completeExceptionally(
                    new EmoteLoadException(Reason.TIMED_OUT, "is still busy with a search that was given up"));
            return;
        }
        PluginCalls.Call<List<Emote>> call = calls.start(session -> answer(next.question, session), timeout);
        last = call;
        CompletableFuture<?> unused = call.outcome().whenComplete((emotes, error) -> {
            if (emotes != null) {
                answers.put(next.question, emotes);
                next.answer.complete(emotes);
            } else {
                next.answer.completeExceptionally(error);
            }
            @Nullable Pending after;
            synchronized (this) {
                after = ready;
                ready = null;
                asking = after != null;
            }
            if (after != null) {
                start(after);
            }
        });
    }

    private List<Emote> answer(Question question, HttpFetcher.Session session)
            throws EmoteLoadException, InterruptedException {
        try {
            List<Emote> emotes = List.copyOf(search.search(question.query(), question.limit(), session));
            Plugins.requireOwn(providerId, emotes);
            return emotes.subList(0, Math.min(emotes.size(), question.limit()));
        } finally {
            pauseFor(session.pauseAsked());
        }
    }

    private synchronized void pauseFor(Duration time) {
        if (!time.isZero() && !time.isNegative()) {
            paused = true;
            pausedUntilNanos = ticker.read() + time.toNanos();
        }
    }
}
