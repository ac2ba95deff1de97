// What people compare with each other: docs/protocol.md §19.
import { readFileSync } from "node:fs";
import { ascii, base32, concat, integer, unbase32 } from "./bytes.js";
import { sha256 } from "./identity.js";

const WORDS = readFileSync(
  new URL("../../main/resources/dev/parley/chat/internal/words/english.txt", import.meta.url),
  "utf8",
)
  .trim()
  .split("\n");

function slowHash(label, input) {
  let hash = sha256(ascii(label), input);
  for (let again = 0; again < 65_535; again++) {
    hash = sha256(hash, input);
  }
  return hash;
}

function digits(hash, groups) {
  const view = new DataView(hash.buffer, hash.byteOffset);
  return Array.from({ length: groups }, (_, i) => String(view.getUint32(4 * i) % 100_000).padStart(5, "0"));
}

function words(hash, count) {
  const bits = Array.from(hash, (byte) => byte.toString(2).padStart(8, "0")).join("");
  return Array.from({ length: count }, (_, i) => WORDS[parseInt(bits.slice(10 * i, 10 * i + 10), 2)]);
}

export function roomCode(room, epoch, authenticator) {
  const hash = slowHash("parley-room-code-v1", concat(room, integer(8, epoch), authenticator));
  return {
    digits: digits(hash, 8).join(" "),
    words: words(hash, 12).join(" "),
    qr: `parley-room:1:${base32(room)}:${epoch}:${base32(hash)}`,
  };
}

export function safetyNumber(one, other) {
  const peers = [one, other].sort();
  const halves = peers.map((peer) => slowHash("parley-safety-number-v1", unbase32(peer)));
  return {
    digits: halves.flatMap((half) => digits(half, 6)).join(" "),
    words: halves.flatMap((half) => words(half, 6)).join(" "),
    qr: `parley-verify:1:${peers[0]}:${peers[1]}`,
  };
}
