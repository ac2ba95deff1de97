package dev.parley.chat.cli;

import dev.parley.chat.CloseReason;
import dev.parley.chat.ConnectionState;
import dev.parley.chat.Room;
import dev.parley.chat.RoomClosedException;
import dev.parley.chat.RoomListener;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A stay in a room by lines: does what the standard input asks for, until the room closes. The end of the input is not
 * the end of the stay, unless a person typed it: scripts often start a process with its input closed.
 */
final class RoomRun {

    /** What the end of the standard input means, when no person types it. */
    enum InputEnd {
        STAY,
        LEAVE
    }

    private static final Logger log = LoggerFactory.getLogger(RoomRun.class);

    private final RoomDesk desk;
    private final Console console;
    private final CliContext context;
    private final InputEnd inputEnd;
    private final boolean givesCode;

    /** Gives a code out at once if it is asked to. */
    RoomRun(RoomDesk desk, Console console, CliContext context, InputEnd inputEnd, boolean givesCode) {
        this.desk = desk;
        this.console = console;
        this.context = context;
        this.inputEnd = inputEnd;
        this.givesCode = givesCode;
    }

    /** As the settings say, with the parts of a session. */
    static RoomRun of(
            Session session,
            Settings settings,
            Console console,
            CliContext context,
            InputEnd inputEnd,
            boolean givesCode) {
        return new RoomRun(
                RoomDesk.of(session, session.emotes(), settings, console), console, context, inputEnd, givesCode);
    }

    /** What has to be told what happens in the room. */
    RoomListener listener() {
        return desk;
    }

    /**
     * Stays until the room closes.
     *
     * @param entering from {@code createRoom} or {@code joinRoom}
     * @return how the process ends
     */
    ExitCode stay(CompletableFuture<Room> entering) {
        Stop stop = context.stop();
        CompletableFuture.anyOf(entering.handle((room, thrown) -> true), stop.requested())
                .join();
        if (!entering.isDone()) {
            console.emitLast(new Event.Closed(new CloseReason(
                    CloseReason.Code.LEFT, CloseReason.Origin.LOCAL, "stopped before the room was entered")));
            return ExitCode.DONE;
        }
        Room room;
        try {
            room = entering.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RoomClosedException closed) {
                log.debug("the room was not entered", e);
                return desk.end(closed.reason()).exit();
            }
            throw e;
        }
        desk.announce(room);
        if (givesCode) {
            desk.giveCode(room, null);
        }
        stop.onRequest(() -> RoomDesk.leave(room));
        startInput(room);
        return desk.end(room.closed().join()).exit();
    }

    private void startInput(Room room) {
        Thread input = new Thread(() -> readInput(room), "parley-input");
        input.setDaemon(true);
        input.start();
    }

    private void readInput(Room room) {
        LineReader lines = new LineReader(
                context.in(), context.terminal() ? LineReader.MAX_TERMINAL_LINE_BYTES : LineReader.MAX_LINE_BYTES);
        try {
            while (room.state() != ConnectionState.CLOSED) {
                LineReader.Line line = lines.next();
                if (line == null) {
                    if (inputEnd == InputEnd.LEAVE || (context.terminal() && !console.isJson())) {
                        RoomDesk.leave(room);
                    }
                    return;
                }
                accept(room, line);
            }
        } catch (IOException e) {
            console.notice("the standard input cannot be read any more; the room stays open");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void accept(Room room, LineReader.Line line) throws InterruptedException {
        if (context.terminal() && !console.isJson()) {
            desk.personWasHere(room);
        }
        if (line.problem() != null) {
            console.emit(Event.Problem.of(line.problem()));
        } else if (line.text().isBlank()) {
            // An empty line says nothing, in either form.
        } else if (console.isJson()) {
            desk.acceptJson(room, line.text());
        } else {
            desk.acceptTyped(room, line.text());
        }
    }
}
