import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../base/clock.ts';
import { createDirectory, type FullDirectory } from './create-directory.ts';
import { PasswordKeeper } from './credentials.ts';
import { MemoryDirectoryRows } from './memory-directory-rows.ts';

let directory: FullDirectory;
let clock: ManualClock;
let rows: MemoryDirectoryRows;
/** `account sharedMailbox` of those who may send. */
let senders: Set<string>;

function value<T>(result: { ok: true; value: T } | { ok: false; error: unknown }): T {
  if (!result.ok) throw new Error(String(result.error));
  return result.value;
}

async function add(localPart: string, domain = 'example.com', password = 'secret') {
  return value(await directory.addAccount({ localPart, domain, name: localPart, password }));
}

beforeEach(async () => {
  clock = new ManualClock();
  senders = new Set();
  rows = new MemoryDirectoryRows();
  const passwords = new PasswordKeeper({ clock, randomBytes });
  directory = await createDirectory({
    maySendAs: (account, shared) => Promise.resolve(senders.has(`${account} ${shared}`)),
    rows,
    passwords,
    clock,
    onError: (error) => {
      throw error;
    },
  });
  value(await directory.addDomain('Example.COM'));
});

describe('domains', () => {
  it('are known in any case and as U-labels', async () => {
    value(await directory.addDomain('bücher.example'));
    expect(await directory.isLocalDomain('EXAMPLE.com')).toBe(true);
    expect(await directory.isLocalDomain('xn--bcher-kva.example')).toBe(true);
    expect(await directory.isLocalDomain('example.org')).toBe(false);
  });

  it.each(['', 'no spaces.example', '-a.example', 'a..example', `${'a'.repeat(64)}.example`])(
    'refuse the name %j',
    async (name) => {
      expect(await directory.addDomain(name)).toEqual({ ok: false, error: 'invalidDomain' });
    },
  );

  it('cannot be added twice, nor removed while they are in use', async () => {
    expect(await directory.addDomain('example.com')).toEqual({ ok: false, error: 'domainExists' });
    const account = await add('anna');
    expect(await directory.removeDomain('example.com')).toEqual({ ok: false, error: 'domainInUse' });
    value(await directory.removeAccount(account.id));
    value(await directory.removeDomain('example.com'));
    expect(await directory.isLocalDomain('example.com')).toBe(false);
  });
});

describe('accounts', () => {
  it('resolve by address in any case, a quoted local-part too', async () => {
    const { id } = await add('Anna.Smith');
    for (const address of ['anna.smith@example.com', 'ANNA.SMITH@EXAMPLE.COM', '"anna.smith"@example.com']) {
      expect(await directory.resolve(address)).toMatchObject({ kind: 'local', accounts: [{ id }] });
    }
  });

  it('tell unknown, disabled and foreign apart', async () => {
    const { id } = await add('anna');
    value(await directory.changeAccount(id, { isEnabled: false }));
    expect(await directory.resolve('anna@example.com')).toEqual({ kind: 'disabled' });
    expect(await directory.resolve('nobody@example.com')).toEqual({ kind: 'unknown' });
    expect(await directory.resolve('anna@example.org')).toEqual({ kind: 'foreign' });
  });

  it('refuse an address that is taken, or malformed, or in no domain of ours, and an empty password', async () => {
    await add('anna');
    const wanted = { localPart: 'ANNA', domain: 'example.com', name: '', password: 'x' };
    expect(await directory.addAccount(wanted)).toEqual({ ok: false, error: 'addressTaken' });
    expect(await directory.addAccount({ ...wanted, localPart: 'a b' })).toEqual({
      ok: false,
      error: 'invalidAddress',
    });
    expect(await directory.addAccount({ ...wanted, domain: 'example.org' })).toEqual({
      ok: false,
      error: 'noSuchDomain',
    });
    expect(await directory.addAccount({ ...wanted, localPart: 'b', password: '' })).toEqual({
      ok: false,
      error: 'weakPassword',
    });
  });
});

describe('aliases', () => {
  it('lead to each account once, through other aliases, and survive a loop', async () => {
    const anna = await add('anna');
    const tom = await add('tom');
    const put = async (localPart: string, ...targets: string[]) =>
      value(await directory.putAlias({ localPart, domain: 'example.com', targets }));
    await put('sales', 'anna@example.com', 'team@example.com');
    await put('team', 'tom@example.com', 'anna@example.com', 'sales@example.com');
    const resolution = await directory.resolve('sales@example.com');
    expect(resolution).toMatchObject({ kind: 'local', via: ['sales@example.com', 'team@example.com'] });
    if (resolution.kind !== 'local') throw new Error('not local');
    expect(resolution.accounts.map((account) => account.id).sort()).toEqual([anna.id, tom.id].sort());
  });

  it('are unknown when they lead to nobody', async () => {
    value(await directory.putAlias({ localPart: 'a', domain: 'example.com', targets: ['gone@example.com'] }));
    expect(await directory.resolve('a@example.com')).toEqual({ kind: 'unknown' });
  });

  it('may leave our domains, but not take an address of an account', async () => {
    await add('anna');
    const put = (localPart: string, target: string) =>
      directory.putAlias({ localPart, domain: 'example.com', targets: [target] });
    value(await put('x', 'x@elsewhere.example'));
    expect(await directory.resolve('x@example.com')).toMatchObject({
      kind: 'local',
      accounts: [],
      foreign: ['x@elsewhere.example'],
      via: ['x@example.com'],
    });
    expect(await put('y', 'x y@elsewhere.example')).toEqual({ ok: false, error: 'invalidAddress' });
    expect(await put('anna', 'anna@example.com')).toEqual({ ok: false, error: 'addressTaken' });
    expect(await directory.removeAlias('y@example.com')).toEqual({ ok: false, error: 'noSuchAlias' });
  });

  it('may be used as a sender by those they lead to', async () => {
    const anna = await add('anna');
    const tom = await add('tom');
    value(
      await directory.putAlias({ localPart: 'sales', domain: 'example.com', targets: ['anna@example.com'] }),
    );
    expect(await directory.mayUseAddress(anna.id, 'sales@example.com')).toBe(true);
    expect(await directory.mayUseAddress(anna.id, 'Anna@Example.com')).toBe(true);
    expect(await directory.mayUseAddress(tom.id, 'sales@example.com')).toBe(false);
    expect(await directory.mayUseAddress(anna.id, 'postmaster@example.com')).toBe(false);
    value(await directory.changeAccount(anna.id, { isEnabled: false }));
    expect(await directory.mayUseAddress(anna.id, 'anna@example.com')).toBe(false);
  });
});

describe('an address with a detail (RFC 5233)', () => {
  it('reaches the account or alias of the name before the first plus sign, and is its own', async () => {
    const anna = await add('anna');
    value(
      await directory.putAlias({ localPart: 'sales', domain: 'example.com', targets: ['anna@example.com'] }),
    );
    for (const address of ['anna+news@example.com', 'Anna+a+b@example.com', 'sales+spring@example.com']) {
      expect(await directory.resolve(address)).toMatchObject({ kind: 'local', accounts: [{ id: anna.id }] });
      expect(await directory.mayUseAddress(anna.id, address)).toBe(true);
    }
  });

  it('gives way to an account that is called so, and reaches nobody where the name is nobody’s', async () => {
    await add('anna');
    const tagged = await add('anna+news');
    expect(await directory.resolve('anna+news@example.com')).toMatchObject({ accounts: [{ id: tagged.id }] });
    expect(await directory.resolve('nobody+news@example.com')).toEqual({ kind: 'unknown' });
    expect(await directory.resolve('+news@example.com')).toEqual({ kind: 'unknown' });
    expect(directory.secretsOf('anna+news@elsewhere.example')).toBeNull();
  });

  it('is no way to sign in, and none to somebody else’s name', async () => {
    await add('anna');
    const tom = await add('tom');
    expect(directory.secretsOf('anna+news@example.com')).toBeNull();
    expect(await directory.mayUseAddress(tom.id, 'anna+news@example.com')).toBe(false);
  });
});

describe('postmaster and abuse', () => {
  it('reach the first account of the domain, also without a domain, until somebody takes the name', async () => {
    const anna = await add('anna');
    await add('tom');
    for (const address of ['postmaster', 'Postmaster', 'postmaster@example.com', 'abuse@example.com']) {
      expect(await directory.resolve(address)).toMatchObject({ kind: 'local', accounts: [{ id: anna.id }] });
    }
    const taken = await add('postmaster');
    expect(await directory.resolve('postmaster')).toMatchObject({ accounts: [{ id: taken.id }] });
  });
});

describe('what signing in looks at', () => {
  it('is found by any spelling of the address, and by the local-part alone: of the oldest account that has it', async () => {
    const { id } = await add('anna');
    value(await directory.addDomain('later.example'));
    await add('anna', 'later.example', 'another');
    for (const name of ['ANNA@example.com', 'anna@example.com', 'Anna']) {
      expect(directory.secretsOf(name)?.account.id).toBe(id);
    }
    expect(directory.secretsOf('ann')).toBeNull();
    expect(directory.secretsOf('nobody@example.com')).toBeNull();
  });

  it('is no clear text, and never handed out with accounts', async () => {
    const account = await add('anna');
    expect(account).not.toHaveProperty('credentials');
    const [row] = await rows.listAccounts();
    expect(JSON.stringify(row)).not.toContain('secret');
    expect(row?.credentials?.scrypt).toMatch(/^scrypt\$16384\$8\$1\$/u);
    expect(row?.credentials?.scramSha256).toMatch(/^SCRAM-SHA-256\$10000:[^$]+\$[^:]+:.+$/u);
    expect(row?.credentials).not.toHaveProperty('scramSha1');
  });

  it('keeps its salt for SCRAM when the password changes, since app passwords share it', async () => {
    const { id } = await add('anna');
    const saltOf = () => directory.credentialsOf(id)?.scramSha256.split('$')[1];
    const before = saltOf();
    value(await directory.setPassword(id, 'fresh'));
    expect(saltOf()).toBe(before);
    expect(await directory.hasPassword(id, 'secret')).toBe(false);
    expect(await directory.hasPassword(id, 'fresh')).toBe(true);
  });

  it('has the last sign-in noted, at most once a minute', async () => {
    const { id } = await add('anna');
    const first = clock.now();
    directory.noteSignIn(id);
    await expect.poll(async () => (await directory.listAccounts())[0]?.lastSignInAt).toBe(first);
    clock.advance(30_000);
    directory.noteSignIn(id);
    await directory.setPassword(id, 'any change comes after it');
    expect((await directory.listAccounts())[0]?.lastSignInAt).toBe(first);
  });
});

describe('a shared mailbox', () => {
  const info = { localPart: 'info', domain: 'example.com', name: 'Questions' };

  it('gets mail like an account, and its address is taken', async () => {
    const added = value(await directory.addSharedMailbox(info));
    expect(added).toMatchObject({ kind: 'shared', address: 'info@example.com', isEnabled: true });
    expect(await directory.resolve('Info@example.com')).toMatchObject({ kind: 'local', accounts: [added] });
    expect(await directory.addSharedMailbox(info)).toEqual({ ok: false, error: 'addressTaken' });
  });

  it('lets nobody sign in, and cannot be given a password', async () => {
    const { id } = value(await directory.addSharedMailbox(info));
    expect(directory.secretsOf('info@example.com')).toBeNull();
    expect(await directory.setPassword(id, 'secret')).toEqual({ ok: false, error: 'noSuchAccount' });
  });

  it('may be sent from by who may post there, through its aliases too', async () => {
    const tom = await add('tom');
    const shared = value(await directory.addSharedMailbox(info));
    value(
      await directory.putAlias({ localPart: 'kontakt', domain: 'example.com', targets: [shared.address] }),
    );
    expect(await directory.mayUseAddress(tom.id, 'info@example.com')).toBe(false);
    senders.add(`${tom.id} ${shared.id}`);
    expect(await directory.mayUseAddress(tom.id, 'info@example.com')).toBe(true);
    expect(await directory.mayUseAddress(tom.id, 'kontakt@example.com')).toBe(true);
  });

  it('does not get the mail of postmaster before any person', async () => {
    value(await directory.addSharedMailbox(info));
    expect(await directory.resolve('postmaster@example.com')).toEqual({ kind: 'unknown' });
    const tom = await add('tom');
    expect(await directory.resolve('postmaster@example.com')).toMatchObject({ accounts: [{ id: tom.id }] });
  });
});
