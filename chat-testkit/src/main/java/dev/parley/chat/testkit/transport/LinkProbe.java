package dev.parley.chat.testkit.transport;

import dev.parley.chat.CloseReason;
import dev.parley.chat.testkit.internal.WatchedOwner;
import dev.parley.chat.transport.IceConfig;
import dev.parley.chat.transport.LinkSignal;
import dev.parley.chat.transport.PathState;
import dev.parley.chat.transport.PeerLink;
import dev.parley.chat.transport.PeerLinkListener;
import dev.parley.chat.transport.Transport;
import dev.parley.chat.transport.Transport.LinkRole;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One end of a link: what it was told, and whether it was told so in the right way. */
final class LinkProbe implements PeerLinkListener {

    final WatchedOwner owner;
    final List<LinkSignal> signals = new CopyOnWriteArrayList<>();
    final List<byte[]> frames = new CopyOnWriteArrayList<>();
    final List<byte[]> ephemeral = new CopyOnWriteArrayList<>();
    final List<PathState> paths = new CopyOnWriteArrayList<>();

    volatile @Nullable PeerLink link;
    volatile byte @Nullable [] binding;
    volatile @Nullable CloseReason closed;

    /** Throws from every call once it has been written down. */
    volatile boolean throwing;

    /** Run by the call that says that the link is open. */
    volatile Consumer<PeerLink> whenOpen = link -> {};

    // Touched by tasks of the owner only.
    private @Nullable Consumer<LinkSignal> wire;
    private boolean inMethod;

    LinkProbe(Transport transport, LinkRole role, IceConfig ice, Executor serial) {
        owner = new WatchedOwner(serial);
        owner.execute(() -> link = transport.open(role, ice, owner, this));
    }

    /** Carries all signals of this end, those of before included, to a consumer. Runs in a task of this end's owner. */
    void carryTo(Consumer<LinkSignal> consumer) {
        owner.execute(() -> {
            List.copyOf(signals).forEach(consumer);
            wire = consumer;
        });
    }

    /** Carries the signals from now on to another consumer. */
    void redirectTo(Consumer<LinkSignal> consumer) {
        owner.execute(() -> wire = consumer);
    }

    /** Hands a signal of the other side over. */
    void accept(LinkSignal signal) {
        run(link -> link.accept(signal));
    }

    /** Does something with the link in a task of its owner; what it throws is a fault. */
    void run(Consumer<PeerLink> work) {
        owner.execute(() -> with(link -> {
            work.accept(link);
            return true;
        }));
    }

    private <T extends @Nullable Object> T with(Function<PeerLink, T> work) {
        PeerLink made = link;
        if (made == null) {
            throw new IllegalStateException("the link was not made");
        }
        inMethod = true;
        try {
            return work.apply(made);
        } finally {
            inMethod = false;
        }
    }

    /** Does something with the link in a task of its owner. */
    <T extends @Nullable Object> CompletableFuture<T> use(Function<PeerLink, T> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        owner.execute(() -> {
            try {
                result.complete(with(work));
            } catch (RuntimeException | Error e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    boolean isOpen() {
        return binding != null;
    }

    boolean isClosed() {
        return closed != null;
    }

    @Override
    public void onSignal(LinkSignal signal) {
        check("onSignal");
        signals.add(signal);
        if (wire != null) {
            wire.accept(signal);
        }
        mayThrow();
    }

    @Override
    public void onOpen() {
        check("onOpen");
        PeerLink made = link;
        if (made == null || binding != null) {
            owner.fault("onOpen came twice, or before the link was returned");
            return;
        }
        binding = made.channelBinding();
        whenOpen.accept(made);
        mayThrow();
    }

    @Override
    public void onFrame(byte[] frame) {
        check("onFrame");
        if (binding == null) {
            owner.fault("a frame came before the link was open");
        }
        frames.add(frame);
        mayThrow();
    }

    @Override
    public void onEphemeral(byte[] frame) {
        check("onEphemeral");
        if (binding == null) {
            owner.fault("an ephemeral frame came before the link was open");
        }
        ephemeral.add(frame);
        mayThrow();
    }

    @Override
    public void onPath(PathState state) {
        check("onPath");
        PathState before = paths.isEmpty() ? PathState.CONNECTED : paths.get(paths.size() - 1);
        if (binding == null || state == before) {
            owner.fault("the path was told to be " + state + " when that was known");
        }
        paths.add(state);
        mayThrow();
    }

    @Override
    public void onClosed(CloseReason reason) {
        check("onClosed");
        if (inMethod) {
            owner.fault("onClosed came within a method of the link");
        }
        closed = reason;
        mayThrow();
    }

    private void check(String call) {
        owner.requireTask(call);
        if (link == null) {
            owner.fault(call + " came before open had returned");
        }
        if (closed != null) {
            owner.fault(call + " came after onClosed");
        }
    }

    private void mayThrow() {
        if (throwing) {
            throw new IllegalStateException("thrown by a listener, as the contract suite wants it");
        }
    }

    /** What arrived, as text that tells sizes and contents apart, for messages of assertions. */
    List<String> prints() {
        return prints(frames);
    }

    static List<String> prints(List<byte[]> frames) {
        List<String> prints = new ArrayList<>();
        frames.forEach(frame -> prints.add(print(frame)));
        return prints;
    }

    static String print(byte[] frame) {
        return frame.length + " bytes, " + java.util.Arrays.hashCode(frame);
    }
}
