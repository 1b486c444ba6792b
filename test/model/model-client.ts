/**
 * A client that knows its mailbox from what the server tells, as RFC 9051 §7 has it: EXISTS, EXPUNGE, VANISHED and FETCH
 * responses move and fill its view. Anything that cannot be is an error at once.
 */
import { expect } from 'vitest';
import type { DialogueClient } from '../support/dialogue-client.ts';
import { changeFlags, describeMessage } from './mailbox-model.ts';

export type ClientKind = 'plain' | 'condstore' | 'qresync' | 'uidonly' | 'notify';

const ENABLED: Readonly<Record<ClientKind, string | null>> = {
  plain: null,
  condstore: 'CONDSTORE',
  qresync: 'QRESYNC',
  uidonly: 'CONDSTORE UIDONLY',
  notify: 'CONDSTORE',
};

/** A message in the view: what is not known is null. */
interface Known {
  uid: number | null;
  flags: ReadonlySet<string> | null;
  modSeq: number;
}

/** What a QRESYNC client keeps when it goes. */
export interface Remembered {
  readonly uidValidity: number;
  readonly modSeq: number;
  readonly messages: ReadonlyMap<number, ReadonlySet<string>>;
}

export interface Answer {
  readonly untagged: readonly string[];
  readonly completion: string;
}

const ASKS_FOR_NEW = /^UID FETCH \d+:\* /;
/** RFC 9051 §7.5.1 */
const WITHOUT_EXPUNGE = /^(?:FETCH|STORE|SEARCH) /;

export class ModelClient {
  readonly kind: ClientKind;
  view: Known[] = [];
  /** The highest MODSEQ it was told. */
  modSeq = 0;
  uidValidity = 0;
  isSelected = false;
  remembered: Remembered | null = null;
  readonly #dialogue: DialogueClient;
  /** MODSEQ and flags of each UID when they were told last. */
  readonly #told = new Map<number, { modSeq: number; flags: string }>();

  constructor(kind: ClientKind, dialogue: DialogueClient) {
    this.kind = kind;
    this.#dialogue = dialogue;
  }

  async start(): Promise<void> {
    const enabled = ENABLED[this.kind];
    if (enabled !== null) await this.run(`ENABLE ${enabled}`);
    if (this.kind === 'notify')
      await this.run('NOTIFY SET (selected (MessageNew MessageExpunge FlagChange))');
    await this.select('SELECT INBOX');
  }

  async select(command: string): Promise<Answer> {
    this.view = [];
    const answer = await this.run(command);
    expect(answer.completion).toMatch(/^OK /);
    this.isSelected = true;
    await this.#askForNew();
    return answer;
  }

  /** Runs a command, applies what the server tells, and asks for messages that are new. */
  async run(command: string): Promise<Answer> {
    const answer = await this.#dialogue.transact(command);
    this.#apply(command, answer);
    if (this.isSelected && !/^(?:CLOSE|UNSELECT|SELECT)/.test(command)) await this.#askForNew();
    return answer;
  }

  async idle(): Promise<Answer> {
    this.#dialogue.write('i1 IDLE\r\n');
    this.#dialogue.write('DONE\r\n');
    const answer = await this.#dialogue.readCompletion('i1');
    this.#apply('IDLE', { ...answer, untagged: answer.untagged.filter((line) => !line.startsWith('+')) });
    await this.#askForNew();
    return answer;
  }

  /** UIDs by sequence number; -1 for one that was expunged before the client could ask for it. */
  get uids(): number[] {
    return this.view.map((message) => message.uid ?? -1);
  }

  /** Numbers may move at any time with NOTIFY (RFC 5465 §5.3), and there are none with UIDONLY. */
  get usesUids(): boolean {
    return this.kind === 'uidonly' || this.kind === 'notify';
  }

  /** With NOTIFY nobody can say whether flags were told before or after a silent STORE. */
  get maySilence(): boolean {
    return this.kind !== 'notify';
  }

  /** Its own silent STORE. */
  assume(uids: readonly number[], operation: string, flags: readonly string[]): void {
    for (const message of this.view) {
      if (message.uid === null || message.flags === null || !uids.includes(message.uid)) continue;
      message.flags = changeFlags(message.flags, operation, flags);
    }
  }

  describe(): string[] {
    return this.view.map(({ uid, flags }) => describeMessage(uid ?? -1, flags ?? new Set()));
  }

  /** CLOSE has expunged what was marked. */
  dropDeleted(): void {
    this.view = this.view.filter(({ flags }) => flags?.has('\\Deleted') !== true);
  }

  /** Leaves the mailbox. What it knows is whole only when it has just asked for everything. */
  forget(options: { isWhole: boolean }): void {
    this.isSelected = false;
    if (!options.isWhole) return;
    const messages = this.view.map(({ uid, flags }) => [uid ?? -1, flags ?? new Set<string>()] as const);
    this.remembered = { uidValidity: this.uidValidity, modSeq: this.modSeq, messages: new Map(messages) };
  }

  async #askForNew(): Promise<void> {
    for (let known = -1; known !== this.view.length;) {
      known = this.view.length;
      const first = this.view.findIndex((message) => message.uid === null);
      if (first === -1) return;
      await this.#fetchFrom(first);
    }
  }

  async #fetchFrom(first: number): Promise<void> {
    const items = `(UID FLAGS${this.kind === 'plain' ? '' : ' MODSEQ'})`;
    const command = this.usesUids
      ? `UID FETCH ${(this.view[first - 1]?.uid ?? 0) + 1}:* ${items}`
      : `FETCH ${first + 1}:${this.view.length} ${items}`;
    this.#apply(command, await this.#dialogue.transact(command));
  }

  #apply(command: string, { untagged, completion }: Answer): void {
    expect(completion, command).toMatch(/^(?:OK|NO) /);
    for (const line of untagged) this.#hear(command, line);
    this.#hearModSeq(completion);
  }

  #hear(command: string, line: string): void {
    const [, number, name] = /^\* (\d+) (EXISTS|EXPUNGE|FETCH|UIDFETCH)/.exec(line) ?? [];
    const vanished = /^\* VANISHED ([\d:,]+)$/.exec(line)?.[1];
    const mayExpunge = this.kind === 'notify' || !WITHOUT_EXPUNGE.test(command);
    if (vanished !== undefined) {
      const knowsVanished = this.kind === 'qresync' || this.kind === 'uidonly';
      expect({ command, mayExpunge, knowsVanished }).toMatchObject({ mayExpunge: true, knowsVanished: true });
      this.#vanish(expand(vanished));
    } else if (name === 'EXPUNGE') {
      const knowsNumbers = this.kind !== 'qresync' && this.kind !== 'uidonly';
      expect({ command, mayExpunge, knowsNumbers }).toMatchObject({ mayExpunge: true, knowsNumbers: true });
      expect(this.view.splice(Number(number) - 1, 1), line).toHaveLength(1);
    } else if (name === 'EXISTS') {
      expect(Number(number), line).toBeGreaterThanOrEqual(this.view.length);
      while (this.view.length < Number(number)) this.view.push({ uid: null, flags: null, modSeq: 0 });
    } else if (name === 'FETCH') {
      expect(this.kind, line).not.toBe('uidonly');
      this.#learn(this.view[Number(number) - 1], line);
    } else if (name === 'UIDFETCH') {
      expect(this.kind, line).toBe('uidonly');
      const message = this.#withUid(Number(number), ASKS_FOR_NEW.test(command));
      if (message !== null) this.#learn(message, line);
    }
    this.uidValidity = Number(/\[UIDVALIDITY (\d+)\]/.exec(line)?.[1] ?? this.uidValidity);
    this.#hearModSeq(line);
  }

  #hearModSeq(line: string): void {
    const told = /HIGHESTMODSEQ (\d+)/.exec(line) ?? /FETCH \(.*MODSEQ \((\d+)\)/.exec(line);
    if (told !== null) this.modSeq = Math.max(this.modSeq, Number(told[1]));
  }

  #vanish(uids: readonly number[]): void {
    for (const uid of uids) {
      const known = this.view.findIndex((message) => message.uid === uid);
      // Expunged before the client could ask for its UID: only such messages are left without one.
      const index = known === -1 ? this.view.findIndex((message) => message.uid === null) : known;
      expect(index, `VANISHED ${uid}`).not.toBe(-1);
      this.view.splice(index, 1);
    }
  }

  /**
   * The message with this UID. One that is new is the first whose UID is not known, where the client has asked for new ones; what
   * comes of it unasked is passed over, since there is no number that says which it is.
   */
  #withUid(uid: number, hasAskedForNew: boolean): Known | undefined | null {
    const known = this.view.find((message) => message.uid === uid);
    if (known !== undefined) return known;
    if (!hasAskedForNew) return null;
    const added = this.view.find((message) => message.uid === null);
    if (added !== undefined) added.uid = uid;
    return added;
  }

  #learn(message: Known | undefined, line: string): void {
    if (message === undefined) throw new Error(`no message has the number of ${line}`);
    const uid = /\bUID (\d+)/.exec(line)?.[1];
    const flags = /FLAGS \(([^)]*)\)/.exec(line)?.[1];
    const modSeq = Number(/MODSEQ \((\d+)\)/.exec(line)?.[1] ?? 0);
    if (uid !== undefined) {
      expect(message.uid ?? Number(uid), line).toBe(Number(uid));
      message.uid = Number(uid);
    }
    if (flags !== undefined) message.flags = new Set(flags.split(' ').filter((flag) => flag !== ''));
    if (modSeq > 0) this.#learnModSeq(message, modSeq, flags !== undefined);
  }

  /** RFC 7162 §3.1.1: a MODSEQ never falls, and the same one means the same flags. */
  #learnModSeq(message: Known, modSeq: number, hasFlags: boolean): void {
    expect(modSeq).toBeGreaterThanOrEqual(message.modSeq);
    message.modSeq = modSeq;
    if (!hasFlags || message.uid === null) return;
    const flags = [...(message.flags ?? [])].sort().join(' ');
    const before = this.#told.get(message.uid);
    if (before?.modSeq === modSeq) expect(flags).toBe(before.flags);
    this.#told.set(message.uid, { modSeq, flags });
  }
}

/** `1:3,7` as numbers. */
export function expand(set: string): number[] {
  return set.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split(':').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}
