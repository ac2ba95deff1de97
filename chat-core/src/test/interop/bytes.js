// Bytes, numbers and texts as docs/protocol.md §1 writes them.

/** Something that came from outside breaks the rules of the document. */
export class Refusal extends Error {}

export function require(condition, why) {
  if (!condition) {
    throw new Refusal(why);
  }
}

export const hex = (bytes) => Buffer.from(bytes).toString("hex");
export const unhex = (text) => new Uint8Array(Buffer.from(text, "hex"));
export const ascii = (text) => new Uint8Array(Buffer.from(text, "ascii"));
export const base64url = (bytes) => Buffer.from(bytes).toString("base64url");
export const concat = (...parts) => new Uint8Array(Buffer.concat(parts));
export const equal = (a, b) => a.length === b.length && Buffer.compare(a, b) === 0;

export function unbase64url(text) {
  const bytes = new Uint8Array(Buffer.from(text, "base64url"));
  require(base64url(bytes) === text, "base64url that is not canonical");
  return bytes;
}

export function utf8(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Refusal("text that is not UTF-8");
  }
}

/** An unsigned big-endian integer of 1, 2, 4 or 8 bytes. */
export function integer(width, value) {
  const bytes = new Uint8Array(width);
  let rest = BigInt(value);
  for (let i = width - 1; i >= 0; i--) {
    bytes[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  if (rest !== 0n) {
    throw new RangeError(`${value} does not fit in ${width} bytes`);
  }
  return bytes;
}

const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

export function base32(bytes) {
  let text = "";
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += BASE32[(value >> bits) & 31];
    }
    value &= (1 << bits) - 1;
  }
  return bits > 0 ? text + BASE32[(value << (5 - bits)) & 31] : text;
}

export function unbase32(text) {
  const bytes = [];
  let bits = 0;
  let value = 0;
  for (const letter of text) {
    const digit = BASE32.indexOf(letter);
    require(digit >= 0, "base32 with a letter that is none of it");
    value = (value << 5) | digit;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((value >> bits) & 0xff);
    }
    value &= (1 << bits) - 1;
  }
  require(base32(bytes) === text, "base32 that is not canonical");
  return Uint8Array.from(bytes);
}

/** Reads fields one after the other. */
export class Reader {
  #bytes;
  position = 0;

  constructor(bytes) {
    this.#bytes = bytes;
  }

  take(length) {
    require(this.position + length <= this.#bytes.length, "bytes end too early");
    const taken = this.#bytes.slice(this.position, this.position + length);
    this.position += length;
    return taken;
  }

  #integer(width) {
    return this.take(width).reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
  }

  u8() {
    return Number(this.#integer(1));
  }

  u16() {
    return Number(this.#integer(2));
  }

  u32() {
    return Number(this.#integer(4));
  }

  i64() {
    const value = this.#integer(8);
    require(value < 1n << 63n, "an i64 that is negative");
    return value;
  }

  /** §6.2: u32 count, then for each item u32 length and bytes. */
  list() {
    const items = [];
    for (let count = this.u32(); count > 0; count--) {
      items.push(this.take(this.u32()));
    }
    return items;
  }

  rest() {
    return this.take(this.#bytes.length - this.position);
  }

  end() {
    require(this.position === this.#bytes.length, "bytes behind the last field");
  }
}

export const list = (items) =>
  concat(integer(4, items.length), ...items.flatMap((item) => [integer(4, item.length), item]));

/** §1: one JSON object. JSON.parse takes the last of duplicate keys; a careful client refuses them. */
export function parseJson(bytes) {
  let value;
  try {
    value = JSON.parse(utf8(bytes));
  } catch (e) {
    if (e instanceof SyntaxError) {
      throw new Refusal("not JSON");
    }
    throw e;
  }
  require(value !== null && typeof value === "object" && !Array.isArray(value), "JSON that is not an object");
  return value;
}

export const json = (value) => new Uint8Array(Buffer.from(JSON.stringify(value), "utf8"));
