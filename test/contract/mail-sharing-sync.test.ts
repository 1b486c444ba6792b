/**
 * What two people see of one mailbox, whatever they do in it: random operations of an owner and a reader on both mailstores.
 * Each keeps a view that hears of changes by MODSEQ alone, as a mail program does.
 */
import { expect, it } from 'vitest';
import type { FlagOperation, MailboxId, MessageStore } from '../../src-main/mail/mailstore/port.ts';
import { createDice } from '../support/dice.ts';
import { IMPLEMENTATIONS, type MailStoreUnderTest } from './mail-stores.ts';

const FLAGS = ['\\Seen', '\\Flagged', '\\Deleted', 'Work'];
const OPERATIONS: readonly FlagOperation[] = ['add', 'remove', 'replace'];
const MESSAGE = 'Subject: hello\r\n\r\nGood morning.\r\n';
const STEPS = 120;

type Dice = ReturnType<typeof createDice>;

/** One person's mail program: what it believes the mailbox to hold. */
class Viewer {
  readonly messages: MessageStore;
  readonly known = new Map<number, string>();
  #modSeq = 0;

  constructor(messages: MessageStore) {
    this.messages = messages;
  }

  async catchUp(id: MailboxId): Promise<void> {
    const { changed, vanished, highestModSeq } = await this.messages.changesSince(id, this.#modSeq);
    for (const { uid, flags } of changed) this.known.set(uid, [...flags].sort().join(' '));
    for (const uid of vanished) this.known.delete(uid);
    this.#modSeq = highestModSeq;
  }

  async look(id: MailboxId): Promise<Map<number, string>> {
    const entries = await this.messages.listEntries(id);
    return new Map(entries.map(({ uid, flags }) => [uid, [...flags].sort().join(' ')]));
  }
}

async function act(dice: Dice, under: MailStoreUnderTest, place: { id: MailboxId; messages: MessageStore }) {
  const { id, messages } = place;
  const flags = FLAGS.filter(() => dice.next() < 0.4);
  const first = 1 + dice.below(12);
  const uids = [{ first, last: first + dice.below(6) }];
  const roll = dice.next();
  if (roll < 0.3) {
    await messages.appendMessages(id, [{ content: await under.stage(MESSAGE), flags, internalDate: 1 }]);
  } else if (roll < 0.75) {
    await messages.storeFlags(id, { uids, operation: dice.pick(OPERATIONS), flags });
  } else if (roll < 0.85) await messages.copyMessages(id, uids, id);
  else if (roll < 0.92) await messages.moveMessages(id, uids, id);
  else await messages.expunge(id, uids);
}

async function play(seed: number, under: MailStoreUnderTest): Promise<readonly unknown[]> {
  const dice = createDice(seed);
  const { store, account: owner, smallAccount: reader } = under;
  const inbox = await store.findMailbox(owner, 'INBOX');
  const id = inbox?.id ?? 0;
  const grant = { operation: 'replace', grantee: reader, isNegative: false, rights: 'lrswite' } as const;
  await store.changeGrants([id], grant);
  const viewers = [new Viewer(store), new Viewer(store.asReader(reader))];
  const seen: unknown[] = [];
  for (let step = 0; step < STEPS; step++) {
    await act(dice, under, { id, messages: dice.pick(viewers).messages });
    // Not everybody looks after each step.
    for (const viewer of viewers) if (dice.next() < 0.6) await viewer.catchUp(id);
  }
  for (const viewer of viewers) {
    await viewer.catchUp(id);
    const current = await viewer.look(id);
    expect(viewer.known, `seed ${seed}`).toEqual(current);
    seen.push([...current]);
  }
  const counts = [await store.getMailbox(id), (await store.listShared(reader))[0]?.mailbox];
  for (const [index, viewer] of viewers.entries()) {
    const unseen = [...viewer.known.values()].filter((flags) => !flags.includes('\\Seen')).length;
    expect(counts[index], `seed ${seed}`).toMatchObject({
      messageCount: viewer.known.size,
      unseenCount: unseen,
    });
  }
  return seen;
}

it.each([1, 2, 3, 4, 5, 6])(
  'views agree with the mailbox and the stores with each other (seed %i)',
  async (seed) => {
    const results = [];
    for (const { open } of IMPLEMENTATIONS) {
      const under = await open();
      results.push(await play(seed, under));
      await under.close();
    }
    expect(results[1]).toEqual(results[0]);
  },
);
