package dev.parley.chat.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * A file that logs are added to, which only its owner can read where the file system knows owners. When it is full it
 * is moved to the same name with {@code .old} behind, in place of the one that is there, and a new one begins: what
 * strangers do is logged too. Safe for threads. Several processes may share one, which then may become larger by a line
 * of each.
 */
final class LogFile implements AutoCloseable {

    /** As large as one file becomes, unless a single line is larger. */
    static final long MAX_BYTES = 16L * 1024 * 1024;

    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");
    private static final Set<OpenOption> ADDING = Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND);

    private final Path file;
    private final PrintStream err;
    private final long maxBytes;
    private FileChannel channel;
    private boolean isBroken;

    private LogFile(Path file, PrintStream err, long maxBytes) throws IOException {
        this.file = file;
        this.err = err;
        this.maxBytes = maxBytes;
        channel = open(file);
    }

    /**
     * Opens the file, or makes it.
     *
     * @param err is told once if the file cannot be written any more
     * @throws CliException if it cannot be opened, or others can read it and that cannot be changed
     */
    static LogFile open(String file, PrintStream err) {
        return open(file, err, MAX_BYTES);
    }

    static LogFile open(String file, PrintStream err, long maxBytes) {
        try {
            return new LogFile(Path.of(file).toAbsolutePath(), err, maxBytes);
        } catch (IOException | InvalidPathException e) {
            throw new CliException(
                    ExitCode.FAILED,
                    "the log file " + TerminalText.clean(file) + " cannot be written for its owner alone",
                    "check its folder, its permissions and the free space, or name another one",
                    e);
        }
    }

    private static FileChannel open(Path file) throws IOException {
        boolean hasOwners = file.getFileSystem().supportedFileAttributeViews().contains("posix");
        FileChannel channel = FileChannel.open(
                file,
                ADDING,
                hasOwners
                        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)}
                        : new FileAttribute<?>[0]);
        try {
            // One that was there before may be open to others. A terminal or a pipe is none of ours.
            if (hasOwners
                    && Files.isRegularFile(file)
                    && !OWNER_ONLY.containsAll(Files.getPosixFilePermissions(file))) {
                Files.setPosixFilePermissions(file, OWNER_ONLY);
            }
            return channel;
        } catch (NoSuchFileException e) {
            // A process that shares it has just moved it, and looked at it before.
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** Adds a line, or several, by one write. */
    synchronized void write(String line) {
        if (isBroken) {
            return;
        }
        // An interrupt would close the file. It is meant for what the thread does next.
        boolean isInterrupted = Thread.interrupted();
        ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
        try {
            if (Files.isRegularFile(file) && isFull(bytes.remaining())) {
                replaceFull(bytes.remaining());
            }
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            isBroken = true;
            err.println("parley: the log file cannot be written any more ("
                    + e.getClass().getSimpleName() + "); what follows is not logged");
        } finally {
            if (isInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private boolean isFull(int more) throws IOException {
        return channel.size() > 0 && channel.size() + more > maxBytes;
    }

    /** Goes on in a file that has space for so many bytes: one that another process has begun, or a new one. */
    private void replaceFull(int more) throws IOException {
        channel.close();
        channel = open(file);
        if (!isFull(more)) {
            return;
        }
        try (FileChannel full = channel) {
            // Until it is closed: one of the processes that share it moves it, the others wait and see that it has
            // gone.
            FileLock unused = full.lock();
            if (isAtItsPlace(full)) {
                Files.move(file, file.resolveSibling(file.getFileName() + ".old"), StandardCopyOption.ATOMIC_MOVE);
            }
            channel = open(file);
        }
    }

    /** Whether it is still the file of its name: a new one cannot have become as large since this one was opened. */
    private boolean isAtItsPlace(FileChannel full) throws IOException {
        try {
            return Files.size(file) == full.size();
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    @Override
    public synchronized void close() {
        isBroken = true;
        try {
            channel.close();
        } catch (IOException e) {
            err.println(
                    "parley: the log file could not be closed (" + e.getClass().getSimpleName() + ")");
        }
    }
}
