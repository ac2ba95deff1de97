package dev.parley.chat.cli;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * The folder of a profile. Two processes with one identity in one room would be one participant twice, so whoever uses
 * the identity holds a lock as long as it lives.
 */
final class Home implements AutoCloseable {

    private static final String IDENTITY = "identity";
    private static final String LOCK = "profile.lock";
    private static final String HISTORY = "history.db";
    private static final String WORKER = "worker";
    private static final String PLUGINS = "plugins";

    private final Path folder;
    private final FileChannel lockFile;

    private Home(Path folder, FileChannel lockFile) {
        this.folder = folder;
        this.lockFile = lockFile;
    }

    /**
     * Takes the profile for this process.
     *
     * @return empty if another process has it
     * @throws CliException if the folder cannot be made or written
     */
    static Optional<Home> tryLock(Path folder) {
        makeFolder(folder);
        try {
            FileChannel channel =
                    FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            try {
                FileLock lock = channel.tryLock();
                if (lock != null) {
                    return Optional.of(new Home(folder, channel));
                }
            } catch (OverlappingFileLockException e) {
                // Held by this very process; the same answer.
            }
            channel.close();
            return Optional.empty();
        } catch (IOException e) {
            throw notWritable(folder, e);
        }
    }

    /** Makes a folder that only its owner may look into, where there is none. */
    static void makeFolder(Path folder) {
        try {
            if (Files.isDirectory(folder)) {
                return;
            }
            if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
                Files.createDirectories(
                        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            } else {
                Files.createDirectories(folder);
            }
        } catch (IOException e) {
            throw notWritable(folder, e);
        }
    }

    private static CliException notWritable(Path folder, IOException cause) {
        return new CliException(
                ExitCode.FAILED,
                "the folder " + folder + " cannot be written",
                "check its permissions, or name another one with --home or PARLEY_HOME",
                cause);
    }

    static Path identityFile(Path folder) {
        return folder.resolve(IDENTITY);
    }

    /**
     * Moves the history of another identity aside, which this one could not read. Its log goes first, so that no new
     * history is ever taken together with an old log.
     *
     * @param suffix of the new name
     * @return where it is now; empty if there was none
     */
    Optional<Path> moveHistoryAway(String suffix) {
        Path history = historyFile(folder);
        Path target = history.resolveSibling(HISTORY + suffix);
        try {
            if (!Files.exists(history)) {
                return Optional.empty();
            }
            Path log = history.resolveSibling(HISTORY + "-wal");
            if (Files.exists(log)) {
                Files.move(log, target.resolveSibling(target.getFileName() + "-wal"));
            }
            Files.move(history, target);
            Files.deleteIfExists(history.resolveSibling(HISTORY + "-shm"));
            return Optional.of(target);
        } catch (IOException e) {
            throw new CliException(
                    ExitCode.FAILED,
                    "the history " + history + " cannot be moved to " + target,
                    "move it yourself; it belongs to the identity of before",
                    e);
        }
    }

    static Path historyFile(Path folder) {
        return folder.resolve(HISTORY);
    }

    /** Jars of emote providers. Nobody but the user puts one there. */
    static Path plugins(Path folder) {
        return folder.resolve(PLUGINS);
    }

    static Path workerData(Path folder) {
        return folder.resolve(WORKER);
    }

    @Override
    public void close() {
        try {
            lockFile.close();
        } catch (IOException ignored) {
            // The lock ends with the process in any case.
        }
    }
}
