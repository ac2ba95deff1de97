package dev.parley.chat.internal.room;

import dev.parley.chat.ChatException;
import dev.parley.chat.FileOffer;
import dev.parley.chat.FileTransfer;
import dev.parley.chat.FileTransferException;
import dev.parley.chat.FileTransferException.Problem;
import dev.parley.chat.MessageId;
import dev.parley.chat.NotAllowedException;
import dev.parley.chat.internal.protocol.Input;
import dev.parley.chat.internal.protocol.Output;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The files of one room as its callers see them: brings what they ask for to the {@link FileDesk} and to the machine,
 * and what becomes of it back. Methods belong to the room's loop, unless they say that any thread may call them.
 */
final class RoomFiles {

    /**
     * What this needs of the room.
     *
     * @param loop the room's loop
     * @param listeners where callers are told
     * @param inputs takes inputs for the machine, on the loop
     * @param offers finds a file that is offered, on the loop; null if there is none
     * @param offer asks the machine to say an offer; any thread
     * @param fetch asks the machine to fetch a file, of which so much is there; any thread
     */
    record Ways(
            Executor loop,
            Executor listeners,
            Consumer<Input> inputs,
            Function<MessageId, @Nullable FileOffer> offers,
            Function<LongFunction<Input>, CompletableFuture<MessageId>> offer,
            BiFunction<MessageId, Long, CompletableFuture<Void>> fetch) {}

    private final Ways ways;
    private final FileDesk desk;
    private final Map<MessageId, Fetch> fetches = new HashMap<>();

    /** All whose callers wait. */
    private final Set<Fetch> unfinished = ConcurrentHashMap.newKeySet();

    /** Files that are about to be offered, by ticket. */
    private final Map<Long, FileDesk.Source> offering = new ConcurrentHashMap<>();

    RoomFiles(Ways ways, Executor disk) {
        this.ways = ways;
        this.desk = new FileDesk(disk, input -> ways.loop().execute(() -> onDisk(input)));
    }

    /** Offers a file; any thread. */
    CompletableFuture<MessageId> offer(Path file, String mediaType, byte[] freshKey) {
        FileOffer.requireMediaType(mediaType);
        return desk.look(file, mediaType)
                .thenCompose(source -> ways.offer().apply(ticket -> {
                    offering.put(ticket, source);
                    return new Input.OfferFile(ticket, source.offer(), freshKey);
                }))
                .copy();
    }

    /** The machine has said an offer, or something else. */
    void accepted(Output.Accepted accepted) {
        FileDesk.Source source = offering.remove(accepted.ticket());
        if (source != null) {
            desk.offered(accepted.id(), source);
        }
    }

    void rejected(long ticket) {
        offering.remove(ticket);
    }

    /** Fetches a file; any thread. */
    FileTransfer fetch(MessageId message, Path place) {
        Fetch fetch = new Fetch(message, place);
        unfinished.add(fetch);
        ways.loop().execute(() -> begin(fetch));
        return fetch;
    }

    private void begin(Fetch fetch) {
        FileOffer offer = ways.offers().apply(fetch.message);
        if (offer == null) {
            tellFailed(fetch, new NotAllowedException("there is no such offer of a file in this room"));
        } else if (fetches.putIfAbsent(fetch.message, fetch) != null) {
            tellFailed(fetch, new NotAllowedException("this file is being fetched already"));
        } else {
            CompletionStage<Long> unused = desk.open(fetch.message, offer, fetch.place)
                    .whenComplete((there, failure) -> ways.loop().execute(() -> opened(fetch, there, failure)));
        }
    }

    private void opened(Fetch fetch, @Nullable Long there, @Nullable Throwable failure) {
        if (there == null) {
            end(fetch, failure);
        } else if (fetch.isCancelled) {
            end(fetch, new FileTransferException(Problem.CANCELLED, "the file is not fetched any more"));
        } else {
            fetch.received = there;
            CompletionStage<Void> unused = ways.fetch()
                    .apply(fetch.message, there)
                    .whenComplete((nothing, cause) -> ways.loop().execute(() -> end(fetch, cause)));
        }
    }

    /** A fetch has ended, with or without the file. */
    private void end(Fetch fetch, @Nullable Throwable failure) {
        fetches.remove(fetch.message);
        desk.end(fetch.message);
        if (failure == null) {
            unfinished.remove(fetch);
            ways.listeners().execute(() -> fetch.done.complete(fetch.place));
        } else {
            tellFailed(fetch, failure);
        }
    }

    private void tellFailed(Fetch fetch, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        unfinished.remove(fetch);
        ways.listeners().execute(() -> fetch.done.completeExceptionally(cause));
    }

    /** Carries out what the machine wants of the disk; false if it is something else. */
    boolean carryOut(Output output) {
        if (output instanceof Output.ReadFile read) {
            desk.read(read);
        } else if (output instanceof Output.WriteFile write) {
            desk.write(write);
        } else if (output instanceof Output.FinishFile finish) {
            desk.finish(finish.offer());
        } else {
            return false;
        }
        return true;
    }

    private void onDisk(Input input) {
        if (input instanceof Input.FileWritten written) {
            Fetch fetch = fetches.get(written.offer());
            if (fetch != null) {
                fetch.received = written.upTo();
            }
        }
        ways.inputs().accept(input);
    }

    /** The room is closed: what is there of files stays. */
    void close() {
        desk.endAll();
    }

    /** Fails what is not there yet, when nothing more will be; any thread. */
    void failAll(ChatException failure) {
        unfinished.forEach(fetch -> fetch.done.completeExceptionally(failure));
    }

    /** A fetch as its caller sees it. */
    private final class Fetch implements FileTransfer {
        private final MessageId message;
        private final Path place;
        private final CompletableFuture<Path> done = new CompletableFuture<>();
        private volatile long received;
        private volatile boolean isCancelled;

        Fetch(MessageId message, Path place) {
            this.message = message;
            this.place = place;
        }

        @Override
        public MessageId message() {
            return message;
        }

        @Override
        public long receivedBytes() {
            return received;
        }

        @Override
        public CompletableFuture<Path> done() {
            return done.copy();
        }

        @Override
        public void cancel() {
            isCancelled = true;
            ways.loop().execute(() -> ways.inputs().accept(new Input.StopFetch(message)));
        }
    }
}
