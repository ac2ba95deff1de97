package dev.parley.chat.crypto;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.parley.chat.IdentityException;
import dev.parley.chat.IdentityException.Problem;
import dev.parley.chat.StoreException;
import dev.parley.chat.internal.crypto.AesGcm;
import dev.parley.chat.internal.crypto.Argon2id;
import dev.parley.chat.internal.crypto.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An identity that is kept under a passphrase: what opens it, and that nothing else does. */
class IdentityProtectionTest {

    private static final IdentityProtection PLAIN = IdentityProtection.insecureFilePermissionsOnly();
    private static final Argon2id.Cost CHEAP = new Argon2id.Cost(8, 1, 1);
    private static final String PASSPHRASE = "correct horse";

    @TempDir
    private Path directory;

    private static IdentityProtection passphrase(String text) {
        return IdentityProtection.passphrase(text.toCharArray());
    }

    /** Sealed at the least cost, so that it can be opened by the hundred. */
    private static byte[] cheap(Identity identity) {
        byte[] salt = new byte[Argon2id.SALT_BYTES];
        Arrays.fill(salt, (byte) 3);
        return IdentityText.sealed(identity, PASSPHRASE.getBytes(UTF_8), CHEAP, salt, new byte[AesGcm.NONCE_BYTES]);
    }

    private static Identity open(byte[] content) {
        return IdentityText.decode(content, passphrase(PASSPHRASE), "the test");
    }

    private static void assertProblem(Problem problem, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        IdentityException.class, e -> assertThat(e.problem()).isEqualTo(problem))
                .hasMessageContaining("; ")
                .hasMessageNotContaining("\n");
    }

    @Test
    void aSealedIdentityIsOpenedByItsPassphraseAlone() throws Exception {
        Path file = directory.resolve("identity");
        Identity identity = Identity.loadOrCreate(file, passphrase(PASSPHRASE));
        assertThat(Identity.loadOrCreate(file, passphrase(PASSPHRASE)).card()).isEqualTo(identity.card());
        assertThat(Identity.load(file, passphrase(PASSPHRASE)).card()).isEqualTo(identity.card());
        assertThat(Identity.protectionOf(file)).contains(IdentityProtection.Kind.PASSPHRASE);
        assertProblem(Problem.WRONG_PASSPHRASE, () -> Identity.load(file, passphrase("correct horsf")));
        assertProblem(Problem.PASSPHRASE_NEEDED, () -> Identity.load(file, PLAIN));
        assertProblem(Problem.PASSPHRASE_NEEDED, () -> Identity.loadOrCreate(file, PLAIN));
        assertThat(Files.readAllLines(file).get(2)).isEqualTo("argon2id: v=19 m=65536 t=3 p=4");
    }

    @Test
    void noKeyStandsInASealedFileAndThePlainOneShowsThatOneWouldBeFound() throws Exception {
        Path file = directory.resolve("identity");
        Identity identity = Identity.generate();
        identity.save(file, PLAIN);
        List<String> keys = Files.readAllLines(file).subList(1, 3).stream()
                .map(line -> line.substring(line.indexOf(' ') + 1))
                .toList();
        assertThat(Files.readString(file)).contains(keys);
        Identity.changeProtection(file, PLAIN, passphrase(PASSPHRASE));
        for (String key : keys) {
            assertThat(Files.readString(file)).doesNotContain(key);
        }
        assertThat(Identity.load(file, passphrase(PASSPHRASE)).card()).isEqualTo(identity.card());
    }

    @Test
    void whoAsksForASealIsNotGivenAPlainFile() {
        Path file = directory.resolve("identity");
        Identity.loadOrCreate(file, PLAIN);
        assertThat(Identity.protectionOf(file)).contains(IdentityProtection.Kind.FILE_PERMISSIONS_ONLY);
        assertProblem(Problem.NOT_SEALED, () -> Identity.load(file, passphrase(PASSPHRASE)));
        assertProblem(Problem.NOT_SEALED, () -> Identity.loadOrCreate(file, passphrase(PASSPHRASE)));
    }

    @Test
    void theProtectionIsChangedBothWaysAndAWrongPassphraseChangesNothing() throws Exception {
        Path file = directory.resolve("identity");
        Identity identity = Identity.loadOrCreate(file, passphrase("first"));
        byte[] before = Files.readAllBytes(file);
        assertProblem(
                Problem.WRONG_PASSPHRASE,
                () -> Identity.changeProtection(file, passphrase("other"), passphrase("second")));
        assertThat(file).hasBinaryContent(before);
        Identity.changeProtection(file, passphrase("first"), passphrase("second"));
        assertProblem(Problem.WRONG_PASSPHRASE, () -> Identity.load(file, passphrase("first")));
        Identity.changeProtection(file, passphrase("second"), PLAIN);
        assertThat(Identity.load(file, PLAIN).card()).isEqualTo(identity.card());
        assertThat(names()).containsExactlyInAnyOrder("identity", "identity.lock");
        assertProblem(Problem.NOT_FOUND, () -> Identity.changeProtection(directory.resolve("none"), PLAIN, PLAIN));
    }

    @Test
    void anExportIsOpenedElsewhereAndIsNeverPlain() {
        Identity identity = Identity.generate();
        String export = identity.exportSealed(passphrase(PASSPHRASE));
        assertThat(Identity.importSealed(export, passphrase(PASSPHRASE)).card()).isEqualTo(identity.card());
        // As a mail program may bring it.
        assertThat(Identity.importSealed(export.replace("\n", "\r\n"), passphrase(PASSPHRASE))
                        .card())
                .isEqualTo(identity.card());
        assertProblem(Problem.WRONG_PASSPHRASE, () -> Identity.importSealed(export, passphrase("x")));
        assertThatThrownBy(() -> identity.exportSealed(PLAIN)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Identity.importSealed(export, PLAIN)).isInstanceOf(IllegalArgumentException.class);
        assertProblem(Problem.DAMAGED, () -> Identity.importSealed("", passphrase(PASSPHRASE)));
    }

    @Test
    void aReplacedIdentityIsKeptBesideEvenIfNobodyCanOpenIt() throws Exception {
        Path file = directory.resolve("identity");
        assertThat(Identity.generate().replace(file, PLAIN)).isEmpty();
        byte[] first = Files.readAllBytes(file);
        Identity second = Identity.generate();
        Path backup = second.replace(file, passphrase("forgotten")).orElseThrow();
        assertThat(backup).isEqualTo(directory.resolve("identity.backup")).hasBinaryContent(first);
        if (Files.getFileStore(directory).supportsFileAttributeView("posix")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(backup)))
                    .isEqualTo("rw-------");
        }
        Identity third = Identity.generate();
        Optional<Path> next = third.replace(file, PLAIN);
        assertThat(next).contains(directory.resolve("identity.backup-2"));
        assertThat(Identity.load(next.orElseThrow(), passphrase("forgotten")).card())
                .isEqualTo(second.card());
        assertThat(Identity.load(file, PLAIN).card()).isEqualTo(third.card());
    }

    @Test
    void backupsEndAtTheirLimitAndNothingIsReplacedThen() throws Exception {
        Path file = directory.resolve("identity");
        Identity first = Identity.loadOrCreate(file, PLAIN);
        for (int number = 1; number <= IdentityFile.MAX_BACKUPS; number++) {
            Files.createFile(directory.resolve("identity.backup" + (number == 1 ? "" : "-" + number)));
        }
        assertProblem(Problem.OCCUPIED, () -> Identity.generate().replace(file, PLAIN));
        assertThat(Identity.load(file, PLAIN).card()).isEqualTo(first.card());
        Files.delete(directory.resolve("identity.backup-" + IdentityFile.MAX_BACKUPS));
        assertThat(Identity.generate().replace(file, PLAIN)).isPresent();
    }

    @Test
    void whatIsNoIdentityIsNotReplaced() throws Exception {
        Path file = directory.resolve("identity");
        Files.writeString(file, "notes\n");
        restrict(file);
        assertProblem(Problem.DAMAGED, () -> Identity.generate().replace(file, PLAIN));
        assertThat(file).hasContent("notes\n");
    }

    @Test
    void aSealedFileThatOthersMayReadIsRefused() throws Exception {
        assumeThat(directory.getFileSystem().supportedFileAttributeViews()).contains("posix");
        Path file = directory.resolve("identity");
        Files.write(file, cheap(Identity.generate()));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertProblem(Problem.EXPOSED, () -> Identity.load(file, passphrase(PASSPHRASE)));
        assertProblem(Problem.EXPOSED, () -> Identity.protectionOf(file));
    }

    @Test
    void aFolderInItsPlaceIsSaid() {
        assertThatThrownBy(() -> Identity.load(directory, PLAIN)).isInstanceOf(StoreException.class);
        assertThat(Identity.protectionOf(directory.resolve("none"))).isEmpty();
    }

    @Test
    void nobodyOpensAFileOfWhichAnyByteWasChanged() {
        byte[] content = cheap(Identity.generate());
        assertThatCode(() -> open(content)).doesNotThrowAnyException();
        int check = new String(content, US_ASCII).indexOf("check: ");
        Set<Problem> seen = new HashSet<>();
        for (int i = 0; i < content.length; i++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] bent = content.clone();
                bent[i] ^= (byte) (1 << bit);
                assertRefused(bent);
                if (i < check) {
                    // As by somebody who means it.
                    seen.add(assertRefused(withCheck(bent)));
                }
            }
        }
        assertThat(seen).contains(Problem.DAMAGED, Problem.WRONG_PASSPHRASE, Problem.UNKNOWN_VERSION);
    }

    private static Problem assertRefused(byte[] content) {
        try {
            open(content);
        } catch (IdentityException e) {
            return e.problem();
        }
        throw new AssertionError("opened: " + new String(content, US_ASCII));
    }

    /** Puts the checksum right again. */
    private static byte[] withCheck(byte[] content) {
        String text = new String(content, java.nio.charset.StandardCharsets.ISO_8859_1);
        String body = text.substring(0, text.lastIndexOf("check: "));
        byte[] hash = Sha256.of(body.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
        return (body + "check: " + HexFormat.of().formatHex(hash, 0, 8) + "\n")
                .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    @Test
    void nobodyOpensAFileThatWasCutOrLengthened() {
        byte[] content = cheap(Identity.generate());
        for (int length = 0; length < content.length; length++) {
            byte[] cut = Arrays.copyOf(content, length);
            assertProblem(Problem.DAMAGED, () -> open(cut));
        }
        assertProblem(Problem.DAMAGED, () -> open((new String(content, US_ASCII) + "\n").getBytes(US_ASCII)));
        byte[] big = Arrays.copyOf(content, IdentityText.MAX_BYTES + 1);
        assertProblem(Problem.DAMAGED, () -> open(big));
    }

    @ParameterizedTest
    @ValueSource(strings = {"v=19 m=256 t=16 p=16", "v=19 m=128 t=1 p=16", "v=19 m=9 t=1 p=1"})
    void aCostWithinItsLimitsIsPaid(String cost) {
        // Another cost gives another key: that the passphrase seems wrong says that the work was done.
        assertProblem(Problem.WRONG_PASSPHRASE, () -> open(withCost(cost).getBytes(US_ASCII)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "v=19 m=262145 t=1 p=1",
                "v=19 m=999999999 t=1 p=1",
                "v=19 m=9999999999 t=1 p=1",
                "v=19 m=7 t=1 p=1",
                "v=19 m=127 t=1 p=16",
                "v=19 m=136 t=1 p=17",
                "v=19 m=8 t=17 p=1",
                "v=19 m=8 t=0 p=1",
                "v=19 m=8 t=1 p=0",
                "v=19 m=-8 t=1 p=1",
                "v=19 m=08 t=1 p=1",
                "v=16 m=8 t=1 p=1",
                "v=19 m=8 t=1 p=1 ",
                "v=19 t=1 m=8 p=1",
                ""
            })
    void aCostBeyondItsLimitsIsRefusedBeforeAnyWork(String cost) {
        assertProblem(Problem.DAMAGED, () -> open(withCost(cost).getBytes(US_ASCII)));
    }

    @Test
    void theLimitsOfTheCostAreWhereTheyAreSaidToBe() {
        assertThatCode(() -> new Argon2id.Cost(Argon2id.Cost.MAX_MEMORY_KIB, Argon2id.Cost.MAX_PASSES, 16))
                .doesNotThrowAnyException();
        assertThat(Argon2id.Cost.RECOMMENDED).isEqualTo(new Argon2id.Cost(65_536, 3, 4));
        assertThat(Argon2id.Cost.RECOMMENDED.memoryBytes()).isEqualTo(64L << 20);
    }

    private static String withCost(String cost) {
        String text = new String(cheap(Identity.generate()), US_ASCII);
        return new String(withCheck(text.replace("v=19 m=8 t=1 p=1", cost).getBytes(US_ASCII)), US_ASCII);
    }

    @ParameterizedTest
    @ValueSource(strings = {"parley-identity-sealed-v2", "parley-identity-v2", "parley-identity-v999999999"})
    void aNewerFormatIsSaidToBeOne(String header) {
        String text = new String(cheap(Identity.generate()), US_ASCII);
        byte[] newer = text.replace("parley-identity-sealed-v1", header).getBytes(US_ASCII);
        assertProblem(Problem.UNKNOWN_VERSION, () -> open(newer));
    }

    @Test
    void anotherPeerIdIsNotTakenForThatOfTheKeys() {
        String text = new String(cheap(Identity.generate()), US_ASCII);
        String other = Identity.generate().peerId().value();
        String swapped = text.replaceFirst("peer-id: [a-z2-7]{32}", "peer-id: " + other);
        assertProblem(Problem.WRONG_PASSPHRASE, () -> open(withCheck(swapped.getBytes(US_ASCII))));
        String none = text.replaceFirst("peer-id: [a-z2-7]{32}", "peer-id: x");
        assertProblem(Problem.DAMAGED, () -> open(withCheck(none.getBytes(US_ASCII))));
    }

    @Test
    void aPassphraseIsTheSameFromEveryKeyboard() {
        Identity identity = Identity.generate();
        byte[] composed = "b\u00e4r".getBytes(UTF_8);
        byte[] content = IdentityText.sealed(identity, composed, CHEAP, new byte[16], new byte[12]);
        assertThat(IdentityText.decode(content, passphrase("ba\u0308r"), "the test")
                        .card())
                .isEqualTo(identity.card());
    }

    @Test
    void aPassphraseHasLimitsIsNeverPrintedAndIsWiped() {
        assertThatThrownBy(() -> passphrase("")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> passphrase("\ud83c")).isInstanceOf(IllegalArgumentException.class);
        int most = IdentityProtection.MAX_PASSPHRASE_BYTES;
        assertThatThrownBy(() -> passphrase("x".repeat(most + 1))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> passphrase("x".repeat(most - 1) + "\u00e4"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatCode(() -> passphrase("x".repeat(most))).doesNotThrowAnyException();
        IdentityProtection protection = passphrase(PASSPHRASE);
        assertThat(protection).hasToString("IdentityProtection(PASSPHRASE)");
        assertThat(PLAIN).hasToString("IdentityProtection(FILE_PERMISSIONS_ONLY)");
        byte[] content = cheap(Identity.generate());
        protection.close();
        protection.close();
        assertThatThrownBy(() -> IdentityText.decode(content, protection, "the test"))
                .isInstanceOf(IllegalStateException.class);
        PLAIN.close();
        assertThat(PLAIN.kind()).isEqualTo(IdentityProtection.Kind.FILE_PERMISSIONS_ONLY);
    }

    /** The file was made by another program, from the description of the format in the Javadoc of Identity. */
    @Test
    void theFilesOfTheGoldenVectorsAreReadAndMade() throws Exception {
        Map<String, String> golden = golden();
        String passphrase = Objects.requireNonNull(golden.get("passphrase"));
        byte[] plain = Objects.requireNonNull(golden.get("plain")).getBytes(US_ASCII);
        Identity identity = IdentityText.decode(plain, PLAIN, "the test");
        assertThat(IdentityText.encode(identity, PLAIN)).isEqualTo(plain);
        Map<String, Argon2id.Cost> costs =
                Map.of("cheap", new Argon2id.Cost(64, 2, 2), "recommended", Argon2id.Cost.RECOMMENDED);
        for (Map.Entry<String, Argon2id.Cost> entry : costs.entrySet()) {
            byte[] sealed = Objects.requireNonNull(golden.get("sealed." + entry.getKey()))
                    .getBytes(US_ASCII);
            assertThat(IdentityText.decode(sealed, passphrase(passphrase), "the test")
                            .card())
                    .isEqualTo(identity.card());
            byte[] salt = HexFormat.of().parseHex("000102030405060708090a0b0c0d0e0f");
            byte[] nonce = HexFormat.of().parseHex("101112131415161718191a1b");
            assertThat(IdentityText.sealed(identity, passphrase.getBytes(UTF_8), entry.getValue(), salt, nonce))
                    .isEqualTo(sealed);
        }
    }

    private static Map<String, String> golden() throws IOException {
        Map<String, String> vectors = new HashMap<>();
        try (InputStream file = IdentityProtectionTest.class.getResourceAsStream("/golden/identity-files.txt")) {
            for (String line : new String(Objects.requireNonNull(file).readAllBytes(), UTF_8)
                    .lines()
                    .toList()) {
                int space = line.indexOf(' ');
                vectors.put(line.substring(0, space), line.substring(space + 1).replace("\\n", "\n"));
            }
        }
        return vectors;
    }

    private List<String> names() throws IOException {
        try (var files = Files.list(directory)) {
            return files.map(path -> path.getFileName().toString()).toList();
        }
    }

    private static void restrict(Path file) throws IOException {
        if (Files.getFileStore(file).supportsFileAttributeView("posix")) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        }
    }
}
