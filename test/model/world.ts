/** The world of the model test: one mailbox on the server, the model of it, and clients that act on both. */
import { expect } from 'vitest';
import type { Mailbox } from '../../src-main/mail/mailstore/port.ts';
import { TOM } from '../support/reading-office.ts';
import { MailboxModel, describeMessage } from './mailbox-model.ts';
import { ModelClient, expand } from './model-client.ts';
import type { Answer, ClientKind, Remembered } from './model-client.ts';
import type { ModelOffice } from './model-offices.ts';

export const CLIENT_KINDS: readonly ClientKind[] = [
  'plain',
  'condstore',
  'qresync',
  'qresync',
  'uidonly',
  'notify',
];
export const FLAGS = ['\\Seen', '\\Deleted', '\\Flagged', '$Work'] as const;

const SEARCH_KEYS = {
  '\\Seen': 'SEEN',
  '\\Deleted': 'DELETED',
  '\\Flagged': 'FLAGGED',
  $Work: 'KEYWORD $Work',
} as const;

/** How one step is to be done; each action takes what it needs. */
export interface Choice {
  readonly client: number;
  /** Two places in the client's view. */
  readonly from: number;
  readonly to: number;
  readonly byUid: boolean;
  readonly operation: '+' | '-' | '';
  readonly isSilent: boolean;
  readonly flag: (typeof FLAGS)[number];
}

/** Messages that a command names, and how it names them. */
interface Target {
  readonly uids: readonly number[];
  readonly set: string;
  readonly prefix: '' | 'UID ';
}

export class World {
  readonly office: ModelOffice;
  readonly model = new MailboxModel();
  readonly clients: ModelClient[] = [];

  constructor(office: ModelOffice) {
    this.office = office;
  }

  async open(): Promise<void> {
    for (const flag of FLAGS) await this.arrive(flag);
    for (const kind of CLIENT_KINDS) {
      const client = new ModelClient(kind, await this.office.openImap());
      await client.start();
      this.clients.push(client);
    }
  }

  /** The client whose turn it is, in the mailbox. */
  async take({ client: index, byUid }: Choice): Promise<ModelClient> {
    const client = this.clients[index];
    if (client === undefined) throw new Error(`no client ${index}`);
    if (!client.isSelected) await this.enter(client, byUid);
    // It was told before it asked; here it reads that.
    else if (client.kind === 'notify') await client.run('NOOP');
    return client;
  }

  async arrive(flag: string): Promise<void> {
    await this.office.arrive(flag);
    this.model.add([flag]);
  }

  /** What a client may know when a command has told it everything. */
  expectAgreement(client: ModelClient): void {
    expect(client.describe(), client.kind).toEqual(this.model.describe());
  }

  async inbox(): Promise<Mailbox> {
    const mailbox = await this.office.store.findMailbox(TOM, 'INBOX');
    if (mailbox === null) throw new Error('no INBOX');
    return mailbox;
  }

  /** After commands that ran at once, in an order that only the server knows. */
  async adopt(): Promise<void> {
    const { id, uidNext } = await this.inbox();
    this.model.adopt(await this.office.store.listEntries(id), uidNext);
  }

  /** UIDs that have changed after `modSeq`, among `uids`. */
  async changedAfter(modSeq: number, uids: readonly number[]): Promise<number[]> {
    const entries = await this.office.store.listEntries((await this.inbox()).id);
    return entries.filter((entry) => entry.modSeq > modSeq && uids.includes(entry.uid)).map(({ uid }) => uid);
  }

  target(client: ModelClient, { from, to, byUid }: Choice): Target | null {
    const count = client.view.length;
    if (count === 0) return null;
    const [first, last] = [Math.min(from, to) % count, Math.max(from, to) % count].sort((a, b) => a - b);
    const named = client.uids.slice(first, (last ?? 0) + 1);
    const uids = named.filter((uid) => uid !== -1);
    if (client.usesUids) {
      return uids.length === 0 ? null : { uids, set: uids.join(','), prefix: 'UID ' };
    }
    const hasUids = named[0] !== -1 && named.at(-1) !== -1;
    return byUid && hasUids
      ? { uids, set: `${named[0]}:${named.at(-1)}`, prefix: 'UID ' }
      : { uids, set: `${(first ?? 0) + 1}:${(last ?? 0) + 1}`, prefix: '' };
  }

  searchKey(flag: Choice['flag']): string {
    return SEARCH_KEYS[flag];
  }

  /** Opens the mailbox; a client that remembers it asks for what has changed, and must know all of it then. */
  private async enter(client: ModelClient, onlyKnown: boolean): Promise<void> {
    const { remembered } = client;
    if (remembered === null) {
      await client.select('SELECT INBOX');
      return;
    }
    const greatest = Math.max(1, ...remembered.messages.keys());
    const known = onlyKnown ? ` 1:${greatest}` : '';
    const { uidValidity, modSeq } = remembered;
    const answer = await client.select(`SELECT INBOX (QRESYNC (${uidValidity} ${modSeq}${known}))`);
    const expected = this.model.describe().filter((_text, index) => {
      return !onlyKnown || (this.model.uids[index] ?? 0) <= greatest;
    });
    expect(resynchronized(remembered, answer)).toEqual(expected);
  }
}

/** What a client knows after SELECT (QRESYNC …), from what it remembered and what it was told. */
function resynchronized(remembered: Remembered, { untagged }: Answer): string[] {
  const messages = new Map(remembered.messages);
  for (const line of untagged) {
    const vanished = /^\* VANISHED \(EARLIER\) ([\d:,]+)$/.exec(line)?.[1];
    if (vanished !== undefined) for (const uid of expand(vanished)) messages.delete(uid);
    const [, uid, flags] = /FETCH \(UID (\d+) FLAGS \(([^)]*)\)/.exec(line) ?? [];
    if (uid !== undefined)
      messages.set(Number(uid), new Set(flags?.split(' ').filter((flag) => flag !== '')));
  }
  return [...messages].sort(([a], [b]) => a - b).map(([uid, flags]) => describeMessage(uid, flags));
}
