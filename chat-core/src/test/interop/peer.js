// A second implementation of docs/protocol.md, written from the document, to hold the first one against. It carries
// members of MLS groups and participants of rooms, as many as it is asked for.
//
// Standard input: one JSON object a line, {"call", "peer", …}. Standard output: one line for each, {"ok"}, or {"refused"}
// when something from outside broke the rules of the document, or {"failed"} when this program has a defect. Bytes are
// hexadecimal, times are epoch milliseconds.
import { createInterface } from "node:readline";
import { base32, hex, Refusal, unbase32, unhex } from "./bytes.js";
import { roomCode, safetyNumber } from "./codes.js";
import { readEvent, signEvent } from "./events.js";
import { Group, makeKeyPackage } from "./group.js";
import { Identity } from "./identity.js";
import { Participant } from "./participant.js";
import { verifyDescriptor } from "./room.js";

/** Members by the name that the caller gives them: key package and group. */
const members = new Map();

const participants = new Map();

const view = (group) => ({
  epoch: Number(group.epoch),
  members: group.members,
  authenticator: hex(group.authenticator),
});

const code = ({ group }) => roomCode(group.room, group.epoch, group.authenticator);

const plain = (event) => ({
  author: event.author,
  id: base32(event.id),
  seq: Number(event.seq),
  type: event.type,
  ...(event.message ?? { name: event.name }),
});

/** What a member of a bare group can be asked for. */
const memberCalls = {
  async prepare({ peer, seed, now, odd = {} }) {
    const identity = new Identity(unhex(seed));
    const made = await makeKeyPackage(identity, now, { ...odd, peerId: odd.peerId ? unbase32(odd.peerId) : undefined });
    members.set(peer, { made });
    return { peerId: identity.name, keyPackage: hex(made.message) };
  },

  async join(member, { room, host, psk, welcome, padding }) {
    member.group = await Group.join(member.made, unhex(welcome), unbase32(room), host, unhex(psk), padding);
    return view(member.group);
  },

  async apply({ group }, { commits, now }) {
    let outcome;
    for (const commit of commits) {
      outcome = await group.apply(unhex(commit), now);
    }
    return { outcome, ...(outcome === "advanced" ? view(group) : {}) };
  },

  async learnPsk({ group }, { psk }) {
    group.learnPsk(unhex(psk));
    return {};
  },

  async seal({ group }, { content }) {
    return { message: hex(await group.seal(unhex(content))) };
  },

  async open({ group }, { message, now }) {
    const { sender, content } = await group.open(unhex(message), now);
    return { sender, content: hex(content) };
  },

  async exported({ group }, { label, context, length }) {
    return { value: hex(await group.exported(label, unhex(context), length)) };
  },

  async forgeCommit({ group }, { removed }) {
    return { commit: hex(await group.forgeCommit(removed)) };
  },

  async code(member) {
    return code(member);
  },
};

const told = (participant) => ({
  frames: participant.takeFrames().map(hex),
  told: participant.told.splice(0),
  goodbye: participant.goodbye,
  isConnected: participant.isConnected,
});

/** What a participant of a room can be asked for. */
const participantCalls = {
  async enter({ peer, seed, name, roomId, secret, descriptor, signature }) {
    const identity = new Identity(unhex(seed));
    const room = verifyDescriptor(roomId, unhex(secret), unhex(descriptor), unhex(signature));
    participants.set(peer, new Participant(identity, name, room));
    return { peerId: identity.name, room: room.name };
  },

  async opened(participant, { binding, now }) {
    await participant.opened(unhex(binding), now);
    return told(participant);
  },

  async frame(participant, { frame, now }) {
    await participant.received(unhex(frame), now);
    return told(participant);
  },

  async say(participant, { text, more, now }) {
    const id = await participant.say(text, more, now);
    return { id, ...told(participant) };
  },

  async look(participant) {
    return { present: participant.present, duplicates: participant.duplicates, ...view(participant.group) };
  },

  async code(participant) {
    return code(participant);
  },
};

const otherCalls = {
  async safetyNumber({ one, other }) {
    return safetyNumber(one, other);
  },

  async roomCode({ room, epoch, authenticator }) {
    return roomCode(unbase32(room), BigInt(epoch), unhex(authenticator));
  },

  async signEvent({ seed, room, head, clock, type, body }) {
    const before = head.id ? { seq: BigInt(head.seq), id: unbase32(head.id) } : undefined;
    const event = signEvent(new Identity(unhex(seed)), unbase32(room), before, BigInt(clock), type, unhex(body));
    return { event: hex(event.bytes), id: base32(event.id) };
  },

  async readEvent({ room, event }) {
    return plain(readEvent(unhex(event), unbase32(room)));
  },
};

async function answer(request) {
  const { call, peer } = request;
  if (call === "prepare") {
    return memberCalls.prepare(request);
  }
  if (call === "enter") {
    return participantCalls.enter(request);
  }
  if (members.has(peer) && call in memberCalls) {
    return memberCalls[call](members.get(peer), request);
  }
  if (participants.has(peer) && call in participantCalls) {
    return participantCalls[call](participants.get(peer), request);
  }
  if (call in otherCalls) {
    return otherCalls[call](request);
  }
  throw new Error(`nobody here does ${call}`);
}

async function answerLine(line) {
  try {
    return { ok: await answer(JSON.parse(line)) };
  } catch (e) {
    return e instanceof Refusal ? { refused: e.message } : { failed: e.stack ?? String(e) };
  }
}

process.stdout.write(`${JSON.stringify({ ok: { node: process.version } })}\n`);
for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  process.stdout.write(`${JSON.stringify(await answerLine(line))}\n`);
}
