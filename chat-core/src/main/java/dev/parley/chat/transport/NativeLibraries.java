package dev.parley.chat.transport;

import dev.parley.chat.TransportException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says whether the native library below {@link WebRtcTransport} works on this machine, and what to do if not. It is
 * loaded at most once per process; a failure stays until the process is started again.
 *
 * <p>Methods may be called from any thread. The first call loads 23 MB through a temporary file and blocks for it.
 */
public final class NativeLibraries {

    private static final Logger log = LoggerFactory.getLogger(NativeLibraries.class);

    /** The platforms that webrtc-java has natives for and Parley supports, as classifiers of its artifact. */
    static final Set<String> PLATFORMS =
            Set.of("linux-x86_64", "linux-aarch64", "macos-x86_64", "macos-aarch64", "windows-x86_64");

    /** Any class of webrtc-java whose initializer loads the native library. */
    private static final String LOADING_CLASS = "dev.onvoid.webrtc.PeerConnectionFactory";

    private static final String LIBRARY = "webrtc-java";

    /** What the native library needs on Linux beside the C library, and the Debian package of each. */
    static final Map<String, String> DEBIAN_PACKAGES = debianPackages();

    private static final Pattern MISSING = Pattern.compile("(lib[^:/ ]+): cannot open shared object file");

    /** Guarded by the class. */
    private static boolean loaded;

    /** Guarded by the class. */
    private static @Nullable String failure;

    private NativeLibraries() {}

    /**
     * Loads the native library, or does nothing if that has been done.
     *
     * @throws TransportException if it cannot be loaded here; the message says what is missing, with the one command
     *     that mends it where one is known
     */
    public static synchronized void load() {
        if (loaded) {
            return;
        }
        if (failure != null) {
            throw new TransportException(failure, null);
        }
        String platform = platform(System.getProperty("os.name", ""), System.getProperty("os.arch", ""));
        ClassLoader loader = NativeLibraries.class.getClassLoader();
        String problem = packagingProblem(platform, loader);
        if (problem != null) {
            failure = problem;
            throw new TransportException(problem, null);
        }
        try {
            Class.forName(LOADING_CLASS, true, loader);
            loaded = true;
        } catch (ClassNotFoundException | RuntimeException | LinkageError e) {
            String message = String.valueOf(rootOf(e).getMessage());
            removeLeftOver(message);
            failure = explain(message, NativeLibraries::isInstalled);
            throw new TransportException(failure, e);
        }
    }

    /**
     * Loads the native library if that has not been done, and says what is in the way.
     *
     * @return one line for people; empty if links can be made
     */
    public static Optional<String> problem() {
        try {
            load();
            return Optional.empty();
        } catch (TransportException e) {
            return Optional.ofNullable(e.getMessage());
        }
    }

    /** Names a platform like webrtc-java does, for supported and other ones alike. */
    static String platform(String osName, String osArch) {
        String os = osName.toLowerCase(Locale.ROOT);
        String family = os.startsWith("mac os")
                ? "macos"
                : os.startsWith("linux") ? "linux" : os.startsWith("windows") ? "windows" : os.replace(' ', '-');
        String arch = osArch.toLowerCase(Locale.ROOT);
        return family
                + '-'
                + switch (arch) {
                    case "amd64", "x86_64", "x86-64" -> "x86_64";
                    case "arm64", "aarch64" -> "aarch64";
                    default -> arch;
                };
    }

    /** Says what is wrong before anything is loaded; null if nothing is. */
    static @Nullable String packagingProblem(String platform, @Nullable ClassLoader loader) {
        if (!PLATFORMS.contains(platform)) {
            return "webrtc-java has no native library for " + platform + "; there is one for "
                    + PLATFORMS.stream().sorted().collect(Collectors.joining(", "));
        }
        String file = System.mapLibraryName(LIBRARY + '-' + platform);
        boolean present =
                loader == null ? ClassLoader.getSystemResource(file) != null : loader.getResource(file) != null;
        if (!present) {
            return "the native library of webrtc-java is not there: add dev.onvoid.webrtc:webrtc-java with the classifier "
                    + platform + " to the class path, or to the module path with --add-modules webrtc."
                    + platform.replace('-', '.');
        }
        return null;
    }

    /** Puts what the system's linker said into words that help. */
    static String explain(String linkerMessage, Predicate<String> installed) {
        Matcher named = MISSING.matcher(linkerMessage);
        if (!named.find()) {
            // Without the path of the temporary file, which says nothing to anybody.
            int colon = linkerMessage.indexOf(": ");
            return "the native library of webrtc-java cannot be loaded: "
                    + (colon < 0 ? linkerMessage : linkerMessage.substring(colon + 2));
        }
        // The linker stops at the first one that is missing; name all, so that one command is enough.
        Set<String> missing = new LinkedHashSet<>();
        missing.add(named.group(1));
        DEBIAN_PACKAGES.keySet().stream().filter(name -> !installed.test(name)).forEach(missing::add);
        List<String> packages = missing.stream()
                .map(DEBIAN_PACKAGES::get)
                .filter(name -> name != null)
                .map(String::valueOf)
                .toList();
        return "the native library of webrtc-java needs " + String.join(", ", missing) + "; "
                + (packages.isEmpty()
                        ? "install it with your system's package manager"
                        : "on Debian and Ubuntu: apt-get install -y " + String.join(" ", packages));
    }

    /** Deletes the copy of the library that webrtc-java leaves behind if the linker refuses it. */
    static void removeLeftOver(String linkerMessage) {
        int colon = linkerMessage.indexOf(": ");
        if (colon < 0) {
            return;
        }
        try {
            Path file = Path.of(linkerMessage.substring(0, colon));
            Path folder = Path.of(System.getProperty("java.io.tmpdir", "")).toAbsolutePath();
            Path name = file.getFileName();
            if (folder.equals(file.getParent())
                    && name != null
                    && name.toString().contains(LIBRARY + '-')) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | InvalidPathException e) {
            log.debug("a temporary copy of the native library could not be deleted", e);
        }
    }

    private static Throwable rootOf(Throwable failure) {
        Throwable root = failure;
        for (Throwable cause = root.getCause(); cause != null; cause = cause.getCause()) {
            root = cause;
        }
        return root;
    }

    /** Looks where the linker looks. Only asked after the linker has refused, to say what else is missing. */
    private static boolean isInstalled(String soname) {
        List<Path> folders = new ArrayList<>();
        String own = System.getenv("LD_LIBRARY_PATH");
        for (String folder : own == null ? new String[0] : own.split(":")) {
            if (!folder.isEmpty()) {
                folders.add(Path.of(folder));
            }
        }
        String triplet = System.getProperty("os.arch", "").equals("aarch64") ? "aarch64-linux-gnu" : "x86_64-linux-gnu";
        for (String folder : List.of("/lib", "/usr/lib")) {
            folders.add(Path.of(folder, triplet));
            folders.add(Path.of(folder + "64"));
            folders.add(Path.of(folder));
        }
        if (folders.stream().anyMatch(folder -> Files.exists(folder.resolve(soname)))) {
            return true;
        }
        try {
            // The linker's index of all its folders holds their paths as plain, zero-terminated text.
            String index = Files.readString(Path.of("/etc/ld.so.cache"), StandardCharsets.ISO_8859_1);
            return index.contains('/' + soname + '\0');
        } catch (IOException e) {
            log.debug("the linker's index cannot be read", e);
            return false;
        }
    }

    private static Map<String, String> debianPackages() {
        Map<String, String> packages = new LinkedHashMap<>();
        packages.put("libX11.so.6", "libx11-6");
        packages.put("libXcomposite.so.1", "libxcomposite1");
        packages.put("libXfixes.so.3", "libxfixes3");
        packages.put("libXrandr.so.2", "libxrandr2");
        packages.put("libpulse.so.0", "libpulse0");
        packages.put("libdbus-1.so.3", "libdbus-1-3");
        packages.put("libudev.so.1", "libudev1");
        return packages;
    }
}
