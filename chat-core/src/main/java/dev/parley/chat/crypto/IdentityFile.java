package dev.parley.chat.crypto;

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
import java.util.Set;

/**
 * The file that an identity lives in. Writers hold a lock on a file beside it, named {@code .lock}, so that two
 * processes cannot make two identities; readers need none, since the file appears at once and whole.
 */
final class IdentityFile {

    /** Largest file that is read; a real one has 228 bytes. */
    static final int MAX_BYTES = 4096;

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

    Identity load() {
        try {
            return read();
        } catch (NoSuchFileException e) {
            throw new StoreException("there is no identity file " + file, e);
        } catch (IOException e) {
            throw new StoreException("cannot read the identity file " + file, e);
        }
    }

    Identity loadOrCreate() {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return load();
        }
        return locked(() -> {
            if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                return read();
            }
            Identity identity = Identity.generate();
            write(identity);
            return identity;
        });
    }

    void save(Identity identity) {
        locked(() -> {
            if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                if (read().sameKeysAs(identity)) {
                    return identity;
                }
                throw new StoreException(
                        "the file " + file + " holds another identity; move it away first, it cannot be made again");
            }
            write(identity);
            return identity;
        });
    }

    @FunctionalInterface
    private interface Action {
        Identity run() throws IOException;
    }

    private Identity locked(Action action) {
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

    private Identity read() throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            if (isPosix(file)) {
                refuseIfOthersMayRead(Files.getPosixFilePermissions(file));
            }
            if (channel.size() > MAX_BYTES) {
                throw notAnIdentity("it has more than " + MAX_BYTES + " bytes");
            }
            ByteBuffer buffer = ByteBuffer.allocate((int) channel.size());
            while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
                // read() may give less than asked for
            }
            byte[] content = Arrays.copyOf(buffer.array(), buffer.position());
            try {
                return Identity.decode(content);
            } catch (IllegalArgumentException e) {
                throw notAnIdentity(String.valueOf(e.getMessage()));
            } finally {
                Arrays.fill(content, (byte) 0);
                Arrays.fill(buffer.array(), (byte) 0);
            }
        }
    }

    private StoreException notAnIdentity(String why) {
        return new StoreException("the file " + file + " is not an identity that this version reads: " + why
                + "; restore it from a backup, or move it away to start with a new identity");
    }

    private void refuseIfOthersMayRead(Set<PosixFilePermission> permissions) {
        if (!OWNER_ONLY_DIRECTORY.containsAll(permissions)) {
            throw new StoreException("the identity file " + file + " may be used by others ("
                    + PosixFilePermissions.toString(permissions) + "); run: chmod 600 '" + file + "'");
        }
    }

    private void write(Identity identity) throws IOException {
        FileAttribute<?>[] attributes = isPosix(directory)
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)}
                : new FileAttribute<?>[0];
        Path temporary = Files.createTempFile(directory, file.getFileName() + ".", ".tmp", attributes);
        byte[] content = identity.encode();
        try {
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                ByteBuffer buffer = ByteBuffer.wrap(content);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                channel.force(true);
            }
            rename(temporary);
            forceDirectory();
        } finally {
            Arrays.fill(content, (byte) 0);
            Files.deleteIfExists(temporary);
        }
    }

    private void rename(Path temporary) throws IOException {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            // Someone who does not know the lock; never destroy a key that is not ours.
            throw new FileAlreadyExistsException(file.toString());
        }
        try {
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(temporary, file);
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
