package dev.parley.chat.internal.mls;

import dev.parley.chat.PeerId;
import dev.parley.chat.internal.mls.MlsException.Kind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Who sits at which leaf in one epoch, read from the encoded ratchet tree. No identity sits twice. */
final class Roster {

    private static final int NODE_LEAF = 1;
    private static final int NODE_PARENT = 2;

    private final TreeMap<Integer, Leaf> leaves = new TreeMap<>();
    private final Map<PeerId, Integer> indexes = new HashMap<>();
    private final Set<ByteBuffer> encryptionKeys = new HashSet<>();
    private final int leafCount;

    private Roster(MlsReader tree, MlsLimits limits) throws MlsException {
        int node = 0;
        // A new member takes the leftmost blank leaf, so that no leaf lies right of the largest number of members.
        int maxNodes = 4 * Integer.highestOneBit(limits.maxMembers()) + 4;
        while (tree.hasRemaining()) {
            if (node >= maxNodes) {
                throw new MlsException(Kind.TOO_LARGE, "a ratchet tree has more than " + maxNodes + " nodes");
            }
            readNode(tree, node++, limits.maxMembers());
        }
        if (leaves.isEmpty() || leaves.size() > limits.maxMembers()) {
            throw new MlsException(Kind.TOO_LARGE, "a group cannot have " + leaves.size() + " members");
        }
        int used = leaves.lastKey() + 1;
        leafCount = Integer.highestOneBit(used) == used ? used : 2 * Integer.highestOneBit(used);
    }

    /** Reads {@code optional<Node> ratchet_tree<V>} (RFC 9420 section 12.4.3.3). */
    static Roster read(byte[] ratchetTree, MlsLimits limits) throws MlsException {
        MlsReader reader = new MlsReader(ratchetTree);
        Roster roster = new Roster(reader.vector(ratchetTree.length), limits);
        reader.end();
        return roster;
    }

    private void readNode(MlsReader tree, int node, int maxMembers) throws MlsException {
        int present = tree.u8();
        if (present == 0) {
            return;
        }
        int type = present == 1 ? tree.u8() : 0;
        if (type == NODE_LEAF && node % 2 == 0) {
            Leaf leaf = Leaf.read(tree);
            leaves.put(node / 2, leaf);
            encryptionKeys.add(ByteBuffer.wrap(leaf.encryptionKey()));
            if (indexes.put(leaf.peer(), node / 2) != null) {
                throw new MlsException(Kind.POLICY, "the peer " + leaf.peer() + " is in the group twice");
            }
        } else if (type == NODE_PARENT && node % 2 == 1) {
            encryptionKeys.add(ByteBuffer.wrap(tree.opaqueOf(MlsCrypto.PUBLIC_KEY_BYTES)));
            tree.opaque(MlsCrypto.HASH_BYTES);
            MlsReader unmerged = tree.vector(Integer.MAX_VALUE);
            int last = -1;
            while (unmerged.hasRemaining()) {
                int leaf = unmerged.u32();
                if (leaf <= last || leaf >= maxMembers) {
                    throw new MlsException(Kind.MALFORMED, "a list of unmerged leaves is out of order or range");
                }
                last = leaf;
            }
        } else {
            throw new MlsException(Kind.MALFORMED, "a ratchet tree's node is of the wrong type");
        }
    }

    /** Checks every leaf's signature: who vouches for the tree could otherwise invent members. */
    void requireSigned(byte[] groupId) throws MlsException {
        for (Map.Entry<Integer, Leaf> entry : leaves.entrySet()) {
            entry.getValue().requireSigned(groupId, entry.getKey());
        }
    }

    /** Returns the number of leaves of the whole tree, blank ones included: a power of two. */
    int leafCount() {
        return leafCount;
    }

    @Nullable
    Leaf leafAt(int index) {
        return leaves.get(index);
    }

    @Nullable
    Integer indexOf(PeerId peer) {
        return indexes.get(peer);
    }

    boolean contains(PeerId peer) {
        return indexes.containsKey(peer);
    }

    /** Says whether a node of the tree has this encryption key (RFC 9420 section 7.3 allows each but one). */
    boolean hasEncryptionKey(byte[] key) {
        return encryptionKeys.contains(ByteBuffer.wrap(key));
    }

    int size() {
        return leaves.size();
    }

    /** Returns the members in the order of their leaves. */
    List<PeerId> members() {
        List<PeerId> members = new ArrayList<>(leaves.size());
        leaves.values().forEach(leaf -> members.add(leaf.peer()));
        return List.copyOf(members);
    }
}
