package dev.parley.chat.cli;

import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Lets the processes of the tests start as those of the launcher do: from jars alone, and with a shared archive of
 * their classes. That spares a quarter of the processor time of a short run. The archive is a help, never a condition:
 * Java ignores one that does not fit.
 */
final class QuickStart {

    /** For every process of the tests, beside what it inherits; empty where there are no jars, as in an IDE. */
    static final List<String> FLAGS = flags();

    private QuickStart() {}

    private static List<String> flags() {
        List<Path> jars = jars();
        if (jars.isEmpty()) {
            return List.of();
        }
        // A process would say on its standard output why it does not use the archive.
        List<String> flags = new ArrayList<>(List.of("-Xlog:cds=off", "-Xlog:cds+dynamic=off", "-cp"));
        flags.add(jars.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator)));
        try {
            flags.add("-XX:SharedArchiveFile=" + archive(jars, List.copyOf(flags)));
        } catch (IOException e) {
            throw new IllegalStateException("the shared archive of the tests cannot be written", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return List.copyOf(flags);
    }

    /** The jar of this module, which the build names, and those it needs; none where one of them is only a folder. */
    private static List<Path> jars() {
        Path own = Path.of(System.getProperty("parley.test.jar", ""));
        if (!Files.isRegularFile(own)) {
            return List.of();
        }
        List<Path> jars = new ArrayList<>(List.of(own));
        for (String entry : System.getProperty("java.class.path", "").split(File.pathSeparator, -1)) {
            Path path = Path.of(entry);
            if (Files.isRegularFile(path)) {
                jars.add(path);
            } else if (!path.resolveSibling("").equals(own.resolveSibling(""))) {
                return List.of();
            }
        }
        return jars;
    }

    /**
     * Makes the archive, unless there is one that is newer than the jars. The first of the test JVMs does it for all.
     */
    private static Path archive(List<Path> jars, List<String> flags) throws IOException, InterruptedException {
        Path folder = jars.get(0).resolveSibling("quick-start");
        Files.createDirectories(folder);
        Path archive = folder.resolve("classes.jsa");
        try (FileChannel channel =
                        FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            if (lock.isValid() && !isCurrent(archive, jars)) {
                Path fresh = folder.resolve("classes.jsa.new");
                List<String> more = new ArrayList<>(flags);
                more.add("-XX:ArchiveClassesAtExit=" + fresh);
                try (ChildProcess warmUp = ChildProcess.start(
                        "warm-up", folder.resolve("home"), Map.of(), more, List.of("doctor", "--warm-up", "--json"))) {
                    boolean ended = warmUp.process().waitFor(ProcessTest.TIME.toSeconds(), TimeUnit.SECONDS);
                    if (ended && Files.exists(fresh)) {
                        Files.move(fresh, archive, StandardCopyOption.REPLACE_EXISTING);
                    }
                }
            }
        }
        return archive;
    }

    private static boolean isCurrent(Path archive, List<Path> jars) throws IOException {
        if (!Files.exists(archive)) {
            return false;
        }
        for (Path jar : jars) {
            if (Files.getLastModifiedTime(jar).compareTo(Files.getLastModifiedTime(archive)) > 0) {
                return false;
            }
        }
        return true;
    }
}
