import { call, ORPCError } from '@orpc/server';
import { beforeEach, describe, expect, it } from 'vitest';
import { ConsoleWorld } from '../../../test/support/console-world.ts';
import { ManualClock } from '../../base/clock.ts';
import type { CallMeta } from '../../contract/access.ts';
import { NEEDS, ROLES, type Role, type TokenScope } from '../../contract/roles.ts';
import { consoleContract } from '../../contract/contract.ts';
import { type ConsoleRouter, createConsoleRouter } from './router.ts';
import type { Visitor } from './services.ts';

let world: ConsoleWorld;
let router: ConsoleRouter;

beforeEach(async () => {
  world = new ConsoleWorld({ clock: new ManualClock() });
  for (const name of ['server1.com', 'server2.com']) await world.directory.addDomain(name);
  for (const domain of ['server1.com', 'server2.com'])
    await world.directory.addAccount({ localPart: 'tom', domain, name: 'Tom', password: 'tom reads mail' });
  await world.administrators.put({ name: 'owner', password: 'x' });
  for (const role of ROLES) {
    const domains = role === 'domainAdministrator' ? ['server1.com'] : [];
    if (role !== 'owner') await world.administrators.add({ name: role, role, domains, password: 'x' });
  }
  router = createConsoleRouter(world.services());
});

function visitor(name: string | null, scopes: readonly TokenScope[] | null = null): Visitor {
  return {
    shell: scopes === null ? 'browser' : 'script',
    isLocal: true,
    remoteAddress: '127.0.0.1',
    administrator: () => name,
    token: () => (scopes === null ? null : { id: 1, name: 'backup', scopes }),
  };
}

/** What came of it: `done`, or the error's code. */
async function codeOf(name: string, by: Visitor, input: unknown = {}): Promise<string> {
  const [area = '', procedure = ''] = name.split('.');
  const calls = router[area as keyof ConsoleRouter] as unknown as Record<string, never>;
  const stop = new AbortController();
  try {
    const path = name.split('.');
    await call(calls[procedure] as never, input as never, {
      ...{ context: { visitor: by }, path, signal: stop.signal },
    });
    return 'done';
  } catch (error) {
    return error instanceof ORPCError ? (error as ORPCError<string, unknown>).code : String(error);
  } finally {
    stop.abort();
  }
}

const CALLS = Object.entries(consoleContract).flatMap(([area, calls]) =>
  Object.entries(calls as Record<string, { '~orpc': { meta: CallMeta } }>).map(
    ([name, procedure]) => [`${area}.${name}`, procedure['~orpc'].meta] as const,
  ),
);

/** Who may, by what a call needs: o(wner) a(dministrator) d(omain administrator) h(elp desk) u (auditor). */
const WHO: Readonly<Record<keyof typeof NEEDS, string>> = {
  nothing: 'oadhu',
  'self.read': 'oadhu',
  'self.change': 'oadhu',
  'accounts.read': 'oadhu',
  'accounts.change': 'oad',
  'passwords.change': 'oadh',
  'signIns.read': 'oahu',
  'signIns.unblock': 'oah',
  'rules.read': 'oau',
  'rules.change': 'oa',
  'messages.read': 'oahu',
  'transcripts.read': 'oau',
  'content.read': 'oa',
  'queue.read': 'oau',
  'queue.change': 'oa',
  'settings.read': 'oau',
  'settings.change': 'oa',
  'audit.read': 'oau',
  'administrators.read': 'ou',
  'administrators.change': 'o',
  'encryption.change': 'o',
  'service.change': 'o',
  'backups.restore': 'o',
};
const LETTERS: Readonly<Record<Role, string>> = {
  ...{ owner: 'o', administrator: 'a', domainAdministrator: 'd', helpDesk: 'h', auditor: 'u' },
};

describe('every call × every role', () => {
  it.each(CALLS)('%s', async (name, { needs, reach }) => {
    const allowed: string[] = [];
    for (const role of ROLES) {
      const code = await codeOf(name, visitor(role === 'owner' ? 'owner' : role));
      expect(code).not.toBe('UNAUTHORIZED');
      if (code !== 'FORBIDDEN') allowed.push(LETTERS[role]);
    }
    // Without a domain of theirs in the input, only what is filtered, their own or open answers.
    const isOpenToDomains = reach === 'view' || needs === 'nothing' || needs.startsWith('self.');
    const expected = isOpenToDomains ? WHO[needs] : WHO[needs].replace('d', '');
    expect(allowed.join('')).toBe(expected);
  });

  it('goes through more than a hundred calls, none of which is left to chance', () => {
    expect(CALLS.length).toBeGreaterThan(100);
    expect(Object.keys(WHO).sort()).toEqual(Object.keys(NEEDS).sort());
  });

  it('keeps auditors from all that changes, and help desk and auditor from all content', () => {
    for (const [name, { needs }] of CALLS) {
      if (NEEDS[needs].changes && !needs.startsWith('self.'))
        expect([name, WHO[needs]]).not.toEqual([name, expect.stringContaining('u')]);
      if (needs === 'content.read') expect(WHO[needs]).not.toMatch(/[hu]/u);
    }
  });
});

describe('an administrator of server1.com', () => {
  const by = visitor('domainAdministrator');
  const idOf = (domain: string) => world.directory.accounts.find((each) => each.domain === domain)?.id;

  it.each([
    ['accounts.add', { localPart: 'eve', name: 'Eve', password: 'eve writes letters', quotaBytes: null }],
    ['aliases.put', { localPart: 'sales', targets: ['tom@server1.com'] }],
  ])('%s in its own domain and in no other', async (name, input) => {
    expect(await codeOf(name, by, { ...input, domain: 'server1.com' })).toBe('done');
    expect(await codeOf(name, by, { ...input, domain: 'server2.com' })).toBe('FORBIDDEN');
  });

  it.each([
    ['accounts.change', { name: 'Thomas' }],
    ['accounts.setPassword', { password: 'an entirely new one' }],
    ['accounts.remove', {}],
    ['accounts.previewRemoval', {}],
  ])('%s of its own accounts and of no others', async (name, input) => {
    expect(await codeOf(name, by, { ...input, id: idOf('server2.com') })).toBe('FORBIDDEN');
    expect(await codeOf(name, by, { ...input, id: 999 })).toBe('FORBIDDEN');
    expect(await codeOf(name, by, { ...input, id: idOf('server1.com') })).toBe('done');
  });

  it('gives no program of this machine to an account, and no address of another domain', async () => {
    const id = idOf('server1.com');
    const delivery = { method: 'pipe', command: ['/bin/sh'] };
    expect(await codeOf('accounts.change', by, { id, delivery })).toBe('FORBIDDEN');
    expect(await codeOf('accounts.change', by, { id, addresses: ['boss@server2.com'] })).toBe('FORBIDDEN');
    expect(await codeOf('accounts.change', by, { id, addresses: ['boss@server1.com'] })).toBe('done');
    const alias = {
      localPart: 'sales',
      domain: 'server1.com',
      targets: [],
      delivery: { method: 'mbox', path: '/etc/x' },
    };
    expect(await codeOf('aliases.put', by, alias)).toBe('FORBIDDEN');
  });

  it('sees what is in its domains', async () => {
    const context = { visitor: by };
    const { items } = await call(router.accounts.list, {}, { context });
    expect(items.map(({ address }) => address)).toEqual(['tom@server1.com']);
    const feed = await call(router.domains.watch, undefined, { context });
    const { value } = await feed.next();
    expect(value).toMatchObject({ snapshot: [{ name: 'server1.com' }] });
    await feed.return(undefined);
  });
});

describe('a token', () => {
  it.each([
    [['read'], 'accounts.list', 'done'],
    [['read'], 'accounts.setPassword', 'FORBIDDEN'],
    [['accounts'], 'accounts.setPassword', 'BAD_REQUEST'],
    [['accounts'], 'queue.steer', 'FORBIDDEN'],
    [['queue'], 'queue.steer', 'BAD_REQUEST'],
    [['queue'], 'settings.change', 'FORBIDDEN'],
    [['all'], 'settings.change', 'done'],
    [['all'], 'profile.addToken', 'FORBIDDEN'],
    [['all'], 'profile.changePassword', 'FORBIDDEN'],
  ] as const)('with %j calling %s: %s', async (scopes, name, expected) => {
    expect(await codeOf(name, visitor('owner', scopes))).toBe(expected);
  });

  it('may do no more than its administrator', async () => {
    expect(await codeOf('settings.change', visitor('auditor', ['all']))).toBe('FORBIDDEN');
  });
});

describe('a role that must have a second factor', () => {
  it('may do nothing but get one', async () => {
    await world.settings.change({ secondFactorRequiredFor: ['helpDesk'] });
    expect(await codeOf('accounts.list', visitor('helpDesk'))).toBe('FORBIDDEN');
    expect(await codeOf('profile.beginTotp', visitor('helpDesk'))).toBe('done');
    expect(await codeOf('accounts.list', visitor('owner'))).toBe('done');
  });
});

describe('the audit log', () => {
  const written = async () => (await world.access.audit.list({ limit: 500 })).map(({ call: name }) => name);

  it('has an entry for every call that changes something, whatever came of it, and for no other', async () => {
    for (const [name, { needs }] of CALLS) {
      const before = (await written()).length;
      await codeOf(name, visitor('owner'));
      const after = await written();
      const expected = NEEDS[needs].changes && needs !== 'nothing' ? [name] : [];
      expect([name, after.slice(0, after.length - before)]).toEqual([name, expected]);
    }
  }, 30_000);

  it('says who, as what, from where, by which means, and what became different', async () => {
    await codeOf('settings.change', visitor('administrator', ['all']), { hostname: 'mx.example.com' });
    const [entry] = await world.access.audit.list({ limit: 1 });
    expect(entry).toMatchObject({
      ...{ who: 'administrator', role: 'administrator', address: '127.0.0.1', call: 'settings.change' },
      ...{ means: { kind: 'token', id: 1, name: 'backup' }, outcome: 'done' },
      changes: [{ path: 'settings.hostname', before: '"mail.example.com"', after: '"mx.example.com"' }],
    });
  });

  it('never holds a password, not even as a hash', async () => {
    const id = world.directory.accounts[0]?.id;
    const secret = 'only-tom-knows-this-77';
    await codeOf('accounts.setPassword', visitor('owner'), { id, password: secret });
    await codeOf('administrators.add', visitor('owner'), {
      name: 'n',
      role: 'owner',
      domains: [],
      password: secret,
    });
    await codeOf('accounts.importCsv', visitor('owner'), {
      csv: `x@server1.com,X,${secret},`,
      isApplied: true,
    });
    const text = JSON.stringify(await world.access.audit.list({ limit: 100 }));
    expect(text).toContain('accounts.setPassword');
    expect(text).not.toContain(secret);
  });

  it('notes what was refused', async () => {
    await codeOf('administrators.remove', visitor('owner'), { name: 'owner' });
    const [entry] = await world.access.audit.list({ limit: 1 });
    expect(entry).toMatchObject({ call: 'administrators.remove', outcome: 'lastOwner', changes: [] });
  });
});

describe('the last owner', () => {
  it('can be neither removed nor demoted, also by two at the same time', async () => {
    await codeOf('administrators.add', visitor('owner'), {
      ...{ name: 'second', role: 'owner', domains: [], password: 'tigers eat many plums' },
    });
    const demote = (name: string) => ({ name, role: 'auditor', domains: [] });
    const codes = await Promise.all([
      codeOf('administrators.change', visitor('owner'), demote('second')),
      codeOf('administrators.change', visitor('second'), demote('owner')),
    ]);
    expect(codes.sort()).toEqual(['REFUSED', 'done']);
    expect(world.administrators.list().filter(({ role }) => role === 'owner')).toHaveLength(1);
  });
});
