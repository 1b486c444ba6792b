/** What every MailStore must do; run against each implementation. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type {
  MailStore,
  Mailbox,
  MailboxChanged,
  MailboxId,
  MessageColumns,
} from '../../src-main/mail/mailstore/port.ts';
import { createDice } from '../support/dice.ts';
import { IMPLEMENTATIONS, type MailStoreUnderTest } from './mail-stores.ts';

const MESSAGE = 'From: Tom <tom@example.com>\r\nSubject: hello\r\n\r\nGood morning.\r\n';

function value<T>(result: { ok: true; value: T } | { ok: false; error: unknown }): T {
  if (!result.ok) throw new Error(String(result.error));
  return result.value;
}

describe.each(IMPLEMENTATIONS)('a mailstore in $name', ({ open }) => {
  let under: MailStoreUnderTest;
  let store: MailStore;
  let account: number;
  let inbox: Mailbox;

  beforeEach(async () => {
    under = await open();
    ({ store, account } = under);
    inbox = await find('INBOX');
  });

  afterEach(() => under.close());

  async function find(name: string): Promise<Mailbox> {
    const mailbox = await store.findMailbox(account, name);
    if (mailbox === null) throw new Error(`no mailbox ${name}`);
    return mailbox;
  }

  async function append(id: MailboxId, count = 1, flags: readonly string[] = []): Promise<readonly number[]> {
    const content = await Promise.all(Array.from({ length: count }, () => under.stage(MESSAGE)));
    const messages = content.map((staged) => ({ content: staged, flags, internalDate: 1_000 }));
    return value(await store.appendMessages(id, messages)).uids;
  }

  async function uids(id: MailboxId): Promise<readonly number[]> {
    return (await store.listEntries(id)).map((entry) => entry.uid);
  }

  describe('mailboxes', () => {
    it('gives a new account INBOX first and the special-use mailboxes, subscribed', async () => {
      const mailboxes = await store.listMailboxes(account);
      expect(mailboxes.map(({ name, specialUse, isSubscribed }) => [name, specialUse, isSubscribed])).toEqual(
        [
          ['INBOX', null, true],
          ['Archive', '\\Archive', true],
          ['Drafts', '\\Drafts', true],
          ['Junk', '\\Junk', true],
          ['Sent', '\\Sent', true],
          ['Trash', '\\Trash', true],
        ],
      );
    });

    it('finds INBOX in any case and nothing under a name that is not there', async () => {
      expect((await store.findMailbox(account, 'iNbOx'))?.id).toBe(inbox.id);
      expect(await store.findMailbox(account, 'nowhere')).toBeNull();
    });

    it('creates missing superior levels', async () => {
      value(await store.createMailbox(account, 'Projects/2026/Rome'));
      expect((await find('Projects/2026')).messageCount).toBe(0);
      expect((await find('Projects')).specialUse).toBeNull();
    });

    it('refuses to create what exists, what has an empty level, and what has control characters', async () => {
      expect(await store.createMailbox(account, 'sent/x/../')).toEqual({ ok: false, error: 'invalidName' });
      expect(await store.createMailbox(account, 'a//b')).toEqual({ ok: false, error: 'invalidName' });
      expect(await store.createMailbox(account, 'a\u0007b')).toEqual({ ok: false, error: 'invalidName' });
      expect(await store.createMailbox(account, 'inbox')).toEqual({ ok: false, error: 'alreadyExists' });
    });

    it('gives a mailbox that comes back under its old name a higher UIDVALIDITY', async () => {
      const first = value(await store.createMailbox(account, 'Later'));
      value(await store.deleteMailbox(account, 'Later'));
      const second = value(await store.createMailbox(account, 'Later'));
      expect(second.uidValidity).toBeGreaterThan(first.uidValidity);
    });

    it('renames inferiors along, keeping their messages and UIDs', async () => {
      value(await store.createMailbox(account, 'Old/Deep'));
      await append((await find('Old/Deep')).id, 2);
      value(await store.renameMailbox(account, 'Old', 'New/Place'));
      expect(await store.findMailbox(account, 'Old/Deep')).toBeNull();
      expect(await uids((await find('New/Place/Deep')).id)).toEqual([1, 2]);
      expect((await find('New')).messageCount).toBe(0);
    });

    it('moves the messages when INBOX is renamed, and leaves an empty INBOX', async () => {
      await append(inbox.id, 3);
      value(await store.renameMailbox(account, 'INBOX', 'Before'));
      expect(await uids(inbox.id)).toEqual([]);
      expect((await find('INBOX')).messageCount).toBe(0);
      expect(await uids((await find('Before')).id)).toEqual([1, 2, 3]);
    });

    it('refuses to rename into itself, onto another, or from nothing', async () => {
      value(await store.createMailbox(account, 'A'));
      expect(await store.renameMailbox(account, 'A', 'A/B')).toEqual({ ok: false, error: 'notAllowed' });
      expect(await store.renameMailbox(account, 'A', 'Sent')).toEqual({ ok: false, error: 'alreadyExists' });
      expect(await store.renameMailbox(account, 'X', 'Y')).toEqual({ ok: false, error: 'noSuchMailbox' });
    });

    it('deletes a mailbox with its messages, but neither INBOX nor one with inferiors', async () => {
      value(await store.createMailbox(account, 'A/B'));
      const id = (await find('A/B')).id;
      await append(id, 2);
      expect(await store.deleteMailbox(account, 'A')).toEqual({ ok: false, error: 'hasChildren' });
      expect(await store.deleteMailbox(account, 'inbox')).toEqual({ ok: false, error: 'notAllowed' });
      value(await store.deleteMailbox(account, 'A/B'));
      expect(await store.getMailbox(id)).toBeNull();
      expect(await store.deleteMailbox(account, 'A/B')).toEqual({ ok: false, error: 'noSuchMailbox' });
    });

    it('keeps a subscription to a name that does not exist', async () => {
      value(await store.setSubscribed(account, 'Gone', true));
      expect(await store.listSubscriptions(account)).toContain('Gone');
      value(await store.setSubscribed(account, 'Gone', false));
      expect(await store.listSubscriptions(account)).not.toContain('Gone');
    });
  });

  describe('messages', () => {
    it('gives rising UIDs, counts, and a higher MODSEQ', async () => {
      expect(await append(inbox.id, 3, ['\\Seen', 'Work'])).toEqual([1, 2, 3]);
      const after = await find('INBOX');
      expect(after).toMatchObject({
        uidNext: 4,
        messageCount: 3,
        unseenCount: 0,
        sizeBytes: 3 * MESSAGE.length,
      });
      const entries = await store.listEntries(inbox.id);
      const modSeqs = entries.map((entry) => entry.modSeq);
      expect(Math.min(...modSeqs)).toBeGreaterThan(inbox.highestModSeq);
      expect(Math.max(...modSeqs)).toBe(after.highestModSeq);
      expect(entries[0]).toMatchObject({ flags: ['\\Seen', 'Work'], internalDate: 1_000, traceId: null });
    });

    it('never gives a UID twice, not even the last one after an expunge', async () => {
      await append(inbox.id, 2, ['\\Deleted']);
      expect(await store.expunge(inbox.id)).toEqual([1, 2]);
      expect(await append(inbox.id)).toEqual([3]);
    });

    it('reads back the octets that were appended, whole and in ranges', async () => {
      await append(inbox.id);
      const message = await store.openMessage(inbox.id, 1);
      const octets = await message?.readRange(0, message.sizeBytes);
      expect(Buffer.from(octets ?? []).toString()).toBe(MESSAGE);
      expect(Buffer.from((await message?.readRange(6, 9)) ?? []).toString()).toBe('Tom');
      expect(await store.openMessage(inbox.id, 99)).toBeNull();
    });

    it('reads back content too large for a row of its own', async () => {
      const large = `Subject: large\r\n\r\n${'0123456789abcdef'.repeat(20_000)}`;
      const content = await under.stage(large);
      expect(content.body.kind).toBe('file');
      value(await store.appendMessages(inbox.id, [{ content, flags: [], internalDate: 0 }]));
      const message = await store.openMessage(inbox.id, 1);
      expect(Buffer.from((await message?.readRange(0, 20)) ?? []).toString()).toBe(large.slice(0, 20));
      const end = message?.sizeBytes ?? 0;
      expect(Buffer.from((await message?.readRange(end - 16, end)) ?? []).toString()).toBe(
        '0123456789abcdef',
      );
    });

    it('shows a deposit with its own header fields first and offsets that count them', async () => {
      const prefix = 'Return-Path: <tom@example.com>\r\nDelivered-To: anna@example.com\r\n';
      await under.deposit(account, 'INBOX', { prefix, text: MESSAGE });
      const message = await store.openMessage(inbox.id, 1);
      const octets = Buffer.from((await message?.readRange(0, message.sizeBytes)) ?? []).toString();
      expect(octets).toBe(prefix + MESSAGE);
      const root = message?.index.root;
      expect(octets.slice(root?.bodyStart, root?.bodyEnd)).toBe('Good morning.\r\n');
      expect(message?.index.sizeBytes).toBe(octets.length);
      const across = Buffer.from((await message?.readRange(prefix.length - 5, prefix.length + 5)) ?? []);
      expect(across.toString()).toBe(octets.slice(prefix.length - 5, prefix.length + 5));
      expect((await store.listEntries(inbox.id))[0]).toMatchObject({ sizeBytes: octets.length });
    });

    it('puts a deposit for a mailbox that is gone into INBOX', async () => {
      await under.deposit(account, 'No such place', { prefix: '', text: MESSAGE });
      expect(await uids(inbox.id)).toEqual([1]);
    });

    it('reads the indexes of several messages, leaving out what is not there', async () => {
      await append(inbox.id, 2);
      const indexes = await store.readIndexes(inbox.id, [1, 2, 7]);
      expect([...indexes.keys()]).toEqual([1, 2]);
      expect(indexes.get(2)?.subject).toBe('hello');
    });

    it('replaces a message in one commit, whose octets the quota counts no more', async () => {
      const small = await store.findMailbox(under.smallAccount, 'INBOX');
      const drafts = await store.findMailbox(under.smallAccount, 'Drafts');
      const [from, to] = [small?.id ?? 0, drafts?.id ?? 0];
      const text = `Subject: x\r\n\r\n${'x'.repeat(1_500)}`;
      const draft = async () => ({ content: await under.stage(text), flags: [], internalDate: 0 });
      value(await store.appendMessages(from, [await draft()]));
      expect(await store.appendMessages(to, [await draft()])).toEqual({ ok: false, error: 'overQuota' });
      const replaced = { mailboxId: from, uid: 1 };
      expect(value(await store.appendMessages(to, [await draft()], replaced)).uids).toEqual([1]);
      expect(await uids(from)).toEqual([]);
      expect((await store.changesSince(from, 1)).vanished).toEqual([1]);
      value(await store.appendMessages(to, [await draft()], { mailboxId: to, uid: 1 }));
      expect(await uids(to)).toEqual([2]);
    });

    it('refuses an append beyond the quota and to a mailbox that is gone', async () => {
      const content = await under.stage(`Subject: x\r\n\r\n${'x'.repeat(3_000)}`);
      const message = { content, flags: [], internalDate: 0 };
      const small = await store.findMailbox(under.smallAccount, 'INBOX');
      expect(await store.appendMessages(small?.id ?? 0, [message])).toEqual({
        ok: false,
        error: 'overQuota',
      });
      expect(await store.appendMessages(9_999, [message])).toEqual({ ok: false, error: 'noSuchMailbox' });
    });
  });

  describe('flags', () => {
    it('adds, removes and replaces flags, and counts unseen and deleted', async () => {
      await append(inbox.id, 3);
      const one = [{ first: 1, last: 1 }];
      await store.storeFlags(inbox.id, { uids: one, operation: 'add', flags: ['\\Seen', '$Label1'] });
      await store.storeFlags(inbox.id, { uids: one, operation: 'add', flags: ['\\Deleted', '$label1'] });
      expect((await store.listEntries(inbox.id))[0]?.flags).toEqual(['\\Seen', '\\Deleted', '$Label1']);
      expect(await find('INBOX')).toMatchObject({ unseenCount: 2, deletedCount: 1 });
      await store.storeFlags(inbox.id, { uids: one, operation: 'remove', flags: ['\\seen', '$LABEL1'] });
      expect((await store.listEntries(inbox.id))[0]?.flags).toEqual(['\\Deleted']);
      await store.storeFlags(inbox.id, { uids: one, operation: 'replace', flags: ['\\Flagged'] });
      expect((await store.listEntries(inbox.id))[0]?.flags).toEqual(['\\Flagged']);
      expect(await find('INBOX')).toMatchObject({ unseenCount: 3, deletedCount: 0 });
    });

    it('raises the MODSEQ of what changed and leaves the rest alone', async () => {
      await append(inbox.id, 2, ['\\Seen']);
      const before = await store.listEntries(inbox.id);
      const change = { operation: 'add', flags: ['\\Seen'] } as const;
      const same = await store.storeFlags(inbox.id, { ...change, uids: [{ first: 1, last: 2 }] });
      expect(same.entries).toEqual(before);
      await store.storeFlags(inbox.id, {
        uids: [{ first: 2, last: 9 }],
        operation: 'add',
        flags: ['\\Flagged'],
      });
      const after = await store.listEntries(inbox.id);
      expect(after[0]?.modSeq).toBe(before[0]?.modSeq);
      expect(after[1]?.modSeq).toBeGreaterThan(before[1]?.modSeq ?? 0);
    });

    it('leaves messages alone that changed since, and names them', async () => {
      await append(inbox.id, 2);
      const since = (await find('INBOX')).highestModSeq;
      await store.storeFlags(inbox.id, {
        uids: [{ first: 1, last: 1 }],
        operation: 'add',
        flags: ['\\Seen'],
      });
      const answer = await store.storeFlags(inbox.id, {
        uids: [{ first: 1, last: 2 }],
        operation: 'add',
        flags: ['\\Flagged'],
        unchangedSince: since,
      });
      expect(answer.previousModSeqs).toEqual([since]);
      expect(answer.modified).toEqual([1]);
      expect(answer.entries.map((entry) => entry.uid)).toEqual([2]);
    });
  });

  describe('copy, move, expunge', () => {
    it('copies with flags and internal date, sharing the EMAILID', async () => {
      await append(inbox.id, 2, ['\\Flagged', 'Work']);
      const target = await find('Archive');
      const copied = value(await store.copyMessages(inbox.id, [{ first: 1, last: 2 }], target.id));
      expect(copied).toEqual({ uidValidity: target.uidValidity, from: [1, 2], to: [1, 2] });
      const [original] = await store.listEntries(inbox.id);
      const [copy] = await store.listEntries(target.id);
      expect(copy).toMatchObject({
        flags: ['\\Flagged', 'Work'],
        internalDate: 1_000,
        emailId: original?.emailId,
      });
    });

    it('keeps a copy readable when the original is expunged', async () => {
      await append(inbox.id, 1, ['\\Deleted']);
      const target = await find('Archive');
      value(await store.copyMessages(inbox.id, [{ first: 1, last: 1 }], target.id));
      await store.expunge(inbox.id);
      const copy = await store.openMessage(target.id, 1);
      expect(Buffer.from((await copy?.readRange(0, copy.sizeBytes)) ?? []).toString()).toBe(MESSAGE);
    });

    it('moves: out of one mailbox and into the other', async () => {
      await append(inbox.id, 3);
      const target = await find('Trash');
      const moved = value(await store.moveMessages(inbox.id, [{ first: 2, last: 3 }], target.id));
      expect(moved.from).toEqual([2, 3]);
      expect(await uids(inbox.id)).toEqual([1]);
      expect(await uids(target.id)).toEqual([1, 2]);
      expect((await find('Trash')).messageCount).toBe(2);
    });

    it('expunges only what is deleted, and only among the given UIDs', async () => {
      await append(inbox.id, 4, ['\\Deleted']);
      await append(inbox.id);
      expect(await store.expunge(inbox.id, [{ first: 2, last: 3 }])).toEqual([2, 3]);
      expect(await uids(inbox.id)).toEqual([1, 4, 5]);
      expect(await find('INBOX')).toMatchObject({ messageCount: 3, deletedCount: 2 });
    });

    it('removes messages whatever their flags, as POP3 does', async () => {
      await append(inbox.id, 3);
      expect(await store.removeMessages(inbox.id, [1, 3, 8])).toEqual([1, 3]);
      expect(await uids(inbox.id)).toEqual([2]);
    });
  });

  describe('columns', () => {
    async function expectAgreement(): Promise<void> {
      const columns = await store.readColumns(inbox.id);
      const entries = await store.listEntries(inbox.id);
      const { highestModSeq } = await find('INBOX');
      expect(columns?.highestModSeq).toBe(highestModSeq);
      expect([...(columns?.uids ?? [])].map((uid, at) => describeRow(columns, uid, at))).toEqual(
        entries.map(({ uid, modSeq, flags, internalDate, savedAt, sizeBytes }) => ({
          uid,
          modSeq,
          flags,
          internalDate,
          savedAt,
          sizeBytes,
        })),
      );
    }

    function describeRow(columns: MessageColumns | null, uid: number, at: number): unknown {
      if (columns === null) throw new Error('no columns');
      return {
        uid,
        modSeq: columns.modSeqs[at],
        flags: columns.flagLists[columns.flagIds[at] ?? -1],
        internalDate: columns.internalDates[at],
        savedAt: columns.savedDates[at],
        sizeBytes: columns.sizes[at],
      };
    }

    it('say what the entries say, after each change of the mailbox', async () => {
      const dice = createDice(7);
      const archive = await find('Archive');
      await append(inbox.id, 70);
      for (let round = 0; round < 40; round++) {
        const [first, count] = [dice.below(90) + 1, dice.below(12)];
        const range = [{ first, last: first + count }];
        const flags = [dice.pick(['\\Seen', '\\Deleted', '$Work', '$Later'])];
        const operation = dice.pick(['add', 'remove', 'replace'] as const);
        const work = [
          () => append(inbox.id, 1 + count, flags),
          () => store.storeFlags(inbox.id, { uids: range, operation, flags }),
          () => store.expunge(inbox.id, range),
          () => store.removeMessages(inbox.id, [first]),
          () => store.copyMessages(inbox.id, range, archive.id),
          () => store.moveMessages(archive.id, range, inbox.id),
        ];
        await dice.pick(work)();
        await expectAgreement();
      }
      await store.renameMailbox(account, 'INBOX', 'Old');
      await expectAgreement();
    });

    it('keep their UIDs while they are held', async () => {
      await append(inbox.id, 3);
      const held = await store.readColumns(inbox.id);
      await store.removeMessages(inbox.id, [2]);
      await append(inbox.id, 2);
      await expectAgreement();
      expect([...(held?.uids ?? [])]).toEqual([1, 2, 3]);
    });

    it('are not there without their mailbox', async () => {
      const mailbox = value(await store.createMailbox(account, 'Gone'));
      await append(mailbox.id);
      expect((await store.readColumns(mailbox.id))?.uids.length).toBe(1);
      await store.deleteMailbox(account, 'Gone');
      expect(await store.readColumns(mailbox.id)).toBeNull();
    });
  });

  describe('changes', () => {
    it('tells what is new, what changed and what vanished since a MODSEQ', async () => {
      await append(inbox.id, 3);
      const since = (await find('INBOX')).highestModSeq;
      expect(await store.changesSince(inbox.id, since)).toEqual({
        changed: [],
        vanished: [],
        highestModSeq: since,
      });
      await store.storeFlags(inbox.id, {
        uids: [{ first: 1, last: 2 }],
        operation: 'add',
        flags: ['\\Deleted'],
      });
      await store.expunge(inbox.id, [{ first: 2, last: 2 }]);
      await append(inbox.id);
      const changes = await store.changesSince(inbox.id, since);
      expect(changes.changed.map((entry) => entry.uid)).toEqual([1, 4]);
      expect(changes.vanished).toEqual([2]);
      expect(changes.highestModSeq).toBe((await find('INBOX')).highestModSeq);
    });

    it('misses no change that is committed while changes are read', async () => {
      const messages = 60;
      const all = await append(inbox.id, messages);
      let since = (await find('INBOX')).highestModSeq;
      const told = new Set<number>();
      const listen = async (): Promise<void> => {
        const changes = await store.changesSince(inbox.id, since);
        for (const { uid } of changes.changed) told.add(uid);
        since = changes.highestModSeq;
      };
      let isChanging = true;
      const change = async (): Promise<void> => {
        for (const uid of all) {
          await store.storeFlags(inbox.id, {
            uids: [{ first: uid, last: uid }],
            operation: 'add',
            flags: ['\\Flagged'],
          });
        }
        isChanging = false;
      };
      const changed = change();
      while (isChanging) {
        await listen();
        await new Promise((resolve) => setImmediate(resolve));
      }
      await changed;
      await listen();
      expect([...told].sort((a, b) => a - b)).toEqual(all);
    });

    it('notices a change after its commit, once for many messages', async () => {
      const heard: MailboxChanged[] = [];
      store.onChange((change) => heard.push(change));
      await append(inbox.id, 5);
      expect(await uids(inbox.id)).toHaveLength(5);
      expect(heard).toEqual([{ accountId: account, mailboxId: inbox.id, kind: 'messages' }]);
    });
  });
});
