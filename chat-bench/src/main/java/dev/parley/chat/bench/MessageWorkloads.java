package dev.parley.chat.bench;

import dev.parley.chat.OutgoingMessage;
import dev.parley.chat.internal.protocol.Output;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.crypto.engines.AESEngine;
import org.bouncycastle.crypto.modes.GCMBlockCipher;
import org.bouncycastle.crypto.modes.GCMModeCipher;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/** A message of 200 bytes through real machines, and the raw calls that it is made of. */
final class MessageWorkloads {

    private static final int TEXT_BYTES = 200;
    private static final OutgoingMessage MESSAGE = OutgoingMessage.of("x".repeat(TEXT_BYTES));
    private static final int TAG_BYTES = 16;

    private MessageWorkloads() {}

    static List<Comparison> comparisons(List<Integer> roomSizes) {
        List<Comparison> all = new ArrayList<>();
        all.add(new Comparison("seal and sign 200 B", () -> {
            MachineRoom room = new MachineRoom(2);
            return sealing(new Say("participant: make, sign, seal, frame", room, room.participant(0)), eventOf(room));
        }));
        all.add(new Comparison("open and verify 200 B", () -> {
            MachineRoom room = new MachineRoom(2);
            return opening(new HearAtParticipant("participant: open, verify, place", room), eventOf(room));
        }));
        for (int size : roomSizes) {
            all.add(new Comparison("host of " + size + " participants, 200 B from one of them", () -> {
                MachineRoom room = new MachineRoom(size);
                String name = "host: open, verify, place, pass on to " + (size - 1);
                return opening(new HearAtHost(name, room), eventOf(room));
            }));
            all.add(new Comparison("host of " + size + " participants, 200 B of its own", () -> {
                MachineRoom room = new MachineRoom(size);
                String name = "host: make, sign, seal, send to " + size;
                return sealing(new Say(name, room, room.host()), eventOf(room));
            }));
        }
        return all;
    }

    private static List<Workload<?, ?>> sealing(Workload<?, ?> ours, byte[] event) throws Exception {
        return List.of(ours, new RawProtect(event), new RawSigns(event));
    }

    private static List<Workload<?, ?>> opening(Workload<?, ?> ours, byte[] event) throws Exception {
        return List.of(ours, new RawUnprotect(event), new RawVerifies(event));
    }

    /** The bytes of a message's event, so that the baselines work on as much as we do. */
    private static byte[] eventOf(MachineRoom room) {
        MachineRoom.Side author = room.participant(0);
        List<Output> outputs = room.say(author, MESSAGE);
        byte[] bytes = outputs.stream()
                .filter(Output.Persist.class::isInstance)
                .map(output -> ((Output.Persist) output).event().bytes())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("a message was not kept"));
        room.carryOut(author, outputs, List.of(author, room.participant(1)));
        return bytes;
    }

    private static void requireDelivered(List<Output> outputs) {
        Workload.require(
                outputs.stream()
                        .anyMatch(output -> output instanceof Output.Deliver deliver
                                && deliver.message().text().equals(MESSAGE.text())),
                "the message is not told");
    }

    /** From a message to the frames for the links. */
    private static final class Say extends Workload<OutgoingMessage, List<Output>> {
        private final MachineRoom room;
        private final MachineRoom.Side author;

        Say(String name, MachineRoom room, MachineRoom.Side author) {
            super(name);
            this.room = room;
            this.author = author;
        }

        @Override
        OutgoingMessage prepare() {
            return MESSAGE;
        }

        @Override
        List<Output> run(OutgoingMessage message) {
            return room.say(author, message);
        }

        @Override
        void finish(OutgoingMessage message, List<Output> outputs) {
            MachineRoom.Side listener = room.participant(1);
            if (author == room.host()) {
                requireDelivered(room.receive(listener, room.frameTo(listener, outputs), author));
                room.carryOut(author, outputs, List.of());
            } else {
                List<Output> heard = room.receive(room.host(), room.frameTo(room.host(), outputs), author);
                requireDelivered(heard);
                room.carryOut(room.host(), heard, List.of(author, listener));
            }
        }
    }

    /** A frame of another participant, as the host has passed it on. */
    private static final class HearAtParticipant extends Workload<byte[], List<Output>> {
        private final MachineRoom room;

        HearAtParticipant(String name, MachineRoom room) {
            super(name);
            this.room = room;
        }

        @Override
        byte[] prepare() {
            MachineRoom.Side author = room.participant(0);
            byte[] frame = room.frameTo(room.host(), room.say(author, MESSAGE));
            List<Output> passedOn = room.receive(room.host(), frame, author);
            room.carryOut(room.host(), passedOn, List.of(author));
            return room.frameTo(room.participant(1), passedOn);
        }

        @Override
        List<Output> run(byte[] frame) {
            return room.receive(room.participant(1), frame, room.host());
        }

        @Override
        void finish(byte[] frame, List<Output> outputs) {
            requireDelivered(outputs);
        }
    }

    /** A frame of a participant at the host, and what the host sends to the others because of it. */
    private static final class HearAtHost extends Workload<byte[], List<Output>> {
        private final MachineRoom room;

        HearAtHost(String name, MachineRoom room) {
            super(name);
            this.room = room;
        }

        @Override
        byte[] prepare() {
            MachineRoom.Side author = room.participant(0);
            return room.frameTo(room.host(), room.say(author, MESSAGE));
        }

        @Override
        List<Output> run(byte[] frame) {
            return room.receive(room.host(), frame, room.participant(0));
        }

        @Override
        void finish(byte[] frame, List<Output> outputs) {
            requireDelivered(outputs);
            room.carryOut(room.host(), outputs, List.of(room.participant(0), room.participant(1)));
        }
    }

    /** Two members of a raw group. */
    private static final class Pair {
        private final RawGroup left;
        private final RawGroup right;

        Pair() throws Exception {
            left = RawGroup.create();
            RawGroup.Member member = new RawGroup.Member();
            RawGroup.Added added = left.add(List.of(member));
            left.advance(added.group());
            right = RawGroup.join(member, added.welcome());
        }
    }

    private static final class RawProtect extends Workload<byte[], byte[]> {
        private final byte[] event;
        private final Pair pair = new Pair();

        RawProtect(byte[] event) throws Exception {
            super("BouncyCastle Group.protect");
            this.event = event;
        }

        @Override
        byte[] prepare() {
            return event;
        }

        @Override
        byte[] run(byte[] plaintext) throws Exception {
            return pair.left.protect(plaintext);
        }

        @Override
        void finish(byte[] plaintext, byte[] message) throws Exception {
            require(Arrays.equals(pair.right.unprotect(message), plaintext), "the library opens its own message");
        }
    }

    private static final class RawUnprotect extends Workload<byte[], byte[]> {
        private final byte[] event;
        private final Pair pair = new Pair();

        RawUnprotect(byte[] event) throws Exception {
            super("BouncyCastle Group.unprotect");
            this.event = event;
        }

        @Override
        byte[] prepare() throws Exception {
            return pair.left.protect(event);
        }

        @Override
        byte[] run(byte[] message) throws Exception {
            return pair.right.unprotect(message);
        }

        @Override
        void finish(byte[] message, byte[] plaintext) {
            require(Arrays.equals(plaintext, event), "the library opens its own message");
        }
    }

    /** What two signatures and a seal have and give. */
    @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
    private record Raw(byte[] nonce, byte[] ciphertext, byte[] eventSignature, byte[] messageSignature) {}

    private static final class RawSigns extends Workload<byte[], Raw> {
        private final byte[] event;
        private final Keys keys = new Keys();

        RawSigns(byte[] event) {
            super("2 Ed25519 signatures and AES-GCM of BouncyCastle");
            this.event = event;
        }

        @Override
        byte[] prepare() {
            return RawGroup.random(12);
        }

        @Override
        Raw run(byte[] nonce) throws Exception {
            return keys.seal(nonce, event);
        }

        @Override
        void finish(byte[] nonce, Raw raw) throws Exception {
            require(keys.open(raw, event), "what was signed verifies");
        }
    }

    private static final class RawVerifies extends Workload<Raw, Boolean> {
        private final byte[] event;
        private final Keys keys = new Keys();

        RawVerifies(byte[] event) {
            super("2 Ed25519 verifications and AES-GCM of BouncyCastle");
            this.event = event;
        }

        @Override
        Raw prepare() throws Exception {
            return keys.seal(RawGroup.random(12), event);
        }

        @Override
        Boolean run(Raw raw) throws Exception {
            return keys.open(raw, event);
        }

        @Override
        void finish(Raw raw, Boolean verified) {
            require(verified, "what was signed verifies");
        }
    }

    private static final class Keys {
        private final Ed25519PrivateKeyParameters signing =
                new Ed25519PrivateKeyParameters(RawGroup.random(Ed25519.SECRET_KEY_SIZE), 0);
        private final byte[] publicKey = signing.generatePublicKey().getEncoded();
        private final byte[] sealing = RawGroup.random(16);

        Raw seal(byte[] nonce, byte[] event) throws Exception {
            return new Raw(nonce, aead(true, nonce, event), sign(event), sign(event));
        }

        boolean open(Raw raw, byte[] event) throws Exception {
            byte[] opened = aead(false, raw.nonce, raw.ciphertext);
            return Arrays.equals(opened, event)
                    && Ed25519.verify(raw.eventSignature, 0, publicKey, 0, opened, 0, opened.length)
                    && Ed25519.verify(raw.messageSignature, 0, publicKey, 0, opened, 0, opened.length);
        }

        private byte[] sign(byte[] message) {
            byte[] signature = new byte[Ed25519.SIGNATURE_SIZE];
            signing.sign(Ed25519.Algorithm.Ed25519, null, message, 0, message.length, signature, 0);
            return signature;
        }

        private byte[] aead(boolean sealing, byte[] nonce, byte[] input) throws Exception {
            GCMModeCipher cipher = GCMBlockCipher.newInstance(AESEngine.newInstance());
            cipher.init(sealing, new AEADParameters(new KeyParameter(this.sealing), TAG_BYTES * 8, nonce));
            byte[] output = new byte[cipher.getOutputSize(input.length)];
            cipher.doFinal(output, cipher.processBytes(input, 0, input.length, output, 0));
            return output;
        }
    }
}
