package dev.parley.chat.internal.crypto;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.chat.RoomId;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.internal.crypto.SealException.Kind;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class SealsTest {

    private static final RoomId ROOM = RoomId.of(new byte[20]);
    private static final RoomId OTHER_ROOM = RoomId.of("another room id 20 b".getBytes(UTF_8));
    private static final byte[] SESSION = new byte[Envelope.SESSION_BYTES];
    private static final byte[] NONCE = new byte[DescriptorSeal.NONCE_BYTES];

    private final Identity sender = Identity.generate();
    private final Identity receiver = Identity.generate();
    private final RoomSecret secret = RoomSecret.of(Sha256.of("secret".getBytes(UTF_8)));
    private final RoomSecret otherSecret = RoomSecret.of(Sha256.of("other".getBytes(UTF_8)));

    @Test
    void anEnvelopeNamesEverythingThatWasSealed() throws Exception {
        byte[] session = "sixteen bytes !!".getBytes(UTF_8);
        byte[] sealed =
                EnvelopeSeal.seal(sender, receiver.card(), secret, ROOM, session, 7, "an offer".getBytes(UTF_8));
        Envelope envelope = EnvelopeSeal.open(receiver, secret, ROOM, sealed);
        assertThat(envelope.room()).isEqualTo(ROOM);
        assertThat(envelope.sender()).isEqualTo(sender.card());
        assertThat(envelope.receiver()).isEqualTo(receiver.peerId());
        assertThat(envelope.session()).isEqualTo(session);
        assertThat(envelope.counter()).isEqualTo(7);
        assertThat(new String(envelope.body(), UTF_8)).isEqualTo("an offer");
        assertThat(sealed).hasSize(EnvelopeSeal.OVERHEAD_BYTES + "an offer".length());
    }

    @Test
    void anEnvelopeOpensForItsReceiverRoomAndSecretOnly() throws Exception {
        byte[] sealed = seal(new byte[10]);
        assertRefused(Kind.NOT_FOR_US, () -> EnvelopeSeal.open(sender, secret, ROOM, sealed));
        assertRefused(Kind.NOT_FOR_US, () -> EnvelopeSeal.open(receiver, otherSecret, ROOM, sealed));
        assertRefused(Kind.NOT_FOR_US, () -> EnvelopeSeal.open(receiver, secret, OTHER_ROOM, sealed));
        assertThat(EnvelopeSeal.open(receiver, secret, ROOM, sealed).body()).hasSize(10);
    }

    @Test
    void aBodyMayBeAsLongAsTheLimitAndNoLonger() throws Exception {
        byte[] sealed = seal(new byte[Envelope.MAX_BODY_BYTES]);
        assertThat(sealed).hasSize(EnvelopeSeal.MAX_SEALED_BYTES);
        assertThat(EnvelopeSeal.open(receiver, secret, ROOM, sealed).body()).hasSize(Envelope.MAX_BODY_BYTES);
        assertThatThrownBy(() -> seal(new byte[Envelope.MAX_BODY_BYTES + 1]))
                .isInstanceOf(IllegalArgumentException.class);
        byte[] tooLong = new byte[EnvelopeSeal.MAX_SEALED_BYTES + 1];
        assertRefused(Kind.MALFORMED, () -> EnvelopeSeal.open(receiver, secret, ROOM, tooLong));
        byte[] tooShort = new byte[EnvelopeSeal.OVERHEAD_BYTES - 1];
        assertRefused(Kind.MALFORMED, () -> EnvelopeSeal.open(receiver, secret, ROOM, tooShort));
    }

    @Test
    void anEncapsulatedKeyOfSmallOrderIsRefused() {
        byte[] sealed = seal(new byte[10]);
        Arrays.fill(sealed, 1, 33, (byte) 0);
        assertRefused(Kind.MALFORMED, () -> EnvelopeSeal.open(receiver, secret, ROOM, sealed));
    }

    @Test
    void changedSealedBytesCauseTheDocumentedExceptionOnly() {
        byte[] envelope = seal(new byte[100]);
        byte[] descriptor = DescriptorSeal.seal(secret, ROOM, NONCE, new byte[100]);
        Random random = new Random(20_261_123);
        for (int round = 0; round < 500; round++) {
            byte[] badEnvelope = mutate(envelope, random);
            byte[] badDescriptor = mutate(descriptor, random);
            assertThatThrownBy(() -> EnvelopeSeal.open(receiver, secret, ROOM, badEnvelope))
                    .as("round " + round)
                    .isInstanceOf(SealException.class);
            assertThatThrownBy(() -> DescriptorSeal.open(secret, ROOM, badDescriptor))
                    .as("round " + round)
                    .isInstanceOf(SealException.class);
        }
    }

    @Test
    void aDescriptorOpensForItsRoomAndSecretOnly() throws Exception {
        byte[] sealed = DescriptorSeal.seal(secret, ROOM, NONCE, "name".getBytes(UTF_8));
        assertThat(DescriptorSeal.open(secret, ROOM, sealed)).isEqualTo("name".getBytes(UTF_8));
        assertRefused(Kind.NOT_FOR_US, () -> DescriptorSeal.open(otherSecret, ROOM, sealed));
        assertRefused(Kind.NOT_FOR_US, () -> DescriptorSeal.open(secret, OTHER_ROOM, sealed));
        byte[] longest = DescriptorSeal.seal(secret, ROOM, NONCE, new byte[DescriptorSeal.MAX_PLAINTEXT_BYTES]);
        assertThat(DescriptorSeal.open(secret, ROOM, longest)).hasSize(DescriptorSeal.MAX_PLAINTEXT_BYTES);
        byte[] tooLong = Arrays.copyOf(longest, longest.length + 1);
        assertRefused(Kind.MALFORMED, () -> DescriptorSeal.open(secret, ROOM, tooLong));
        assertThatThrownBy(() ->
                        DescriptorSeal.seal(secret, ROOM, NONCE, new byte[DescriptorSeal.MAX_PLAINTEXT_BYTES + 1]))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aRoomSecretGivesFourUnlikeKeysAndPrintsNone() {
        assertThat(secret.psk()).isNotEqualTo(secret.signal()).hasSize(RoomSecret.BYTES);
        assertThat(secret.descriptor()).isNotEqualTo(secret.admission()).isNotEqualTo(secret.psk());
        assertThat(secret.psk())
                .isEqualTo(Hkdf.derive("parley-room-v1".getBytes(UTF_8), secret.reveal(), "psk".getBytes(UTF_8), 32));
        assertThat(secret).isEqualTo(RoomSecret.of(secret.reveal())).isNotEqualTo(otherSecret);
        assertThat(secret.toString()).doesNotContain(HexFormat.of().formatHex(secret.reveal()));
        assertThat(RoomSecret.forPublicRoom(ROOM)).isNotEqualTo(RoomSecret.forPublicRoom(OTHER_ROOM));
        assertThat(RoomSecret.forPublicRoom(ROOM).reveal())
                .isEqualTo(Sha256.of("parley-public-room-v1".getBytes(UTF_8), ROOM.toBytes()));
        assertThatThrownBy(() -> RoomSecret.of(new byte[31])).isInstanceOf(IllegalArgumentException.class);
    }

    private byte[] seal(byte[] body) {
        return EnvelopeSeal.seal(sender, receiver.card(), secret, ROOM, SESSION, 0, body);
    }

    private static byte[] mutate(byte[] original, Random random) {
        byte[] bytes = original.clone();
        switch (random.nextInt(3)) {
            case 0 -> bytes[random.nextInt(bytes.length)] ^= (byte) (1 + random.nextInt(255));
            case 1 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
            default -> bytes = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(8));
        }
        return bytes;
    }

    private static void assertRefused(Kind kind, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        SealException.class,
                        e -> assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind));
    }
}
