// What stands inside an MLS application message: docs/protocol.md §9, with the heads of §6.2.
import { base32, concat, integer, Reader, Refusal, require, unbase32 } from "./bytes.js";

const KIND = {
  event: 1, sync: 2, resume: 3, nothing: 4, governed: 5, meet: 6, neighbours: 7, presence: 8, read: 9, typing: 10, lost: 11,
};
const MAX_HEADS = 4096;
const MAX_SEQ = (1n << 63n) - 2n;

export const eventContent = (event) => concat(integer(1, KIND.event), event);

export const resumeContent = (heads) => concat(integer(1, KIND.resume), writeHeads(heads));

/** Events of any authors, and behind the last of them where each author's chain stands here. */
export function syncContent(last, events, heads) {
  const list = (items) => concat(integer(4, items.length), ...items.flatMap((item) => [integer(4, item.length), item]));
  return concat(integer(1, KIND.sync), integer(1, last ? 1 : 0), list([]), list(events), writeHeads(heads));
}

export const nothingContent = () => integer(1, KIND.nothing);

/** Heads: a Map of peer id, as text, to seq and id. */
function writeHeads(heads) {
  const entries = [...heads].flatMap(([peer, { seq, id }]) => [unbase32(peer), integer(8, seq), id]);
  return concat(integer(2, heads.size), ...entries);
}

function readHeads(reader) {
  const heads = new Map();
  const count = reader.u16();
  require(count <= MAX_HEADS, "too many heads");
  for (let i = 0; i < count; i++) {
    const peer = base32(reader.take(20));
    const head = { seq: reader.i64(), id: reader.take(32) };
    require(head.seq >= 1n && head.seq <= MAX_SEQ, "a head out of bounds");
    heads.set(peer, head);
  }
  return heads;
}

function readPeers(reader) {
  const peers = [];
  for (let left = reader.u16(); left > 0; left--) {
    peers.push(base32(reader.take(20)));
  }
  return peers;
}

export function readContent(bytes) {
  const reader = new Reader(bytes);
  const content = readBody(reader);
  reader.end();
  return content;
}

function readBody(reader) {
  switch (reader.u8()) {
    case KIND.event:
      return { kind: "event", event: reader.rest() };
    case KIND.sync: {
      const last = (reader.u8() & 1) === 1;
      return { kind: "sync", last, profiles: reader.list(), events: reader.list(), heads: readHeads(reader) };
    }
    case KIND.resume:
      return { kind: "resume", heads: readHeads(reader) };
    case KIND.nothing:
      return { kind: "nothing" };
    case KIND.governed:
      return { kind: "governed", governance: reader.rest() };
    case KIND.meet:
      return { kind: "meet", binding: reader.take(32), heads: readHeads(reader) };
    case KIND.neighbours:
      return { kind: "neighbours", peers: readPeers(reader) };
    case KIND.lost:
      return { kind: "lost", peers: readPeers(reader) };
    case KIND.presence:
      return { kind: "presence", away: reader.u8() === 1 };
    case KIND.typing:
      return { kind: "typing", typing: reader.u8() === 1, saidBefore: reader.i64() };
    case KIND.read: {
      const upTo = new Map();
      for (let left = reader.u16(); left > 0; left--) {
        upTo.set(base32(reader.take(20)), reader.i64());
      }
      return { kind: "read", upTo };
    }
    default:
      throw new Refusal("content of an unknown kind");
  }
}
