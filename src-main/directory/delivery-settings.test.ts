/** Several addresses, alias domains, groups, catch-all: whom an address of ours leads to. */
import { beforeEach, describe, expect, test } from 'vitest';
import { openTestDirectory } from '../../test/support/test-directory.ts';
import { ManualClock } from '../base/clock.ts';
import type { FullDirectory } from './create-directory.ts';

const clock = new ManualClock(1_000);
let directory: FullDirectory;
let separators = '+';
const ids = new Map<string, number>();

beforeEach(async () => {
  separators = '+';
  directory = await openTestDirectory(clock, { detailSeparators: () => separators });
  for (const name of ['server1.com', 'server1.net']) await directory.addDomain(name);
  for (const localPart of ['anna', 'tom']) {
    const person = { localPart, domain: 'server1.com', name: '', password: 'secret-of-theirs' };
    const added = await directory.addAccount(person);
    if (added.ok) ids.set(localPart, added.value.id);
  }
});

const idOf = (localPart: string) => ids.get(localPart) ?? 0;

async function leadsTo(address: string, reversePath?: string): Promise<readonly string[] | string> {
  const resolved = await directory.resolve(address, reversePath);
  if (resolved.kind !== 'local') return resolved.kind;
  return [...resolved.accounts.map((account) => account.localPart), ...resolved.foreign];
}

describe('an account', () => {
  test('has as many addresses as it is given, and may send from each', async () => {
    await directory.changeAccount(idOf('anna'), { addresses: ['a.miller@server1.com', 'anna@server1.net'] });
    expect(await leadsTo('A.Miller@server1.com')).toEqual(['anna']);
    expect(await leadsTo('anna@server1.net')).toEqual(['anna']);
    expect(await directory.mayUseAddress(idOf('anna'), 'a.miller@server1.com')).toBe(true);
    expect(await directory.mayUseAddress(idOf('tom'), 'a.miller@server1.com')).toBe(false);
  });

  test.each([
    ['tom@server1.com', 'addressTaken'],
    ['anna@elsewhere.example', 'noSuchDomain'],
    ['no address', 'invalidAddress'],
  ])('cannot have %s: %s', async (address, error) => {
    expect(await directory.changeAccount(idOf('anna'), { addresses: [address] })).toEqual({
      ok: false,
      error,
    });
  });

  test('cannot forward to itself alone', async () => {
    const forwarding = { to: ['Anna@server1.com'], keepsCopy: false };
    expect(await directory.changeAccount(idOf('anna'), { forwarding })).toEqual({
      ok: false,
      error: 'aliasLoop',
    });
  });

  test.each([
    [{ method: 'mbox', path: 'mail/anna' }],
    [{ method: 'pipe', command: ['program'] }],
    [{ method: 'pipe', command: [] }],
    [{ method: 'lmtp', host: '', port: 24 }],
  ] as const)('is delivered to whole paths and servers only, not %j', async (delivery) => {
    const changed = await directory.changeAccount(idOf('anna'), { delivery });
    expect(changed).toEqual({ ok: false, error: 'invalidDelivery' });
  });
});

describe('what parts a name from its detail', () => {
  test('is set for the server', async () => {
    expect(await leadsTo('anna+news@server1.com')).toEqual(['anna']);
    expect(await leadsTo('anna-news@server1.com')).toBe('unknown');
    separators = '-+';
    expect(await leadsTo('anna-news@server1.com')).toEqual(['anna']);
    expect(await leadsTo('anna+a-b@server1.com')).toEqual(['anna']);
    separators = '';
    expect(await leadsTo('anna+news@server1.com')).toBe('unknown');
  });
});

describe('an alias domain', () => {
  test('has the addresses of the other, for mail, sending and signing in', async () => {
    await directory.changeDomain('server1.net', { aliasOf: 'server1.com' });
    expect(await leadsTo('tom@server1.net')).toEqual(['tom']);
    expect(await leadsTo('tom+x@server1.net')).toEqual(['tom']);
    expect(await leadsTo('nobody@server1.net')).toBe('unknown');
    expect(await directory.mayUseAddress(idOf('tom'), 'tom@server1.net')).toBe(true);
    expect(directory.secretsOf('tom@server1.net')?.account.id).toBe(idOf('tom'));
  });

  test('stays while it is an alias of something, which cannot be removed', async () => {
    await directory.changeDomain('server1.net', { aliasOf: 'server1.com' });
    const loop = await directory.changeDomain('server1.com', { aliasOf: 'server1.net' });
    expect(loop).toEqual({ ok: false, error: 'domainInUse' });
    await directory.addDomain('server1.org');
    const chain = await directory.changeDomain('server1.org', { aliasOf: 'server1.net' });
    expect(chain).toEqual({ ok: false, error: 'aliasLoop' });
  });
});

describe('catch-all', () => {
  test('gets what nobody has, and nothing else', async () => {
    await directory.changeDomain('server1.com', { catchAll: ['tom@server1.com'] });
    expect(await leadsTo('who-ever@server1.com')).toEqual(['tom']);
    expect(await leadsTo('anna@server1.com')).toEqual(['anna']);
    expect(await leadsTo('abuse@server1.com')).toEqual(['anna']);
    expect(await leadsTo('who-ever@server1.net')).toBe('unknown');
  });

  test('makes nobody the owner of all addresses', async () => {
    await directory.changeDomain('server1.com', { catchAll: ['tom@server1.com'] });
    expect(await directory.mayUseAddress(idOf('tom'), 'who-ever@server1.com')).toBe(false);
  });
});

describe('an alias', () => {
  const alias = { localPart: 'sales', domain: 'server1.com', targets: ['anna@server1.com'] };

  test('may be switched off, and ends at its time', async () => {
    await directory.putAlias({ ...alias, expiresAt: 1_001 });
    expect(await leadsTo('sales@server1.com')).toEqual(['anna']);
    clock.advance(1);
    expect(await leadsTo('sales@server1.com')).toBe('disabled');
    await directory.putAlias({ ...alias, expiresAt: null });
    expect(await leadsTo('sales@server1.com')).toEqual(['anna']);
    await directory.putAlias({ ...alias, isEnabled: false });
    expect(await leadsTo('sales@server1.com')).toBe('disabled');
  });

  test('leads to a program, or to addresses, not to both', async () => {
    const delivery = { method: 'pipe', command: ['/usr/bin/tickets'] } as const;
    await directory.putAlias({ ...alias, targets: [], delivery });
    expect(await directory.resolve('sales@server1.com')).toMatchObject({
      kind: 'local',
      accounts: [],
      handOvers: [{ address: 'sales@server1.com', delivery }],
    });
    const both = await directory.putAlias({ ...alias, localPart: 'both', delivery });
    expect(both).toEqual({ ok: false, error: 'invalidDelivery' });
    const nothing = await directory.putAlias({ ...alias, localPart: 'none', targets: [] });
    expect(nothing).toEqual({ ok: false, error: 'invalidAddress' });
  });
});

describe('a group', () => {
  const putTeam = (posting: 'anyone' | 'members' | 'domain', moderators: readonly string[] = []) =>
    directory.putAlias({
      localPart: 'team',
      domain: 'server1.com',
      targets: ['anna@server1.com', 'jack@server2.com'],
      group: { name: 'The team', posting, moderators },
    });

  test.each([
    ['anyone', 'x@elsewhere.example', true],
    ['anyone', '', true],
    ['domain', 'tom@server1.com', true],
    ['domain', 'jack@server2.com', false],
    ['domain', '', false],
    ['members', 'anna@server1.com', true],
    ['members', 'anna+x@server1.com', true],
    ['members', 'Jack@Server2.com', true],
    ['members', 'tom@server1.com', false],
    ['members', '', false],
  ] as const)('for %s: mail from <%s> is taken: %s', async (posting, sender, isTaken) => {
    await putTeam(posting);
    const found = await leadsTo('team@server1.com', sender);
    expect(found).toEqual(isTaken ? ['anna', 'jack@server2.com'] : 'closed');
  });

  test('that is closed adds nobody to an alias that leads to it', async () => {
    await putTeam('members');
    await directory.putAlias({
      localPart: 'all',
      domain: 'server1.com',
      targets: ['tom@server1.com', 'team@server1.com'],
    });
    expect(await leadsTo('all@server1.com', 'x@elsewhere.example')).toEqual(['tom']);
  });

  test('with moderators waits for them, unless one of them writes', async () => {
    await putTeam('anyone', ['tom@server1.com']);
    const moderated = await directory.resolve('team@server1.com', 'x@elsewhere.example');
    expect(moderated).toMatchObject({ kind: 'local', moderatedGroup: 'team@server1.com', by: 'group' });
    const own = await directory.resolve('team@server1.com', 'tom@server1.com');
    expect(own).toMatchObject({ moderatedGroup: null });
  });

  test('is nobody’s own address', async () => {
    await putTeam('anyone');
    expect(await directory.mayUseAddress(idOf('anna'), 'team@server1.com')).toBe(false);
  });

  test('that contains itself ends where it closes', async () => {
    await directory.putAlias({ localPart: 'ring', domain: 'server1.com', targets: ['team@server1.com'] });
    await directory.putAlias({
      localPart: 'team',
      domain: 'server1.com',
      targets: ['ring@server1.com', 'tom@server1.com'],
      group: { name: '', posting: 'anyone', moderators: [] },
    });
    expect(await leadsTo('team@server1.com')).toEqual(['tom']);
  });
});

describe('the quota of a domain', () => {
  test('is for all its accounts together', async () => {
    expect(await directory.domainQuota(idOf('anna'))).toBeNull();
    await directory.changeDomain('server1.com', { quotaBytes: 1_000 });
    const quota = await directory.domainQuota(idOf('anna'));
    expect(quota).toEqual({
      domain: 'server1.com',
      quotaBytes: 1_000,
      accounts: [idOf('anna'), idOf('tom')],
    });
  });
});
