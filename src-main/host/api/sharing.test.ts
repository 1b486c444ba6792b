import { createRouterClient } from '@orpc/server';
import { beforeEach, describe, expect, it } from 'vitest';
import { ConsoleWorld } from '../../../test/support/console-world.ts';
import { ManualClock } from '../../base/clock.ts';
import { SHARE_LEVELS, type ShareView } from '../../contract/sharing.ts';
import { createConsoleRouter } from './router.ts';
import type { ConsoleContext } from './services.ts';

let world: ConsoleWorld;
let client: ReturnType<typeof clientOf>;
let tom: number;
let anna: number;

function clientOf(router: ReturnType<typeof createConsoleRouter>) {
  const visitor = {
    shell: 'desktop',
    isLocal: true,
    remoteAddress: '127.0.0.1',
    administrator: () => 'admin',
  } as const;
  return createRouterClient(router, { context: { visitor } satisfies ConsoleContext });
}

beforeEach(async () => {
  world = new ConsoleWorld({ clock: new ManualClock() });
  client = clientOf(createConsoleRouter(world.services()));
  await world.directory.addDomain('server1.com');
  [tom, anna] = [await addPerson('tom'), await addPerson('anna')];
});

async function addPerson(localPart: string): Promise<number> {
  const person = { localPart, domain: 'server1.com', name: localPart, password: 'reads all mail there is' };
  return (await client.accounts.add({ ...person, quotaBytes: null })).id;
}

async function view(accountId: number, mailbox: string | null = null, text = ''): Promise<ShareView> {
  const feed = await client.sharing.watch({ accountId, mailbox, text });
  for await (const event of feed) if (event.type === 'snapshot') return event.snapshot;
  throw new Error('no snapshot');
}

async function rightsOf(accountId: number, mailbox: string | null = null) {
  const { members } = await view(accountId, mailbox);
  return Object.fromEntries(members.map((member) => [member.address, member.rights]));
}

async function shared() {
  for await (const event of await client.sharing.watchMailboxes())
    if (event.type === 'snapshot') return event.snapshot;
  throw new Error('no snapshot');
}

describe('sharing an account’s mailboxes', () => {
  it('shows anyone first, then everybody else who signs in', async () => {
    await client.sharing.addMailbox({ localPart: 'info', domain: 'server1.com', name: '' });
    const { mailboxes, members, total } = await view(tom);
    expect(mailboxes).toContain('INBOX');
    expect(members.map(({ grantee, rights }) => [grantee, rights])).toEqual([
      ['anyone', ''],
      [anna, ''],
    ]);
    expect(total).toBe(1);
    expect((await view(tom, null, 'nobody')).members.map(({ grantee }) => grantee)).toEqual(['anyone']);
  });

  it('offers groups, subscribes their members, and takes only groups that there are', async () => {
    await client.aliases.put({
      ...{ localPart: 'team', domain: 'server1.com', targets: ['anna@server1.com'] },
      ...{ isEnabled: true, expiresAt: null, delivery: null },
      group: { name: 'The team', posting: 'anyone', moderators: [] },
    });
    const grantee = 'group:team@server1.com' as const;
    await client.sharing.give({ accountId: tom, mailbox: 'INBOX', grantee, rights: SHARE_LEVELS.read });
    const { members } = await view(tom, 'INBOX');
    expect(members).toMatchObject([
      { grantee: 'anyone' },
      { grantee, address: 'team@server1.com', name: 'The team', rights: 'lrs' },
      { grantee: anna, rights: '' },
    ]);
    expect([...world.mailStore.subscriptions]).toEqual([`${anna} Other Users/tom`]);
    const nobody = { accountId: tom, mailbox: null, grantee: 'group:x@server1.com', rights: 'lr' } as const;
    await expect(client.sharing.give(nobody)).rejects.toThrow();
  });

  it('gives rights on one mailbox or all, and subscribes who gets them', async () => {
    await client.sharing.give({ accountId: tom, mailbox: 'INBOX', grantee: anna, rights: SHARE_LEVELS.read });
    expect(await rightsOf(tom, 'INBOX')).toEqual({ '': '', 'anna@server1.com': 'lrs' });
    expect(await rightsOf(tom)).toEqual({ '': '', 'anna@server1.com': null });
    expect([...world.mailStore.subscriptions]).toEqual([`${anna} Other Users/tom`]);
    await client.sharing.give({ accountId: tom, mailbox: null, grantee: anna, rights: SHARE_LEVELS.write });
    expect(await rightsOf(tom)).toEqual({ '': '', 'anna@server1.com': 'lrswipte' });
    expect(world.mailStore.subscriptions.size).toBe(6);
    await client.sharing.give({ accountId: tom, mailbox: null, grantee: anna, rights: '' });
    expect(await rightsOf(tom)).toEqual({ '': '', 'anna@server1.com': '' });
    expect(world.mailStore.subscriptions.size).toBe(0);
  });

  it('can be undone exactly, mailbox by mailbox', async () => {
    await client.sharing.give({ accountId: tom, mailbox: 'Sent', grantee: anna, rights: 'lr' });
    const [sent] = (await world.mailStore.listMailboxes(tom)).filter(({ name }) => name === 'Sent');
    const negative = { operation: 'replace', grantee: anna, isNegative: true, rights: 'w' } as const;
    await world.mailStore.changeGrants([sent?.id ?? 0], negative);
    const held = await client.sharing.give({ accountId: tom, mailbox: null, grantee: anna, rights: 'lrs' });
    await client.sharing.restore({ accountId: tom, grantee: anna, held });
    expect(await rightsOf(tom, 'INBOX')).toMatchObject({ 'anna@server1.com': '' });
    const { members } = await view(tom, 'Sent');
    expect(members.at(-1)).toMatchObject({ rights: 'lr', denied: 'w' });
    expect([...world.mailStore.subscriptions]).toEqual([`${anna} Other Users/tom/Sent`]);
  });

  it('gives nothing to who cannot sign in, and nothing of a mailbox that is not there', async () => {
    const info = await client.sharing.addMailbox({ localPart: 'info', domain: 'server1.com', name: '' });
    const give = (grantee: number, mailbox: string | null) =>
      client.sharing.give({ accountId: tom, mailbox, grantee, rights: 'lr' });
    await expect(give(info.id, null)).rejects.toMatchObject({ data: { reason: 'noSuchAccount' } });
    await expect(give(99, null)).rejects.toMatchObject({ data: { reason: 'noSuchAccount' } });
    await expect(give(anna, 'Nowhere')).rejects.toMatchObject({ data: { reason: 'noSuchAccount' } });
    const letters = { accountId: tom, mailbox: null, grantee: anna, rights: 'lrq' };
    await expect(client.sharing.give(letters)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });
});

describe('shared mailboxes', () => {
  it('are listed with their members, and not among the accounts', async () => {
    const info = await client.sharing.addMailbox({
      localPart: 'info',
      domain: 'server1.com',
      name: 'Questions',
    });
    await client.sharing.give({ accountId: info.id, mailbox: null, grantee: 'anyone', rights: 'lrs' });
    await client.sharing.give({ accountId: info.id, mailbox: null, grantee: anna, rights: 'lrswipkxtea' });
    expect(await shared()).toMatchObject([
      {
        address: 'info@server1.com',
        name: 'Questions',
        members: [
          { grantee: 'anyone', rights: 'lrs' },
          { grantee: anna, address: 'anna@server1.com', rights: 'lrswipkxtea' },
        ],
      },
    ]);
    expect((await client.accounts.list({})).items.map(({ address }) => address)).toEqual([
      'tom@server1.com',
      'anna@server1.com',
    ]);
    const found = await client.accounts.list({ text: 'questions', withShared: true });
    expect(found.items).toMatchObject([{ address: 'info@server1.com', kind: 'shared' }]);
    expect(world.mailStore.subscriptions).toContain(`${tom} Shared/info`);
  });

  it('are changed and removed as accounts are', async () => {
    const { id } = await client.sharing.addMailbox({ localPart: 'info', domain: 'server1.com', name: '' });
    await client.accounts.change({ id, name: 'Questions' });
    expect(await shared()).toMatchObject([{ name: 'Questions' }]);
    expect(await client.accounts.previewRemoval({ id })).toMatchObject({ address: 'info@server1.com' });
    await client.accounts.remove({ id });
    expect(await shared()).toEqual([]);
  });
});
