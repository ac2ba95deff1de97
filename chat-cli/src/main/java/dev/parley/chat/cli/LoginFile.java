package dev.parley.chat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.chat.signaling.AccessToken;
import dev.parley.chat.signaling.LoginTokenStore;
import dev.parley.chat.signaling.LoginTokens;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;

/**
 * The login of one worker, in a file of PARLEY_HOME that only its owner may read. It is replaced as a whole, and
 * whoever renews it holds a lock beside it, over processes.
 */
final class LoginFile implements LoginTokenStore {

    private static final String FOLDER = "logins";
    private static final int MAX_BYTES = 64 * 1024;
    private static final int NAME_BYTES = 16;
    private static final Set<PosixFilePermission> OWNER =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final URI worker;
    private final Path folder;
    private final Path file;
    private final Path lockFile;

    private LoginFile(URI worker, Path folder) {
        this.worker = worker;
        this.folder = folder;
        String name = nameOf(worker);
        this.file = folder.resolve(name + ".json");
        this.lockFile = folder.resolve(name + ".lock");
    }

    /** The folder of the logins of a home. */
    static Path folder(Path home) {
        return home.resolve(FOLDER);
    }

    /**
     * The file for a worker.
     *
     * @param home the folder of the profile
     * @param worker in one spelling
     */
    static LoginFile of(Path home, URI worker) {
        return new LoginFile(worker, folder(home));
    }

    private static String nameOf(URI worker) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256")
                    .digest(worker.toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, NAME_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    Path file() {
        return file;
    }

    @Override
    public Optional<LoginTokens> load() {
        byte[] bytes;
        try {
            if (posix() && !OWNER.containsAll(Files.getPosixFilePermissions(file))) {
                throw new CliException(
                        ExitCode.UNAUTHORIZED,
                        "the login in " + file + " can be read by other users, so it is not used",
                        "log in again with \"parley login\"; \"parley logout\" ends the one that may be known");
            }
            if (Files.size(file) > MAX_BYTES) {
                throw damaged(null);
            }
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new CliException(
                    ExitCode.UNAUTHORIZED, "the login in " + file + " cannot be read", "check its permissions", e);
        }
        try {
            LoginTokens tokens = parse(JSON.readTree(bytes));
            if (tokens.worker().equals(worker)) {
                return Optional.of(tokens);
            }
        } catch (IOException | IllegalArgumentException e) {
            // Its message would quote the file.
        }
        throw damaged(null);
    }

    private CliException damaged(@org.jspecify.annotations.Nullable IOException cause) {
        return new CliException(
                ExitCode.UNAUTHORIZED,
                "the login in " + file + " is damaged",
                "log in again with \"parley login\"",
                cause);
    }

    private static LoginTokens parse(JsonNode json) {
        long expires = json.path("expires_at").asLong(0);
        return new LoginTokens(
                URI.create(json.path("worker").asText()),
                URI.create(json.path("issuer").asText()),
                json.path("client_id").asText(),
                new AccessToken(
                        json.path("access_token").asText(), expires == 0 ? null : Instant.ofEpochMilli(expires)),
                json.path("refresh_token").isTextual()
                        ? json.path("refresh_token").textValue()
                        : null);
    }

    @Override
    public void save(LoginTokens tokens) {
        Instant expires = tokens.accessToken().expiresAt();
        ObjectNode json = JSON.createObjectNode()
                .put("worker", tokens.worker().toString())
                .put("issuer", tokens.issuer().toString())
                .put("client_id", tokens.clientId())
                .put("access_token", tokens.accessToken().value())
                .put("expires_at", expires == null ? 0 : expires.toEpochMilli())
                .put("refresh_token", tokens.refreshToken());
        try {
            makeFolder();
            // In the same folder, so that the move is atomic.
            Path fresh = Files.createTempFile(folder, "login-", ".new", ownerOnly());
            try {
                try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                    ByteBuffer bytes = ByteBuffer.wrap(JSON.writeValueAsBytes(json));
                    while (bytes.hasRemaining()) {
                        channel.write(bytes);
                    }
                    channel.force(true);
                }
                Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(fresh);
            }
        } catch (IOException e) {
            throw notWritable(e);
        }
    }

    /** Forgets the login. */
    void delete() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw notWritable(e);
        }
    }

    @Override
    public Optional<Lock> tryLock() {
        return lock(false);
    }

    /** Does something under the lock, after waiting for it for as long as another process renews the login. */
    void locked(Runnable task) {
        Lock held = lock(true).orElseThrow();
        try {
            task.run();
        } finally {
            held.close();
        }
    }

    private Optional<Lock> lock(boolean waits) {
        try {
            makeFolder();
            FileChannel channel = FileChannel.open(
                    lockFile, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), ownerOnly());
            try {
                FileLock held = waits ? channel.lock() : channel.tryLock();
                if (held != null) {
                    return Optional.of(() -> closeQuietly(channel));
                }
            } catch (OverlappingFileLockException e) {
                // Held by this very process; the same answer.
            }
            channel.close();
            return Optional.empty();
        } catch (IOException e) {
            throw notWritable(e);
        }
    }

    private static void closeQuietly(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException ignored) {
            // The lock ends with the process in any case.
        }
    }

    private void makeFolder() {
        Home.makeFolder(folder);
    }

    private CliException notWritable(IOException cause) {
        return new CliException(
                ExitCode.FAILED,
                "the login cannot be kept in " + folder,
                "check its permissions and the free space, or name another folder with --home or PARLEY_HOME",
                cause);
    }

    private static boolean posix() {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    }

    private static FileAttribute<?>[] ownerOnly() {
        return posix() ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER)} : new FileAttribute<?>[0];
    }
}
