// A room, and what a joiner checks of it: docs/protocol.md §2.2, §2.3 and §3.
import { createDecipheriv, createHmac, hkdfSync } from "node:crypto";
import { ascii, base32, concat, equal, parseJson, require, unbase32, unbase64url } from "./bytes.js";
import { cardKey, peerIdOf, sha256, verifies } from "./identity.js";

const DESCRIPTOR = ascii("parley-descriptor-v1");

function derive(secret, info) {
  return new Uint8Array(hkdfSync("sha256", secret, "parley-room-v1", info, 32));
}

/** The keys that follow from a room's secret; of 64 bytes the second half is the first secret's "descriptor" key. */
export class RoomKeys {
  constructor(secret) {
    require(secret.length === 32 || secret.length === 64, "a secret of another length");
    const own = secret.slice(0, 32);
    this.descriptor = secret.length === 64 ? secret.slice(32) : derive(own, "descriptor");
    this.admission = derive(own, "admission");
    this.psk = derive(own, "psk");
  }

  proof(room, binding, peerId, keyPackage) {
    const hmac = createHmac("sha256", this.admission);
    return new Uint8Array(
      hmac.update(concat(ascii("parley-join-v1"), room, binding, peerId, keyPackage)).digest(),
    );
  }
}

/** Checks a private room's descriptor as someone does who was given its invite. */
export function verifyDescriptor(roomId, secret, descriptor, signature) {
  require(descriptor.length >= 1 && descriptor.length <= 8192, "a descriptor of another length");
  const fields = parseJson(descriptor);
  require(fields.v === 1, "a descriptor of another version");
  const room = unbase32(roomId);
  const hostKey = unbase64url(fields.hostKey);
  const nonce = unbase64url(fields.nonce);
  require(hostKey.length === 32 && nonce.length === 16, "a field of another length");
  const certified = sha256(ascii("parley-room-v1"), hostKey, nonce).slice(0, 20);
  require(equal(certified, room) && fields.room === roomId, "a descriptor of another room");
  require(equal(cardKey(unbase64url(fields.hostCard)), hostKey), "a card of another host");
  require(verifies(hostKey, signature, DESCRIPTOR, descriptor), "a descriptor that the host did not sign");
  require(fields.visibility === "private", "WRONG_SECRET");
  const keys = new RoomKeys(secret);
  const name = openSealed(keys.descriptor, room, unbase64url(fields.sealed));
  const { capacity } = fields;
  require(Number.isInteger(capacity) && capacity >= 2 && capacity <= 1000, "a capacity out of bounds");
  return { room, name, hostId: peerIdOf(hostKey), host: base32(peerIdOf(hostKey)), keys };
}

function openSealed(key, room, sealed) {
  require(sealed.length >= 28 && sealed.length <= 12 + 16384 + 16, "a sealed part of another length");
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.slice(0, 12));
  decipher.setAAD(concat(DESCRIPTOR, room));
  decipher.setAuthTag(sealed.slice(-16));
  let plaintext = decipher.update(sealed.slice(12, -16));
  try {
    plaintext = Buffer.concat([plaintext, decipher.final()]);
  } catch {
    // Node says no more than that the tag is wrong.
    require(false, "WRONG_SECRET");
  }
  const { name } = parseJson(plaintext);
  requireName(name, 80);
  return name;
}

/** §3 and §10: a room and a participant are called by the same rules. */
export function requireName(name, maxCharacters) {
  require(
    typeof name === "string" && name.length >= 1 && name.length <= maxCharacters && name.trim() !== "",
    "a name out of bounds",
  );
  require(!/\p{Cc}/u.test(name), "a name with control characters");
}
