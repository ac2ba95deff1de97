package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.crypto.Identity;
import dev.parley.chat.crypto.IdentityProtection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What real processes leave on the disk of identity and history. */
class IdentityProcessTest extends ProcessTest {

    private static final String SAID = "the kettle is on at half past four";

    @Test
    void withoutAChoiceTheIdentityEndsWithTheProcessAndAppearsNowhere() throws Exception {
        ChildProcess host = startIn(folder.resolve("host"), "host", Map.of(), "create", "Tea");
        host.await("a notice", TIME, notice("nobody has chosen how to protect it"));
        invite(host);
        host.leave();
        assertThat(host.awaitExit(TIME)).isZero();
        assertThat(folder.resolve("host/identity")).doesNotExist();
        assertThat(folder.resolve("host/history.db")).doesNotExist();
    }

    @Test
    void aSealedHistoryHoldsNoWordThatWasSaidAndAPlainOneDoes() throws Exception {
        ChildProcess host =
                startIn(folder.resolve("host"), "host", Map.of("PARLEY_PASSPHRASE", "correct horse"), "create", "Tea");
        ChildProcess guest = startIn(
                folder.resolve("guest"),
                "guest",
                Map.of("PARLEY_IDENTITY_PROTECTION", "file-permissions", "PARLEY_HISTORY", "plain"),
                "join",
                invite(host),
                "--name",
                "Grace");
        guest.await("connected", TIME, state("CONNECTED"));
        talk(host, guest, SAID);
        guest.leave();
        assertThat(guest.awaitExit(TIME)).isZero();
        host.leave();
        assertThat(host.awaitExit(TIME)).isZero();

        assertThat(Identity.protectionOf(folder.resolve("host/identity"))).contains(IdentityProtection.Kind.PASSPHRASE);
        assertThat(filesWith(folder.resolve("host"), SAID)).isEmpty();
        assertThat(filesWith(folder.resolve("host"), "Grace")).isEmpty();
        assertThat(filesWith(folder.resolve("guest"), SAID)).contains("history.db");
    }

    @Test
    void inMemoryNothingThatWasSaidIsKept() throws Exception {
        Path home = folder.resolve("host");
        ChildProcess host = startIn(
                home,
                "host",
                Map.of("PARLEY_IDENTITY_PROTECTION", "file-permissions", "PARLEY_HISTORY", "memory"),
                "create",
                "Tea");
        invite(host);
        host.send(SAID);
        host.await("the message", TIME, message(SAID));
        host.leave();
        assertThat(host.awaitExit(TIME)).isZero();
        assertThat(filesWith(home, SAID)).isEmpty();
        Identity identity = Identity.load(home.resolve("identity"), IdentityProtection.insecureFilePermissionsOnly());
        try (var store = dev.parley.chat.store.SqliteChatStore.openSealed(home.resolve("history.db"), identity)) {
            assertThat(store.rooms()).isEmpty();
        }
    }

    private static List<String> filesWith(Path home, String text) throws IOException {
        List<String> found = new ArrayList<>();
        try (var files = Files.list(home)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(text)) {
                    found.add(file.getFileName().toString());
                }
            }
        }
        return found;
    }
}
