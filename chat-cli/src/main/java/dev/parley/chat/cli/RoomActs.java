package dev.parley.chat.cli;

import dev.parley.chat.PeerId;
import dev.parley.chat.Room;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;

/** Acts of the one who leads a room on its participants. */
final class RoomActs {

    private RoomActs() {}

    /**
     * Does what a command asks for. Does not wait for it: without the worker it may take long, and other commands go
     * on.
     *
     * @param called finds those who were called something, whether they are here or not: who is banned is not
     * @param answers is told how it went
     */
    static void carryOut(
            Room room, InputCommand.Act act, Function<String, List<PeerId>> called, Consumer<Event> answers) {
        try {
            List<PeerId> peers = new ArrayList<>();
            for (String who : act.peers()) {
                peers.add(
                        act.kind() == InputCommand.Act.Kind.UNBAN
                                ? Verifier.findCalled(room, who, called.apply(who))
                                : Verifier.find(room, who));
            }
            CompletableFuture<Void> done = switch (act.kind()) {
                case KICK -> room.kick(peers.get(0));
                case BAN -> room.ban(peers.get(0));
                case UNBAN -> room.unban(peers.get(0));
                case DEPUTIES -> room.nameDeputies(peers);
            };
            CompletableFuture<Void> unused = done.whenComplete((nothing, failure) -> answers.accept(
                    failure == null
                            ? new Event.Done(act.ref(), act.kind(), peers)
                            : Event.Problem.of(Failure.of(failure), act.ref())));
        } catch (CliException e) {
            answers.accept(Event.Problem.of(e.failure(), act.ref()));
        }
    }
}
