// The MLS group of a room: docs/protocol.md §8, by ts-mls.
import { webcrypto } from "node:crypto";
import { base32, equal, integer, Refusal, require } from "./bytes.js";
import { peerIdOf } from "./identity.js";

// Node 18 has Web Crypto, but no global of it; ts-mls looks for the global.
globalThis.crypto ??= webcrypto;

// By their files: the entry of the package loads libraries of other suites, which are not installed.
const { getCiphersuiteFromName } = await import("ts-mls/crypto/ciphersuite.js");
const { getCiphersuiteImpl } = await import("ts-mls/crypto/getCiphersuiteImpl.js");
const { joinGroup } = await import("ts-mls/clientState.js");
const { createApplicationMessage } = await import("ts-mls/createMessage.js");
const { createCommit } = await import("ts-mls/createCommit.js");
const { defaultCapabilities } = await import("ts-mls/defaultCapabilities.js");
const { defaultKeyPackageEqualityConfig } = await import("ts-mls/keyPackageEqualityConfig.js");
const { defaultLifetimeConfig } = await import("ts-mls/lifetimeConfig.js");
const { encodeLeafNode } = await import("ts-mls/leafNode.js");
const { generateKeyPackageWithKey, makeKeyPackageRef } = await import("ts-mls/keyPackage.js");
const { mlsExporter } = await import("ts-mls/keySchedule.js");
const { decodeMlsMessage, encodeMlsMessage } = await import("ts-mls/message.js");
const { MlsError } = await import("ts-mls/mlsError.js");
const { decryptSenderData } = await import("ts-mls/privateMessage.js");
const { processPrivateMessage } = await import("ts-mls/processMessages.js");
const { accumulatePskSecret } = await import("ts-mls/pskIndex.js");
const { ratchetTreeFromExtension } = await import("ts-mls/groupInfo.js");
const { zeroOutUint8Array } = await import("ts-mls/util/byteArray.js");
const { decryptGroupInfo, decryptGroupSecrets } = await import("ts-mls/welcome.js");

export const SUITE = "MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519";
const MAX_KEY_PACKAGE_BYTES = 2048;
const MAX_GENERATION_GAP = 1000;
const PREVIOUS_EPOCHS = 3;
const PREVIOUS_EPOCH_MILLIS = 60_000;
const DAY_SECONDS = 24n * 3600n;

const suite = await getCiphersuiteImpl(getCiphersuiteFromName(SUITE));

const CAPABILITIES = {
  versions: ["mls10"],
  ciphersuites: [SUITE],
  extensions: [],
  proposals: [],
  credentials: ["basic"],
};

/** The id of a leaf is the hash of the key that signs for it, so that no other id can be taken. */
const authService = {
  async validateCredential(credential, signatureKey) {
    return credential.credentialType === "basic" && equal(credential.identity, peerIdOf(signatureKey));
  },
};

const clientConfig = (padding) => ({
  keyRetentionConfig: {
    retainKeysForGenerations: MAX_GENERATION_GAP,
    retainKeysForEpochs: PREVIOUS_EPOCHS,
    maximumForwardRatchetSteps: MAX_GENERATION_GAP,
  },
  lifetimeConfig: defaultLifetimeConfig,
  keyPackageEqualityConfig: defaultKeyPackageEqualityConfig,
  paddingConfig: { kind: "padUntilLength", padUntilLength: padding },
  authService,
});

/** What the library or Web Crypto does not like in foreign bytes is a refusal; anything else is a defect here. */
async function foreign(work) {
  try {
    return await work();
  } catch (e) {
    if (e instanceof MlsError || e instanceof RangeError || e?.name === "OperationError" || e?.name === "OpenError") {
      throw new Refusal(`ts-mls refuses: ${e.message || e.name}`, { cause: e });
    }
    throw e;
  }
}

function readMessage(bytes, wireformat) {
  const decoded = decodeMlsMessage(bytes, 0);
  require(decoded !== undefined && decoded[1] === bytes.length, "not an MLS message");
  require(decoded[0].version === "mls10" && decoded[0].wireformat === wireformat, `not a ${wireformat}`);
  return decoded[0];
}

/**
 * A lifetime around a room's clock. The committer's library holds it against its machine's clock as well, which differs
 * in a room of virtual time.
 */
function lifetime(now, secondsAfter) {
  const [room, machine] = [BigInt(Math.floor(now / 1000)), BigInt(Math.floor(Date.now() / 1000))];
  const [earliest, latest] = room < machine ? [room, machine] : [machine, room];
  return { notBefore: earliest - DAY_SECONDS, notAfter: latest + secondsAfter };
}

/** Makes a key package. What `odd` holds departs from the profile. */
export async function makeKeyPackage(identity, now, odd = {}) {
  const made = await generateKeyPackageWithKey(
    { credentialType: "basic", identity: odd.peerId ?? identity.peerId },
    odd.greased ? defaultCapabilities() : { ...CAPABILITIES, extensions: odd.leafExtension ? [0xf0f0] : [] },
    lifetime(now, BigInt(odd.secondsAfter ?? DAY_SECONDS)),
    odd.extension ? [{ extensionType: 0xf0f0, extensionData: integer(1, 1) }] : [],
    { signKey: identity.seed, publicKey: identity.publicKey },
    odd.suite ? { ...suite, name: odd.suite } : suite,
    odd.leafExtension ? [{ extensionType: 0xf0f0, extensionData: integer(1, 1) }] : [],
  );
  const message = encodeMlsMessage({ version: "mls10", wireformat: "mls_key_package", keyPackage: made.publicPackage });
  require(message.length <= MAX_KEY_PACKAGE_BYTES, "a key package that is too long");
  return { ...made, message };
}

/** One member's view of the group. */
export class Group {
  #state;
  #psk;
  #endedAt = new Map();

  constructor(state, room, committer, psk) {
    this.#state = state;
    this.room = room;
    this.committer = committer;
    this.#psk = psk;
  }

  /** Takes a Welcome that must come from the host, with the room's PSK and nothing else. */
  static async join(made, welcomeMessage, room, host, psk, padding = 0) {
    return foreign(async () => {
      const { welcome } = readMessage(welcomeMessage, "mls_welcome");
      require(welcome.cipherSuite === SUITE, "a welcome for another suite");
      const search = pskSearch(room, psk);
      const initKey = await suite.hpke.importPrivateKey(made.privatePackage.initPrivateKey);
      const reference = await makeKeyPackageRef(made.publicPackage, suite.hash);
      const secrets = await decryptGroupSecrets(initKey, reference, welcome, suite.hpke);
      require(secrets !== undefined && secrets.psks.length === 1, "a welcome without the room's pre-shared key");
      const [pskSecret] = await accumulatePskSecret(secrets.psks, search, suite, new Uint8Array(32));
      requireOurs(await decryptGroupInfo(welcome, secrets.joinerSecret, pskSecret, suite), made, room, host);
      const state = await joinGroup(
        welcome,
        made.publicPackage,
        made.privatePackage,
        search,
        suite,
        undefined,
        undefined,
        clientConfig(padding),
      );
      return new Group(state, room, host, psk);
    });
  }

  get epoch() {
    return this.#state.groupContext.epoch;
  }

  get authenticator() {
    return this.#state.keySchedule.epochAuthenticator;
  }

  get members() {
    return this.#state.ratchetTree.filter((node) => node?.nodeType === "leaf").map((node) => nameOf(node.leaf));
  }

  learnPsk(psk) {
    this.#psk = psk;
  }

  exported(label, context, length) {
    return mlsExporter(this.#state.keySchedule.exporterSecret, label, context, length, suite);
  }

  /** Applies a commit of the committer; "removed" if it puts us out. */
  async apply(bytes, now) {
    return foreign(async () => {
      const { privateMessage } = readMessage(bytes, "mls_private_message");
      this.#requireOurs(privateMessage, "commit");
      require(privateMessage.epoch === this.epoch, "a commit to another epoch");
      const before = this.#state;
      const search = pskSearch(this.room, this.#psk);
      const result = await processPrivateMessage(before, privateMessage, search, suite, (incoming) =>
        this.#judge(incoming),
      );
      require(result.kind === "newState" && result.actionTaken === "accept", "a commit of who is not the committer");
      this.#endedAt.set(before.groupContext.epoch, now);
      this.#advance(result);
      this.#forgetOld(now);
      return result.newState.groupActiveState.kind === "removedFromGroup" ? "removed" : "advanced";
    });
  }

  #judge({ kind, senderLeafIndex, proposals = [] }) {
    if (kind !== "commit" || this.#memberAt(this.#state.ratchetTree, senderLeafIndex) !== this.committer) {
      return "reject";
    }
    const count = (type) => proposals.filter(({ proposal }) => proposal.proposalType === type).length;
    const [adds, removes, psks] = [count("add"), count("remove"), count("psk")];
    require(adds + removes + psks === proposals.length, "a commit with a proposal that is not allowed");
    require(adds === 0 ? psks <= 1 : psks === 1, "a commit that adds without the room's pre-shared key");
    for (const { proposal } of proposals) {
      if (proposal.proposalType === "add") {
        requireProfile(proposal.add.keyPackage);
      }
    }
    return "accept";
  }

  /** Seals content for the members of this epoch. */
  async seal(content) {
    require(this.#state.groupActiveState.kind === "active", "who was removed seals nothing");
    const result = await createApplicationMessage(this.#state, content, suite);
    this.#advance(result);
    return encodeMlsMessage({
      version: "mls10",
      wireformat: "mls_private_message",
      privateMessage: result.privateMessage,
    });
  }

  /** Opens a message and says who sealed it, which ts-mls does not tell. */
  async open(bytes, now) {
    return foreign(async () => {
      this.#forgetOld(now);
      const { privateMessage } = readMessage(bytes, "mls_private_message");
      this.#requireOurs(privateMessage, "application");
      const epoch = this.#epochOf(privateMessage.epoch);
      const { leafIndex } = await decryptSenderData(privateMessage, epoch.senderDataSecret, suite);
      const result = await processPrivateMessage(this.#state, privateMessage, pskSearch(this.room, this.#psk), suite);
      this.#advance(result);
      return { sender: this.#memberAt(epoch.ratchetTree, leafIndex), content: result.message };
    });
  }

  #epochOf(number) {
    if (number === this.epoch) {
      return { senderDataSecret: this.#state.keySchedule.senderDataSecret, ratchetTree: this.#state.ratchetTree };
    }
    const held = this.#state.historicalReceiverData.get(number);
    require(held !== undefined, "a message of an epoch that is not held");
    return held;
  }

  /** A commit that nobody asked for: only the committer may make one. Nothing changes here. */
  async forgeCommit(removed) {
    const leaves = this.#state.ratchetTree.filter((_, i) => i % 2 === 0);
    const leaf = leaves.findIndex((node) => nameOf(node?.leaf) === removed);
    const proposals = removed ? [{ proposalType: "remove", remove: { removed: leaf } }] : [];
    const { commit } = await createCommit({ state: this.#state, cipherSuite: suite }, { extraProposals: proposals });
    return encodeMlsMessage(commit);
  }

  #requireOurs(message, contentType) {
    require(equal(message.groupId, this.room), "a message of another group");
    require(message.contentType === contentType, `not of type ${contentType}`);
    require(message.authenticatedData.length === 0, "a message with authenticated data");
  }

  #memberAt(tree, leafIndex) {
    return nameOf(tree[2 * leafIndex]?.leaf);
  }

  #advance(result) {
    this.#state = result.newState;
    result.consumed.forEach(zeroOutUint8Array);
  }

  #forgetOld(now) {
    const held = [...this.#state.historicalReceiverData].filter(
      ([epoch]) => now - this.#endedAt.get(epoch) <= PREVIOUS_EPOCH_MILLIS,
    );
    this.#state = { ...this.#state, historicalReceiverData: new Map(held) };
  }
}

const nameOf = (leaf) => (leaf === undefined ? undefined : base32(leaf.credential.identity));

/** Finds the room's external PSK and no other. */
function pskSearch(room, psk) {
  return {
    findPsk: (id) => (id.psktype === "external" && equal(id.pskId, room) ? psk : undefined),
  };
}

/** §8: what a joiner requires of a GroupInfo, beside what RFC 9420 §12.4.3.1 does. */
function requireOurs(info, made, room, host) {
  require(info !== undefined, "a welcome without a group");
  require(info.groupContext.cipherSuite === SUITE, "a welcome for another suite");
  require(equal(info.groupContext.groupId, room), "a welcome to another group");
  require(info.groupContext.extensions.length === 0, "a group with extensions");
  require(
    info.extensions.length === 1 && info.extensions[0].extensionType === "ratchet_tree",
    "a welcome with another extension than the tree",
  );
  const tree = ratchetTreeFromExtension(info);
  require(nameOf(tree[2 * info.signer]?.leaf) === host, "a welcome that the host did not sign");
  const leaves = tree.filter((node) => node?.nodeType === "leaf").map((node) => node.leaf);
  leaves.forEach(requireLeaf);
  const own = encodeLeafNode(made.publicPackage.leafNode);
  require(leaves.some((leaf) => equal(encodeLeafNode(leaf), own)), "a welcome to a group without our leaf");
}

function requireLeaf(leaf) {
  require(leaf.leafNodeSource === "key_package" || leaf.leafNodeSource === "commit", "a leaf of another source");
  require(leaf.extensions.length === 0, "a leaf with extensions");
  require(leaf.credential.credentialType === "basic", "a leaf whose credential is not basic");
}

function requireProfile(keyPackage) {
  require(keyPackage.version === "mls10" && keyPackage.cipherSuite === SUITE, "a key package of another suite");
  require(keyPackage.extensions.length === 0, "a key package with extensions");
  requireLeaf(keyPackage.leafNode);
}
