package dev.parley.chat.internal.crypto;

import static dev.parley.chat.internal.crypto.BentSignature.concat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.parley.chat.RoomId;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.internal.encoding.NegativeVectors;
import dev.parley.chat.internal.encoding.NegativeVectors.Vector;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class NegativeEnvelopeTest {

    private static final RoomId ROOM = RoomId.of(new byte[RoomId.BYTES]);
    private static final Identity SENDER = identity(1);
    private static final Identity RECEIVER = identity(2);

    private static Identity identity(int number) {
        byte[] seed = new byte[32];
        Arrays.fill(seed, (byte) number);
        return Identity.fromInsecureSeeds(seed, seed);
    }

    static Stream<Vector> vectors() {
        return NegativeVectors.of("envelopes.json");
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void anInnerEnvelopeIsTakenIfEachFieldIsRight(Vector vector) throws Exception {
        byte[] inner = inner(vector);
        if (vector.isValid()) {
            Envelope envelope = EnvelopeSeal.decode(RECEIVER.peerId(), ROOM, inner);
            assertThat(envelope.sender()).isEqualTo(SENDER.card());
            assertThat(envelope.body()).isEqualTo(vector.set("body", new byte[] {'{', '}'}));
        } else {
            assertThatExceptionOfType(SealException.class)
                    .isThrownBy(() -> EnvelopeSeal.decode(RECEIVER.peerId(), ROOM, inner));
        }
    }

    private static byte[] inner(Vector vector) {
        byte[] card = (vector.setText("card", "own").equals("other") ? identity(3) : SENDER)
                .card()
                .encode();
        card = concat(
                vector.set("cardKey", Arrays.copyOf(card, 32)),
                vector.set("cardOther", Arrays.copyOfRange(card, 32, 64)),
                Arrays.copyOfRange(card, 64, 128));
        if (vector.setText("cardSignature", "right").equals("bent")) {
            card[127] ^= 1;
        }
        byte[] body = vector.set("body", new byte[] {'{', '}'});
        byte[] fields = concat(
                vector.set("version", new byte[] {1}),
                vector.set("room", ROOM.toBytes()),
                card,
                vector.set("receiver", RECEIVER.peerId().toBytes()),
                new byte[Envelope.SESSION_BYTES],
                vector.set("counter", new byte[4]),
                vector.set("length", ByteBuffer.allocate(4).putInt(body.length).array()),
                body);
        byte[] signature = BentSignature.of(SENDER, "parley-envelope-v1", fields, vector.setText("signature", "right"));
        return concat(fields, signature, vector.set("trailing", new byte[0]));
    }
}
