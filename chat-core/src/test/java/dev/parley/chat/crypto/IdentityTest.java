package dev.parley.chat.crypto;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.parley.chat.IdentityException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdentityTest {

    private static final IdentityProtection PLAIN = IdentityProtection.insecureFilePermissionsOnly();

    @TempDir
    private Path directory;

    @Test
    void aSavedIdentityIsLoadedAgain() throws Exception {
        Path file = directory.resolve("deep").resolve("identity");
        Identity identity = Identity.generate();
        identity.save(file, PLAIN);
        identity.save(file, PLAIN);
        Identity loaded = Identity.load(file, PLAIN);
        assertThat(loaded.card()).isEqualTo(identity.card());
        assertThat(identity.card().verify(new byte[3], loaded.sign(new byte[3])))
                .isTrue();
        assertThat(loaded.fingerprint()).isEqualTo(identity.card().fingerprint());
        try (var files = Files.list(directory.resolve("deep"))) {
            assertThat(files.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("identity", "identity.lock");
        }
    }

    @Test
    void givenSeedsGiveTheSameIdentityEveryTime() {
        Identity identity = Identity.fromInsecureSeeds(new byte[32], new byte[] {
            1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29,
            30, 31, 32
        });
        assertThat(identity.peerId().value()).isEqualTo("copdsqhgjnkjc4rardm2bv2bmkh4qjxa");
    }

    @Test
    void anotherIdentityIsNeverOverwritten() {
        Path file = directory.resolve("identity");
        Identity first = Identity.loadOrCreate(file, PLAIN);
        assertThatThrownBy(() -> Identity.generate().save(file, PLAIN))
                .isInstanceOf(IdentityException.class)
                .hasMessageContaining("another identity");
        assertThat(Identity.loadOrCreate(file, PLAIN).card()).isEqualTo(first.card());
    }

    @Test
    void aMissingFileIsSaidToBeMissing() {
        assertThatThrownBy(() -> Identity.load(directory.resolve("none"), PLAIN))
                .isInstanceOf(IdentityException.class)
                .hasMessageContaining("there is no identity file");
    }

    @Test
    void aFileThatOthersMayReadIsRefusedWithTheRemedy() throws Exception {
        assumeTrue(Files.getFileStore(directory).supportsFileAttributeView("posix"));
        Path file = directory.resolve("identity");
        Identity.loadOrCreate(file, PLAIN);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertThatThrownBy(() -> Identity.load(file, PLAIN))
                .isInstanceOf(IdentityException.class)
                .hasMessageContaining("chmod 600 '" + file.toAbsolutePath() + "'");
    }

    @Test
    void aDamagedFileIsRefusedWithoutShowingItsContent() throws Exception {
        Identity identity = Identity.generate();
        String text = new String(IdentityText.encode(identity, PLAIN), US_ASCII);
        String seed = text.lines().toList().get(1).substring("ed25519-seed: ".length());
        List<String> damaged = List.of(
                "",
                "hello",
                text.replace(seed, seed.substring(1)),
                text.replace(seed, "0".repeat(64)),
                text.replace("x25519-key", "x448-key"),
                text + "more\n");
        int number = 0;
        for (String content : damaged) {
            Path file = directory.resolve("identity" + number++);
            Identity.generate().save(file, PLAIN);
            Files.writeString(file, content, US_ASCII);
            assertThatThrownBy(() -> Identity.load(file, PLAIN))
                    .isInstanceOf(IdentityException.class)
                    .hasMessageContaining("is not an identity")
                    .hasMessageNotContaining(seed.substring(1, 20));
        }
        Path big = directory.resolve("big");
        Identity.generate().save(big, PLAIN);
        Files.write(big, new byte[IdentityText.MAX_BYTES + 1]);
        assertThatThrownBy(() -> Identity.load(big, PLAIN)).isInstanceOf(IdentityException.class);
    }

    @Test
    void manyWhoCreateAtOnceAllGetTheSameIdentity() throws Exception {
        Path file = directory.resolve("identity");
        int threads = 8;
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            CyclicBarrier start = new CyclicBarrier(threads);
            List<Future<PeerCard>> cards = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                cards.add(executor.submit(() -> {
                    start.await();
                    return Identity.loadOrCreate(file, PLAIN).card();
                }));
            }
            Set<PeerCard> distinct = new HashSet<>();
            for (Future<PeerCard> card : cards) {
                distinct.add(card.get());
            }
            assertThat(distinct).hasSize(1);
        } finally {
            executor.shutdown();
        }
    }

    @Test
    void aCardSurvivesItsEncodingAndNoChangeToIt() {
        PeerCard card = Identity.generate().card();
        byte[] encoded = card.encode();
        assertThat(encoded).hasSize(PeerCard.BYTES);
        assertThat(PeerCard.decode(encoded)).isEqualTo(card);
        Random random = new Random(20_261_123);
        for (int i = 0; i < encoded.length; i++) {
            byte[] changed = encoded.clone();
            changed[i] ^= (byte) (1 + random.nextInt(255));
            assertThatThrownBy(() -> PeerCard.decode(changed)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> PeerCard.decode(Arrays.copyOf(encoded, 127)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> PeerCard.decode(Arrays.copyOf(encoded, 129)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aCardWithAKeyOfSmallOrderIsRefused() {
        Identity identity = Identity.generate();
        byte[] zero = new byte[32];
        byte[] card = PeerCard.of(identity.card().ed25519PublicKey(), zero, identity.sign(PeerCard.signedBytes(zero)))
                .encode();
        assertThatThrownBy(() -> PeerCard.decode(card))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("small order");
    }

    @Test
    void secretBytesCompareByContentPrintTheirLengthAndAreWiped() {
        byte[] content = {1, 2, 3};
        SecretAccess access = InsecureSecretAccess.get();
        SecretBytes secret = SecretBytes.copyOf(content, access);
        content[0] = 9;
        assertThat(secret.toByteArray(access)).containsExactly(1, 2, 3);
        assertThat(secret)
                .isEqualTo(SecretBytes.copyOf(new byte[] {1, 2, 3}, access))
                .hasSameHashCodeAs(SecretBytes.copyOf(new byte[] {1, 2, 3}, access))
                .isNotEqualTo(SecretBytes.copyOf(new byte[] {1, 2, 4}, access))
                .hasToString("SecretBytes(3 bytes)");
        secret.close();
        secret.close();
        assertThatThrownBy(() -> secret.toByteArray(access)).isInstanceOf(IllegalStateException.class);
        assertThat(secret).isNotEqualTo(SecretBytes.copyOf(new byte[3], access));
    }
}
