// A participant of a room, as its host sees one over a link: docs/protocol.md §6.2, §7, §9 to §12 and §17. Time comes
// in as an argument; whoever drives it carries frames. Left out: envelopes and data channels (§5, §6.1), the timers of
// a side that waits (§13), deputies (§18), links to other participants (§19).
import { base32, concat, equal, integer, json, parseJson, Reader, require, unbase64url } from "./bytes.js";
import { eventContent, readContent, resumeContent, syncContent } from "./contents.js";
import { Clock, fit, messageBody, profileBody, readEvent, signEvent } from "./events.js";
import { FrameReader, KIND, writeFrame } from "./frames.js";
import { Group, makeKeyPackage } from "./group.js";
import { RoomKeys } from "./room.js";

const TAG_BYTES = 32;

export class Participant {
  #clock = new Clock();
  #heads = new Map();
  #names = new Map();
  #unconfirmed = [];
  #fence = 0;
  #generation = 0;
  #hostSeq = 0n;
  #acknowledged = 0n;
  #link;
  #out = [];

  /** How many events came that were here already. */
  duplicates = 0;

  /** What a person would see, one's own words at once. */
  told = [];

  constructor(identity, name, room) {
    this.identity = identity;
    this.name = name;
    this.room = room;
    this.keys = room.keys;
  }

  get isAdmitted() {
    return this.#link?.phase === "admitted" || this.isConnected;
  }

  get isConnected() {
    return this.#link?.phase === "connected";
  }

  get group() {
    return this.#link?.group;
  }

  /** Why the host has closed or refused, if it has. */
  get goodbye() {
    return this.#link?.goodbye;
  }

  /** The names of those in the group who have said one. */
  get present() {
    return this.group.members.filter((peer) => this.#names.has(peer)).map((peer) => this.#names.get(peer));
  }

  /** Takes the frames that are to be sent since the last call. */
  takeFrames() {
    const frames = this.#out;
    this.#out = [];
    return frames;
  }

  /** §7: a link has opened. Whatever was on the one before is gone. */
  async opened(binding, now) {
    const made = await makeKeyPackage(this.identity, now);
    this.#link = { binding, made, reader: new FrameReader(), phase: "joining", hello: false };
    this.#out = [];
    this.#send(KIND.HELLO, json({ versions: [1], features: [] }));
    const proof = this.keys.proof(this.room.room, binding, this.identity.peerId, made.message);
    this.#send(KIND.JOIN, proof, made.message);
  }

  async received(message, now) {
    const frame = this.#link.reader.accept(message);
    if (frame === null || this.goodbye !== undefined) {
      return;
    }
    switch (frame.kind) {
      case "PING":
        return this.#send(KIND.PONG, frame.body);
      case "PONG":
        return;
      case "BYE":
      case "REFUSED":
        this.#link.goodbye = parseJson(frame.body).code;
        return;
      case "HELLO":
        require(!this.#link.hello, "a second HELLO");
        require(parseJson(frame.body).versions.includes(1), "INCOMPATIBLE");
        this.#link.hello = true;
        return;
      default:
        require(this.#link.hello, "a frame before HELLO");
    }
    switch (frame.kind) {
      case "WELCOME":
        return this.#onWelcome(frame.body);
      case "COMMIT":
        return this.#onCommit(frame.body, now);
      case "STATE":
        return this.#onState(frame.body, now);
      case "ADMITTED":
        return this.#onAdmitted(frame.body);
      case "APPLICATION":
        return this.#onApplication(frame.body, now);
      case "RECEIVED":
        return this.#onReceived(frame.body);
      case "RECEIPTS":
      case "RELAY":
      case "DIGEST":
        return;
      default:
        require(false, "a frame that is not for a participant");
    }
  }

  async #onWelcome(welcome) {
    const link = this.#link;
    require(link.phase === "joining" && link.group === undefined, "a WELCOME that was not asked for");
    link.group = await Group.join(link.made, welcome, this.room.room, this.room.host, this.keys.psk);
    const context = concat(this.room.room, link.binding);
    const memberTag = await link.group.exported("parley confirm member", context, TAG_BYTES);
    link.hostTag = await link.group.exported("parley confirm host", context, TAG_BYTES);
    this.#send(KIND.CONFIRM, memberTag, await link.group.seal(resumeContent(this.#heads)));
  }

  #onAdmitted(tag) {
    require(this.#link.phase === "joining" && this.group !== undefined, "an ADMITTED out of place");
    require(equal(tag, this.#link.hostTag), "an ADMITTED that does not agree");
    this.#link.phase = "admitted";
  }

  async #onCommit(body, now) {
    require(this.group !== undefined, "a COMMIT before the Welcome");
    const reader = new Reader(body);
    const commits = reader.list();
    reader.end();
    for (const commit of commits) {
      if ((await this.group.apply(commit, now)) === "removed") {
        this.#link.goodbye = "NO_CONNECTION";
        return;
      }
    }
  }

  async #onState(body, now) {
    require(this.group !== undefined, "a STATE before the Welcome");
    const { sender, content } = await this.group.open(body, now);
    const { kind, governance } = readContent(content);
    require(sender === this.room.host && kind === "governed", "a STATE that the leader did not seal");
    const { fence, generation, secret } = parseJson(governance);
    require(fence > this.#fence || (fence === this.#fence && generation >= this.#generation), "a STATE of before");
    this.#fence = fence;
    this.#generation = generation;
    if (secret !== undefined) {
      this.keys = new RoomKeys(unbase64url(secret));
      this.group.learnPsk(this.keys.psk);
    }
  }

  async #onApplication(body, now) {
    require(this.isAdmitted, "a message before ADMITTED");
    const { sender, content } = await this.group.open(body, now);
    const read = readContent(content);
    switch (read.kind) {
      case "event": {
        const event = readEvent(read.event, this.room.room);
        require(event.author === sender && sender !== this.identity.name, "an event of another author than its sealer");
        this.#place(event, now);
        break;
      }
      case "sync":
        require(sender === this.room.host, "a SYNC that the host did not seal");
        await this.#onSync(read, now);
        break;
      case "resume": {
        const known = read.heads.get(this.identity.name)?.seq ?? 0n;
        const lacking = this.#unconfirmed.filter((event) => event.seq > known).map((event) => event.bytes);
        this.#send(KIND.APPLICATION, await this.group.seal(syncContent(true, lacking, this.#heads)));
        break;
      }
      case "nothing":
      case "neighbours":
      case "lost":
      case "presence":
      case "read":
        break;
      default:
        require(false, "content that is not for a participant");
    }
    this.#acknowledge();
  }

  async #onSync({ last, profiles, events, heads }, now) {
    for (const bytes of profiles) {
      const profile = readEvent(bytes, this.room.room);
      require(profile.type === "profile", "an event that is no profile among the profiles");
      this.#names.set(profile.author, profile.name);
    }
    for (const bytes of events) {
      const event = readEvent(bytes, this.room.room);
      if (event.author !== this.identity.name) {
        this.#place(event, now);
      } else if (fit(event, this.#heads.get(event.author)) === "new") {
        this.#heads.set(event.author, { seq: event.seq, id: event.id });
        this.#tell(event);
      }
    }
    if (last) {
      for (const [peer, head] of heads) {
        if (peer === this.identity.name) {
          this.#agreeOnOwnHead(head);
        } else if (!this.#heads.has(peer)) {
          this.#heads.set(peer, head);
        }
      }
      this.#link.phase = "connected";
      await this.#connected(now);
    }
  }

  /** §12: the chain goes on where the room saw it last, unless something waits that contradicts it. */
  #agreeOnOwnHead(head) {
    if ((this.#heads.get(this.identity.name)?.seq ?? 0n) >= head.seq) {
      this.#confirmed(head.seq);
      return;
    }
    require(this.#unconfirmed.length === 0, "the history kept here contradicts the room's");
    this.#heads.set(this.identity.name, head);
  }

  async #connected(now) {
    const waiting = this.#unconfirmed.filter((event) => event.type === "profile").at(-1);
    if ((waiting?.name ?? this.#names.get(this.identity.name)) !== this.name) {
      this.#sign("profile", profileBody(this.name), now);
    }
    for (const event of this.#unconfirmed) {
      await this.#transmit(event);
    }
  }

  /** §10 and §11: an event of another has its place. */
  #place(event, now) {
    if (fit(event, this.#heads.get(event.author)) === "new") {
      this.#heads.set(event.author, { seq: event.seq, id: event.id });
      this.#clock.observe(event.clock, now);
      this.#tell(event);
    } else {
      this.duplicates++;
    }
    if (event.author === this.room.host && event.seq > this.#hostSeq) {
      this.#hostSeq = event.seq;
    }
  }

  #tell(event) {
    if (event.type === "profile") {
      this.#names.set(event.author, event.name);
    } else if (event.type === "message") {
      this.told.push(`${this.#names.get(event.author) ?? event.author}: ${event.message.text}`);
    }
  }

  /** §12 asks for it after 64 events or 20 ms at the latest; at once needs no timer. */
  #acknowledge() {
    if (this.isConnected && this.#hostSeq > this.#acknowledged) {
      this.#acknowledged = this.#hostSeq;
      this.#send(KIND.RECEIVED, integer(8, this.#hostSeq));
    }
  }

  /** §12: the host has our events up to this count. */
  #onReceived(body) {
    const reader = new Reader(body);
    const seq = reader.i64();
    reader.end();
    this.#confirmed(seq);
  }

  #confirmed(seq) {
    require((this.#heads.get(this.identity.name)?.seq ?? 0n) >= seq, "a RECEIVED of what was not sent");
    this.#unconfirmed = this.#unconfirmed.filter((event) => event.seq > seq);
  }

  #sign(type, body, now) {
    const head = this.#heads.get(this.identity.name);
    const era = { fence: BigInt(this.#fence), epoch: this.group.epoch };
    const event = signEvent(this.identity, this.room.room, head, this.#clock.next(now), type, body, era);
    this.#heads.set(this.identity.name, { seq: event.seq, id: event.id });
    this.#unconfirmed.push(event);
    this.#tell(event);
    return event;
  }

  async #transmit(event) {
    this.#send(KIND.APPLICATION, await this.group.seal(eventContent(event.bytes)));
  }

  /** Says something to the room; returns the id of the message. It waits while there is no connection. */
  async say(text, more, now) {
    const event = this.#sign("message", messageBody(text, now, more), now);
    if (this.isConnected) {
      await this.#transmit(event);
    }
    return base32(event.id);
  }

  #send(kind, ...body) {
    this.#out.push(...writeFrame(kind, ...body));
  }
}
