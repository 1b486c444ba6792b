import { createRouterClient } from '@orpc/server';
import { beforeEach, describe, expect, it } from 'vitest';
import { ConsoleWorld } from '../../../test/support/console-world.ts';
import { WORLD_TOKEN } from '../../../test/support/world-publishing.ts';
import { ManualClock } from '../../base/clock.ts';
import type { Spread, ZoneComparison } from '../../contract/publishing.ts';
import { createConsoleRouter } from './router.ts';

const DOMAIN = 'server1.com';
let world: ConsoleWorld;
let clock: ManualClock;

beforeEach(async () => {
  clock = new ManualClock();
  world = new ConsoleWorld({ clock });
  await world.directory.addDomain(DOMAIN);
  await world.settings.change({ hostname: 'mail.server1.com', publicAddresses: ['192.0.2.25'] });
});

function connect() {
  const visitor = {
    shell: 'desktop' as const,
    isLocal: true,
    remoteAddress: '127.0.0.1',
    administrator: () => 'admin',
  };
  return createRouterClient(createConsoleRouter(world.services()), { context: { visitor } }).publishing;
}

const useCloudflare = () =>
  connect().changeKeeper({ domain: DOMAIN, keeper: { kind: 'cloudflare', token: WORLD_TOKEN } });

async function compare(): Promise<ZoneComparison> {
  const compared = await connect().compare({ domain: DOMAIN });
  if (!compared.isOk) throw new Error(compared.problem.code);
  return compared.comparison;
}

function everything({ compared, inTheWay }: ZoneComparison): string[] {
  return [
    ...compared.flatMap(({ publish }) => publish?.key ?? []),
    ...inTheWay.map(({ record }) => record.key),
  ];
}

async function publishEverything() {
  const comparison = await compare();
  return connect().apply({ domain: DOMAIN, revision: comparison.revision, chosen: everything(comparison) });
}

describe('how DNS is kept', () => {
  it('is by hand until somebody says otherwise; the host is guessed by its name servers', async () => {
    expect(await connect().read({ domain: DOMAIN })).toEqual({
      domain: DOMAIN,
      keeper: { kind: 'byHand', host: null },
      guessedHost: 'cloudflare',
      nameServers: ['amy.ns.cloudflare.com', 'bob.ns.cloudflare.com'],
      lastChange: null,
    });
    await expect(connect().read({ domain: 'server2.com' })).rejects.toMatchObject({
      data: { reason: 'noSuchDomain' },
    });
  });

  it('keeps its token, unseen, also by the audit log', async () => {
    const shown = await useCloudflare();
    expect(shown.keeper).toEqual({ kind: 'cloudflare' });
    expect((await world.settings.read()).dnsKeeping).toEqual([
      { domain: DOMAIN, keeper: { kind: 'cloudflare', token: WORLD_TOKEN } },
    ]);
    const entries = await world.access.audit.list({ limit: 10 });
    expect(JSON.stringify(entries)).toContain('publishing.changeKeeper');
    expect(JSON.stringify(entries)).not.toContain(WORLD_TOKEN);
  });

  it('is forgotten with the domain', async () => {
    await useCloudflare();
    await publishEverything();
    const visitor = {
      shell: 'desktop',
      isLocal: true,
      remoteAddress: '127.0.0.1',
      administrator: () => 'admin',
    } as const;
    const calls = createRouterClient(createConsoleRouter(world.services()), { context: { visitor } });
    await calls.domains.remove({ name: DOMAIN });
    expect((await world.settings.read()).dnsKeeping).toEqual([]);
    await world.directory.addDomain(DOMAIN);
    expect((await connect().read({ domain: DOMAIN })).lastChange).toBeNull();
  });

  it('tests what is kept, and what somebody enters', async () => {
    const test = (token?: string) =>
      connect().test({
        domain: DOMAIN,
        keeper: { kind: 'cloudflare', ...(token !== undefined && { token }) },
      });
    await expect(test()).rejects.toMatchObject({ data: { reason: 'secretMissing' } });
    expect(await test('wrong')).toMatchObject({ isOk: false, problem: { code: 'tokenRefused' } });
    await useCloudflare();
    expect(await test()).toEqual({ isOk: true, zone: DOMAIN });
  });

  it('sends a secret to no other server than the one it was given for', async () => {
    const server = {
      kind: 'rfc2136',
      server: '127.0.0.1:1',
      keyName: 'office',
      algorithm: 'hmac-sha256',
    } as const;
    await connect().changeKeeper({ domain: DOMAIN, keeper: { ...server, secret: 'c2VjcmV0LXNlY3JldA==' } });
    expect(await connect().test({ domain: DOMAIN, keeper: server })).toMatchObject({
      isOk: false,
      problem: { code: 'unreachable' },
    });
    const other = { ...server, server: '127.0.0.2:1' };
    await expect(connect().test({ domain: DOMAIN, keeper: other })).rejects.toMatchObject({
      data: { reason: 'secretMissing' },
    });
  });
});

describe('a change', () => {
  it('shows what it adds, removes and leaves alone', async () => {
    const { compared, inTheWay, untouched } = await compare();
    const states = Object.fromEntries(
      compared.map(({ wanted, state }) => [`${wanted.type} ${wanted.purpose}`, state]),
    );
    expect(states).toMatchObject({
      'MX receive': 'missing',
      'TXT spf': 'different',
      'A serverAddress': 'missing',
    });
    expect(inTheWay.map(({ obstacle, record }) => `${obstacle} ${record.value ?? ''}`)).toEqual([
      'otherMailServer mx.old-provider.example',
    ]);
    expect(untouched).toEqual([`${DOMAIN}. 300 IN TXT "site-verification=8b2f1c"`]);
  });

  it('is made, seen by each name server in turn, and taken back', async () => {
    await useCloudflare();
    world.publishing.lagging = world.publishing.cloudflare.rows;
    const applied = await publishEverything();
    expect(applied).toMatchObject({ isOk: true, publishing: { lastChange: { by: 'desktop', removed: 3 } } });
    expect((await compare()).compared.filter(({ state }) => state !== 'present')).toEqual([]);

    const seen: Spread[] = [];
    for await (const spread of await connect().watchSpread({ domain: DOMAIN })) {
      seen.push(spread);
      if (seen.length === 2) world.publishing.lagging = null;
      // The desk begins to wait once we ask for more.
      setImmediate(() => clock.advance(5_000));
    }
    expect(seen.map(({ isDone }) => isDone)).toEqual([false, false, true]);
    expect(seen[0]?.servers.map(({ has, of }) => has === of)).toEqual([true, false]);

    expect(await connect().undo({ domain: DOMAIN })).toMatchObject({
      isOk: true,
      publishing: { lastChange: null },
    });
    expect((await compare()).inTheWay).toHaveLength(1);
    await expect(connect().undo({ domain: DOMAIN })).rejects.toMatchObject({
      data: { reason: 'nothingToUndo' },
    });
  });

  it('is waited for a while, and not for ever', async () => {
    await useCloudflare();
    world.publishing.lagging = world.publishing.cloudflare.rows;
    await publishEverything();
    let last: Spread | undefined;
    for await (const spread of await connect().watchSpread({ domain: DOMAIN })) {
      last = spread;
      setImmediate(() => clock.advance(5 * 60_000));
    }
    expect(last).toMatchObject({ isDone: false, nextLookInMs: null });
  });

  it('is refused where the zone has changed since it was shown', async () => {
    await useCloudflare();
    const shown = await compare();
    world.publishing.cloudflare.rows = [];
    const asked = { domain: DOMAIN, revision: shown.revision, chosen: everything(shown) };
    await expect(connect().apply(asked)).rejects.toMatchObject({ data: { reason: 'changedMeanwhile' } });
  });

  it('needs something chosen, and somebody who makes it', async () => {
    const { revision } = await compare();
    const asked = { domain: DOMAIN, revision, chosen: [] };
    await expect(connect().apply(asked)).rejects.toMatchObject({ data: { reason: 'nothingChosen' } });
    await expect(publishEverything()).rejects.toMatchObject({ data: { reason: 'keptByHand' } });
  });

  it("that the provider refuses is told in the provider's words", async () => {
    await useCloudflare();
    world.publishing.cloudflare.batchFails = true;
    expect(await publishEverything()).toMatchObject({
      isOk: false,
      problem: { code: 'recordRefused', detail: 'An identical record already exists. (81058)' },
    });
  });
});

it('what nobody tells of is unknown, not missing', async () => {
  world.publishing.silent.add(DOMAIN);
  const { compared } = await compare();
  expect(compared.find(({ wanted }) => wanted.purpose === 'receive')).toMatchObject({
    state: 'unknown',
    publish: null,
  });
});

it('records of another domain are not published here', async () => {
  await world.settings.change({ hostname: 'mail.elsewhere.example' });
  const { compared } = await compare();
  expect(compared.find(({ wanted }) => wanted.type === 'A')).toMatchObject({
    state: 'elsewhere',
    publish: null,
  });
});

it('a zone file goes out, comes in and is compared', async () => {
  const { text } = await connect().zoneFile({ domain: DOMAIN, style: 'relative' });
  expect(text).toContain('$ORIGIN server1.com.');
  const same = await connect().compareZoneFile({
    domain: DOMAIN,
    text: `${text}\nns1 NS elsewhere.\nbad A x\n`,
  });
  expect(new Set(same.compared.map(({ state }) => state))).toEqual(new Set(['present']));
  expect(same).toMatchObject({ others: 1, problems: [{ fault: 'badData', text: 'bad A x' }] });
});
