/** An IMAP client that appends, copies, moves, flags and expunges in two mailboxes that are its own (RFC 9051, 6851, 7162). */
import type { Dice } from '../support/dice.ts';
import { LineClient } from '../support/line-client.ts';
import {
  acknowledgementAt,
  someOf,
  UnexpectedReplyError,
  type Actor,
  type Doors,
  type Pace,
} from './actor.ts';
import { History, type IsAcknowledged, type Promised } from './history.ts';
import { letterOf, wordOf } from './letters.ts';
import type { Snapshot } from './snapshot.ts';

/** Above this many copies it expunges rather than adds. */
const MOST_COPIES = 24;
const LARGE_EVERY = 25;
const FLAGS = ['\\Seen', '\\Flagged', '\\Answered', 'todo'] as const;

interface Copy {
  readonly id: string;
  readonly flags: ReadonlySet<string>;
  /** 0 until the server has said it. */
  readonly uid: number;
}

type Boxes = ReadonlyMap<string, readonly Copy[]>;

/** A deed as it goes over the wire, and what it makes of the mailboxes. */
interface Order {
  readonly command: string;
  readonly literal?: string;
  readonly boxes: Boxes;
  /** The mailbox that gets new copies. */
  readonly target?: string;
}

export interface ImapAccount {
  readonly address: string;
  readonly password: string;
}

export class ImapActor implements Actor {
  readonly #account: ImapAccount;
  readonly #dice: Dice;
  readonly #name: string;
  readonly #history: History;
  #boxes: Boxes = new Map();
  #line!: LineClient;
  #tags = 0;
  #letters = 0;
  #selected = '';
  acknowledged = 0;

  constructor(name: string, account: ImapAccount, dice: Dice) {
    this.#name = name;
    this.#account = account;
    this.#dice = dice;
    this.#history = new History(
      `IMAP ${name}`,
      (snapshot) => describe(this.#find(snapshot)),
      describe(new Map()),
    );
  }

  async work(doors: Doors, pace: Pace): Promise<void> {
    this.#line = new LineClient({ port: doors.port('imap') });
    try {
      await this.#line.readLine();
      await this.#say(`LOGIN ${this.#account.address} ${this.#account.password}`);
      this.#selected = '';
      if (this.#history.isUncertain) await this.#look();
      await this.#createMailboxes();
      for (const box of this.#boxes.keys()) await this.#search(box);
      while (!pace.signal.aborted) {
        const began = performance.now();
        await this.#act();
        pace.measured?.('imap', performance.now() - began);
        await pace.pause();
      }
    } finally {
      this.#line.destroy();
    }
  }

  audit(snapshot: Snapshot, isAcknowledged: IsAcknowledged): readonly string[] {
    return this.#history.audit(snapshot, isAcknowledged);
  }

  promised(isAcknowledged: IsAcknowledged): readonly Promised[] {
    return this.#history.promised(isAcknowledged);
  }

  settle(snapshot: Snapshot): void {
    this.#boxes = this.#find(snapshot);
    this.#history.settle(snapshot);
  }

  get #names(): readonly [string, string] {
    return [`${this.#name}-a`, `${this.#name}-b`];
  }

  #find(snapshot: Snapshot): Boxes {
    const own = snapshot.mailboxes.filter(
      ({ account, name }) => account === this.#account.address && this.#names.includes(name),
    );
    return new Map(
      own.map(({ name, letters }) => [
        name,
        letters.map(({ id, uid, flags }) => ({ id, uid, flags: new Set(flags) })),
      ]),
    );
  }

  async #createMailboxes(): Promise<void> {
    for (const name of this.#names) {
      if (this.#boxes.has(name)) continue;
      await this.#do({ command: `CREATE ${name}`, boxes: new Map([...this.#boxes, [name, []]]) });
    }
  }

  /** What there is, after a session that ended in the middle: as some deed has left it, or the audit tells of it. */
  async #look(): Promise<void> {
    const listed = await this.#say(`LIST "" "${this.#name}-*"`);
    const there = this.#names.filter((name) => listed.some((line) => line.includes(name)));
    const boxes = new Map<string, readonly Copy[]>();
    for (const name of there) {
      await this.#select(name);
      const what = '(UID FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])';
      boxes.set(name, copiesIn(await this.#say(`UID FETCH 1:* ${what}`)));
    }
    this.#history.resume(describe(boxes));
    this.#boxes = boxes;
  }

  /** The search index against what is known to be there. */
  async #search(box: string): Promise<void> {
    await this.#select(box);
    const word = wordOf(`${this.#dice.below(7)}`);
    const lines = await this.#say(`UID SEARCH TEXT ${word}`);
    const found = lines.find((line) => /^\* E?SEARCH/u.test(line)) ?? '';
    const uids = [...found.replace(/^\* E?SEARCH/u, '').matchAll(/\d+/gu)].map(([uid]) => Number(uid));
    const wanted = this.#copiesIn(box).filter(({ id }) => wordOf(id) === word);
    if (uids.join() !== wanted.map(({ uid }) => uid).join())
      throw new UnexpectedReplyError(
        `SEARCH in ${box} for ${word} found ${found}, not ${JSON.stringify(wanted)}`,
      );
  }

  async #act(): Promise<void> {
    const [from, to] = this.#dice.falls(0.5) ? this.#names : [this.#names[1], this.#names[0]];
    const count = this.#copiesIn(from).length + this.#copiesIn(to).length;
    const there = this.#copiesIn(from);
    if (there.length === 0) return this.#append(to);
    const some = someOf(there, this.#dice, 4);
    await this.#select(from);
    if (count > MOST_COPIES) return this.#expunge(from, someOf(there, this.#dice, 8));
    switch (this.#dice.below(6)) {
      case 0:
      case 1:
        return this.#append(to);
      case 2:
        return this.#do({ ...this.#copied(some, to), command: `UID COPY ${setOf(some)} ${to}`, target: to });
      case 3:
        return this.#move(some, from, to);
      case 4:
        return this.#expunge(from, some);
      default:
        return this.#store(from, some);
    }
  }

  #append(box: string): Promise<void> {
    const number = this.#letters++;
    const id = `${this.#name}-${number}${number % LARGE_EVERY === 3 ? '-large' : ''}`;
    const flags = FLAGS.filter(() => this.#dice.falls(0.3));
    const literal = letterOf(id, [this.#account.address]);
    const boxes = this.#with(box, [...this.#copiesIn(box), { id, uid: 0, flags: new Set(flags) }]);
    const command = `APPEND ${box} (${flags.join(' ')}) {${literal.length}}`;
    return this.#do({ command, literal, boxes, target: box });
  }

  #copied(copies: readonly Copy[], to: string): { boxes: Boxes } {
    const added = copies.map((copy) => ({ ...copy, uid: 0 }));
    return { boxes: this.#with(to, [...this.#copiesIn(to), ...added]) };
  }

  #move(copies: readonly Copy[], from: string, to: string): Promise<void> {
    const boxes = new Map(this.#copied(copies, to).boxes);
    boxes.set(from, without(this.#copiesIn(from), copies));
    return this.#do({ command: `UID MOVE ${setOf(copies)} ${to}`, boxes, target: to });
  }

  #store(box: string, copies: readonly Copy[]): Promise<void> {
    const flag = this.#dice.pick(FLAGS);
    const isAdding = this.#dice.falls(0.6);
    const changed = this.#copiesIn(box).map((copy) =>
      copies.includes(copy) ? flagged(copy, flag, isAdding) : copy,
    );
    const command = `UID STORE ${setOf(copies)} ${isAdding ? '+' : '-'}FLAGS (${flag})`;
    return this.#do({ command, boxes: this.#with(box, changed) });
  }

  async #expunge(box: string, copies: readonly Copy[]): Promise<void> {
    const uids = setOf(copies);
    const marked = this.#copiesIn(box).map((copy) =>
      copies.includes(copy) ? flagged(copy, '\\Deleted', true) : copy,
    );
    await this.#do({ command: `UID STORE ${uids} +FLAGS (\\Deleted)`, boxes: this.#with(box, marked) });
    const gone = new Set(copies.map(({ uid }) => uid));
    const left = this.#copiesIn(box).filter(({ uid }) => !gone.has(uid));
    await this.#do({ command: `UID EXPUNGE ${uids}`, boxes: this.#with(box, left) });
  }

  /** Asks for it, and believes it when the server has said OK. */
  async #do({ command, literal, boxes, target }: Order): Promise<void> {
    const deed = this.#history.ask(command, describe(boxes));
    const lines = await this.#say(command, literal);
    const uidValidity = Number(/(?:APPENDUID|COPYUID) (\d+)/u.exec(lines.join('\n'))?.[1] ?? 0);
    this.#boxes = target === undefined ? boxes : withUids(boxes, target, newUids(lines));
    deed.promised = [
      ...(target === undefined ? [] : [this.#promisedPlaces(target, uidValidity)]),
      { account: this.#account.address, mailbox: this.#selected, modSeqs: modSeqsIn(lines) },
    ];
    deed.acknowledgement = acknowledgementAt(this.#line);
    this.acknowledged++;
  }

  #promisedPlaces(mailbox: string, uidValidity: number): Promised {
    const uids = this.#copiesIn(mailbox).map(({ uid, id }) => ({ uid, id }));
    return { account: this.#account.address, mailbox, uidValidity, uids };
  }

  async #select(box: string): Promise<void> {
    if (this.#selected === box) return;
    await this.#say(`SELECT ${box} (CONDSTORE)`);
    this.#selected = box;
  }

  /** All lines of the answer; throws where it is not OK. */
  async #say(command: string, literal?: string): Promise<readonly string[]> {
    const tag = `t${this.#tags++}`;
    this.#line.write(`${tag} ${command}\r\n`);
    const lines: string[] = [];
    for (;;) {
      const line = await this.#line.readLine();
      lines.push(line);
      if (line.startsWith('+') && literal !== undefined) this.#line.write(`${literal}\r\n`);
      if (!line.startsWith(`${tag} `)) continue;
      if (!line.startsWith(`${tag} OK`)) throw new UnexpectedReplyError(`${command}: ${line}`);
      return lines;
    }
  }

  #copiesIn(box: string): readonly Copy[] {
    return this.#boxes.get(box) ?? [];
  }

  #with(box: string, copies: readonly Copy[]): Boxes {
    return new Map([...this.#boxes, [box, copies]]);
  }
}

/** In one line, the same for the same state. */
function describe(boxes: Boxes): string {
  const names = [...boxes.keys()].sort();
  const text = (name: string) =>
    (boxes.get(name) ?? []).map(({ id, flags }) => `${id}{${[...flags].sort().join(' ')}}`).join(' ');
  return names.map((name) => `${name}[${text(name)}]`).join(' ');
}

function setOf(copies: readonly Copy[]): string {
  return copies.map(({ uid }) => uid).join(',');
}

function without(copies: readonly Copy[], gone: readonly Copy[]): readonly Copy[] {
  return copies.filter((copy) => !gone.includes(copy));
}

function flagged(copy: Copy, flag: string, isAdding: boolean): Copy {
  const flags = new Set(copy.flags);
  if (isAdding) flags.add(flag);
  else flags.delete(flag);
  return { ...copy, flags };
}

/** Of FETCH responses with UID and FLAGS, each with its Subject behind it. */
function copiesIn(lines: readonly string[]): readonly Copy[] {
  const copies: Copy[] = [];
  let next: Omit<Copy, 'id'> | null = null;
  for (const line of lines) {
    const flags = /^\* \d+ FETCH .*FLAGS \(([^)]*)\)/u.exec(line)?.[1];
    const uid = Number(/UID (\d+)/u.exec(line)?.[1] ?? 0);
    if (flags !== undefined) next = { uid, flags: new Set(flags.split(' ').filter((flag) => flag !== '')) };
    else if (next !== null && line.startsWith('Subject: ')) copies.push({ ...next, id: line.slice(9) });
  }
  return copies;
}

/** The last numbers of APPENDUID and COPYUID (RFC 4315 §3). */
function newUids(lines: readonly string[]): readonly number[] {
  const set = /\[(?:APPENDUID \d+|COPYUID \d+ [\d:,]+) ([\d:,]+)\]/u.exec(lines.join('\n'))?.[1] ?? '';
  return set.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split(':').map(Number);
    return Array.from({ length: last - first + 1 }, (_, at) => first + at);
  });
}

/** New copies lie at the end. */
function withUids(boxes: Boxes, target: string, uids: readonly number[]): Boxes {
  const copies = boxes.get(target) ?? [];
  const known = copies.length - uids.length;
  return new Map([
    ...boxes,
    [target, copies.map((copy, at) => (at < known ? copy : { ...copy, uid: uids[at - known] ?? 0 }))],
  ]);
}

/** RFC 7162 §3.1.4 */
function modSeqsIn(lines: readonly string[]): readonly { uid: number; modSeq: number }[] {
  return lines.flatMap((line) => {
    const [uid, modSeq] = [/UID (\d+)/u.exec(line)?.[1], /MODSEQ \((\d+)\)/u.exec(line)?.[1]];
    return line.startsWith('* ') && uid !== undefined && modSeq !== undefined
      ? [{ uid: Number(uid), modSeq: Number(modSeq) }]
      : [];
  });
}
