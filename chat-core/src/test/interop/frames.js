// What travels over a link: docs/protocol.md §6.2.
import { concat, integer, require } from "./bytes.js";

export const KIND = {
  HELLO: 0x01,
  JOIN: 0x02,
  REFUSED: 0x03,
  WELCOME: 0x04,
  CONFIRM: 0x05,
  ADMITTED: 0x06,
  MEET: 0x07,
  APPLICATION: 0x10,
  COMMIT: 0x11,
  RECEIVED: 0x13,
  STATE: 0x14,
  RECEIPTS: 0x15,
  RELAY: 0x16,
  DIGEST: 0x17,
  PING: 0x20,
  PONG: 0x21,
  FRAGMENT: 0x30,
  LAST_FRAGMENT: 0x31,
  BYE: 0x40,
};

const NAMES = new Map(Object.entries(KIND).map(([name, kind]) => [kind, name]));
const MAX_FRAME_BYTES = 16_384;
const PIECE_BYTES = MAX_FRAME_BYTES - 1;
const MAX_WHOLE_BYTES = 262_144;

/** The data channel messages of a frame, in order. */
export function writeFrame(kind, ...body) {
  const whole = concat(integer(1, kind), ...body);
  require(whole.length <= MAX_WHOLE_BYTES, "a frame that is too long");
  if (whole.length <= MAX_FRAME_BYTES) {
    return [whole];
  }
  const frames = [];
  for (let at = 0; at < whole.length; at += PIECE_BYTES) {
    const last = at + PIECE_BYTES >= whole.length;
    frames.push(concat(integer(1, last ? KIND.LAST_FRAGMENT : KIND.FRAGMENT), whole.slice(at, at + PIECE_BYTES)));
  }
  return frames;
}

/** Puts the pieces of one link together. */
export class FrameReader {
  #pieces = new Uint8Array(0);

  /** A whole frame, or null while pieces are missing. */
  accept(message) {
    require(message.length >= 1 && message.length <= MAX_FRAME_BYTES, "a message of another length");
    const [kind, body] = [message[0], message.slice(1)];
    if (kind !== KIND.FRAGMENT && kind !== KIND.LAST_FRAGMENT) {
      require(this.#pieces.length === 0, "a frame between the pieces of another");
      return named(kind, body);
    }
    require(body.length > 0 && this.#pieces.length + body.length <= MAX_WHOLE_BYTES, "pieces out of bounds");
    this.#pieces = concat(this.#pieces, body);
    if (kind === KIND.FRAGMENT) {
      return null;
    }
    const whole = this.#pieces;
    this.#pieces = new Uint8Array(0);
    require(whole[0] !== KIND.FRAGMENT && whole[0] !== KIND.LAST_FRAGMENT, "pieces of pieces");
    return named(whole[0], whole.slice(1));
  }
}

function named(kind, body) {
  require(NAMES.has(kind), "a frame of an unknown kind");
  return { kind: NAMES.get(kind), body };
}
