package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.chat.PeerId;
import dev.parley.chat.StoreException;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.crypto.IdentityProtection;
import dev.parley.chat.store.PeerBook;
import dev.parley.chat.store.SqlitePeerBook;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How an identity comes about, is opened, moved and replaced by the command, with and without a person to ask. */
class KeyringTest {

    private static final String PASSPHRASE = "correct horse";
    private static final String OTHER = "battery staple";
    private static final IdentityProtection PLAIN = IdentityProtection.insecureFilePermissionsOnly();
    private static final Map<String, String> FILE_PERMISSIONS =
            Map.of("PARLEY_IDENTITY_PROTECTION", "file-permissions");

    @TempDir
    Path folder = Path.of("");

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Person person = new Person();

    /** Types what it was told to, and notes what it was asked. */
    private static final class Person implements PassphrasePrompt {
        private final Deque<String> answers = new ArrayDeque<>();
        private final Deque<char[]> given = new ArrayDeque<>();

        @Override
        public char @Nullable [] ask(String question) {
            String answer = answers.poll();
            if (answer == null) {
                return null;
            }
            char[] typed = answer.toCharArray();
            given.add(typed);
            return typed;
        }
    }

    private Path home() {
        return folder.resolve("home");
    }

    private Path file() {
        return Home.identityFile(home());
    }

    /** Runs a command where somebody sits at the terminal who types these answers. */
    private int runAsked(List<String> answers, String... arguments) {
        person.answers.clear();
        person.answers.addAll(answers);
        int status = run(Map.of(), Optional.of(person), home(), arguments);
        for (char[] typed : person.given) {
            assertThat(typed).isEqualTo(new char[typed.length]);
        }
        return status;
    }

    private int run(Map<String, String> environment, String... arguments) {
        return run(environment, Optional.empty(), home(), arguments);
    }

    private int run(
            Map<String, String> environment, Optional<PassphrasePrompt> prompt, Path home, String... arguments) {
        out.reset();
        err.reset();
        Map<String, String> all = new HashMap<>(environment);
        all.put("PARLEY_HOME", home.toString());
        CliContext context = new CliContext(
                all,
                InputStream.nullInputStream(),
                out,
                new PrintStream(err, true, StandardCharsets.UTF_8),
                ZoneOffset.UTC,
                prompt.isPresent(),
                prompt,
                new Stop());
        int status = ParleyMain.run(context, arguments);
        assertThat(out() + err()).doesNotContain(PASSPHRASE, OTHER);
        return status;
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private static IdentityProtection passphrase(String text) {
        return IdentityProtection.passphrase(text.toCharArray());
    }

    private void assertFails(int status, String code, String... arguments) {
        String[] json = Arrays.copyOf(arguments, arguments.length + 1);
        json[arguments.length] = "--json";
        assertThat(run(Map.of(), json)).isEqualTo(status);
        assertThat(out()).hasLineCount(1).startsWith("{\"event\":\"error\",\"code\":\"" + code + "\"");
        assertThat(out()).doesNotContain("\"hint\":\"\"");
    }

    @Test
    void whereNobodyHasChosenAndNobodyCanBeAskedThereIsNoIdentity() {
        for (List<String> command : List.of(
                List.of("identity", "show"),
                List.of("identity", "create"),
                List.of("identity", "peers"),
                List.of("identity", "passphrase"),
                List.of("identity", "export", folder.resolve("export").toString()))) {
            assertFails(1, "identity_not_found", command.toArray(new String[0]));
        }
        assertThat(file()).doesNotExist();
        assertThat(folder.resolve("export")).doesNotExist();
    }

    @Test
    void whoReadsJsonIsNeverAsked() {
        PassphrasePrompt nobody = question -> {
            throw new AssertionError("was asked: " + question);
        };
        assertThat(run(Map.of(), Optional.of(nobody), home(), "identity", "create", "--json"))
                .isEqualTo(1);
        assertThat(file()).doesNotExist();
    }

    @Test
    void thePersonAtTheTerminalIsAskedTwiceForANewPassphrase() {
        assertThat(runAsked(List.of(PASSPHRASE, OTHER, "short", PASSPHRASE, PASSPHRASE), "identity", "create"))
                .isZero();
        assertThat(out())
                .contains("there is no way back", "the two are not the same", "at least 8 characters")
                .contains("Protection:  sealed under a passphrase");
        Identity identity = Identity.load(file(), passphrase(PASSPHRASE));
        assertThat(runAsked(List.of("wrong", PASSPHRASE), "identity", "show")).isZero();
        assertThat(out())
                .contains("not the passphrase; try again", identity.peerId().value());
        assertThat(runAsked(List.of("wrong", "wrong", "wrong", PASSPHRASE), "identity", "show"))
                .isEqualTo(1);
        assertThat(err()).contains("does not open").hasLineCount(1);
        assertThat(person.answers).hasSize(1);
        assertThat(runAsked(List.of(), "identity", "show")).isEqualTo(1);
        assertThat(err()).contains("no passphrase was typed; ").hasLineCount(1);
    }

    @Test
    void anEmptyPassphraseIsTheChoiceOfFilePermissionsAndSaidInWords() {
        assertThat(runAsked(List.of(""), "identity", "create")).isZero();
        assertThat(out())
                .contains("an empty one means: protected by file permissions only")
                .contains("-- no passphrase: protected by file permissions only")
                .contains("Protection:  file permissions only");
        assertThat(Identity.protectionOf(file())).contains(IdentityProtection.Kind.FILE_PERMISSIONS_ONLY);
    }

    @Test
    void whoDoesNotGetToAPassphraseHasNoIdentity() {
        assertThat(runAsked(List.of("short", "short", "short"), "identity", "create"))
                .isEqualTo(1);
        assertThat(file()).doesNotExist();
    }

    @Test
    void theSettingsChooseWhereNobodyCanBeAsked() throws IOException {
        assertThat(run(FILE_PERMISSIONS, "identity", "create")).isZero();
        assertThat(Identity.protectionOf(file())).contains(IdentityProtection.Kind.FILE_PERMISSIONS_ONLY);
        assertFails(1, "identity_occupied", "identity", "create");

        Path secret = Files.writeString(folder.resolve("secret"), PASSPHRASE + "\n");
        Path second = folder.resolve("second");
        Map<String, String> byFile = Map.of("PARLEY_PASSPHRASE_FILE", secret.toString());
        assertThat(run(byFile, Optional.empty(), second, "identity", "show", "--json"))
                .isZero();
        assertThat(out()).contains("\"protection\":\"PASSPHRASE\"");
        String shown = out();
        Map<String, String> byVariable =
                Map.of("PARLEY_PASSPHRASE", PASSPHRASE, "PARLEY_IDENTITY_PROTECTION", "passphrase");
        assertThat(run(byVariable, Optional.empty(), second, "identity", "show", "--json"))
                .isZero();
        assertThat(out()).isEqualTo(shown);
        assertThat(run(Map.of(), Optional.empty(), second, "identity", "show", "--json"))
                .isEqualTo(1);
        assertThat(out()).contains("\"code\":\"identity_passphrase_needed\"");
        assertThat(run(Map.of("PARLEY_PASSPHRASE", OTHER), Optional.empty(), second, "identity", "show", "--json"))
                .isEqualTo(1);
        assertThat(out()).contains("\"code\":\"identity_wrong_passphrase\"");
    }

    @Test
    void aPassphraseThatIsAskedForAndMissingIsSaid() {
        Map<String, String> asked = Map.of("PARLEY_IDENTITY_PROTECTION", "passphrase");
        assertThat(run(asked, "identity", "create")).isEqualTo(1);
        assertThat(err()).contains("asks for a passphrase, and there is none; ").hasLineCount(1);
        Identity.generate().save(file(), PLAIN);
        assertThat(run(asked, "identity", "show")).isEqualTo(ExitCode.USAGE.status());
        assertThat(err()).contains("parley identity passphrase").hasLineCount(1);
    }

    @Test
    void settingsThatAreNotUnderstoodAreRefused() throws IOException {
        assertThat(run(Map.of("PARLEY_IDENTITY_PROTECTION", "rot13"), "identity", "create"))
                .isEqualTo(ExitCode.USAGE.status());
        assertThat(run(Map.of("PARLEY_PASSPHRASE_FILE", folder.resolve("none").toString()), "identity", "create"))
                .isEqualTo(ExitCode.USAGE.status());
        assertThat(err()).contains("cannot be read; ").hasLineCount(1);
        Path empty = Files.createFile(folder.resolve("empty"));
        assertThat(run(Map.of("PARLEY_PASSPHRASE_FILE", empty.toString()), "identity", "create"))
                .isEqualTo(ExitCode.USAGE.status());
        Path big = Files.writeString(folder.resolve("big"), "x".repeat(4097));
        assertThat(run(Map.of("PARLEY_PASSPHRASE_FILE", big.toString()), "identity", "create"))
                .isEqualTo(ExitCode.USAGE.status());
        Path latin = Files.write(folder.resolve("latin"), new byte[] {(byte) 0xe4, 'b'});
        assertThat(run(Map.of("PARLEY_PASSPHRASE_FILE", latin.toString()), "identity", "create"))
                .isEqualTo(ExitCode.USAGE.status());
        Files.createDirectories(home());
        Files.writeString(home().resolve(ConfigFile.NAME), "passphrase = \"" + PASSPHRASE + "\"\n");
        assertThat(run(Map.of(), "identity", "create")).isEqualTo(ExitCode.USAGE.status());
        assertThat(err()).contains("does not belong into this file").hasLineCount(1);
        assertThat(file()).doesNotExist();
    }

    @Test
    void aPlainIdentityOfBeforeGoesOnWorkingAndIsSealedOnDemand() throws IOException {
        Identity identity = Identity.loadOrCreate(file(), PLAIN);
        assertThat(run(Map.of(), "identity", "show")).isZero();
        assertThat(out()).contains(identity.peerId().value(), "file permissions only");

        assertThat(run(Map.of(), "identity", "passphrase")).isEqualTo(ExitCode.USAGE.status());
        assertThat(runAsked(List.of(PASSPHRASE, PASSPHRASE), "identity", "passphrase"))
                .isZero();
        assertThat(Identity.load(file(), passphrase(PASSPHRASE)).card()).isEqualTo(identity.card());

        Path next = Files.writeString(folder.resolve("next"), OTHER);
        Map<String, String> current = Map.of("PARLEY_PASSPHRASE", PASSPHRASE);
        assertThat(run(current, "identity", "passphrase", "--new-passphrase-file", next.toString()))
                .isZero();
        assertThat(run(current, "identity", "passphrase", "--file-permissions-only"))
                .isEqualTo(1);
        assertThat(runAsked(List.of(OTHER), "identity", "passphrase", "--file-permissions-only"))
                .isZero();
        assertThat(Identity.load(file(), PLAIN).card()).isEqualTo(identity.card());
    }

    @Test
    void anIdentityMovesToAnotherMachineUnderAPassphrase() throws IOException {
        Identity identity = Identity.loadOrCreate(file(), PLAIN);
        Path export = folder.resolve("export");
        assertThat(run(Map.of(), "identity", "export", export.toString())).isEqualTo(ExitCode.USAGE.status());
        assertThat(export).doesNotExist();
        assertThat(runAsked(List.of(PASSPHRASE, PASSPHRASE), "identity", "export", export.toString()))
                .isZero();
        assertThat(Files.readString(export)).startsWith("parley-identity-sealed-v1\n");
        assertThat(runAsked(List.of(PASSPHRASE, PASSPHRASE), "identity", "export", export.toString()))
                .isEqualTo(1);
        assertThat(err()).contains("already; name another one");

        Path elsewhere = folder.resolve("elsewhere");
        Map<String, String> given = Map.of("PARLEY_PASSPHRASE", PASSPHRASE);
        assertThat(run(Map.of(), Optional.empty(), elsewhere, "identity", "import", export.toString()))
                .isEqualTo(1);
        assertThat(run(given, Optional.empty(), elsewhere, "identity", "import", export.toString()))
                .isZero();
        assertThat(Identity.load(Home.identityFile(elsewhere), passphrase(PASSPHRASE))
                        .card())
                .isEqualTo(identity.card());
        Files.writeString(export, "not an export\n");
        assertThat(run(given, Optional.empty(), folder.resolve("third"), "identity", "import", export.toString()))
                .isEqualTo(1);
        assertThat(err()).contains("is not an identity").hasLineCount(1);
    }

    @Test
    void anImportReplacesOnlyWhenToldAndKeepsTheIdentityAndItsHistory() throws IOException {
        Identity before = Identity.loadOrCreate(file(), PLAIN);
        Path history = Home.historyFile(home());
        PeerId met = new PeerId("b".repeat(32));
        try (PeerBook book = SqlitePeerBook.openSealed(history, before)) {
            book.met(met, "Grace", Instant.EPOCH);
        }
        Identity other = Identity.generate();
        Path export = Files.writeString(folder.resolve("export"), other.exportSealed(passphrase(PASSPHRASE)));
        Map<String, String> given = Map.of("PARLEY_PASSPHRASE", PASSPHRASE);
        assertThat(run(given, "identity", "import", export.toString())).isEqualTo(1);
        assertThat(err()).contains("give --replace").hasLineCount(1);
        assertThat(Identity.load(file(), PLAIN).card()).isEqualTo(before.card());

        try (Home home = Home.tryLock(home()).orElseThrow()) {
            assertThat(home).isNotNull();
            assertThat(run(given, "identity", "import", export.toString(), "--replace"))
                    .isEqualTo(1);
            assertThat(err()).contains("another parley uses the identity");
        }
        assertThat(run(given, "identity", "import", export.toString(), "--replace"))
                .isZero();
        assertThat(out())
                .contains("identity.backup", "history.db.backup", other.peerId().value());
        assertThat(Identity.load(file(), passphrase(PASSPHRASE)).card()).isEqualTo(other.card());
        assertThat(Identity.load(home().resolve("identity.backup"), PLAIN).card())
                .isEqualTo(before.card());
        try (PeerBook book = SqlitePeerBook.openSealed(home().resolve("history.db.backup"), before)) {
            assertThat(book.find(met)).isPresent();
        }
        assertThat(run(given, "identity", "peers")).isZero();
        assertThat(out()).isEmpty();
    }

    @Test
    void theHistoryIsSealedUnlessPlainIsAskedForAndGoesBackAndForth() {
        Identity identity = Identity.loadOrCreate(file(), PLAIN);
        Path history = Home.historyFile(home());
        PeerId met = new PeerId("b".repeat(32));
        try (PeerBook book = SqlitePeerBook.open(history)) {
            book.met(met, "Grace", Instant.EPOCH);
        }
        for (int round = 0; round < 2; round++) {
            assertThat(run(Map.of(), "identity", "peers")).isZero();
            assertThat(out()).contains("Grace");
            assertThatThrownBy(() -> SqlitePeerBook.open(history))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("is sealed");
            assertThat(run(Map.of("PARLEY_HISTORY", "plain"), "identity", "peers"))
                    .isZero();
            assertThat(out()).contains("Grace");
            try (PeerBook book = SqlitePeerBook.open(history)) {
                assertThat(book.find(met)).isPresent();
            }
        }
        assertThat(run(Map.of("PARLEY_HISTORY", "paper"), "identity", "peers")).isEqualTo(ExitCode.USAGE.status());
        SqlitePeerBook.openSealed(history, identity).close();
        Identity.generate().replace(file(), PLAIN);
        assertThat(run(Map.of(), "identity", "peers")).isEqualTo(1);
        assertThat(err())
                .contains("sealed for another identity; use that identity")
                .hasLineCount(1);
    }
}
