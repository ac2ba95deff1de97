package dev.parley.chat.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Looks whether other users of the machine can get at what is kept in a PARLEY_HOME. */
final class HomePermissions {

    private static final Set<PosixFilePermission> OF_OTHERS = Set.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE);

    private static final Set<PosixFilePermission> WRITING =
            Set.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

    private static final Set<PosixFilePermission> ENTERING =
            Set.of(PosixFilePermission.GROUP_EXECUTE, PosixFilePermission.OTHERS_EXECUTE);

    private HomePermissions() {}

    /** Whether the file system knows owners. */
    static boolean areKnown(Path home) {
        return home.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    /**
     * Looks at the folder and what is secret in it.
     *
     * @return what was found, if all is well
     * @throws CliException if others can read or change something, with the command that ends that
     */
    static String check(Settings settings) throws IOException {
        Path home = settings.home();
        if (allows(home, WRITING)) {
            throw open(
                    home,
                    "the folder can be changed by other users of this machine, who could replace what is in it",
                    "go-w");
        }
        if (!allows(home, ENTERING)) {
            return "the folder is for you alone";
        }
        List<Path> secrets = new ArrayList<>(List.of(Home.identityFile(home), Home.historyFile(home)));
        if (holdsSecrets(settings)) {
            secrets.add(home.resolve(ConfigFile.NAME));
        }
        Path logins = LoginFile.folder(home);
        if (Files.isDirectory(logins)) {
            try (Stream<Path> files = Files.list(logins)) {
                files.filter(file -> file.toString().endsWith(".json")).forEach(secrets::add);
            }
        }
        for (Path secret : secrets) {
            if (Files.exists(secret) && allows(secret, OF_OTHERS)) {
                throw open(secret, "the file can be read or changed by other users of this machine", "go-rwx");
            }
        }
        return "what is secret in the folder is for you alone";
    }

    private static boolean holdsSecrets(Settings settings) {
        return Stream.of(SettingKey.values())
                .filter(SettingKey::isSecret)
                .map(settings::find)
                .flatMap(Optional::stream)
                .anyMatch(value -> value.source().equals("file " + ConfigFile.NAME));
    }

    private static boolean allows(Path path, Set<PosixFilePermission> what) throws IOException {
        return Files.getPosixFilePermissions(path).stream().anyMatch(what::contains);
    }

    private static CliException open(Path path, String what, String mode) {
        return new CliException(ExitCode.FAILED, what + ": " + path, "run: chmod " + mode + " " + path);
    }
}
