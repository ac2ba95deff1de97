package dev.parley.chat.transport;

import dev.parley.chat.CloseReason;
import dev.parley.chat.transport.Transport.LinkRole;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** One end of a link in a test: keeps what it is told, and carries its signals to the other end's owner. */
final class LinkEnd implements PeerLinkListener {

    static final long DEADLINE_SECONDS = 30;

    final Executor owner;
    final PeerLink link;
    final CompletableFuture<byte[]> opened = new CompletableFuture<>();
    final CompletableFuture<CloseReason> closed = new CompletableFuture<>();
    final List<LinkSignal> signals = new CopyOnWriteArrayList<>();
    final ConcurrentLinkedQueue<byte[]> frames = new ConcurrentLinkedQueue<>();
    final ConcurrentLinkedQueue<byte[]> ephemeral = new ConcurrentLinkedQueue<>();
    final ConcurrentLinkedQueue<String> broken = new ConcurrentLinkedQueue<>();

    private volatile Consumer<LinkSignal> wire = signal -> {};
    private volatile Consumer<byte[]> onFrame = frames::add;
    private volatile Consumer<CloseReason> whenClosed = reason -> {};

    LinkEnd(Transport transport, Environment environment, LinkRole role, IceConfig ice) {
        this(transport, environment.newSerialExecutor("end-" + role), role, ice, UnaryOperator.identity());
    }

    LinkEnd(
            Transport transport,
            Executor owner,
            LinkRole role,
            IceConfig ice,
            UnaryOperator<PeerLinkListener> wrapper) {
        this.owner = owner;
        this.link = transport.open(role, ice, owner, wrapper.apply(this));
    }

    /** Connects two ends: what one says, the other hears, including what was said before. */
    static void wire(LinkEnd a, LinkEnd b) {
        a.sendSignalsTo(b::accept);
        b.sendSignalsTo(a::accept);
    }

    void sendSignalsTo(Consumer<LinkSignal> to) {
        owner.execute(() -> {
            wire = to;
            signals.forEach(to);
        });
    }

    /** Sends the signals from now on to another. */
    void redirectTo(Consumer<LinkSignal> to) {
        owner.execute(() -> wire = to);
    }

    void accept(LinkSignal signal) {
        owner.execute(() -> link.accept(signal));
    }

    void onFrame(Consumer<byte[]> consumer) {
        onFrame = consumer;
    }

    void whenClosed(Consumer<CloseReason> consumer) {
        whenClosed = consumer;
    }

    /** Runs something in a task of the owner and returns what it gives. */
    <T extends @Nullable Object> T ask(Function<PeerLink, T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        owner.execute(() -> {
            try {
                answer.complete(question.apply(link));
            } catch (Throwable e) {
                answer.completeExceptionally(e);
            }
        });
        return await(answer);
    }

    void close() {
        owner.execute(link::close);
    }

    CloseReason awaitClosed() {
        return await(closed);
    }

    byte[] awaitOpen() {
        return await(opened);
    }

    static <T extends @Nullable Object> T await(CompletableFuture<T> future) {
        return future.orTimeout(DEADLINE_SECONDS, TimeUnit.SECONDS).join();
    }

    @Override
    public void onSignal(LinkSignal signal) {
        check();
        signals.add(signal);
        wire.accept(signal);
    }

    @Override
    public void onOpen() {
        check();
        if (!opened.complete(link.channelBinding())) {
            broken.add("opened twice");
        }
    }

    @Override
    public void onFrame(byte[] frame) {
        check();
        onFrame.accept(frame);
    }

    @Override
    public void onEphemeral(byte[] frame) {
        check();
        ephemeral.add(frame);
    }

    @Override
    public void onClosed(CloseReason reason) {
        check();
        if (!closed.complete(reason)) {
            broken.add("closed twice");
        }
        whenClosed.accept(reason);
        opened.completeExceptionally(new AssertionError("closed: " + reason));
    }

    private void check() {
        if (closed.isDone()) {
            broken.add("told something after the end");
        }
    }
}
