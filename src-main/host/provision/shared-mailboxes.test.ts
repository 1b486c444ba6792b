import { beforeEach, describe, expect, test } from 'vitest';
import { openTestDirectory } from '../../../test/support/test-directory.ts';
import { ManualClock } from '../../base/clock.ts';
import type { FullDirectory } from '../../directory/create-directory.ts';
import { MemoryMailStore } from '../../mail/mailstore/memory-mail-store.ts';
import { defaultSettings } from '../default-settings.ts';
import { findProvisionProblem } from './check.ts';
import { parseProvision, type Provision } from './schema.ts';
import { applySharedMailboxes } from './shared-mailboxes.ts';

function parse(sharedMailboxes: unknown): Provision {
  const accounts = [{ localPart: 'tom', password: 'secret' }];
  const groups = [{ localPart: 'team', members: ['tom'] }];
  const parsed = parseProvision(
    JSON.stringify({ domains: [{ name: 'Server1.com', accounts, groups, sharedMailboxes }] }),
  );
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

const NOTHING_YET = { ...defaultSettings('mail.example'), domains: [], accounts: [], groups: [] };

describe('shared mailboxes of the provision file, checked', () => {
  test.each([
    [[{ localPart: 'info', members: [{ account: 'TOM@server1.com', rights: 'write' }] }], null],
    [[{ localPart: 'info', members: [{ account: 'anyone', rights: 'lrs' }] }], null],
    [
      [{ localPart: 'info', members: [{ account: 'anna@server1.com', rights: 'read' }] }],
      'domains[0].sharedMailboxes[0].members[0].account: "anna@server1.com" is no account and no group',
    ],
    [[{ localPart: 'info', members: [{ account: 'team@server1.com', rights: 'read' }] }], null],
    [[{ localPart: 'a b' }], 'domains[0].sharedMailboxes[0].localPart: "a b" is not a local-part'],
    [[{ localPart: 'tom' }], 'domains[0].sharedMailboxes[0].localPart: "tom" stands twice in server1.com'],
  ])('%j: %s', (sharedMailboxes, expected) => {
    expect(findProvisionProblem(parse(sharedMailboxes), NOTHING_YET)).toBe(expected);
  });

  test('rights are a level or letters', () => {
    const members = [{ account: 'tom@server1.com', rights: 'everything' }];
    expect(() => parse([{ localPart: 'info', members }])).toThrow(
      /^domains\[0\]\.sharedMailboxes\[0\]\.members\[0\]\.rights: /,
    );
  });
});

describe('shared mailboxes of the provision file, applied', () => {
  let directory: FullDirectory;
  let mailStore: MemoryMailStore;

  beforeEach(async () => {
    const clock = new ManualClock();
    mailStore = new MemoryMailStore({ clock, makeId: () => 'id', readContent: () => new Uint8Array() });
    directory = await openTestDirectory(clock);
    await directory.addDomain('server1.com');
    await directory.addAccount({ localPart: 'tom', domain: 'server1.com', name: '', password: 'secret' });
    // As the store does with a new account.
    for (let id = 1; id <= 2; id++) await mailStore.createAccountMailboxes(id);
  });

  const targets = () => ({ directory, mailStore }) as unknown as Parameters<typeof applySharedMailboxes>[1];

  async function apply(sharedMailboxes: unknown): Promise<void> {
    for (const domain of parse(sharedMailboxes).domains) await applySharedMailboxes(domain, targets());
  }

  test('makes them, gives their members rights on every mailbox, and subscribes these', async () => {
    await apply([
      { localPart: 'info', name: 'Questions', members: [{ account: 'tom@server1.com', rights: 'write' }] },
    ]);
    const info = (await directory.listAccounts()).find(({ kind }) => kind === 'shared');
    expect(info).toMatchObject({ address: 'info@server1.com', name: 'Questions' });
    const shared = await mailStore.listShared(1);
    expect(shared.map(({ mailbox, rights }) => `${mailbox.name} ${rights}`)).toContain('Sent lrswipte');
    expect(shared).toHaveLength(6);
    expect(await mailStore.listSubscriptions(1)).toContain('Shared/info/Sent');
  });

  test('gives groups rights, and subscribes those who are in them', async () => {
    const group = { name: '', posting: 'anyone', moderators: [] } as const;
    await directory.putAlias({
      localPart: 'team',
      domain: 'server1.com',
      targets: ['tom@server1.com'],
      group,
    });
    await apply([{ localPart: 'info', members: [{ account: 'Team@server1.com', rights: 'read' }] }]);
    const [inbox] = await mailStore.listMailboxes(2);
    expect(await mailStore.listGrants(inbox?.id ?? 0)).toEqual([
      { grantee: 'group:team@server1.com', isNegative: false, rights: 'lrs' },
    ]);
    expect(await mailStore.listSubscriptions(1)).toContain('Shared/info/Sent');
  });

  test('changes nothing the second time, and leaves alone who is not named', async () => {
    const info = { localPart: 'info', members: [{ account: 'tom@server1.com', rights: 'manage' }] };
    await apply([info]);
    const [inbox] = await mailStore.listMailboxes(2);
    const anyone = { operation: 'replace', grantee: 'anyone', isNegative: false, rights: 'l' } as const;
    await mailStore.changeGrants([inbox?.id ?? 0], anyone);
    let changes = 0;
    mailStore.onChange(() => changes++);
    await apply([info]);
    expect(changes).toBe(0);
    expect(await mailStore.listGrants(inbox?.id ?? 0)).toHaveLength(2);
  });

  test('refuses an address that is a person’s', async () => {
    await expect(apply([{ localPart: 'tom' }])).rejects.toThrow(
      'tom@Server1.com: is the account of a person',
    );
  });
});
