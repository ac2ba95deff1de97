package dev.parley.chat.crypto;

import dev.parley.chat.IdentityException;
import dev.parley.chat.IdentityException.Problem;
import dev.parley.chat.StoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * The file that an identity lives in. Writers hold a lock on a file beside it, named {@code .lock}, so that two
 * processes cannot make two identities; readers need none, since the file appears at once and whole.
 */
final class IdentityFile {

    /** Most backups of one identity file. */
    static final int MAX_BACKUPS = 100;

    private static final Set<PosixFilePermission> OWNER_ONLY =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
    private static final Set<PosixFilePermission> OWNER_ONLY_DIRECTORY = EnumSet.of(
            PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);

    /** A file lock excludes other processes only; this one excludes the other threads of ours. */
    private static final Object IN_PROCESS = new Object();

    private final Path file;
    private final Path directory;

    IdentityFile(Path file) {
        this.file = file.toAbsolutePath();
        Path parent = this.file.getParent();
        if (parent == null) {
            throw new IllegalArgumentException("an identity file needs a name, not a root directory");
        }
        this.directory = parent;
    }

    Identity load(IdentityProtection protection) {
        try {
            return open(protection);
        } catch (IOException e) {
            throw new StoreException("cannot read the identity file " + file, e);
        }
    }

    Optional<IdentityProtection.Kind> protection() {
        try {
            return isThere() ? Optional.of(IdentityText.kindOf(read(), what())) : Optional.empty();
        } catch (IOException e) {
            throw new StoreException("cannot read the identity file " + file, e);
        }
    }

    Identity loadOrCreate(IdentityProtection protection) {
        if (isThere()) {
            return load(protection);
        }
        return locked(() -> {
            if (isThere()) {
                return open(protection);
            }
            Identity identity = Identity.generate();
            write(identity, protection, file, Existing.LEAVE);
            return identity;
        });
    }

    void save(Identity identity, IdentityProtection protection) {
        locked(() -> {
            if (!isThere()) {
                write(identity, protection, file, Existing.LEAVE);
            } else if (!open(protection).sameKeysAs(identity)) {
                throw new IdentityException(
                        Problem.OCCUPIED,
                        "the file " + file + " holds another identity; move it away first, it cannot be made again");
            }
            return identity;
        });
    }

    Optional<Path> replace(Identity identity, IdentityProtection protection) {
        return locked(() -> {
            Optional<Path> backup = Optional.empty();
            if (isThere()) {
                byte[] before = read();
                // What is no identity is not ours to replace.
                IdentityText.kindOf(before, what());
                Path copy = freeBackup();
                writeBytes(before, copy, Existing.LEAVE);
                backup = Optional.of(copy);
            }
            write(identity, protection, file, Existing.REPLACE);
            return backup;
        });
    }

    Identity protect(IdentityProtection current, IdentityProtection next) {
        return locked(() -> {
            Identity identity = open(current);
            write(identity, next, file, Existing.REPLACE);
            return identity;
        });
    }

    private Path freeBackup() throws IOException {
        for (int number = 1; number <= MAX_BACKUPS; number++) {
            Path candidate = directory.resolve(file.getFileName() + ".backup" + (number == 1 ? "" : "-" + number));
            if (!Files.exists(candidate, LinkOption.NOFOLLOW_LINKS)) {
                return candidate;
            }
        }
        throw new IdentityException(
                Problem.OCCUPIED,
                "there are " + MAX_BACKUPS + " backups of " + file + " already; move some of them away first");
    }

    private boolean isThere() {
        return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
    }

    private String what() {
        return "the file " + file;
    }

    private Identity open(IdentityProtection protection) throws IOException {
        byte[] content = read();
        try {
            return IdentityText.decode(content, protection, what());
        } finally {
            Arrays.fill(content, (byte) 0);
        }
    }

    @FunctionalInterface
    private interface Action<T> {
        T run() throws IOException;
    }

    private <T> T locked(Action<T> action) {
        Path lockFile = directory.resolve(file.getFileName() + ".lock");
        synchronized (IN_PROCESS) {
            try {
                makeDirectory();
                try (FileChannel channel =
                                FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                        FileLock lock = channel.lock()) {
                    if (!lock.isValid()) {
                        throw new IOException("the lock was lost at once");
                    }
                    return action.run();
                }
            } catch (IOException e) {
                throw new StoreException("cannot write the identity file " + file, e);
            }
        }
    }

    private void makeDirectory() throws IOException {
        if (Files.isDirectory(directory)) {
            return;
        }
        if (isPosix(nearestExisting(directory))) {
            Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(OWNER_ONLY_DIRECTORY));
        } else {
            Files.createDirectories(directory);
        }
    }

    private static Path nearestExisting(Path path) {
        Path candidate = path;
        while (!Files.exists(candidate)) {
            Path parent = candidate.getParent();
            if (parent == null) {
                return candidate;
            }
            candidate = parent;
        }
        return candidate;
    }

    private static boolean isPosix(Path existing) {
        return Files.getFileAttributeView(existing, PosixFileAttributeView.class) != null;
    }

    private byte[] read() throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            if (isPosix(file)) {
                refuseIfOthersMayRead(Files.getPosixFilePermissions(file));
            }
            // One more than a text may have, so that a longer one is seen to be too long.
            ByteBuffer buffer = ByteBuffer.allocate(IdentityText.MAX_BYTES + 1);
            while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
                // read() may give less than asked for
            }
            byte[] content = Arrays.copyOf(buffer.array(), buffer.position());
            Arrays.fill(buffer.array(), (byte) 0);
            return content;
        } catch (NoSuchFileException e) {
            throw new IdentityException(
                    Problem.NOT_FOUND, "there is no identity file " + file + "; create one, or import an export");
        }
    }

    private void refuseIfOthersMayRead(Set<PosixFilePermission> permissions) {
        if (!OWNER_ONLY_DIRECTORY.containsAll(permissions)) {
            throw new IdentityException(
                    Problem.EXPOSED,
                    "the identity file " + file + " may be used by others ("
                            + PosixFilePermissions.toString(permissions) + "); run: chmod 600 '" + file + "'");
        }
    }

    /** What becomes of a file that is in the way. */
    private enum Existing {
        LEAVE,
        REPLACE
    }

    private void write(Identity identity, IdentityProtection protection, Path target, Existing existing)
            throws IOException {
        byte[] content = IdentityText.encode(identity, protection);
        try {
            writeBytes(content, target, existing);
        } finally {
            Arrays.fill(content, (byte) 0);
        }
    }

    /** Completely to a temporary file first, then renamed: a crash leaves what was there before, or all of it. */
    private void writeBytes(byte[] content, Path target, Existing existing) throws IOException {
        FileAttribute<?>[] attributes = isPosix(directory)
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)}
                : new FileAttribute<?>[0];
        Path temporary = Files.createTempFile(directory, file.getFileName() + ".", ".tmp", attributes);
        try {
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                ByteBuffer buffer = ByteBuffer.wrap(content);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                channel.force(true);
            }
            rename(temporary, target, existing);
            forceDirectory();
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private static void rename(Path temporary, Path target, Existing existing) throws IOException {
        if (existing == Existing.LEAVE && Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            // Someone who does not know the lock; never destroy a key that is not ours.
            throw new FileAlreadyExistsException(target.toString());
        }
        try {
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            if (existing == Existing.REPLACE) {
                Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
            } else {
                Files.move(temporary, target);
            }
        }
    }

    /** Makes the rename itself durable. Windows cannot open a directory and does not need it. */
    private void forceDirectory() throws IOException {
        if (isPosix(directory)) {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }
}
