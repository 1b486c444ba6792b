import { createPrivateKey, X509Certificate } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { FakeAcme, type FakeAcmeOptions } from '../../../test/support/fake-acme.ts';
import type { Clock } from '../../base/clock.ts';
import { createHttpsClient, type SendHttps } from '../https/https-client.ts';
import { AcmeClient } from './acme-client.ts';
import { makeKey } from './ec-keys.ts';
import { dnsChallengeRecord, type ChallengeType } from './challenges.ts';
import { obtainCertificate, type ChallengeSolver } from './obtain-certificate.ts';

/** Waits are over at once; time limits are never reached. */
const clock: Clock = {
  now: () => Date.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs <= 2_000 ? 1 : delayMs);
    return () => clearTimeout(timer);
  },
};

const started: FakeAcme[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.stop()));
});

const records = new Map<string, string[]>();

async function start(options: Partial<FakeAcmeOptions> = {}): Promise<FakeAcme> {
  const server = await FakeAcme.start({ txt: (name) => records.get(name) ?? [], ...options });
  started.push(server);
  return server;
}

function send(server: FakeAcme): SendHttps {
  const options = { clock, timeoutMs: 5_000, maxOctets: 100_000 };
  return createHttpsClient({ ...options, trusted: () => [server.authority.root] });
}

function clientOf(
  server: FakeAcme,
  more: { key?: string; send?: SendHttps; accountUrl?: string } = {},
): AcmeClient {
  return new AcmeClient({
    directoryUrl: server.directoryUrl,
    accountKey: createPrivateKey(more.key ?? makeKey()),
    accountUrl: more.accountUrl ?? null,
    send: more.send ?? send(server),
    clock,
    userAgent: 'Postroom/test',
  });
}

/** Publishes what it is asked to; `spoil` writes something else. */
function dnsSolver(spoil = false, type: ChallengeType = 'dns-01'): ChallengeSolver {
  return {
    type,
    present: async ({ name, keyAuthorization }) => {
      const record = dnsChallengeRecord(name, keyAuthorization);
      records.set(record.name, [spoil ? 'something else' : record.value]);
      return () => void records.delete(record.name);
    },
  };
}

const NAMES = ['mail.example.com', 'imap.example.com'];
const NOBODY = { email: null, binding: null };

describe('an order', () => {
  it('becomes a certificate for all its names, with our key and the chain', async () => {
    const server = await start();
    const client = clientOf(server);
    await client.register({ email: 'postmaster@example.com', binding: null });
    const key = makeKey();
    const chain = await obtainCertificate(client, { names: NAMES, key, solver: dnsSolver() });
    const [own, issuer] = chain.match(/-----BEGIN[^]+?-----END CERTIFICATE-----/gu) ?? [];
    const certificate = new X509Certificate(own ?? '');
    expect(certificate.checkPrivateKey(createPrivateKey(key))).toBe(true);
    expect(certificate.subjectAltName).toBe('DNS:mail.example.com, DNS:imap.example.com');
    expect(issuer).toBe(server.authority.intermediate);
  });

  it('comes through where the authority refuses nonces without a reason (RFC 8555 §6.5)', async () => {
    const server = await start({ refusesNonceEvery: 3 });
    const client = clientOf(server);
    await client.register(NOBODY);
    await obtainCertificate(client, { names: NAMES, key: makeKey(), solver: dnsSolver() });
    expect(server.log.filter((line) => line.endsWith('badNonce')).length).toBeGreaterThan(2);
  });

  it('waits for an authority that takes its time', async () => {
    const server = await start({ slowness: 4 });
    const client = clientOf(server);
    await client.register(NOBODY);
    const chain = await obtainCertificate(client, { names: NAMES, key: makeKey(), solver: dnsSolver() });
    expect(chain).toContain('BEGIN CERTIFICATE');
  });

  it('whose proof is not found ends with the authority saying why, and the proof is taken down', async () => {
    const client = clientOf(await start());
    await client.register(NOBODY);
    const wish = { names: ['mail.example.com'], key: makeKey(), solver: dnsSolver(true) };
    await expect(obtainCertificate(client, wish)).rejects.toThrow(
      'mail.example.com: dns-01: something else was found',
    );
    expect(records.size).toBe(0);
  });

  it('beyond the limits says how long to wait', async () => {
    const server = await start();
    const client = clientOf(server);
    await client.register(NOBODY);
    server.limitedForSeconds = 3600;
    const wish = { names: NAMES, key: makeKey(), solver: dnsSolver() };
    const limited = { type: 'rateLimited', status: 429, retryAfterMs: 3_600_000 };
    await expect(obtainCertificate(client, wish)).rejects.toMatchObject(limited);
  });
});

describe('an account', () => {
  it('is found again by its key', async () => {
    const server = await start();
    const key = makeKey();
    const first = await clientOf(server, { key }).register(NOBODY);
    expect(await clientOf(server, { key }).register(NOBODY)).toBe(first);
    expect(server.accounts).toBe(1);
  });

  it('is bound to one that the administrator has, where the authority asks for that', async () => {
    const bindings = { 'kid-1': Buffer.from('a secret of both').toString('base64url') };
    const server = await start({ bindings });
    await expect(clientOf(server).register(NOBODY)).rejects.toMatchObject({
      type: 'externalAccountRequired',
    });
    const wrong = { keyId: 'kid-1', hmacKey: 'd3Jvbmc' };
    await expect(clientOf(server).register({ email: null, binding: wrong })).rejects.toMatchObject({
      status: 403,
    });
    const binding = { keyId: 'kid-1', hmacKey: bindings['kid-1'] };
    expect(await clientOf(server).register({ email: null, binding })).toContain('/account/');
  });
});

describe('the fake authority, so that what passes above means something', () => {
  it('refuses a request that was changed on its way, and one that is sent twice', async () => {
    const server = await start();
    const bodies: string[] = [];
    const spoiling: SendHttps = (request) => {
      if (request.body === undefined) return send(server)(request);
      bodies.push(request.body);
      const jws = JSON.parse(request.body) as Record<string, string>;
      return send(server)({ ...request, body: JSON.stringify({ ...jws, payload: 'e30' }) });
    };
    await expect(clientOf(server, { send: spoiling }).register(NOBODY)).rejects.toThrow(
      'the signature is wrong',
    );
    const replayed = await send(server)({
      method: 'POST',
      url: server.directoryUrl.replace('directory', 'new-account'),
      body: bodies[0] ?? '',
    });
    expect(replayed.body.toString()).toContain('badNonce');
  });
});

describe('what is no ACME server', () => {
  it('is said to be none', async () => {
    const answer = { status: 200, headers: {}, body: Buffer.from('<html>') };
    const client = clientOf(await start(), { send: () => Promise.resolve(answer) });
    await expect(client.register(NOBODY)).rejects.toThrow('is not the directory of an ACME server');
  });

  it('is not believed without a certificate', async () => {
    const server = await start();
    const strict = createHttpsClient({ clock, timeoutMs: 5_000, maxOctets: 1_000 });
    await expect(clientOf(server, { send: strict }).register(NOBODY)).rejects.toMatchObject({
      kind: 'certificate',
    });
  });
});
