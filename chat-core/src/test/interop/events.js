// What members say for all to keep, byte by byte: docs/protocol.md §10, and the clock of §11.
import { ascii, base32, concat, equal, integer, json, parseJson, Reader, require, unbase32 } from "./bytes.js";
import { peerIdOf, sha256, verifies } from "./identity.js";
import { requireName } from "./room.js";

const SIGNED = ascii("parley-event-v1");
const MAX_EVENT_BYTES = 131_072;
const MAX_TEXT_BYTES = 16_384;
const MAX_EMOTES = 256;
const MAX_SEQ = (1n << 63n) - 2n;
const NO_EVENT = new Uint8Array(32);

/** Signs the event that follows an author's head. */
export function signEvent(identity, room, head, clock, type, body, era = { fence: 0n, epoch: 0n }) {
  const content = concat(
    integer(1, 1),
    room,
    identity.publicKey,
    integer(8, (head?.seq ?? 0n) + 1n),
    head?.id ?? NO_EVENT,
    integer(8, clock),
    integer(8, era.fence),
    integer(8, era.epoch),
    integer(1, type.length),
    ascii(type),
    integer(4, body.length),
    body,
  );
  return readEvent(concat(content, identity.sign(SIGNED, content)), room);
}

/** Reads an event and checks all that its bytes alone can show. */
export function readEvent(bytes, expectedRoom) {
  require(bytes.length <= MAX_EVENT_BYTES, "an event that is too long");
  const reader = new Reader(bytes);
  require(reader.u8() === 1, "an event of another version");
  require(equal(reader.take(20), expectedRoom), "an event of another room");
  const key = reader.take(32);
  const seq = reader.i64();
  const prev = reader.take(32);
  const clock = reader.i64();
  const era = { fence: reader.i64(), epoch: reader.i64() };
  const type = Buffer.from(reader.take(reader.u8())).toString("latin1");
  const body = reader.take(reader.u32());
  const content = bytes.slice(0, reader.position);
  const signature = reader.take(64);
  reader.end();
  require(seq >= 1n && seq <= MAX_SEQ && /^[a-z0-9._]{1,32}$/.test(type), "an event with a field out of bounds");
  require(verifies(key, signature, SIGNED, content), "an event that its author did not sign");
  const event = { bytes, id: sha256(content), author: base32(peerIdOf(key)), seq, prev, clock, era, type };
  if (type === "message") {
    return { ...event, message: readMessage(body) };
  }
  return type === "profile" ? { ...event, name: readProfile(body) } : event;
}

export const profileBody = (name) => json({ name });

export const messageBody = (text, sentAt, more = {}) => json({ text, sentAt, ...more });

function readProfile(body) {
  const { name } = parseJson(body);
  requireName(name, 64);
  return name;
}

function readMessage(body) {
  const { text, sentAt, replyTo, emotes = [] } = parseJson(body);
  // A text with half a surrogate pair does not come back from UTF-8 as it was.
  require(typeof text === "string" && Buffer.from(text, "utf8").toString("utf8") === text, "a text that is none");
  const length = Buffer.byteLength(text, "utf8");
  require(length >= 1 && length <= MAX_TEXT_BYTES, "a text out of bounds");
  require(Number.isInteger(sentAt) && sentAt >= 0, "a time that is none");
  require(replyTo === undefined || replyTo === null || unbase32(replyTo).length === 32, "a reply to nothing");
  require(Array.isArray(emotes) && emotes.length <= MAX_EMOTES, "too many emotes");
  let end = 0;
  for (const emote of emotes) {
    require(/^[a-z0-9._-]{1,32}$/.test(emote.provider), "an emote of no provider");
    require(emote.emote.length >= 1 && emote.emote.length <= 256, "an emote without an id");
    require(emote.code.length >= 1 && emote.code.length <= 200, "an emote without a code");
    require(emote.start >= end && emote.end > emote.start && emote.end <= text.length, "an emote out of place");
    end = emote.end;
  }
  return { text, sentAt, replyTo: replyTo ?? null, emotes };
}

/** Where an event stands to its author's head: "new" or "duplicate"; a fork is a violation. */
export function fit(event, head) {
  if (head === undefined || event.seq > head.seq + 1n) {
    return "new";
  }
  if (event.seq === head.seq + 1n) {
    require(equal(event.prev, head.id), "an event that forks its author's chain");
    return "new";
  }
  require(event.seq !== head.seq || equal(event.id, head.id), "an event that forks its author's chain");
  return "duplicate";
}

/** The hybrid logical clock of §11. */
export class Clock {
  #last = 0n;

  next(now) {
    const wall = BigInt(now) << 16n;
    this.#last = this.#last + 1n > wall ? this.#last + 1n : wall;
    return this.#last;
  }

  observe(clock, now) {
    const latest = (BigInt(now) + 600_000n) << 16n;
    const capped = clock < latest ? clock : latest;
    this.#last = capped > this.#last ? capped : this.#last;
  }
}
