package dev.parley.chat.testkit.sim;

import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.SignalingException;
import dev.parley.chat.SignalingException.Problem;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.testkit.sim.EvilWorker.Mail;
import dev.parley.chat.transport.IceServer;
import dev.parley.chat.transport.Lease;
import dev.parley.chat.transport.Nameplate;
import dev.parley.chat.transport.RoomEntry;
import dev.parley.chat.transport.SignalingSession;
import dev.parley.chat.transport.SignalingSession.MessageType;
import dev.parley.chat.transport.SignedDescriptor;
import dev.parley.chat.transport.SignedSuccession;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The ways in which a signaling worker can be evil. A probability is that of one message or answer, 0…1; what is random
 * comes from {@link EvilWorker#random()}, so that a seed gives one run. None of them keeps state of its own: the same
 * value may serve several workers.
 */
public final class Misbehaviours {

    /** As long as an honest worker gives one for (docs/signaling.md). */
    private static final Duration LEASE = Duration.ofSeconds(30);

    private static final byte[] REFUSAL_CONTEXT = "parley-refusal-v1".getBytes(StandardCharsets.US_ASCII);

    private Misbehaviours() {}

    // ---- messages

    /**
     * Loses messages.
     *
     * @param probability of losing one
     * @return the misbehaviour
     */
    public static Misbehaviour dropping(double probability) {
        return carrying(probability, (worker, mail) -> List.of());
    }

    /**
     * Holds messages back, each for a time of its own, so that they overtake each other.
     *
     * @param probability of holding one back
     * @param longest the longest time
     * @return the misbehaviour
     */
    public static Misbehaviour delaying(double probability, Duration longest) {
        return carrying(probability, (worker, mail) -> List.of(mail.later(upTo(longest, worker.random()))));
    }

    /**
     * Delivers messages several times, the later ones up to 5 s later.
     *
     * @param probability of doing so with one
     * @param copies how many more
     * @return the misbehaviour
     */
    public static Misbehaviour duplicating(double probability, int copies) {
        return carrying(probability, (worker, mail) -> {
            List<Mail> all = new ArrayList<>(List.of(mail));
            for (int i = 0; i < copies; i++) {
                all.add(mail.later(upTo(Duration.ofSeconds(5), worker.random())));
            }
            return all;
        });
    }

    /**
     * Delivers beside a message an older one again, to whom it was for: of this session, of an earlier one, of another
     * peer or room.
     *
     * @param probability of doing so with a message
     * @return the misbehaviour
     */
    public static Misbehaviour replaying(double probability) {
        return carrying(probability, (worker, mail) -> List.of(mail, anyOf(worker.carried(), worker.random())));
    }

    /**
     * Delivers beside a message an older one to its receiver, whomever that was for and in whatever room, under the
     * name of the sender or as it was sent.
     *
     * @param probability of doing so with a message
     * @return the misbehaviour
     */
    public static Misbehaviour misdelivering(double probability) {
        return carrying(probability, (worker, mail) -> {
            Mail other = anyOf(worker.carried(), worker.random()).withTo(mail.room(), mail.to());
            return List.of(mail, worker.random().nextBoolean() ? other : other.withFrom(mail.from()));
        });
    }

    /**
     * Delivers a message to its sender too, as the receiver's word and as its own.
     *
     * @param probability of doing so with a message
     * @return the misbehaviour
     */
    public static Misbehaviour reflecting(double probability) {
        return carrying(
                probability,
                (worker, mail) -> List.of(
                        mail,
                        mail.withTo(mail.room(), mail.from()),
                        mail.withTo(mail.room(), mail.from()).withFrom(mail.to())));
    }

    /**
     * Changes one byte of a message.
     *
     * @param probability of doing so with one
     * @return the misbehaviour
     */
    public static Misbehaviour bending(double probability) {
        return rewriting(
                probability, (worker, bytes) -> bent(bytes, worker.random().nextInt(bytes.length), worker));
    }

    /**
     * Delivers before a message one copy for each of its bytes, with that byte changed.
     *
     * @param probability of doing so with one
     * @return the misbehaviour
     */
    public static Misbehaviour bendingEachByte(double probability) {
        return carrying(probability, (worker, mail) -> {
            List<Mail> all = new ArrayList<>();
            for (int i = 0; i < mail.payload().length; i++) {
                all.add(mail.withPayload(bent(mail.payload(), i, worker)));
            }
            all.add(mail);
            return all;
        });
    }

    /**
     * Cuts a message off somewhere; there may be nothing left of it.
     *
     * @param probability of doing so with one
     * @return the misbehaviour
     */
    public static Misbehaviour truncating(double probability) {
        return rewriting(
                probability,
                (worker, bytes) -> Arrays.copyOf(bytes, worker.random().nextInt(bytes.length)));
    }

    /**
     * Delivers beside a message two that are spliced: its beginning before the end of an older one, and the other way
     * round.
     *
     * @param probability of doing so with one
     * @return the misbehaviour
     */
    public static Misbehaviour splicing(double probability) {
        return carrying(probability, (worker, mail) -> {
            byte[] older = anyOf(worker.carried(), worker.random()).payload();
            // Where the parts of an envelope meet: behind the version, and behind the encapsulated key; or anywhere.
            int[] cuts = {1, 33, worker.random().nextInt(1 + Math.min(older.length, mail.payload().length))};
            int cut =
                    Math.min(cuts[worker.random().nextInt(cuts.length)], Math.min(older.length, mail.payload().length));
            return List.of(
                    mail.withPayload(spliced(mail.payload(), older, cut)),
                    mail.withPayload(spliced(older, mail.payload(), cut)),
                    mail);
        });
    }

    /**
     * Delivers messages under the name of another peer of the worker's.
     *
     * @param probability of doing so with one
     * @return the misbehaviour
     */
    public static Misbehaviour forgingSenders(double probability) {
        return carrying(probability, (worker, mail) -> {
            Mail other = anyOf(worker.carried(), worker.random());
            List<PeerId> names = List.of(other.from(), other.to(), mail.to());
            return List.of(mail.withFrom(names.get(worker.random().nextInt(names.size()))));
        });
    }

    /**
     * Says of envelopes that they are refusals, and the other way round.
     *
     * @param probability of doing so with a message
     * @return the misbehaviour
     */
    public static Misbehaviour mistaking(double probability) {
        return carrying(
                probability,
                (worker, mail) -> List.of(mail.withType(
                        mail.type() == MessageType.ENVELOPE ? MessageType.REFUSAL : MessageType.ENVELOPE)));
    }

    /**
     * Answers each envelope with refusals in the receiver's name (docs/protocol.md section 5): one that someone else
     * signed, one without a signature, and the envelope itself for one.
     *
     * @param forger signs one of them
     * @return the misbehaviour
     */
    public static Misbehaviour forgingRefusals(Identity forger) {
        return carrying(1, (worker, mail) -> {
            Mail back =
                    mail.withTo(mail.room(), mail.from()).withFrom(mail.to()).withType(MessageType.REFUSAL);
            return List.of(
                    back.withPayload(refusal(mail, forger)),
                    back.withPayload(Arrays.copyOf(refusal(mail, forger), 33 + 64 - 1)),
                    back.withPayload(unsigned(refusal(mail, forger))),
                    back,
                    mail);
        });
    }

    private static byte[] refusal(Mail envelope, Identity forger) {
        byte[] said = ByteBuffer.allocate(33)
                .put((byte) 1)
                .put(sha256(envelope.payload()))
                .array();
        byte[] signature = forger.sign(ByteBuffer.allocate(REFUSAL_CONTEXT.length + 40 + said.length)
                .put(REFUSAL_CONTEXT)
                .put(envelope.room().toBytes())
                .put(envelope.from().toBytes())
                .put(said)
                .array());
        return ByteBuffer.allocate(said.length + signature.length)
                .put(said)
                .put(signature)
                .array();
    }

    private static byte[] unsigned(byte[] refusal) {
        byte[] bytes = refusal.clone();
        Arrays.fill(bytes, 33, bytes.length, (byte) 0);
        return bytes;
    }

    /**
     * Sends garbage beside each message, in the name of its sender: of random length and content.
     *
     * @param count how many for one message
     * @return the misbehaviour
     */
    public static Misbehaviour flooding(int count) {
        return carrying(1, (worker, mail) -> {
            List<Mail> all = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                byte[] garbage =
                        new byte[worker.random().nextInt(i == 0 ? SignalingSession.MAX_PAYLOAD_BYTES + 1 : 500)];
                worker.random().nextBytes(garbage);
                MessageType[] types = MessageType.values();
                all.add(mail.withPayload(garbage).withType(types[worker.random().nextInt(types.length)]));
            }
            all.add(mail);
            return all;
        });
    }

    /**
     * Ends the session of a message's receiver.
     *
     * @param probability of doing so with a message
     * @param problems what its client is told, one of these
     * @return the misbehaviour
     */
    public static Misbehaviour endingSessions(double probability, Problem... problems) {
        return carrying(probability, (worker, mail) -> {
            worker.endSession(mail.room(), mail.to(), refusal(worker.random(), problems));
            return List.of();
        });
    }

    // ---- answers

    /**
     * Refuses requests for no reason: looking a room up, joining it.
     *
     * @param probability of refusing one
     * @param problems what the client is told, one of these
     * @return the misbehaviour
     */
    public static Misbehaviour refusing(double probability, Problem... problems) {
        return new Misbehaviour() {
            @Override
            public RoomEntry find(EvilWorker worker, String client, RoomId asked, RoomEntry truth) {
                refuse(worker);
                return truth;
            }

            @Override
            public void join(EvilWorker worker, String client, RoomId room) {
                refuse(worker);
            }

            private void refuse(EvilWorker worker) {
                if (happens(probability, worker)) {
                    throw refusal(worker.random(), problems);
                }
            }
        };
    }

    /**
     * Serves another descriptor than the room's.
     *
     * @param lie what is served in place of the true one
     * @return the misbehaviour
     */
    public static Misbehaviour serving(UnaryOperator<SignedDescriptor> lie) {
        return new Misbehaviour() {
            @Override
            public RoomEntry find(EvilWorker worker, String client, RoomId asked, RoomEntry truth) {
                return served(truth, lie.apply(truth.descriptor()));
            }
        };
    }

    /**
     * Serves descriptors with one byte changed: of the descriptor or of its signature.
     *
     * @param probability of doing so with an answer
     * @return the misbehaviour
     */
    public static Misbehaviour bendingDescriptors(double probability) {
        return new Misbehaviour() {
            @Override
            public RoomEntry find(EvilWorker worker, String client, RoomId asked, RoomEntry truth) {
                if (!happens(probability, worker)) {
                    return truth;
                }
                byte[] descriptor = truth.descriptor().descriptor();
                byte[] signature = truth.descriptor().signature();
                int at = worker.random().nextInt(descriptor.length + signature.length);
                return served(
                        truth,
                        at < descriptor.length
                                ? new SignedDescriptor(bent(descriptor, at, worker), signature)
                                : new SignedDescriptor(descriptor, bent(signature, at - descriptor.length, worker)));
            }
        };
    }

    /**
     * Counts peers wrong, and says of rooms that they were last active at any time.
     *
     * @return the misbehaviour
     */
    public static Misbehaviour miscounting() {
        return new Misbehaviour() {
            @Override
            public RoomEntry find(EvilWorker worker, String client, RoomId asked, RoomEntry truth) {
                return miscounted(worker, truth);
            }

            @Override
            public List<RoomEntry> list(EvilWorker worker, String client, List<RoomEntry> truth) {
                return truth.stream().map(entry -> miscounted(worker, entry)).toList();
            }

            private RoomEntry miscounted(EvilWorker worker, RoomEntry truth) {
                int[] counts = {-1, 0, 1, Integer.MAX_VALUE, Integer.MIN_VALUE};
                return new RoomEntry(
                        truth.room(),
                        truth.descriptor(),
                        counts[worker.random().nextInt(counts.length)],
                        truth.lastActive().plusSeconds(worker.random().nextInt()),
                        truth.succession(),
                        truth.lease());
            }
        };
    }

    /**
     * Lists more rooms than there are, or some of them twice.
     *
     * @param more what is listed before the others
     * @return the misbehaviour
     */
    public static Misbehaviour listing(Collection<RoomEntry> more) {
        return new Misbehaviour() {
            @Override
            public List<RoomEntry> list(EvilWorker worker, String client, List<RoomEntry> truth) {
                List<RoomEntry> all = new ArrayList<>(more);
                all.addAll(truth);
                return all;
            }
        };
    }

    /**
     * Hides all public rooms.
     *
     * @return the misbehaviour
     */
    public static Misbehaviour hidingRooms() {
        return new Misbehaviour() {
            @Override
            public List<RoomEntry> list(EvilWorker worker, String client, List<RoomEntry> truth) {
                return List.of();
            }
        };
    }

    /**
     * Gives the lease of a room to everybody who asks for it, under a fence greater than any that it gave before. To
     * who asks whose it is it says one time in two that it is free, and else as an honest worker would: whose it was
     * first.
     *
     * @return the misbehaviour
     */
    public static Misbehaviour grantingTheLeaseToAll() {
        return new Misbehaviour() {
            @Override
            public RoomEntry find(EvilWorker worker, String client, RoomId asked, RoomEntry truth) {
                return worker.random().nextBoolean() ? ledBy(truth, truth.succession(), null) : truth;
            }

            @Override
            public Lease lease(EvilWorker worker, String client, PeerId asker, Lease truth) {
                return truth.holder().equals(asker) ? truth : new Lease(asker, worker.laterFence(truth.fence()), LEASE);
            }

            @Override
            public Lease forbiddenLease(EvilWorker worker, String client, PeerId asker) {
                return new Lease(asker, worker.laterFence(0), LEASE);
            }
        };
    }

    /**
     * Refuses the lease of a room for no reason.
     *
     * @param probability of refusing one request for it
     * @param problems what the client is told, one of these
     * @return the misbehaviour
     */
    public static Misbehaviour refusingTheLease(double probability, Problem... problems) {
        return new Misbehaviour() {
            @Override
            public Lease lease(EvilWorker worker, String client, PeerId asker, Lease truth) {
                if (happens(probability, worker)) {
                    throw refusal(worker.random(), problems);
                }
                return truth;
            }
        };
    }

    /**
     * Gives the lease of a room to nobody, and tells nobody of it or of who may hold it.
     *
     * @return the misbehaviour
     */
    public static Misbehaviour hidingTheLease() {
        return new Misbehaviour() {
            @Override
            public RoomEntry find(EvilWorker worker, String client, RoomId asked, RoomEntry truth) {
                return ledBy(truth, null, null);
            }

            @Override
            public Lease lease(EvilWorker worker, String client, PeerId asker, Lease truth) {
                throw new SignalingException(Problem.UNAVAILABLE, "the worker gives no lease");
            }
        };
    }

    /**
     * Says that a peer holds the lease of every room, whoever asks.
     *
     * @param holder who
     * @param fence under which fence
     * @return the misbehaviour
     */
    public static Misbehaviour namingLeader(PeerId holder, long fence) {
        Lease lie = new Lease(holder, fence, LEASE);
        return new Misbehaviour() {
            @Override
            public RoomEntry find(EvilWorker worker, String client, RoomId asked, RoomEntry truth) {
                return ledBy(truth, truth.succession(), lie);
            }

            @Override
            public Lease lease(EvilWorker worker, String client, PeerId asker, Lease truth) {
                return lie;
            }
        };
    }

    /**
     * Serves the first succession of a room that a host has published, whatever has followed it.
     *
     * @return the misbehaviour
     */
    public static Misbehaviour servingOldSuccessions() {
        return new Misbehaviour() {
            @Override
            public RoomEntry find(EvilWorker worker, String client, RoomId asked, RoomEntry truth) {
                List<SignedSuccession> all = worker.successions(asked);
                return all.size() < 2 ? truth : ledBy(truth, all.get(0), truth.lease());
            }
        };
    }

    /**
     * Leads whoever looks a short number up to another room than the one that the number was opened for.
     *
     * @param room where it leads
     * @return the misbehaviour
     */
    public static Misbehaviour leadingNumbersTo(RoomId room) {
        return new Misbehaviour() {
            @Override
            public RoomId findNameplate(EvilWorker worker, String client, int number, @Nullable RoomId truth) {
                return room;
            }
        };
    }

    /**
     * Still leads to a room by a number that was given back, was used up or has expired.
     *
     * @return the misbehaviour
     */
    public static Misbehaviour servingOldNumbers() {
        return new Misbehaviour() {
            @Override
            public @Nullable RoomId findNameplate(
                    EvilWorker worker, String client, int number, @Nullable RoomId truth) {
                return truth != null ? truth : worker.numbers().get(number);
            }
        };
    }

    /**
     * Tells who opens a short number another one than it got.
     *
     * @param number the other one
     * @return the misbehaviour
     */
    public static Misbehaviour givingNumber(int number) {
        return new Misbehaviour() {
            @Override
            public Nameplate openNameplate(EvilWorker worker, String client, RoomId room, Nameplate truth) {
                return new Nameplate(number, truth.validFor());
            }
        };
    }

    /**
     * Holds answers back: to who looks a room or a short number up, or asks for a lease.
     *
     * @param probability of holding one back
     * @param longest the longest time
     * @return the misbehaviour
     */
    public static Misbehaviour answeringLate(double probability, Duration longest) {
        return new Misbehaviour() {
            @Override
            public Duration lateness(EvilWorker worker, String client) {
                return happens(probability, worker) ? upTo(longest, worker.random()) : Duration.ZERO;
            }
        };
    }

    private static RoomEntry ledBy(RoomEntry truth, @Nullable SignedSuccession succession, @Nullable Lease lease) {
        return new RoomEntry(truth.room(), truth.descriptor(), truth.peers(), truth.lastActive(), succession, lease);
    }

    /**
     * Names ICE servers of its own.
     *
     * @param servers what is named in place of the true ones
     * @return the misbehaviour
     */
    public static Misbehaviour namingIceServers(List<IceServer> servers) {
        return new Misbehaviour() {
            @Override
            public List<IceServer> iceServers(EvilWorker worker, String client, List<IceServer> truth) {
                return servers;
            }
        };
    }

    /**
     * Misbehaves towards some clients only, so that different clients are told different things.
     *
     * @param clients towards whom
     * @param misbehaviour how
     * @return the misbehaviour
     */
    public static Misbehaviour towards(Set<String> clients, Misbehaviour misbehaviour) {
        Misbehaviour honest = new Misbehaviour() {};
        return new Misbehaviour() {
            private Misbehaviour of(String client) {
                return clients.contains(client) ? misbehaviour : honest;
            }

            @Override
            public RoomEntry find(EvilWorker worker, String client, RoomId asked, RoomEntry truth) {
                return of(client).find(worker, client, asked, truth);
            }

            @Override
            public List<RoomEntry> list(EvilWorker worker, String client, List<RoomEntry> truth) {
                return of(client).list(worker, client, truth);
            }

            @Override
            public void join(EvilWorker worker, String client, RoomId room) {
                of(client).join(worker, client, room);
            }

            @Override
            public List<IceServer> iceServers(EvilWorker worker, String client, List<IceServer> truth) {
                return of(client).iceServers(worker, client, truth);
            }

            @Override
            public Lease lease(EvilWorker worker, String client, PeerId asker, Lease truth) {
                return of(client).lease(worker, client, asker, truth);
            }

            @Override
            public @Nullable Lease forbiddenLease(EvilWorker worker, String client, PeerId asker) {
                return of(client).forbiddenLease(worker, client, asker);
            }

            @Override
            public Nameplate openNameplate(EvilWorker worker, String client, RoomId room, Nameplate truth) {
                return of(client).openNameplate(worker, client, room, truth);
            }

            @Override
            public @Nullable RoomId findNameplate(
                    EvilWorker worker, String client, int number, @Nullable RoomId truth) {
                return of(client).findNameplate(worker, client, number, truth);
            }

            @Override
            public Duration lateness(EvilWorker worker, String client) {
                return of(client).lateness(worker, client);
            }

            @Override
            public List<Mail> carry(EvilWorker worker, String client, Mail mail) {
                return of(client).carry(worker, client, mail);
            }
        };
    }

    // ---- parts

    private static Misbehaviour carrying(double probability, BiFunction<EvilWorker, Mail, List<Mail>> misdeed) {
        return new Misbehaviour() {
            @Override
            public List<Mail> carry(EvilWorker worker, String client, Mail mail) {
                return happens(probability, worker) ? misdeed.apply(worker, mail) : List.of(mail);
            }
        };
    }

    private static Misbehaviour rewriting(double probability, BiFunction<EvilWorker, byte[], byte[]> misdeed) {
        return carrying(
                probability,
                (worker, mail) -> mail.payload().length == 0
                        ? List.of(mail)
                        : List.of(mail.withPayload(misdeed.apply(worker, mail.payload()))));
    }

    private static boolean happens(double probability, EvilWorker worker) {
        return worker.random().nextDouble() < probability;
    }

    private static RoomEntry served(RoomEntry truth, SignedDescriptor descriptor) {
        return new RoomEntry(
                truth.room(), descriptor, truth.peers(), truth.lastActive(), truth.succession(), truth.lease());
    }

    private static SignalingException refusal(Random random, Problem... problems) {
        return new SignalingException(problems[random.nextInt(problems.length)], "the worker refuses");
    }

    private static Duration upTo(Duration longest, Random random) {
        return Duration.ofNanos((long) (random.nextDouble() * longest.toNanos()));
    }

    private static Mail anyOf(List<Mail> mails, Random random) {
        return mails.get(random.nextInt(mails.size()));
    }

    private static byte[] bent(byte[] bytes, int at, EvilWorker worker) {
        byte[] other = bytes.clone();
        other[at] ^= (byte) (1 + worker.random().nextInt(255));
        return other;
    }

    private static byte[] spliced(byte[] head, byte[] tail, int cut) {
        return ByteBuffer.allocate(tail.length)
                .put(head, 0, cut)
                .put(tail, cut, tail.length - cut)
                .array();
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
