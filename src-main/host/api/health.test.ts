/** The console's calls about health. */
import { createRouterClient, type RouterClient } from '@orpc/server';
import { beforeEach, describe, expect, it } from 'vitest';
import { ConsoleWorld } from '../../../test/support/console-world.ts';
import { tell } from '../../health/finding-words.ts';
import { type ConsoleRouter, createConsoleRouter } from './router.ts';
import type { Visitor } from './services.ts';

const VISITOR: Visitor = {
  ...{ shell: 'browser', isLocal: true, remoteAddress: '127.0.0.1' },
  administrator: () => 'admin',
};

let world: ConsoleWorld;
let client: RouterClient<ConsoleRouter>;

beforeEach(async () => {
  world = new ConsoleWorld();
  await world.administrators.put({ name: 'admin', password: 'x' });
  await world.directory.addDomain('example.com');
  world.health.checks.push({
    ...{ id: 'disk', card: 'safe', about: 'server' },
    run: () => Promise.resolve([{ state: 'error', text: tell('diskFull', { free: '0.3' }) }]),
  });
  await world.health.desk.run({ kind: 'all' });
  client = createRouterClient(createConsoleRouter(world.services()), { context: { visitor: VISITOR } });
});

async function view() {
  const stop = new AbortController();
  for await (const event of await client.health.watch(undefined, { signal: stop.signal })) {
    stop.abort();
    if (event.type === 'snapshot') return event.snapshot;
  }
  throw new Error('no snapshot');
}

const KEY = { check: 'disk', domain: '', subject: '' };

describe('the page', () => {
  it('shows every row with what it says, and when everything was asked', async () => {
    expect(await view()).toMatchObject({
      rows: [
        {
          ...KEY,
          state: 'error',
          text: { code: 'diskFull', values: { free: '0.3' } },
          spread: null,
          ignored: null,
        },
      ],
      domains: ['example.com'],
      progress: null,
      lastRun: { startedAt: world.clock.now() },
    });
  });

  it('may ignore a row with a reason, and take that back', async () => {
    await client.health.ignore({ ...KEY, reason: 'a new disk comes', until: null });
    const [row] = (await view()).rows;
    expect(row?.ignored).toMatchObject({ reason: 'a new disk comes', by: 'admin', until: null });
    expect(world.health.desk.errors()).toEqual([]);
    await client.health.unignore(KEY);
    expect((await view()).rows[0]?.ignored).toBeNull();
    await expect(client.health.ignore({ ...KEY, reason: ' ', until: null })).rejects.toThrow();
  });

  it('tells what happened so far', async () => {
    expect(await client.health.history(KEY)).toMatchObject([{ from: null, state: 'error' }]);
  });

  it('asks one row anew, or everything', async () => {
    world.health.checks[0] = {
      ...{ id: 'disk', card: 'safe', about: 'server' },
      run: () => Promise.resolve([{ state: 'ok', text: tell('diskRoom', { free: '9' }) }]),
    };
    await client.health.recheck({ check: 'disk', domain: '' });
    expect((await view()).rows[0]?.state).toBe('ok');
    await client.health.run();
    await client.health.cancel();
  });
});

describe('a button', () => {
  it('looks at the database', async () => {
    await client.health.act({ action: 'runDatabaseCheck', subject: '' });
    expect(world.health.databaseChecks).toBe(1);
  });

  it('makes a signing key', async () => {
    await client.health.act({ action: 'makeSigningKey', subject: 'example.com' });
    expect(world.signing.list().length).toBeGreaterThan(0);
  });

  it('renews no certificate that no authority is asked for', async () => {
    await expect(
      client.health.act({ action: 'renewCertificate', subject: 'nowhere.example' }),
    ).rejects.toMatchObject({
      data: { reason: 'noCertificateToRenew' },
    });
  });

  it('tries waiting mail now, where there is none too', async () => {
    await client.health.act({ action: 'retryQueue', subject: '' });
  });
});

describe('the settings', () => {
  const good = {
    ...{
      everyHours: 12,
      tellsByMail: true,
      tells: ['anna@example.com'],
      outsideHelper: 'http://198.51.100.7:8026/',
    },
    ...{
      portTestDomains: ['big.example'],
      publicAddresses: ['203.0.113.5', '2001:db8::5'],
      dnsServers: ['127.0.0.1:53'],
    },
  };

  it('are kept', async () => {
    expect(await client.health.changeSettings(good)).toEqual(good);
    expect(await world.settings.read()).toMatchObject({
      publicAddresses: good.publicAddresses,
      health: { everyHours: 12 },
    });
  });

  it.each([
    ['publicAddresses', 'here'],
    ['dnsServers', 'dns.example'],
    ['portTestDomains', 'no domain'],
    ['tells', 'nobody'],
  ])('name what is wrong in %s', async (field, value) => {
    await expect(client.health.changeSettings({ ...good, [field]: [value] })).rejects.toMatchObject({
      code: 'INVALID_HEALTH_SETTING',
      data: { field, value },
    });
  });

  it.each([
    { outsideHelper: 'ftp://x.example/' },
    { outsideHelper: 'nonsense' },
    { everyHours: -1 },
    { everyHours: 999 },
  ])('refuse %j', async (change) => {
    await expect(client.health.changeSettings({ ...good, ...change })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    });
  });
});

describe('what needs somebody', () => {
  it('has errors of health, but those that it tells already', async () => {
    const kinds = async () => {
      const stop = new AbortController();
      for await (const event of await client.overview.watch(undefined, { signal: stop.signal })) {
        stop.abort();
        if (event.type === 'snapshot') return event.snapshot.attention.map(({ kind }) => kind);
      }
      return [];
    };
    expect(await kinds()).not.toContain('healthError');
    world.health.checks[0] = {
      ...{ id: 'openRelay', card: 'safe', about: 'server' },
      run: () => Promise.resolve([{ state: 'error', text: tell('relayOpen', { count: 3 }) }]),
    };
    await world.health.desk.run({ kind: 'all' });
    expect(await kinds()).toContain('healthError');
  });
});
