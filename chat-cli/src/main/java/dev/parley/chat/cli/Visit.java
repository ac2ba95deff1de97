package dev.parley.chat.cli;

import dev.parley.chat.CloseReason;
import dev.parley.chat.ConnectionState;
import dev.parley.chat.Invite;
import dev.parley.chat.MessageId;
import dev.parley.chat.Room;
import dev.parley.chat.RoomClosedException;
import dev.parley.chat.RoomListener;
import dev.parley.chat.transport.NativeLibraries;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A short stay in a room: for one thing, until that has reached others. */
final class Visit {

    private final CliContext context;
    private final Console console;
    private final Settings settings;
    private final RoomFlags flags;
    private final Invite invite;
    private final String goal;
    private final String again;

    /**
     * Prepares a visit.
     *
     * @param goal what has to happen before the visit may end, for whoever stops it earlier: "the message was
     *     confirmed"
     * @param again what that one can do: "send it again"
     */
    Visit(
            CliContext context,
            Console console,
            Settings settings,
            RoomFlags flags,
            Invite invite,
            String goal,
            String again) {
        this.context = context;
        this.console = console;
        this.settings = settings;
        this.flags = flags;
        this.invite = invite;
        this.goal = goal;
        this.again = again;
    }

    /** What is done there. */
    @FunctionalInterface
    interface Errand {
        void run(Session session, Room room);
    }

    /** Enters, does it, and leaves in any case. */
    ExitCode make(RoomListener listener, Errand errand) {
        NativeLibraries.load();
        try (Session session = Session.open(
                settings,
                invite.base(),
                flags.profile(),
                settings.ice(flags.isRelayOnly()),
                console,
                context.prompt())) {
            Room room = orStopped(session.rooms().joinRoom(invite, listener));
            try {
                errand.run(session, room);
            } finally {
                CloseReason reason = room.leave().join();
                console.emitLast(new Event.Closed(reason));
            }
            return ExitCode.DONE;
        }
    }

    /** Waits for something, or until the process is to stop. */
    <T> T orStopped(CompletableFuture<T> future) {
        CompletableFuture.anyOf(
                        future.handle((value, thrown) -> true), context.stop().requested())
                .join();
        if (!future.isDone()) {
            console.notice("stopped before " + goal);
            throw new CliException(ExitCode.FAILED, "stopped before " + goal, again);
        }
        return future.join();
    }

    /**
     * Waits for something that others have to do, for a while.
     *
     * @param late what to say if it does not happen
     * @param hint what to do then
     */
    void await(CompletableFuture<Void> future, long seconds, String late, String hint) {
        try {
            orStopped(future.orTimeout(seconds, TimeUnit.SECONDS));
        } catch (CompletionException e) {
            if (e.getCause() instanceof TimeoutException) {
                throw new CliException(ExitCode.NO_CONNECTION, late, hint, e);
            }
            throw e;
        }
    }

    /** Hears what has arrived at others, also before anybody waits for it, and what becomes of the room. */
    abstract static class Arrivals implements RoomListener {
        final Console console;
        private final Set<MessageId> arrived = new HashSet<>();
        private @Nullable MessageId awaited;
        private final CompletableFuture<Void> arrival = new CompletableFuture<>();

        Arrivals(Console console) {
            this.console = console;
        }

        /** Completes when this has arrived; fails when the room is closed before. To be asked once. */
        synchronized CompletableFuture<Void> of(MessageId id) {
            awaited = id;
            if (arrived.contains(id)) {
                arrival.complete(null);
            }
            return arrival;
        }

        final synchronized void note(MessageId id) {
            arrived.add(id);
            if (id.equals(awaited)) {
                arrival.complete(null);
            }
        }

        @Override
        public final void onState(Room room, ConnectionState state, Optional<CloseReason> reason) {
            if (console.isJson()) {
                console.emit(new Event.State(state, reason));
            }
            if (state == ConnectionState.CLOSED && reason.isPresent()) {
                arrival.completeExceptionally(new RoomClosedException(reason.get()));
            }
        }
    }
}
