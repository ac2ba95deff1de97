package dev.parley.chat.internal.mls;

import static dev.parley.chat.fuzz.FuzzTarget.CHEAP;
import static dev.parley.chat.fuzz.FuzzTarget.CRYPTO;
import static dev.parley.chat.fuzz.FuzzTarget.require;

import dev.parley.chat.crypto.Identity;
import dev.parley.chat.fuzz.FuzzTarget;
import dev.parley.chat.fuzz.FuzzTarget.Prepared;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * The walkers that see MLS before the library does. Keys are made once in a process; BouncyCastle draws them itself.
 */
public final class MlsTargets {

    private static final MlsLimits LIMITS = MlsLimits.DEFAULT;
    private static final byte[] GROUP_ID = filled(20, 5);
    private static final byte[] PSK = filled(32, 6);

    /** Eight bytes for which the library alone would allocate a gigabyte (CVE-2026-12852). */
    private static final byte[] LENGTH_ATTACK = HexFormat.of().parseHex("00010001bfffffff");

    private MlsTargets() {}

    /**
     * Lists the targets.
     *
     * @return all of this package
     */
    public static List<FuzzTarget> all() {
        return List.of(
                new FuzzTarget("mls-key-packages", CHEAP, MlsTargets::keyPackages),
                new FuzzTarget("mls-leaves", CHEAP, MlsTargets::leaves),
                new FuzzTarget("mls-private-messages", CHEAP, MlsTargets::privateMessages),
                new FuzzTarget("mls-framed-contents", CHEAP, MlsTargets::framedContents),
                new FuzzTarget("mls-commit-contents", CHEAP, MlsTargets::commitContents),
                new FuzzTarget("mls-ratchet-trees", CHEAP, MlsTargets::trees),
                new FuzzTarget("mls-welcomes", CRYPTO, MlsTargets::welcomes),
                new FuzzTarget("mls-group-infos", CRYPTO, MlsTargets::groupInfos),
                new FuzzTarget("mls-opened-messages", CRYPTO, MlsTargets::openedMessages),
                new FuzzTarget("mls-processed-commits", CRYPTO, MlsTargets::processedCommits));
    }

    private static byte[] filled(int length, int value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    private static Identity identity(int number) {
        return Identity.fromInsecureSeeds(filled(32, number), filled(32, 100 + number));
    }

    /** A group of two, and what led to it. */
    private static final class Pair {
        final long now = System.currentTimeMillis();
        final PendingMember pending = MlsGroup.prepare(identity(2), now);
        final MlsGroup host = MlsGroup.create(identity(1), GROUP_ID, LIMITS, now);
        final byte[] welcome;
        final MlsGroup guest;

        Pair() {
            try {
                welcome = host.add(List.of(pending.keyPackage()), List.of(), PSK, GROUP_ID, now)
                        .welcome();
                guest = pending.join(
                        welcome, PSK, GROUP_ID, GROUP_ID, identity(1).peerId(), LIMITS, now);
            } catch (MlsException e) {
                throw new IllegalStateException("a group of two can begin", e);
            }
        }
    }

    private static Prepared keyPackages() {
        long now = System.currentTimeMillis();
        byte[] genuine = MlsGroup.prepare(identity(2), now).keyPackage();
        return new Prepared(List.of(genuine, LENGTH_ATTACK), input -> {
            try {
                KeyPackages.Checked checked = KeyPackages.checkMessage(input, LIMITS, now);
                require(input.length <= KeyPackages.MAX_BYTES, "a key package is within the limit");
                require(Arrays.equals(KeyPackages.toMessage(checked.bytes()), input), "it encodes back to what it was");
                // Keys are drawn anew: a run that goes on where another ended finds key packages of that one, too.
                require(checked.leaf().peer().equals(identity(2).peerId()), "only what is signed is taken");
            } catch (MlsException refused) {
                // Declared.
            }
        });
    }

    private static byte[] leafOf(byte[] keyPackage) {
        // Header 4, version and suite 4, init key 1 + 32.
        return Arrays.copyOfRange(keyPackage, 41, keyPackage.length);
    }

    private static Prepared leaves() {
        byte[] leaf =
                leafOf(MlsGroup.prepare(identity(2), System.currentTimeMillis()).keyPackage());
        return new Prepared(List.of(leaf), input -> {
            try {
                Leaf read = Leaf.read(new MlsReader(input));
                require(read.encryptionKey().length == MlsCrypto.PUBLIC_KEY_BYTES, "keys have one length");
            } catch (MlsException refused) {
                // Declared.
            }
        });
    }

    private static Prepared privateMessages() {
        Pair pair = new Pair();
        return new Prepared(List.of(pair.host.protect(new byte[] {1, 2, 3}), LENGTH_ATTACK), input -> {
            try {
                PrivateMessage read = PrivateMessage.read(input, LIMITS.maxApplicationBytes());
                byte[] again = PrivateMessage.write(
                        read.groupId(),
                        read.epoch(),
                        read.contentType(),
                        read.encryptedSenderData(),
                        read.ciphertext());
                require(Arrays.equals(again, input), "a message encodes back to what it was");
            } catch (MlsException refused) {
                // Declared.
            }
        });
    }

    /** What stands inside the encryption, which a member can choose. The first byte says of which type it is. */
    private static Prepared framedContents() {
        Leaf leaf;
        try {
            leaf = Leaf.read(new MlsReader(leafOf(
                    MlsGroup.prepare(identity(2), System.currentTimeMillis()).keyPackage())));
        } catch (MlsException e) {
            throw new IllegalStateException("our own leaf can be read", e);
        }
        byte[] application = new MlsWriter()
                .u8(0)
                .opaque(new byte[] {1, 2, 3})
                .opaque(new byte[MlsCrypto.SIGNATURE_BYTES])
                .u16(0)
                .toBytes();
        byte[] commit = new MlsWriter()
                .u8(1)
                .opaque(new byte[0])
                .u8(0)
                .opaque(new byte[MlsCrypto.SIGNATURE_BYTES])
                .opaque(new byte[MlsCrypto.HASH_BYTES])
                .toBytes();
        return new Prepared(List.of(application, commit), input -> {
            if (input.length == 0) {
                return;
            }
            int type = (input[0] & 1) == 0 ? PrivateMessage.APPLICATION : PrivateMessage.COMMIT;
            byte[] framed = Arrays.copyOfRange(input, 1, input.length);
            try {
                Epoch.Content content = Epoch.read(type, 1, leaf, 0, framed, () -> {});
                require(content.body().length <= framed.length, "a body is part of what was framed");
                if (type == PrivateMessage.APPLICATION) {
                    byte[] again = new MlsWriter().opaque(content.plaintext()).toBytes();
                    require(Arrays.equals(again, content.body()), "a plaintext encodes back to what it was");
                }
            } catch (MlsException refused) {
                // Declared.
            }
        });
    }

    private static Prepared commitContents() {
        byte[] keyPackage =
                MlsGroup.prepare(identity(3), System.currentTimeMillis()).keyPackage();
        byte[] add = new MlsWriter()
                .u8(1)
                .u16(1)
                .raw(Arrays.copyOfRange(keyPackage, 4, keyPackage.length))
                .toBytes();
        byte[] remove = new MlsWriter().u8(1).u16(3).u32(1).toBytes();
        byte[] psk = new MlsWriter()
                .u8(1)
                .u16(4)
                .u8(1)
                .opaque(GROUP_ID)
                .opaque(new byte[MlsCrypto.HASH_BYTES])
                .toBytes();
        List<byte[]> seeds = new ArrayList<>();
        for (byte[] proposals : List.of(
                new byte[0],
                remove,
                psk,
                new MlsWriter().raw(add).raw(remove).raw(psk).toBytes())) {
            seeds.add(new MlsWriter().opaque(proposals).u8(0).toBytes());
        }
        return new Prepared(seeds, input -> {
            try {
                CommitContent content = CommitContent.read(input);
                require(content.pskIds().size() <= 1, "a commit uses one pre-shared key");
                int least = content.removedLeaves().size() * 7
                        + content.addedKeyPackages().size() * 200;
                require(least <= input.length, "there are no more proposals than fit");
            } catch (MlsException refused) {
                // Declared.
            }
        });
    }

    private static Prepared trees() {
        byte[] leaf =
                leafOf(MlsGroup.prepare(identity(2), System.currentTimeMillis()).keyPackage());
        // Behind the leaf of a key package stand its extensions (1) and its signature (2 + 64).
        byte[] own = Arrays.copyOf(leaf, leaf.length - 67);
        byte[] parent = new MlsWriter()
                .u8(1)
                .u8(2)
                .opaque(new byte[MlsCrypto.PUBLIC_KEY_BYTES])
                .opaque(new byte[0])
                .opaque(new MlsWriter().u32(0).u32(1).toBytes())
                .toBytes();
        byte[] one = new MlsWriter()
                .opaque(new MlsWriter().u8(1).u8(1).raw(own).toBytes())
                .toBytes();
        byte[] three = new MlsWriter()
                .opaque(new MlsWriter().u8(0).raw(parent).u8(1).u8(1).raw(own).toBytes())
                .toBytes();
        return new Prepared(List.of(one, three), input -> {
            try {
                Roster roster = Roster.read(input, LIMITS);
                require(roster.size() >= 1 && roster.size() <= LIMITS.maxMembers(), "members are within bounds");
                require(Integer.bitCount(roster.leafCount()) == 1, "leaves are a power of two");
                require(roster.leafCount() <= 4 * LIMITS.maxMembers(), "leaves are within bounds");
            } catch (MlsException refused) {
                // Declared.
            }
        });
    }

    private static Prepared welcomes() {
        long now = System.currentTimeMillis();
        PendingMember pending = MlsGroup.prepare(identity(2), now);
        MlsGroup host = MlsGroup.create(identity(1), GROUP_ID, LIMITS, now);
        byte[] welcome;
        try {
            welcome = host.add(List.of(pending.keyPackage()), List.of(), PSK, GROUP_ID, now)
                    .welcome();
        } catch (MlsException e) {
            throw new IllegalStateException("a group of two can begin", e);
        }
        return new Prepared(List.of(welcome, LENGTH_ATTACK), input -> {
            if (Arrays.equals(input, welcome)) {
                // A key package serves one join, which would end the run.
                return;
            }
            try {
                pending.join(input, PSK, GROUP_ID, GROUP_ID, identity(1).peerId(), LIMITS, now);
                throw new AssertionError("only the genuine welcome leads to a group");
            } catch (MlsException refused) {
                // Declared.
            }
        });
    }

    private static Prepared groupInfos() {
        long now = System.currentTimeMillis();
        PendingMember pending = MlsGroup.prepare(identity(2), now);
        byte[] leaf = leafOf(pending.keyPackage());
        byte[] tree = new MlsWriter()
                .opaque(new MlsWriter()
                        .u8(1)
                        .u8(1)
                        .raw(Arrays.copyOf(leaf, leaf.length - 67))
                        .toBytes())
                .toBytes();
        byte[] info = new MlsWriter()
                .u16(MlsCrypto.VERSION)
                .u16(MlsCrypto.SUITE_ID)
                .opaque(GROUP_ID)
                .u64(1)
                .opaque(new byte[MlsCrypto.HASH_BYTES])
                .opaque(new byte[MlsCrypto.HASH_BYTES])
                .opaque(new byte[0])
                .opaque(new MlsWriter().u16(2).opaque(tree).toBytes())
                .opaque(new byte[MlsCrypto.HASH_BYTES])
                .u32(0)
                .opaque(new byte[MlsCrypto.SIGNATURE_BYTES])
                .toBytes();
        return new Prepared(List.of(info), input -> {
            try {
                pending.checkGroupInfo(input, GROUP_ID, identity(1).peerId(), LIMITS);
                throw new AssertionError("a group without the host's leaf is none of ours");
            } catch (MlsException refused) {
                // Declared.
            }
        });
    }

    private static Prepared openedMessages() {
        Pair pair = new Pair();
        byte[] genuine = pair.host.protect(new byte[] {1, 2, 3});
        return new Prepared(List.of(genuine, pair.host.protect(new byte[500]), LENGTH_ATTACK), input -> {
            try {
                Opened opened = pair.guest.unprotect(input, pair.now);
                require(opened.sender().equals(identity(1).peerId()), "a message is of who sealed it");
            } catch (MlsException refused) {
                // Declared.
            }
        });
    }

    private static Prepared processedCommits() {
        Pair pair = new Pair();
        byte[] commit = pair.host.rekey(pair.now);
        return new Prepared(List.of(commit, LENGTH_ATTACK), input -> {
            if (Arrays.equals(input, commit)) {
                // It leads to the next epoch, in which all that follows would be refused at once.
                return;
            }
            try {
                pair.guest.process(input, pair.now);
                throw new AssertionError("only the genuine commit is taken");
            } catch (MlsException refused) {
                require(pair.guest.epoch() == 1, "a commit that is refused changes nothing");
            }
        });
    }
}
