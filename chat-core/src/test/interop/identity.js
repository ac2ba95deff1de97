// Who a peer is: docs/protocol.md §2.1.
import { createHash, createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { ascii, base32, concat, require } from "./bytes.js";

// Node takes keys in DER only: RFC 8410 with the 32 bytes at the end.
const PKCS8_ED25519 = Buffer.from("302e020100300506032b657004220420", "hex");
const SPKI_ED25519 = Buffer.from("302a300506032b6570032100", "hex");

export const sha256 = (...parts) =>
  new Uint8Array(parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest());

/** The 20 bytes that name the owner of a key. */
export const peerIdOf = (publicKey) => sha256(publicKey).slice(0, 20);

export function verifies(publicKey, signature, ...parts) {
  const key = createPublicKey({ key: Buffer.concat([SPKI_ED25519, publicKey]), format: "der", type: "spki" });
  return verify(null, concat(...parts), key, signature);
}

/** One's own key pair. The X25519 half of a peer is for envelopes, which are not spoken here. */
export class Identity {
  #key;

  constructor(seed) {
    this.seed = seed;
    this.#key = createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, seed]), format: "der", type: "pkcs8" });
    const spki = createPublicKey(this.#key).export({ format: "der", type: "spki" });
    this.publicKey = new Uint8Array(spki.subarray(SPKI_ED25519.length));
    this.peerId = peerIdOf(this.publicKey);
    this.name = base32(this.peerId);
  }

  sign(...parts) {
    return new Uint8Array(sign(null, concat(...parts), this.#key));
  }
}

/**
 * Reads another's card and returns its Ed25519 key. Points of small order are not looked for: Node has no arithmetic of
 * points.
 */
export function cardKey(card) {
  require(card.length === 128, "a card of another length");
  const [publicKey, agreementKey, signature] = [card.slice(0, 32), card.slice(32, 64), card.slice(64)];
  require(verifies(publicKey, signature, ascii("parley-card-v1"), agreementKey), "a card that nobody signed");
  return publicKey;
}
