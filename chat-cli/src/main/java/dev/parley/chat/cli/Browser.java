package dev.parley.chat.cli;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens links in the browser of this machine, where there is one to be seen. */
final class Browser {

    private static final Logger log = LoggerFactory.getLogger(Browser.class);

    private final Map<String, String> environment;
    private final String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);

    Browser(Map<String, String> environment) {
        this.environment = environment;
    }

    /** Whether somebody would see a browser that is opened here. */
    boolean canOpen() {
        boolean remote = !environment.getOrDefault("SSH_CONNECTION", "").isEmpty();
        boolean display = !environment.getOrDefault("DISPLAY", "").isEmpty()
                || !environment.getOrDefault("WAYLAND_DISPLAY", "").isEmpty();
        return !remote && (system.startsWith("windows") || system.startsWith("mac") || display);
    }

    /** Tries to open a link. Where that fails, people still have the link that was printed. */
    void open(URI link) {
        if (!canOpen()) {
            return;
        }
        // As one argument, without a shell: the link is the issuer's.
        List<String> command = system.startsWith("windows")
                ? List.of("rundll32", "url.dll,FileProtocolHandler", link.toString())
                : List.of(system.startsWith("mac") ? "open" : "xdg-open", link.toString());
        try {
            new ProcessBuilder(command)
                    .redirectInput(Redirect.from(new java.io.File(system.startsWith("windows") ? "NUL" : "/dev/null")))
                    .redirectOutput(Redirect.DISCARD)
                    .redirectError(Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            log.info("no browser could be opened");
        }
    }
}
