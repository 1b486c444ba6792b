/** What every MailStore must do with annotations (RFC 5464); run against each implementation. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAX_METADATA_ENTRIES } from '../../src-main/mail/mailstore/metadata/port.ts';
import type {
  MetadataChanged,
  MetadataPlace,
  MetadataStore,
} from '../../src-main/mail/mailstore/metadata/port.ts';
import type { Mailbox } from '../../src-main/mail/mailstore/port.ts';
import { IMPLEMENTATIONS, type MailStoreUnderTest } from './mail-stores.ts';

const octets = (text: string): Uint8Array => Buffer.from(text, 'latin1');

describe.each(IMPLEMENTATIONS)('annotations in $name', ({ open }) => {
  let under: MailStoreUnderTest;
  let metadata: MetadataStore;
  let account: number;
  let other: number;
  let inbox: Mailbox;

  beforeEach(async () => {
    under = await open();
    ({ metadata } = under.store);
    ({ account, smallAccount: other } = under);
    await under.store.createAccountMailboxes(account);
    inbox = await find('INBOX');
  });

  afterEach(() => under.close());

  async function find(name: string): Promise<Mailbox> {
    const mailbox = await under.store.findMailbox(account, name);
    if (mailbox === null) throw new Error(`no mailbox ${name}`);
    return mailbox;
  }

  async function set(place: MetadataPlace, values: Record<string, string | null>, writer = account) {
    return metadata.set(place, {
      writer,
      origin: 'session',
      values: Object.entries(values).map(([name, value]) => ({
        name,
        value: value === null ? null : octets(value),
      })),
    });
  }

  async function list(place: MetadataPlace, reader = account): Promise<Record<string, string>> {
    const entries = await metadata.list(place, reader);
    return Object.fromEntries(
      entries.map(({ name, value }) => [name, Buffer.from(value).toString('latin1')]),
    );
  }

  it('keeps values octet for octet, empty ones too, replaces and removes them', async () => {
    const all = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).join('');
    await set(inbox.id, { '/shared/comment': all, '/private/comment': '' });
    expect(await list(inbox.id)).toEqual({ '/private/comment': '', '/shared/comment': all });
    await set(inbox.id, { '/shared/comment': 'b', '/private/comment': null, '/private/nothing': null });
    expect(await list(inbox.id)).toEqual({ '/shared/comment': 'b' });
  });

  it('shows what is private to whom it belongs, and what is shared to all', async () => {
    await set(inbox.id, { '/shared/comment': 'a', '/private/comment': 'mine' });
    await set(inbox.id, { '/private/comment': 'theirs' }, other);
    expect(await list(inbox.id)).toEqual({ '/private/comment': 'mine', '/shared/comment': 'a' });
    expect(await list(inbox.id, other)).toEqual({ '/private/comment': 'theirs', '/shared/comment': 'a' });
  });

  it('keeps those of the server apart', async () => {
    await set('server', { '/shared/comment': 'all', '/private/vendor/x/y': 'mine' });
    expect(await list('server', other)).toEqual({ '/shared/comment': 'all' });
    expect(await list(inbox.id)).toEqual({});
  });

  it('takes all values or none', async () => {
    const many = Array.from({ length: MAX_METADATA_ENTRIES }, (_, index) => [
      `/shared/vendor/x/${index}`,
      'v',
    ]);
    expect(await set(inbox.id, Object.fromEntries(many))).toEqual({ ok: true, value: undefined });
    expect(await set(inbox.id, { '/private/comment': 'a', '/shared/comment': 'b' })).toEqual({
      ok: false,
      error: 'tooMany',
    });
    expect(Object.keys(await list(inbox.id))).toHaveLength(MAX_METADATA_ENTRIES);
    expect(await set(inbox.id, { '/shared/comment': 'b', '/shared/vendor/x/1': null })).toMatchObject({
      ok: true,
    });
    expect(await set(inbox.id, { '/private/comment': 'a' })).toMatchObject({ ok: true });
    expect(await set(9_999, { '/shared/comment': 'b' })).toEqual({ ok: false, error: 'noSuchMailbox' });
  });

  it('raises the MODSEQ of the mailbox when something has changed, and tells of it', async () => {
    const heard: MetadataChanged[] = [];
    metadata.onChange((change) => heard.push(change));
    await set(inbox.id, { '/shared/comment': 'a', '/private/comment': null });
    const after = await find('INBOX');
    expect(after.highestModSeq).toBeGreaterThan(inbox.highestModSeq);
    await set(inbox.id, { '/shared/comment': 'a' });
    expect((await find('INBOX')).highestModSeq).toBe(after.highestModSeq);
    await set('server', { '/private/comment': 'x' }, other);
    expect(heard).toEqual([
      { kind: 'metadata', place: inbox.id, writer: account, origin: 'session', names: ['/shared/comment'] },
      { kind: 'metadata', place: 'server', writer: other, origin: 'session', names: ['/private/comment'] },
    ]);
  });

  it('lets them go along on RENAME, and vanish on DELETE (RFC 5464 §4.1)', async () => {
    await under.store.createMailbox(account, 'Old');
    await set((await find('Old')).id, { '/shared/comment': 'a' });
    await under.store.renameMailbox(account, 'Old', 'New');
    expect(await list((await find('New')).id)).toEqual({ '/shared/comment': 'a' });
    await under.store.deleteMailbox(account, 'New');
    await under.store.createMailbox(account, 'New');
    expect(await list((await find('New')).id)).toEqual({});
  });

  it('leaves INBOX its own when it is renamed, and copies them (RFC 5464 §4.1)', async () => {
    await set(inbox.id, { '/shared/comment': 'a', '/private/comment': 'b' });
    await under.store.renameMailbox(account, 'INBOX', 'Before');
    const expected = { '/shared/comment': 'a', '/private/comment': 'b' };
    expect(await list(inbox.id)).toEqual(expected);
    expect(await list((await find('Before')).id)).toEqual(expected);
  });
});
