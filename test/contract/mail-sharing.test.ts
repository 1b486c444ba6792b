/** What every MailStore must do for those who read mailboxes of others (RFC 4314); run against each implementation. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MailboxChanged, MailboxId, MessageStore } from '../../src-main/mail/mailstore/port.ts';
import type { GrantChange } from '../../src-main/mail/mailstore/sharing/port.ts';
import { IMPLEMENTATIONS, type MailStoreUnderTest } from './mail-stores.ts';

const MESSAGE = 'From: Tom <tom@example.com>\r\nSubject: hello\r\n\r\nGood morning.\r\n';
const ALL = [{ first: 1, last: 100 }];

function value<T>(result: { ok: true; value: T } | { ok: false; error: unknown }): T {
  if (!result.ok) throw new Error(String(result.error));
  return result.value;
}

describe.each(IMPLEMENTATIONS)('sharing in a mailstore in $name', ({ open }) => {
  let under: MailStoreUnderTest;
  let owner: number;
  let reader: number;
  let inbox: MailboxId;
  let asReader: MessageStore;

  beforeEach(async () => {
    under = await open();
    [owner, reader] = [under.account, under.smallAccount];
    inbox = await idOf('INBOX');
    asReader = under.store.asReader(reader);
  });

  afterEach(() => under.close());

  async function idOf(name: string, account = owner): Promise<MailboxId> {
    const mailbox = await under.store.findMailbox(account, name);
    if (mailbox === null) throw new Error(`no mailbox ${name}`);
    return mailbox.id;
  }

  function give(rights: string, change: Partial<GrantChange> = {}, id = inbox): Promise<void> {
    const whole = { operation: 'replace', grantee: reader, isNegative: false, rights, ...change } as const;
    return under.store.changeGrants([id], whole);
  }

  async function append(
    id: MailboxId,
    flags: readonly string[] = [],
    store: MessageStore = under.store,
  ): Promise<number> {
    const content = await under.stage(MESSAGE);
    const appended = value(await store.appendMessages(id, [{ content, flags, internalDate: 1_000 }]));
    return appended.uids[0] ?? 0;
  }

  async function flagsOf(store: MessageStore, id = inbox): Promise<(readonly string[])[]> {
    return (await store.listEntries(id)).map((entry) => entry.flags);
  }

  describe('rights', () => {
    it('are all of them for the owner, and none for others until they are given some', async () => {
      expect(await under.store.rightsOf(owner, inbox)).toBe('lrswipkxtea');
      expect(await under.store.rightsOf(reader, inbox)).toBe('');
      await give('lr');
      expect(await under.store.rightsOf(reader, inbox)).toBe('lr');
    });

    it('are replaced, added to and taken from; an entry without rights is gone', async () => {
      await give('lr');
      await give('tsw', { operation: 'add' });
      expect(await under.store.rightsOf(reader, inbox)).toBe('lrswt');
      await give('wt', { operation: 'remove' });
      expect(await under.store.listGrants(inbox)).toEqual([
        { grantee: reader, isNegative: false, rights: 'lrs' },
      ]);
      await give('');
      expect(await under.store.listGrants(inbox)).toEqual([]);
    });

    it('come from anyone too, and negative ones take away (RFC 4314 §2)', async () => {
      await give('lrsw', { grantee: 'anyone' });
      await give('te');
      await give('w', { isNegative: true });
      expect(await under.store.rightsOf(reader, inbox)).toBe('lrste');
      expect(await under.store.listGrants(inbox)).toEqual([
        { grantee: 'anyone', isNegative: false, rights: 'lrsw' },
        { grantee: reader, isNegative: false, rights: 'te' },
        { grantee: reader, isNegative: true, rights: 'w' },
      ]);
    });

    describe('of a group', () => {
      const TEAM = 'group:team@example.com';
      const others: MailboxChanged[] = [];

      it('are its members’, as long as they are in it, whoever comes and goes', async () => {
        await give('lrs', { grantee: TEAM });
        expect(await under.store.rightsOf(reader, inbox)).toBe('');
        await under.store.setGroupMembers([[TEAM, [reader]]]);
        expect(await under.store.rightsOf(reader, inbox)).toBe('lrs');
        expect((await under.store.listShared(reader)).map(({ rights }) => rights)).toEqual(['lrs']);
        await under.store.setGroupMembers([[TEAM, [reader + 100]]]);
        expect(await under.store.rightsOf(reader, inbox)).toBe('');
        expect(await under.store.listShared(reader)).toEqual([]);
      });

      it('are joined with the member’s own, less what negative entries take, of the group too', async () => {
        await under.store.setGroupMembers([[TEAM, [reader, owner]]]);
        await give('lrsw', { grantee: TEAM });
        await give('te');
        await give('w', { grantee: TEAM, isNegative: true });
        await give('s', { isNegative: true });
        expect(await under.store.rightsOf(reader, inbox)).toBe('lrte');
        expect(await under.store.rightsOf(owner, inbox)).toBe('lrswipkxtea');
      });

      it('count in the commit of a change of flags', async () => {
        await under.store.setGroupMembers([[TEAM, [reader]]]);
        await give('lrs', { grantee: TEAM });
        await append(inbox);
        const change = { uids: ALL, operation: 'add', flags: ['\\Seen', '\\Flagged'] } as const;
        await asReader.storeFlags(inbox, change);
        expect(await flagsOf(asReader)).toEqual([['\\Seen']]);
      });

      it('go with the group, and sessions hear of every change of its members', async () => {
        await under.store.setGroupMembers([[TEAM, []]]);
        await give('lr', { grantee: TEAM });
        others.length = 0;
        const stop = under.store.onChange((change) => others.push(change));
        await under.store.setGroupMembers([[TEAM, [reader]]]);
        await under.store.setGroupMembers([]);
        stop();
        expect(await under.store.listGrants(inbox)).toEqual([]);
        expect(await under.store.rightsOf(reader, inbox)).toBe('');
        expect(others.filter(({ kind }) => kind === 'rights').map(({ mailboxId }) => mailboxId)).toEqual([
          inbox,
          inbox,
        ]);
      });
    });

    it('are listed with the mailbox, and not for the owner', async () => {
      await give('lr');
      await give('i', {}, await idOf('Sent'));
      const shared = await under.store.listShared(reader);
      expect(shared.map(({ mailbox, rights }) => [mailbox.accountId, mailbox.name, rights])).toEqual([
        [owner, 'INBOX', 'lr'],
        [owner, 'Sent', 'i'],
      ]);
      expect(await under.store.listShared(owner)).toEqual([]);
    });

    it('stay through a rename, and go with the mailbox', async () => {
      const { id } = value(await under.store.createMailbox(owner, 'Projects'));
      await give('lr', {}, id);
      value(await under.store.renameMailbox(owner, 'Projects', 'Done'));
      expect(await under.store.rightsOf(reader, id)).toBe('lr');
      value(await under.store.deleteMailbox(owner, 'Done'));
      expect(await under.store.rightsOf(reader, id)).toBe('');
      expect(await under.store.listGrants(id)).toEqual([]);
    });

    it('are inherited by mailboxes that are made beneath, missing levels included (RFC 4314 §4)', async () => {
      const { id } = value(await under.store.createMailbox(owner, 'Projects'));
      await give('lrk', {}, id);
      value(await under.store.createMailbox(owner, 'Projects/2026/Rome'));
      expect(await under.store.rightsOf(reader, await idOf('Projects/2026'))).toBe('lrk');
      expect(await under.store.rightsOf(reader, await idOf('Projects/2026/Rome'))).toBe('lrk');
      const top = value(await under.store.createMailbox(owner, 'Private'));
      expect(await under.store.listGrants(top.id)).toEqual([]);
    });

    it('are inherited from a named mailbox where there is no superior one', async () => {
      await give('lri');
      const made = value(await under.store.createMailbox(owner, 'Orders/New', { inheritsFrom: inbox }));
      expect(await under.store.rightsOf(reader, made.id)).toBe('lri');
      expect(await under.store.rightsOf(reader, await idOf('Orders'))).toBe('lri');
    });

    it('go with the account that has them, and those of others stay', async () => {
      await give('lr');
      await give('l', { grantee: 'anyone' });
      await under.removeAccount(reader);
      expect(await under.store.listGrants(inbox)).toEqual([
        { grantee: 'anyone', isNegative: false, rights: 'l' },
      ]);
    });

    it('are told of when they change', async () => {
      const heard: MailboxChanged[] = [];
      under.store.onChange((change) => heard.push(change));
      await give('lr');
      expect(heard).toEqual([{ accountId: owner, mailboxId: inbox, kind: 'rights' }]);
    });
  });

  describe('\\Seen of a reader', () => {
    beforeEach(async () => {
      await give('lrswite');
      await append(inbox, ['\\Seen', '\\Flagged']);
      await append(inbox);
    });

    it('is its own: the owner keeps what it has seen, and the other flags are shared', async () => {
      expect(await flagsOf(asReader)).toEqual([['\\Flagged'], []]);
      await asReader.storeFlags(inbox, { uids: ALL, operation: 'add', flags: ['\\Seen', 'Work'] });
      expect(await flagsOf(asReader)).toEqual([
        ['\\Seen', '\\Flagged', 'Work'],
        ['\\Seen', 'Work'],
      ]);
      expect(await flagsOf(under.store)).toEqual([['\\Seen', '\\Flagged', 'Work'], ['Work']]);
      await under.store.storeFlags(inbox, { uids: ALL, operation: 'replace', flags: [] });
      expect(await flagsOf(asReader)).toEqual([['\\Seen'], ['\\Seen']]);
    });

    it('counts for the reader alone', async () => {
      const unseen = async () => ({
        owner: (await under.store.getMailbox(inbox))?.unseenCount,
        reader: (await under.store.listShared(reader))[0]?.mailbox.unseenCount,
      });
      expect(await unseen()).toEqual({ owner: 1, reader: 2 });
      await asReader.storeFlags(inbox, { uids: ALL, operation: 'add', flags: ['\\Seen'] });
      expect(await unseen()).toEqual({ owner: 1, reader: 0 });
      const one = [{ first: 1, last: 1 }];
      await asReader.storeFlags(inbox, { uids: one, operation: 'remove', flags: ['\\Seen'] });
      expect(await unseen()).toEqual({ owner: 1, reader: 1 });
    });

    it('raises the MODSEQ, so that the reader is told elsewhere and nobody else is', async () => {
      const since = (await under.store.getMailbox(inbox))?.highestModSeq ?? 0;
      const stored = await asReader.storeFlags(inbox, { uids: ALL, operation: 'add', flags: ['\\Seen'] });
      expect(stored.entries.map((entry) => entry.modSeq)).toEqual([since + 1, since + 1]);
      const changes = await asReader.changesSince(inbox, since);
      expect(changes.changed.map(({ uid, modSeq, flags }) => [uid, modSeq, flags])).toEqual([
        [1, since + 1, ['\\Seen', '\\Flagged']],
        [2, since + 1, ['\\Seen']],
      ]);
      expect(changes.highestModSeq).toBe(since + 1);
      expect(await under.store.changesSince(inbox, since)).toEqual({
        changed: [],
        vanished: [],
        highestModSeq: since + 1,
      });
    });

    it('is in the columns of the reader, and not in those of others', async () => {
      const one = [{ first: 2, last: 2 }];
      await asReader.storeFlags(inbox, { uids: one, operation: 'add', flags: ['\\Seen'] });
      const flagsIn = async (messages: MessageStore) => {
        const columns = await messages.readColumns(inbox);
        const flags = [...(columns?.flagIds ?? [])].map((id) => columns?.flagLists[id]);
        return [flags, [...(columns?.modSeqs ?? [])]];
      };
      const entries = async (messages: MessageStore) => {
        const all = await messages.listEntries(inbox);
        return [all.map(({ flags }) => flags), all.map(({ modSeq }) => modSeq)];
      };
      expect(await flagsIn(asReader)).toEqual(await entries(asReader));
      expect(await flagsIn(under.store)).toEqual(await entries(under.store));
      expect((await flagsIn(asReader))[0]).toEqual([['\\Flagged'], ['\\Seen']]);
    });

    it('is taken away with a MODSEQ of its own', async () => {
      await asReader.storeFlags(inbox, { uids: ALL, operation: 'add', flags: ['\\Seen'] });
      const since = (await under.store.getMailbox(inbox))?.highestModSeq ?? 0;
      await asReader.storeFlags(inbox, { uids: ALL, operation: 'remove', flags: ['\\Seen'] });
      const { changed } = await asReader.changesSince(inbox, since);
      expect(changed.map((entry) => entry.flags)).toEqual([['\\Flagged'], []]);
    });

    it('counts for UNCHANGEDSINCE, and what does not change keeps its MODSEQ (RFC 7162 §3.1.3)', async () => {
      const since = (await under.store.getMailbox(inbox))?.highestModSeq ?? 0;
      const first = [{ first: 1, last: 1 }];
      await asReader.storeFlags(inbox, { uids: first, operation: 'add', flags: ['\\Seen'] });
      const change = { uids: ALL, operation: 'add', flags: ['\\Seen'], unchangedSince: since } as const;
      const stored = await asReader.storeFlags(inbox, change);
      expect(stored.modified).toEqual([1]);
      expect(stored.entries.map((entry) => entry.uid)).toEqual([2]);
      const again = await asReader.storeFlags(inbox, { ...change, unchangedSince: since + 9 });
      expect(again.entries.map((entry) => entry.modSeq)).toEqual([since + 1, since + 2]);
    });

    it('is forgotten when the message goes, so that counts stay true', async () => {
      await asReader.storeFlags(inbox, { uids: ALL, operation: 'add', flags: ['\\Seen', '\\Deleted'] });
      await asReader.expunge(inbox, [{ first: 1, last: 1 }]);
      await append(inbox);
      expect((await under.store.listShared(reader))[0]?.mailbox).toMatchObject({
        messageCount: 2,
        unseenCount: 1,
      });
    });

    it('is what a message is brought with, and nobody else has seen it then', async () => {
      await append(inbox, ['\\Seen', '\\Flagged'], asReader);
      expect((await flagsOf(asReader))[2]).toEqual(['\\Seen', '\\Flagged']);
      expect((await flagsOf(under.store))[2]).toEqual(['\\Flagged']);
    });

    it('goes along with copies, into the own mailbox and back', async () => {
      await asReader.storeFlags(inbox, {
        uids: [{ first: 2, last: 2 }],
        operation: 'add',
        flags: ['\\Seen'],
      });
      const own = await idOf('Archive', reader);
      value(await asReader.copyMessages(inbox, ALL, own));
      expect(await flagsOf(under.store, own)).toEqual([['\\Flagged'], ['\\Seen']]);
      value(await asReader.copyMessages(own, ALL, inbox));
      expect(await flagsOf(asReader)).toEqual([['\\Flagged'], ['\\Seen'], ['\\Flagged'], ['\\Seen']]);
      expect(await flagsOf(under.store)).toEqual([['\\Seen', '\\Flagged'], [], ['\\Flagged'], []]);
    });

    it('goes along when messages are moved, and the owner’s counts stay true', async () => {
      await asReader.storeFlags(inbox, { uids: ALL, operation: 'add', flags: ['\\Seen'] });
      const sent = await idOf('Sent');
      await give('lrswite', {}, sent);
      value(await asReader.moveMessages(inbox, ALL, sent));
      expect(await flagsOf(asReader, sent)).toEqual([['\\Seen', '\\Flagged'], ['\\Seen']]);
      expect(await under.store.getMailbox(inbox)).toMatchObject({ messageCount: 0, unseenCount: 0 });
      expect(await under.store.getMailbox(sent)).toMatchObject({ messageCount: 2, unseenCount: 2 });
    });

    it('misses no change that is committed while changes are read', async () => {
      for (let count = 0; count < 38; count++) await append(inbox);
      let since = (await under.store.getMailbox(inbox))?.highestModSeq ?? 0;
      const told = new Set<number>();
      const listen = async (): Promise<void> => {
        const changes = await asReader.changesSince(inbox, since);
        for (const { uid } of changes.changed) told.add(uid);
        since = changes.highestModSeq;
      };
      let isChanging = true;
      const change = async (): Promise<void> => {
        for (let uid = 1; uid <= 40; uid++) {
          const uids = [{ first: uid, last: uid }];
          await asReader.storeFlags(inbox, { uids, operation: 'add', flags: ['\\Seen'] });
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
      expect(told.size).toBe(40);
    });
  });

  describe('flags that a reader may not set', () => {
    const every = ['\\Seen', '\\Deleted', '\\Answered', 'Work'];

    it.each([
      ['s', ['\\Seen']],
      ['t', ['\\Deleted']],
      ['w', ['\\Answered', 'Work']],
      ['', []],
    ])('stay as they are: with %j a STORE of all sets %j', async (rights, expected) => {
      await append(inbox);
      await give(`lr${rights}`);
      await asReader.storeFlags(inbox, { uids: ALL, operation: 'add', flags: every });
      expect(await flagsOf(asReader)).toEqual([expected]);
    });

    it('survive a replacement', async () => {
      await append(inbox, ['\\Deleted', '\\Answered', 'Work']);
      await give('lrst');
      await asReader.storeFlags(inbox, { uids: ALL, operation: 'replace', flags: ['\\Seen'] });
      expect(await flagsOf(asReader)).toEqual([['\\Seen', '\\Answered', 'Work']]);
    });

    it('are lost on the way into the mailbox (RFC 4314 §4)', async () => {
      await give('lrist');
      await append(inbox, every, asReader);
      const own = await idOf('Archive', reader);
      await append(own, every);
      value(await asReader.copyMessages(own, ALL, inbox));
      expect(await flagsOf(asReader)).toEqual([
        ['\\Seen', '\\Deleted'],
        ['\\Seen', '\\Deleted'],
      ]);
    });
  });

  describe('quota', () => {
    const large = `Subject: large\r\n\r\n${'x'.repeat(1_500)}\r\n`;

    it('is that of the owner of the mailbox, also when messages are moved there', async () => {
      const small = await idOf('INBOX', reader);
      const whole = { operation: 'replace', grantee: owner, isNegative: false, rights: 'lrswite' } as const;
      await under.store.changeGrants([small], whole);
      const store = under.store.asReader(owner);
      const content = await under.stage(large);
      value(await store.appendMessages(small, [{ content, flags: [], internalDate: 1 }]));
      const more = await under.stage(large);
      value(await under.store.appendMessages(inbox, [{ content: more, flags: [], internalDate: 1 }]));
      expect(await store.copyMessages(inbox, ALL, small)).toEqual({ ok: false, error: 'overQuota' });
      expect(await store.moveMessages(inbox, ALL, small)).toEqual({ ok: false, error: 'overQuota' });
      value(await store.moveMessages(small, ALL, inbox));
      expect(await flagsOf(under.store)).toHaveLength(2);
    });
  });
});
