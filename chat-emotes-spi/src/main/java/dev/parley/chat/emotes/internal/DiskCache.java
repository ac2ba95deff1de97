package dev.parley.chat.emotes.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files that may be lost: answers of servers, images and sets, below one directory. What is read is checked, so that a
 * file that was cut or changed is a miss; what is written is there whole or not at all. Bounded in size: when there is
 * too much, what was not used for longest goes first. Several processes may use one directory.
 *
 * <pre>
 * content/ab/abcd…   a body, named by its SHA-256
 * answers/12/1234…   by the SHA-256 of an address: the body's name, the ETag, when it was fetched
 * sets/56/5678…      by the SHA-256 of a source's name: the set it gave
 * </pre>
 *
 * <p>Failures of the disk are misses, told to the log once. Used by many threads.
 */
public final class DiskCache {
    /** At this part of the limit trimming ends, so that it does not begin again at once. */
    private static final double TRIMMED_PART = 0.8;

    private static final String CONTENT = "content";
    private static final String ANSWERS = "answers";
    private static final String SETS = "sets";
    private static final Logger LOG = LoggerFactory.getLogger(DiskCache.class);

    private final Path directory;
    private final long maxBytes;
    private final InstantSource clock;
    private final Object lock = new Object();

    /** What is on the disk, as far as this process knows; -1 before the first look. Guarded by the lock. */
    private long bytes = -1;

    /** Whether the disk's failure was told; guarded by the lock. */
    private boolean told;

    /** An answer that was kept. */
    static final class Kept {
        private final byte[] body;
        private final String etag;
        private final long fetchedAtMillis;

        Kept(byte[] body, String etag, long fetchedAtMillis) {
            this.body = body;
            this.etag = etag;
            this.fetchedAtMillis = fetchedAtMillis;
        }

        /** What it was; not to be changed. */
        byte[] body() {
            return body;
        }

        /** What the server calls it; empty if it has no name for it. */
        String etag() {
            return etag;
        }

        /** When it was fetched, or last confirmed. */
        long fetchedAtMillis() {
            return fetchedAtMillis;
        }
    }

    /** One file, for trimming. */
    private record Candidate(Path file, long bytes, FileTime used) {}

    /**
     * @param directory where; made when something is first written
     * @param maxBytes how much it may hold
     * @param clock tells when something was fetched
     */
    public DiskCache(Path directory, long maxBytes, InstantSource clock) {
        this.directory = directory;
        this.maxBytes = maxBytes;
        this.clock = clock;
    }

    /** Finds what an address answered. */
    Optional<Kept> answer(URI address) {
        try {
            Path file = path(ANSWERS, hash(utf8(address.toString())));
            List<String> lines = Files.readAllLines(file);
            if (lines.size() != 3 || !lines.get(0).matches("[0-9a-f]{64}")) {
                return Optional.empty();
            }
            long fetchedAt = Long.parseLong(lines.get(2));
            touch(file);
            return content(lines.get(0)).map(body -> new Kept(body, lines.get(1), fetchedAt));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException | NumberFormatException | UncheckedIOException e) {
            tell(e);
            return Optional.empty();
        }
    }

    /** Keeps what an address answered. */
    void putAnswer(URI address, String etag, byte[] body) {
        String name = hash(body);
        String line = etag.indexOf('\n') >= 0 || etag.indexOf('\r') >= 0 ? "" : etag;
        keepContent(path(CONTENT, name), body);
        write(path(ANSWERS, hash(utf8(address.toString()))), utf8(name + '\n' + line + '\n' + clock.millis() + '\n'));
    }

    /** Writes a body, if it is not there: a server may have confirmed it, or another address may have it too. */
    private void keepContent(Path file, byte[] body) {
        try {
            touch(file);
        } catch (NoSuchFileException e) {
            write(file, body);
        } catch (IOException e) {
            tell(e);
        }
    }

    /** Forgets what an address answered. */
    void removeAnswer(URI address) {
        try {
            Files.deleteIfExists(path(ANSWERS, hash(utf8(address.toString()))));
        } catch (IOException e) {
            tell(e);
        }
    }

    /** Finds the set that a source gave last, as it was written. */
    Optional<byte[]> set(String source) {
        Path file = path(SETS, hash(utf8(source)));
        try {
            byte[] bytes = Files.readAllBytes(file);
            touch(file);
            return Optional.of(bytes);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            tell(e);
            return Optional.empty();
        }
    }

    /** Keeps the set that a source gave; no bytes are a set that could not be written, and leave the one before. */
    void putSet(String source, byte[] set) {
        if (set.length == 0) {
            return;
        }
        write(path(SETS, hash(utf8(source))), set);
    }

    private Optional<byte[]> content(String name) {
        Path file = path(CONTENT, name);
        try {
            byte[] body = Files.readAllBytes(file);
            if (!hash(body).equals(name)) {
                Files.deleteIfExists(file);
                return Optional.empty();
            }
            touch(file);
            return Optional.of(body);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            tell(e);
            return Optional.empty();
        }
    }

    /** Notes that it was used now. */
    private void touch(Path file) throws IOException {
        Files.setLastModifiedTime(file, FileTime.fromMillis(clock.millis()));
    }

    private void write(Path file, byte[] body) {
        if (body.length > maxBytes) {
            return;
        }
        try {
            Path folder = Files.createDirectories(file.getParent());
            Path draft = Files.createTempFile(folder, "draft", ".tmp");
            try {
                Files.write(draft, body);
                touch(draft);
                moveOver(draft, file);
            } finally {
                Files.deleteIfExists(draft);
            }
            added(body.length);
        } catch (IOException e) {
            tell(e);
        }
    }

    private static void moveOver(Path draft, Path file) throws IOException {
        try {
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Trims if there is too much now. What a file replaced is counted until the next look at the disk. */
    private void added(long more) throws IOException {
        synchronized (lock) {
            if (bytes < 0) {
                bytes = files().stream().mapToLong(Candidate::bytes).sum();
            } else {
                bytes += more;
            }
            if (bytes <= maxBytes) {
                return;
            }
            List<Candidate> oldestFirst = files();
            oldestFirst.sort(Comparator.comparing(Candidate::used));
            bytes = oldestFirst.stream().mapToLong(Candidate::bytes).sum();
            for (Candidate candidate : oldestFirst) {
                if (bytes <= maxBytes * TRIMMED_PART) {
                    break;
                }
                Files.deleteIfExists(candidate.file());
                bytes -= candidate.bytes();
            }
        }
    }

    private List<Candidate> files() throws IOException {
        List<Candidate> files = new ArrayList<>();
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                files.add(new Candidate(file, attributes.size(), attributes.lastModifiedTime()));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
                // Another process has trimmed it meanwhile.
                return FileVisitResult.CONTINUE;
            }
        });
        return files;
    }

    private Path path(String kind, String name) {
        return directory.resolve(kind).resolve(name.substring(0, 2)).resolve(name);
    }

    private void tell(Exception e) {
        synchronized (lock) {
            if (!told) {
                told = true;
                LOG.warn("The emote cache on disk cannot be used: {}", e.toString());
            }
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static String hash(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            // Every Java platform has it.
            throw new IllegalStateException(e);
        }
    }
}
