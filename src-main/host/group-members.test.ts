import { beforeEach, expect, test } from 'vitest';
import { openTestDirectory } from '../../test/support/test-directory.ts';
import { ManualClock } from '../base/clock.ts';
import type { FullDirectory } from '../directory/create-directory.ts';
import { MemoryMailStore } from '../mail/mailstore/memory-mail-store.ts';
import { startGroupMembers } from './group-members.ts';

const TEAM = { localPart: 'team', domain: 'server1.com' } as const;
const group = { name: 'The team', posting: 'anyone', moderators: [] } as const;
const [TOM, ANNA] = [1, 2];

let directory: FullDirectory;
let mailStore: MemoryMailStore;
let inbox: number;

beforeEach(async () => {
  const clock = new ManualClock();
  mailStore = new MemoryMailStore({ clock, makeId: () => 'id', readContent: () => new Uint8Array() });
  directory = await openTestDirectory(clock);
  await directory.addDomain('server1.com');
  for (const localPart of ['tom', 'anna']) {
    await directory.addAccount({ localPart, domain: 'server1.com', name: '', password: 'secret' });
  }
  await mailStore.createAccountMailboxes(TOM);
  inbox = (await mailStore.findMailbox(TOM, 'INBOX'))?.id ?? 0;
  await directory.putAlias({ ...TEAM, targets: [], group });
  const failed = (error: unknown) => {
    throw error;
  };
  startGroupMembers({ directory, mailStore, onError: failed });
  const change = { operation: 'replace', isNegative: false, rights: 'lr' } as const;
  await mailStore.changeGrants([inbox], { ...change, grantee: 'group:team@server1.com' });
});

const rights = () => mailStore.rightsOf(ANNA, inbox);

test('who comes into a group has its rights and is subscribed; who leaves has them no longer', async () => {
  await directory.putAlias({ ...TEAM, targets: ['anna@server1.com'], group });
  await expect.poll(rights).toBe('lr');
  await expect.poll(() => mailStore.listSubscriptions(ANNA)).toEqual(['Other Users/tom']);
  await directory.putAlias({ ...TEAM, targets: ['tom@server1.com'], group });
  await expect.poll(rights).toBe('');
});

test('members of a group within it are members, and nobody is while it is switched off', async () => {
  const inner = { localPart: 'inner', domain: 'server1.com' } as const;
  await directory.putAlias({ ...inner, targets: ['anna@server1.com'], group });
  await directory.putAlias({ ...TEAM, targets: ['inner@server1.com'], group });
  await expect.poll(rights).toBe('lr');
  await directory.putAlias({ ...inner, targets: ['anna@server1.com'], group, isEnabled: false });
  await expect.poll(rights).toBe('');
});

test('a group that is removed takes its rights along, also from one that comes by its name', async () => {
  await directory.putAlias({ ...TEAM, targets: ['anna@server1.com'], group });
  await expect.poll(rights).toBe('lr');
  await directory.removeAlias('team@server1.com');
  await expect.poll(() => mailStore.listGrants(inbox)).toEqual([]);
  await directory.putAlias({ ...TEAM, targets: ['anna@server1.com'], group });
  expect(await rights()).toBe('');
});
