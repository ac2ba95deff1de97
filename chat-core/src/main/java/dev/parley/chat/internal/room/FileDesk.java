package dev.parley.chat.internal.room;

import dev.parley.chat.FileOffer;
import dev.parley.chat.FileTransferException;
import dev.parley.chat.FileTransferException.Problem;
import dev.parley.chat.MessageId;
import dev.parley.chat.internal.protocol.Input;
import dev.parley.chat.internal.protocol.Output;
import dev.parley.chat.internal.protocol.RoomMachine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of one room on this side: reads what others are given, writes what is fetched. All of it runs in tasks of
 * one serial executor, so that neither the room's loop nor the store waits for a disk; answers go to the machine as
 * inputs.
 *
 * <p>What is fetched grows in a file of its own beside the place, whose name holds the beginning of the hash, so that
 * another fetch of the same content to the same place goes on with it. One fetch at a time holds it, by a lock.
 */
final class FileDesk {

    private static final Logger log = LoggerFactory.getLogger(FileDesk.class);
    private static final int BUFFER_BYTES = 256 * 1024;
    private static final int HASH_DIGITS_IN_NAME = 16;

    /**
     * A file as it was when it was offered.
     *
     * @param path where it is
     * @param offer what is said of it
     * @param changed when it was changed last
     */
    record Source(Path path, FileOffer offer, FileTime changed) {}

    /** A file that grows. */
    private static final class Growing {
        final Path part;
        final Path place;
        final FileOffer offer;
        final FileChannel channel;
        final MessageDigest digest;

        Growing(Path part, Path place, FileOffer offer, FileChannel channel, MessageDigest digest) {
            this.part = part;
            this.place = place;
            this.offer = offer;
            this.channel = channel;
            this.digest = digest;
        }
    }

    private final Executor executor;
    private final Consumer<Input> inputs;

    // Touched by tasks of the executor only.
    private final Map<MessageId, Source> sources = new HashMap<>();
    private final Map<MessageId, Growing> growing = new HashMap<>();

    /**
     * Makes a desk without files.
     *
     * @param executor runs all that touches the disk, in order
     * @param inputs takes what the machine is to know; any thread
     */
    FileDesk(Executor executor, Consumer<Input> inputs) {
        this.executor = executor;
        this.inputs = inputs;
    }

    // ---- giving

    /** Reads a file once, for its hash. Fails with {@link FileTransferException}. */
    CompletableFuture<Source> look(Path file, String mediaType) {
        return CompletableFuture.supplyAsync(() -> lookNow(file, mediaType), executor);
    }

    private static Source lookNow(Path file, String mediaType) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            BasicFileAttributes before = Files.readAttributes(file, BasicFileAttributes.class);
            Path name = file.getFileName();
            if (!before.isRegularFile() || name == null) {
                throw new FileTransferException(Problem.DISK, "that is not a file; name one");
            }
            if (before.size() > FileOffer.MAX_SIZE) {
                throw new FileTransferException(
                        Problem.DISK, "the file has more than " + FileOffer.MAX_SIZE + " bytes, which is the limit");
            }
            MessageDigest digest = sha256();
            long size = digestUpTo(channel, Long.MAX_VALUE, digest);
            FileTime after = Files.getLastModifiedTime(file);
            if (size != before.size() || !after.equals(before.lastModifiedTime())) {
                throw new FileTransferException(Problem.DISK, "the file is being changed; offer it when it is at rest");
            }
            String hash = HexFormat.of().formatHex(digest.digest());
            return new Source(file, new FileOffer(FileOffer.nameFor(name.toString()), size, mediaType, hash), after);
        } catch (NoSuchFileException e) {
            throw new FileTransferException(Problem.DISK, "there is no such file", e);
        } catch (IOException e) {
            throw new FileTransferException(Problem.DISK, "the file could not be read (" + kind(e) + ")", e);
        }
    }

    /** An offer was said. */
    void offered(MessageId offer, Source source) {
        executor.execute(() -> sources.put(offer, source));
    }

    /** Reads a part of a file; null to the machine if it is not as it was when it was offered. */
    void read(Output.ReadFile read) {
        executor.execute(() -> inputs.accept(new Input.FileRead(read.read(), readNow(read))));
    }

    private byte @Nullable [] readNow(Output.ReadFile read) {
        Source source = sources.get(read.offer());
        if (source == null) {
            return null;
        }
        try (FileChannel channel = FileChannel.open(source.path(), StandardOpenOption.READ)) {
            ByteBuffer bytes = ByteBuffer.allocate(read.length());
            while (bytes.hasRemaining() && channel.read(bytes, read.offset() + bytes.position()) >= 0) {
                // Until all of it is there, or the file ends.
            }
            boolean isAsOffered = !bytes.hasRemaining()
                    && channel.size() == source.offer().size()
                    && Files.getLastModifiedTime(source.path()).equals(source.changed());
            return isAsOffered ? bytes.array() : null;
        } catch (IOException e) {
            log.debug("an offered file cannot be read any more: {}", kind(e));
            return null;
        }
    }

    // ---- fetching

    /**
     * Opens what is there of a file already, or begins it.
     *
     * @return completes with how much of it is there, a whole number of pieces or all; fails with
     *     {@link FileTransferException}
     */
    CompletableFuture<Long> open(MessageId message, FileOffer offer, Path place) {
        return CompletableFuture.supplyAsync(() -> openNow(message, offer, place), executor);
    }

    private long openNow(MessageId message, FileOffer offer, Path place) {
        Path name = place.getFileName();
        if (name == null || Files.exists(place)) {
            throw new FileTransferException(Problem.DISK, "there is a file of that name; choose another place");
        }
        Path part = place.resolveSibling(name + "." + offer.sha256().substring(0, HASH_DIGITS_IN_NAME) + ".part");
        FileChannel channel = null;
        try {
            channel = FileChannel.open(
                    part, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
            if (!isLocked(channel)) {
                throw new FileTransferException(
                        Problem.DISK, "another transfer is writing this file; wait for it, or choose another place");
            }
            long there = channel.size();
            // What is longer was not written by a fetch of this content.
            long kept =
                    there == offer.size() ? there : there > offer.size() ? 0 : there - there % RoomMachine.PIECE_BYTES;
            channel.truncate(kept);
            MessageDigest digest = sha256();
            digestUpTo(channel, kept, digest);
            growing.put(message, new Growing(part, place, offer, channel, digest));
            return kept;
        } catch (IOException e) {
            close(channel);
            throw new FileTransferException(Problem.DISK, "the file could not be written (" + kind(e) + ")", e);
        } catch (FileTransferException e) {
            close(channel);
            throw e;
        }
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            // By this very process.
            return false;
        }
    }

    /** Writes what follows. */
    void write(Output.WriteFile write) {
        executor.execute(() -> {
            Growing file = growing.get(write.offer());
            if (file == null) {
                return;
            }
            try {
                ByteBuffer bytes = ByteBuffer.wrap(write.bytes());
                while (bytes.hasRemaining()) {
                    file.channel.write(bytes, write.offset() + bytes.position());
                }
                file.digest.update(write.bytes());
                inputs.accept(new Input.FileWritten(write.offer(), write.offset() + write.bytes().length));
            } catch (IOException e) {
                inputs.accept(new Input.FileEnded(write.offer(), diskFailure(e)));
            }
        });
    }

    /** Looks whether all is as it was offered, and gives it its name. */
    void finish(MessageId message) {
        executor.execute(() -> {
            Growing file = growing.get(message);
            if (file != null) {
                inputs.accept(new Input.FileEnded(message, finishNow(file)));
            }
        });
    }

    private static @Nullable FileTransferException finishNow(Growing file) {
        try {
            String hash = HexFormat.of().formatHex(file.digest.digest());
            if (file.channel.size() != file.offer.size() || !hash.equals(file.offer.sha256())) {
                file.channel.close();
                Files.deleteIfExists(file.part);
                return new FileTransferException(
                        Problem.CORRUPT, "what came is not the file that was offered; it was thrown away");
            }
            file.channel.force(true);
            file.channel.close();
            // Nobody's file is overwritten: the name is taken first, and only by who finds it free.
            Files.createFile(file.place);
            Files.move(file.part, file.place, StandardCopyOption.REPLACE_EXISTING);
            return null;
        } catch (FileAlreadyExistsException e) {
            return new FileTransferException(
                    Problem.DISK, "there is a file of that name by now; fetch it again to another place", e);
        } catch (IOException e) {
            return diskFailure(e);
        }
    }

    /** A fetch is over; what is there of it stays. */
    void end(MessageId message) {
        executor.execute(() -> {
            Growing file = growing.remove(message);
            if (file != null) {
                boolean isEmpty = isEmpty(file);
                close(file.channel);
                if (isEmpty && file.offer.size() > 0) {
                    deleteEmpty(file.part);
                }
            }
        });
    }

    /** The room is closed. */
    void endAll() {
        executor.execute(() -> {
            growing.values().forEach(file -> close(file.channel));
            growing.clear();
            sources.clear();
        });
    }

    private static boolean isEmpty(Growing file) {
        try {
            return file.channel.size() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static void deleteEmpty(Path part) {
        try {
            Files.deleteIfExists(part);
        } catch (IOException e) {
            log.debug("the beginning of a file that never came stays: {}", kind(e));
        }
    }

    // ---- helpers

    private static long digestUpTo(FileChannel channel, long end, MessageDigest digest) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        long at = 0;
        while (at < end) {
            buffer.clear().limit((int) Math.min(BUFFER_BYTES, end - at));
            int read = channel.read(buffer, at);
            if (read < 0) {
                break;
            }
            digest.update(buffer.flip());
            at += read;
        }
        return at;
    }

    private static FileTransferException diskFailure(IOException e) {
        return new FileTransferException(
                Problem.DISK,
                "the file could not be written (" + kind(e) + "); what has come is kept, fetch it again to go on",
                e);
    }

    /** What kind of failure it is, in a word or as the system says it, without a path. */
    private static String kind(IOException e) {
        String reason = e instanceof FileSystemException failure ? failure.getReason() : e.getMessage();
        return e instanceof NoSuchFileException
                ? "no such folder"
                : e instanceof AccessDeniedException
                        ? "access denied"
                        : reason == null ? e.getClass().getSimpleName() : reason;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java platform has no SHA-256", e);
        }
    }

    private static void close(@Nullable FileChannel channel) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                log.debug("a file was not closed in an orderly way: {}", kind(e));
            }
        }
    }
}
