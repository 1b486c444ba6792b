import { createRouterClient } from '@orpc/server';
import { beforeEach, describe, expect, it } from 'vitest';
import { ConsoleWorld } from '../../../test/support/console-world.ts';
import { ManualClock } from '../../base/clock.ts';
import type { CertificatesView } from '../../contract/certificates.ts';
import type { Overview } from '../../contract/overview.ts';
import { makeSelfSigned } from '../self-signed.ts';
import { createConsoleRouter } from './router.ts';

let world: ConsoleWorld;

beforeEach(async () => {
  world = new ConsoleWorld({ clock: new ManualClock() });
  await world.administrators.put({ name: 'admin', password: 'x' });
  world.certificates.furnish(world.clock.now());
  await world.settings.change({ hostname: 'mail.example.com' });
});

function connect() {
  const visitor = {
    shell: 'browser' as const,
    isLocal: true,
    remoteAddress: '127.0.0.1',
    administrator: () => 'admin',
  };
  return createRouterClient(createConsoleRouter(world.services()), { context: { visitor } });
}

async function readView(): Promise<CertificatesView> {
  for await (const event of await connect().certificates.watch()) {
    if (event.type === 'snapshot') return event.snapshot;
  }
  throw new Error('no snapshot');
}

async function readAttention(): Promise<Overview['attention']> {
  for await (const event of await connect().overview.watch()) {
    if (event.type === 'snapshot') return event.snapshot.attention;
  }
  throw new Error('no snapshot');
}

const ACME = {
  isOn: true,
  directoryUrl: 'https://ca.example/directory',
  email: null,
  challenge: 'http-01' as const,
  names: [],
  trustedRoots: null,
};

describe('the authority', () => {
  it('keeps its secrets to itself, and until they are changed', async () => {
    const { certificates } = connect();
    await certificates.changeAcme({ ...ACME, binding: { keyId: 'kid-1', hmacKey: 'c2VjcmV0' } });
    await certificates.changeAcme({ ...ACME, names: ['IMAP.example.com.'] });
    const view = await readView();
    expect(view.acme).toMatchObject({ bindingKeyId: 'kid-1', names: ['imap.example.com'] });
    expect(JSON.stringify(view)).not.toMatch(/c2VjcmV0|PRIVATE KEY/u);
    expect((await world.settings.read()).acme.binding?.hmacKey).toBe('c2VjcmV0');
    await certificates.changeAcme({ ...ACME, binding: null });
    expect((await readView()).acme.bindingKeyId).toBeNull();
  });

  it('is asked for wildcards only where records prove them (RFC 8555 §8.3)', async () => {
    const wild = { ...ACME, names: ['*.example.com'] };
    await expect(connect().certificates.changeAcme(wild)).rejects.toMatchObject({
      data: { reason: 'invalidHostname' },
    });
    await connect().certificates.changeAcme({ ...wild, challenge: 'dns-01' });
  });

  it('is never asked without TLS', async () => {
    const change = connect().certificates.changeAcme({ ...ACME, directoryUrl: 'http://ca.example/' });
    await expect(change).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });

  it('renews at once, and with another key where that is asked for', async () => {
    const { certificates } = connect();
    await certificates.renew({ purpose: 'server', withNewKey: false });
    await certificates.renew({ purpose: 'server', withNewKey: true });
    expect(world.certificates.orders).toEqual(['renew server', 'renew server with a new key']);
  });

  it('that gave nothing stands among the things that need somebody, worst first', async () => {
    const attention = await readAttention();
    expect(attention).toContainEqual({
      kind: 'certificateNotRenewed',
      severity: 'error',
      name: 'mta-sts.branch.example',
      notAfter: null,
    });
    expect(attention).toContainEqual(expect.objectContaining({ kind: 'certificateFileBad' }));
  });
});

describe('a certificate of the administrator', () => {
  it('is added once its warnings are known, and removed', async () => {
    const { certificates } = connect();
    const { certificate, key } = await makeSelfSigned('other.example', world.clock.now());
    const pair = { certificate, key };
    expect(await certificates.addPasted({ ...pair, acceptsWarnings: false })).toEqual({
      isAdded: false,
      problems: ['wrongName'],
    });
    expect(await certificates.addPasted({ ...pair, acceptsWarnings: true })).toMatchObject({ isAdded: true });
    const added = (await readView()).certificates.find(({ source }) => source === 'pasted');
    await certificates.remove({ id: added?.id ?? '' });
    expect((await readView()).certificates.some(({ source }) => source === 'pasted')).toBe(false);
  });

  it('in files is named once, however often it is added', async () => {
    const { certificates } = connect();
    const files = { certFile: '/etc/ssl/a.pem', keyFile: '/etc/ssl/a.key' };
    await certificates.addFiles({ ...files, acceptsWarnings: false });
    await certificates.addFiles({ ...files, keyFile: '/etc/ssl/b.key', acceptsWarnings: false });
    const wanted = [{ certFile: '/etc/ssl/a.pem', keyFile: '/etc/ssl/b.key' }];
    expect((await world.settings.read()).certificateFiles).toEqual(wanted);
    await certificates.remove({ id: 'files:/etc/ssl/a.pem' });
    expect((await world.settings.read()).certificateFiles).toEqual([]);
  });
});

describe('what others are told', () => {
  it('is a policy for a domain of ours alone', async () => {
    const { certificates, domains } = connect();
    const policy = { domain: 'server1.com', mode: 'testing' as const };
    await expect(certificates.setPolicy(policy)).rejects.toMatchObject({ data: { reason: 'noSuchDomain' } });
    await domains.add({ name: 'server1.com' });
    await certificates.setPolicy(policy);
    expect((await readView()).policies).toEqual([
      { domain: 'server1.com', host: 'mta-sts.server1.com', mode: 'testing', isCertified: false },
    ]);
    await certificates.setPolicy({ ...policy, mode: 'off' });
    expect((await world.settings.read()).mtaSts).toEqual([]);
  });

  it('is the key in use, and the next one while a change is planned (RFC 7671 §8.1)', async () => {
    const before = (await readView()).tlsa;
    expect(before).toMatchObject({ name: '_25._tcp.mail.example.com', nextValue: null });
    expect(before.value).toMatch(/^3 1 1 [0-9a-f]{64}$/u);
    await connect().certificates.planKey({ purpose: 'server' });
    expect((await readView()).tlsa.nextValue).toMatch(/^3 1 1 [0-9a-f]{64}$/u);
    await connect().certificates.dropPlannedKey({ purpose: 'server' });
    expect((await readView()).tlsa.nextValue).toBeNull();
  });

  it('is believed of DNSSEC where the name servers are ours, or vouched for (RFC 7672 §2.1)', async () => {
    const outbound = { mtaSts: true, dane: true, trustsResolver: false };
    await world.settings.change({ dnsServers: ['192.0.2.53'] });
    expect((await readView()).outbound.isResolverTrusted).toBe(false);
    await connect().certificates.setOutbound({ ...outbound, trustsResolver: true });
    expect((await readView()).outbound.isResolverTrusted).toBe(true);
    await connect().certificates.setOutbound(outbound);
    await world.settings.change({ dnsServers: ['127.0.0.1:5353'] });
    expect((await readView()).outbound.isResolverTrusted).toBe(true);
  });
});
