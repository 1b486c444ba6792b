import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect as connectTcp, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type ConnectionOptions } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeAuthority, type TestAuthority } from '../../../test/support/test-authority.ts';
import { ManualClock } from '../../base/clock.ts';
import { HandshakeRoom } from '../../protocol/connection/handshake-room.ts';
import { secureSocket } from '../../protocol/connection/tls-upgrade.ts';
import { makeSelfSigned } from '../self-signed.ts';
import { Certificates, type WantedCertificates } from './certificates.ts';
import { hashOfKey } from './tlsa.ts';
import { MemoryCertificateStore } from './memory-certificate-store.ts';

const DAY_MS = 24 * 60 * 60_000;
const HOSTNAME = 'mail.example.com';

let folder: string;
let clock: ManualClock;
let store: MemoryCertificateStore;
let authority: TestAuthority;
const opened: Certificates[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'postroom-certificates-'));
  clock = new ManualClock(Date.now());
  store = new MemoryCertificateStore();
  authority = await makeAuthority(clock.now());
});

afterEach(() => {
  for (const certificates of opened.splice(0)) certificates.stop();
  rmSync(folder, { recursive: true });
});

async function open(wanted: Partial<WantedCertificates> = {}): Promise<Certificates> {
  const options = {
    folder,
    store,
    clock,
    randomBytes,
    onError: (error: unknown) => expect.fail(String(error)),
  };
  const certificates = await Certificates.open(options, { hostname: HOSTNAME, files: [], ...wanted });
  opened.push(certificates);
  return certificates;
}

const path = (name: string) => join(folder, name);
const ownPem = () => readFileSync(path('certificate.pem'), 'utf8');

function write(name: string, pair: { certificate: string; key: string }) {
  writeFileSync(path(`${name}.pem`), pair.certificate);
  writeFileSync(path(`${name}.key`), pair.key);
  return { certFile: path(`${name}.pem`), keyFile: path(`${name}.key`) };
}

/** With the root, as certificates of an authority of one's own come. */
async function issue(names: readonly string[], options: { days?: number } = {}) {
  const { certificate, key } = await authority.issue(names, options);
  return { certificate: certificate + authority.root, key };
}

/** Shakes hands with what the certificates give, and answers the name of the certificate and whether the session was an old one. */
async function shake(certificates: Certificates, options: ConnectionOptions = {}) {
  const server = createServer((socket) => {
    secureSocket(socket, {
      secureContext: certificates.secureContext,
      applicationProtocols: ['imap'],
      handshakes: new HandshakeRoom(),
    }).then(
      ({ socket: secured }) => secured.end('*'),
      () => undefined,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options });
  let session: Buffer | undefined;
  client.on('session', (ticket: Buffer) => (session = ticket));
  try {
    return await new Promise<{ name: string; isReused: boolean; session: Buffer | undefined }>(
      (resolve, reject) => {
        const seen = { name: '', isReused: false };
        client.on('error', reject);
        client.once('secureConnect', () => {
          seen.name = String(client.getPeerCertificate().subject?.CN ?? '');
          seen.isReused = client.isSessionReused();
        });
        client.on('data', () => undefined);
        client.once('close', () => resolve({ ...seen, session }));
      },
    );
  } finally {
    client.destroy();
    server.close();
  }
}

describe('the self-signed certificate', () => {
  it('names the server and localhost, for as long as every client accepts', async () => {
    const { summary } = await open();
    expect(summary).toMatchObject({ isSelfSigned: true, names: [HOSTNAME, 'localhost', '127.0.0.1'] });
    expect(summary.notAfter - clock.now()).toBeLessThanOrEqual(825 * DAY_MS);
  });

  it('is kept from start to start, its key readable by us alone', async () => {
    await open();
    const first = ownPem();
    await open();
    expect(ownPem()).toBe(first);
    expect(statSync(path('key.pem')).mode & 0o077).toBe(0);
  });

  it('is made anew for another name, a month before its end, and when its files are damaged', async () => {
    const certificates = await open();
    const seen = new Set([ownPem()]);
    await certificates.change({ hostname: 'post.example.com', files: [] });
    expect(certificates.summary.names).toContain('post.example.com');
    seen.add(ownPem());
    certificates.stop();
    clock.advance(800 * DAY_MS);
    await open({ hostname: 'post.example.com' });
    seen.add(ownPem());
    writeFileSync(path('key.pem'), 'damaged');
    await open({ hostname: 'post.example.com' });
    seen.add(ownPem());
    expect(seen.size).toBe(4);
  });
});

describe('the key of the self-signed certificate', () => {
  it('stays when the certificate is made anew: what DNS says of it stays true (RFC 7671 §5.1)', async () => {
    const certificates = await open();
    const before = hashOfKey(readFileSync(path('key.pem'), 'utf8'));
    await certificates.change({ hostname: 'post.example.com', files: [] });
    expect(certificates.summary.names).toContain('post.example.com');
    expect(hashOfKey(readFileSync(path('key.pem'), 'utf8'))).toBe(before);
  });
});

describe('which certificate is shown', () => {
  it('is the one with the name that the client asks for, by itself or by a wildcard, else the one for the server', async () => {
    const files = [
      write('server', await authority.issue([HOSTNAME])),
      write('branch', await authority.issue(['mail.branch.example'])),
      write('wild', await authority.issue(['*.wild.example'])),
    ];
    const certificates = await open({ files });
    const shownFor = async (servername: string) => (await shake(certificates, { servername })).name;
    expect(await shownFor('mail.branch.example')).toBe('mail.branch.example');
    expect(await shownFor('MAIL.Branch.example')).toBe('mail.branch.example');
    expect(await shownFor('imap.wild.example')).toBe('*.wild.example');
    expect(await shownFor('a.imap.wild.example')).toBe(HOSTNAME);
    expect(await shownFor('nobody.example')).toBe(HOSTNAME);
    expect((await shake(certificates)).name).toBe(HOSTNAME);
  });

  it('is one of an authority before a self-signed one, and a valid one before one that has ended', async () => {
    await store.addPasted(await authority.issue([HOSTNAME], { days: 30 }));
    const certificates = await open();
    expect(certificates.summary.isSelfSigned).toBe(false);
    clock.advance(31 * DAY_MS);
    expect(certificates.summary.isSelfSigned).toBe(true);
  });

  it('says for which names each is used', async () => {
    await store.addPasted(await authority.issue([HOSTNAME, 'imap.example.com']));
    const uses = (await open()).list().map(({ id, usedFor }) => [id, usedFor]);
    expect(uses).toEqual([
      ['pasted:1', [HOSTNAME, 'imap.example.com']],
      ['selfSigned', ['localhost', '127.0.0.1']],
    ]);
  });
});

describe('certificate files', () => {
  it('are taken by themselves when another program has renewed them', async () => {
    const files = [write('server', await authority.issue([HOSTNAME], { days: 10 }))];
    const certificates = await open({ files });
    const before = certificates.summary.notAfter;
    write('server', await authority.issue([HOSTNAME], { days: 90 }));
    const changed = new Promise<void>((resolve) => certificates.onChange(resolve));
    clock.advance(30_000);
    await changed;
    expect(certificates.summary.notAfter - before).toBeGreaterThan(70 * DAY_MS);
  });

  it('that do not fit together, as in the middle of a renewal, leave the ones before in use', async () => {
    const files = [write('server', await authority.issue([HOSTNAME]))];
    const certificates = await open({ files });
    const { fingerprint } = certificates.list()[0]?.facts ?? {};
    writeFileSync(path('server.pem'), (await authority.issue([HOSTNAME])).certificate);
    await certificates.reload();
    const [row] = certificates.list();
    expect(row?.facts?.fingerprint).toBe(fingerprint);
    expect(row?.fileProblem).toMatchObject({
      kind: 'keyMismatch',
      detail: expect.stringContaining('server.key') as string,
    });
  });

  it('that are not there keep nobody from starting, and are named', async () => {
    const certificates = await open({
      files: [{ certFile: path('nowhere.pem'), keyFile: path('nowhere.key') }],
    });
    expect(certificates.summary.isSelfSigned).toBe(true);
    const missing = certificates.list().find(({ source }) => source === 'files');
    expect(missing).toMatchObject({ facts: null, fileProblem: { kind: 'unreadable' } });
  });
});

describe('a certificate of the administrator', () => {
  it.each([
    ['of a key that is another one', 'keyMismatch'],
    ['that is none', 'notACertificate'],
    ['whose key is none', 'notAKey'],
    ['whose key is encrypted', 'encryptedKey'],
    ['that has ended', 'expired'],
    ['without the ones that it is signed with', 'chainIncomplete'],
    ['for another server', 'wrongName'],
  ])('%s is refused with %s', async (_, problem) => {
    const certificates = await open();
    const good = await issue([HOSTNAME]);
    const ENCRYPTED = '-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n';
    const bad: Record<string, { certificate: string; key: string }> = {
      keyMismatch: { ...good, key: (await makeSelfSigned('x.example', clock.now())).key },
      notACertificate: { ...good, certificate: 'hello' },
      notAKey: { ...good, key: 'hello' },
      encryptedKey: { ...good, key: ENCRYPTED },
      expired: await issue([HOSTNAME], { days: -1 }),
      chainIncomplete: {
        ...good,
        certificate: good.certificate.slice(0, good.certificate.indexOf('-----BEGIN', 1)),
      },
      wrongName: await issue(['other.example']),
    };
    const pair = bad[problem] ?? good;
    const added = await certificates.add(pair, { acceptsWarnings: false });
    expect(added).toEqual({ ok: false, error: [problem] });
    expect(certificates.list()).toHaveLength(1);
  });

  it('for another server is taken from who knows what it is', async () => {
    const certificates = await open();
    const pair = await authority.issue(['other.example']);
    expect(await certificates.add(pair, { acceptsWarnings: true })).toMatchObject({ ok: true });
    expect((await shake(certificates, { servername: 'other.example' })).name).toBe('other.example');
  });

  it('may come with its chain in any order', async () => {
    const certificates = await open();
    const { certificate, key } = await issue([HOSTNAME]);
    const shuffled = (certificate.match(/-----BEGIN[^]+?-----END CERTIFICATE-----/gu) ?? [])
      .reverse()
      .join('\n');
    expect(await certificates.add({ certificate: shuffled, key }, { acceptsWarnings: false })).toMatchObject({
      ok: true,
    });
    const client = await shake(certificates, {
      ca: authority.root,
      rejectUnauthorized: true,
      servername: HOSTNAME,
    });
    expect(client.name).toBe(HOSTNAME);
  });
});

describe('sessions', () => {
  it('are taken up again by tickets, on whichever listener, until the keys of tickets change', async () => {
    const certificates = await open();
    const { session } = await shake(certificates, { servername: HOSTNAME });
    const again = { servername: HOSTNAME, ...(session && { session }) };
    expect((await shake(certificates, again)).isReused).toBe(true);
    clock.advance(DAY_MS);
    expect((await shake(certificates, again)).isReused).toBe(false);
  });

  it('go on when certificates change', async () => {
    const certificates = await open();
    const server = createServer((socket) => {
      void secureSocket(socket, {
        ...certificates,
        applicationProtocols: [],
        handshakes: new HandshakeRoom(),
      }).then(({ socket: secured }) => secured.pipe(secured));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const client = connect({ socket: connectTcp(port, '127.0.0.1'), rejectUnauthorized: false });
    const echo = (text: string) =>
      new Promise<string>((resolve) => {
        client.once('data', (octets: Buffer) => resolve(octets.toString()));
        client.write(text);
      });
    expect(await echo('before')).toBe('before');
    await certificates.add(await issue([HOSTNAME]), { acceptsWarnings: false });
    expect(await echo('after')).toBe('after');
    client.destroy();
    server.close();
  });
});
