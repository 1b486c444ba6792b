import { createRouterClient } from '@orpc/server';
import { beforeEach, describe, expect, it } from 'vitest';
import { ConsoleWorld } from '../../../test/support/console-world.ts';
import { seedRelay } from '../../../test/support/relay-seed.ts';
import { ManualClock } from '../../base/clock.ts';
import type { ConnectionTest, RelaySetUp } from '../../contract/relay.ts';
import { hopToTest } from './relay-test-hop.ts';
import { createConsoleRouter } from './router.ts';

let world: ConsoleWorld;

beforeEach(async () => {
  world = new ConsoleWorld({ clock: new ManualClock() });
  await seedRelay(world);
});

function connect() {
  const visitor = {
    shell: 'desktop' as const,
    isLocal: true,
    remoteAddress: '127.0.0.1',
    administrator: () => 'admin',
  };
  return createRouterClient(createConsoleRouter(world.services()), { context: { visitor } });
}

async function readSetUp(): Promise<RelaySetUp> {
  for await (const event of await connect().relay.watch()) {
    if (event.type === 'snapshot') return event.snapshot;
  }
  throw new Error('no snapshot');
}

const SMART_HOST = {
  mode: 'smarthost',
  host: 'smtp.provider.example',
  port: 587,
  tls: 'starttls',
  verifyCertificate: true,
  user: 'office',
} as const;

describe('the smart host', () => {
  async function change(relay: Parameters<ReturnType<typeof connect>['relay']['changeRouting']>[0]['relay']) {
    const { revision } = await readSetUp();
    return connect().relay.changeRouting({ revision, ...(relay !== undefined && { relay }) });
  }

  it('keeps its password, unseen, while host and user stay', async () => {
    await change({ ...SMART_HOST, password: 'secret' });
    const shown = await change({ ...SMART_HOST, port: 465, tls: 'implicit' });
    expect(shown.relay).toEqual({ ...SMART_HOST, port: 465, tls: 'implicit', hasPassword: true });
    expect((await world.settings.read()).relay).toMatchObject({ password: 'secret' });
  });

  it.each([{ host: 'smtp.elsewhere.example' }, { user: 'somebody' }])(
    'asks for the password anew with %j',
    async (other) => {
      await change({ ...SMART_HOST, password: 'secret' });
      await expect(change({ ...SMART_HOST, ...other })).rejects.toMatchObject({
        data: { reason: 'passwordMissing' },
      });
    },
  );

  it('is not saved where its host is none', async () => {
    await expect(change({ ...SMART_HOST, host: 'a b', password: 'x' })).rejects.toMatchObject({
      code: 'INVALID_HOST',
    });
  });
});

describe('routes', () => {
  it('are shown without their passwords, and keep them with their times', async () => {
    const { routeRetry, routes } = {
      routeRetry: { firstRetrySeconds: 5 },
      routes: (await world.settings.read()).routes,
    };
    await world.settings.change({ routes: routes.map((route) => ({ ...route, retry: routeRetry })) });
    const setUp = await readSetUp();
    expect(JSON.stringify(setUp)).not.toContain('not shown');
    const renamed = setUp.routes.map(({ hasPassword: _, ...route }) => ({
      ...route,
      savedAs: route.name,
      maxSessions: 2,
    }));
    await connect().relay.changeRouting({ revision: setUp.revision, routes: renamed });
    const [archive] = (await world.settings.read()).routes;
    expect(archive).toMatchObject({ password: 'not shown', retry: routeRetry, maxSessions: 2 });
  });

  it('lose the password when their hosts change', async () => {
    const { revision, routes } = await readSetUp();
    const moved = routes.map(({ hasPassword: _, ...route }) => ({
      ...route,
      savedAs: route.name,
      hosts: ['evil.example'],
    }));
    await expect(connect().relay.changeRouting({ revision, routes: moved })).rejects.toMatchObject({
      data: { reason: 'passwordMissing' },
    });
  });

  it('are refused with the field that is wrong', async () => {
    const { revision, routes } = await readSetUp();
    const [, partner] = routes;
    if (partner === undefined) throw new Error('no route');
    const { hasPassword: _, ...route } = partner;
    const wrong = [{ ...route, client: 'nowhere' }];
    await expect(connect().relay.changeRouting({ revision, routes: wrong })).rejects.toMatchObject({
      code: 'INVALID_ROUTE',
      data: { index: 0, field: 'client', value: 'nowhere' },
    });
  });
});

describe('a change', () => {
  it('made of an older state is refused', async () => {
    const { revision, rules } = await readSetUp();
    await connect().relay.changeRules({ revision, rules: rules.slice(1) });
    await expect(connect().relay.changeRules({ revision, rules })).rejects.toMatchObject({
      data: { reason: 'changedMeanwhile' },
    });
  });

  it('of a domain is refused where a rule would be left open to strangers', async () => {
    await world.directory.addDomain('branch.example');
    const { revision, rules } = await readSetUp();
    const open = {
      name: 'branches',
      isEnabled: true,
      clients: { kind: 'anyone' },
      recipients: { kind: 'domains', domains: ['*.branch.example'] },
      action: { kind: 'accept' },
    } as const;
    await connect().relay.changeRules({ revision, rules: [open, ...rules] });
    await expect(connect().domains.remove({ name: 'branch.example' })).rejects.toMatchObject({
      data: { reason: 'domainInRules' },
    });
    await connect().relay.changeRules({ revision: (await readSetUp()).revision, rules });
    await connect().domains.remove({ name: 'branch.example' });
  });
});

describe('a connection test', () => {
  const host = {
    kind: 'hosts',
    hosts: ['smtp.provider.example:587'],
    tls: 'required',
    verifyCertificate: true,
  } as const;

  async function hop(test: ConnectionTest) {
    await world.settings.change({ relay: { ...SMART_HOST, password: 'secret' } });
    return hopToTest(test, await world.settings.read());
  }

  it('takes the saved password only to the host that it is for', async () => {
    expect(await hop({ ...host, user: 'office' })).toMatchObject({ credentials: { password: 'secret' } });
    expect(await hop({ ...host, hosts: ['evil.example'], user: 'office' })).toBe('passwordMissing');
    expect(await hop({ ...host, hosts: [...host.hosts, 'evil.example'], user: 'office' })).toBe(
      'passwordMissing',
    );
    expect(await hop({ ...host, user: 'other' })).toBe('passwordMissing');
    expect(await hop({ ...host, user: 'other', password: 'typed' })).toMatchObject({
      credentials: { user: 'other', password: 'typed' },
    });
  });

  it('goes to the hosts of a domain, and nowhere for what is none', async () => {
    expect(await hop({ kind: 'domain', domain: 'Müller.example' })).toEqual({
      kind: 'mx',
      domain: 'xn--mller-kva.example',
    });
    expect(await hop({ kind: 'domain', domain: 'a b' })).toBeNull();
    expect(await hop({ ...host, hosts: ['a b'] })).toBeNull();
  });
});
