package dev.parley.chat.internal.mls;

import dev.parley.chat.internal.mls.MlsException.Kind;
import java.util.ArrayList;
import java.util.List;

/** What a commit asks for (RFC 9420 section 12.4), as far as this profile allows: adds, removes, external PSKs. */
final class CommitContent {

    private static final int BY_VALUE = 1;
    private static final int ADD = 1;
    private static final int REMOVE = 3;
    private static final int PSK = 4;
    private static final int MAX_BYTES = 1 << 24;
    private static final int MAX_PSKS = 1;

    /** Longest id of a pre-shared key in bytes. */
    static final int MAX_PSK_ID_BYTES = 64;

    private final List<byte[]> addedKeyPackages = new ArrayList<>();
    private final List<Integer> removedLeaves = new ArrayList<>();
    private final List<byte[]> pskIds = new ArrayList<>();

    private CommitContent() {}

    static CommitContent read(byte[] commit) throws MlsException {
        CommitContent content = new CommitContent();
        MlsReader reader = new MlsReader(commit);
        MlsReader proposals = reader.vector(MAX_BYTES);
        while (proposals.hasRemaining()) {
            content.readProposal(proposals);
        }
        boolean hasPath = readPath(reader);
        reader.end();
        boolean adds = !content.addedKeyPackages.isEmpty();
        boolean removes = !content.removedLeaves.isEmpty();
        if (!hasPath && (removes || !adds)) {
            // RFC 9420 section 12.4: without fresh keys nobody would be removed from what is said.
            throw new MlsException(Kind.POLICY, "a commit that removes members or renews keys has no path");
        }
        if (adds && content.pskIds.isEmpty()) {
            throw new MlsException(Kind.POLICY, "a commit adds members without the room's pre-shared key");
        }
        return content;
    }

    /** Walks over a commit, so that what follows it can be read; the content is checked by {@link #read}. */
    static void skip(MlsReader reader) throws MlsException {
        reader.vector(MAX_BYTES);
        readPath(reader);
    }

    private void readProposal(MlsReader proposals) throws MlsException {
        if (proposals.u8() != BY_VALUE) {
            throw new MlsException(Kind.POLICY, "a commit may carry its proposals only, not refer to some");
        }
        int type = proposals.u16();
        switch (type) {
            case ADD -> addedKeyPackages.add(readKeyPackage(proposals));
            case REMOVE -> removedLeaves.add(proposals.u32());
            case PSK -> pskIds.add(readExternalPskId(proposals));
            default -> throw new MlsException(Kind.POLICY, "proposals of type " + type + " are not allowed");
        }
        if (pskIds.size() > MAX_PSKS) {
            throw new MlsException(Kind.POLICY, "a commit may use one pre-shared key only");
        }
    }

    private static byte[] readKeyPackage(MlsReader reader) throws MlsException {
        int start = reader.position();
        reader.u16();
        reader.u16();
        reader.opaqueOf(MlsCrypto.PUBLIC_KEY_BYTES);
        Leaf.read(reader);
        reader.opaque(0);
        reader.opaqueOf(MlsCrypto.SIGNATURE_BYTES);
        return reader.since(start);
    }

    private static byte[] readExternalPskId(MlsReader reader) throws MlsException {
        if (reader.u8() != MlsCrypto.ExternalPsk.EXTERNAL) {
            throw new MlsException(Kind.POLICY, "a commit may use external pre-shared keys only");
        }
        byte[] id = reader.opaque(MAX_PSK_ID_BYTES);
        reader.opaqueOf(MlsCrypto.HASH_BYTES);
        return id;
    }

    /** Returns whether there is one. */
    private static boolean readPath(MlsReader reader) throws MlsException {
        int present = reader.u8();
        if (present > 1) {
            throw new MlsException(Kind.MALFORMED, "an optional field is neither there nor not there");
        }
        if (present == 0) {
            return false;
        }
        if (Leaf.read(reader).isFromKeyPackage()) {
            throw new MlsException(Kind.POLICY, "a commit's leaf comes from a key package");
        }
        MlsReader nodes = reader.vector(MAX_BYTES);
        while (nodes.hasRemaining()) {
            nodes.opaqueOf(MlsCrypto.PUBLIC_KEY_BYTES);
            MlsReader ciphertexts = nodes.vector(MAX_BYTES);
            while (ciphertexts.hasRemaining()) {
                ciphertexts.opaqueOf(MlsCrypto.PUBLIC_KEY_BYTES);
                ciphertexts.opaqueOf(MlsCrypto.HASH_BYTES + MlsCrypto.TAG_BYTES);
            }
        }
        return true;
    }

    List<byte[]> addedKeyPackages() {
        return addedKeyPackages;
    }

    List<Integer> removedLeaves() {
        return removedLeaves;
    }

    List<byte[]> pskIds() {
        return pskIds;
    }
}
