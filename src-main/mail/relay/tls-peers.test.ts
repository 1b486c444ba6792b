import { createHash, type X509Certificate } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { PEER_HOST, TlsPeer, type PeerOptions } from '../../../test/support/tls-peer.ts';
import { makeSelfSigned } from '../../host/self-signed.ts';

const started: TlsPeer[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((peer) => peer.stop()));
});

async function start(options: PeerOptions = {}): Promise<TlsPeer> {
  const peer = await TlsPeer.start(options);
  started.push(peer);
  return peer;
}

const policy = (mode: string, mx = PEER_HOST) => `version: STSv1\nmode: ${mode}\nmx: ${mx}\nmax_age: 86400\n`;
const selfSigned = () => makeSelfSigned(PEER_HOST, Date.now());
const keyHash = (certificate: X509Certificate | undefined) =>
  createHash('sha256')
    .update(certificate?.publicKey.export({ type: 'spki', format: 'der' }) ?? '')
    .digest('hex');
const FLAWS = {
  'certificate-not-trusted': selfSigned,
  'certificate-expired': (authority) => authority.issue([PEER_HOST], { days: -1 }),
  'certificate-host-mismatch': (authority) => authority.issue(['other.example']),
} satisfies Record<string, NonNullable<PeerOptions['certificate']>>;
const FLAW_NAMES = Object.keys(FLAWS) as (keyof typeof FLAWS)[];

describe('a domain that asks for nothing', () => {
  it.each(FLAW_NAMES)('gets its mail over TLS though there is %s, and the attempt says so', async (flaw) => {
    const peer = await start({ certificate: FLAWS[flaw] });
    const { outcome, tls } = await peer.send();
    expect(outcome.kind).toBe('relayed');
    expect(tls).toMatchObject({ policy: 'none', version: 'TLSv1.3', provedBy: null });
    expect(tls?.problem).not.toBeNull();
    expect(peer.outcomes).toMatchObject([{ result: 'success', policy: { type: 'no-policy-found' } }]);
  });
});

describe('MTA-STS (RFC 8461 §5)', () => {
  it('enforced: a certificate of a known authority in the name of the host', async () => {
    const peer = await start({ policy: policy('enforce') });
    const { outcome, tls } = await peer.send();
    expect(outcome.kind).toBe('relayed');
    expect(tls).toMatchObject({ policy: 'MTA-STS, mode enforce', provedBy: 'WebPKI', problem: null });
    expect(tls?.certificate).toMatchObject({
      subject: `CN=${PEER_HOST}`,
      fingerprint: expect.stringMatching(/^(?:[0-9A-F]{2}:){31}/u) as string,
    });
    expect(peer.notes).toContain('TLS policy of the domain: MTA-STS, mode enforce');
    expect(peer.notes).toMatch(/Certificate of CN=mx\.server1\.com, issued by .*, proved by WebPKI/u);
    expect(peer.outcomes).toMatchObject([
      { result: 'success', policy: { type: 'sts', mxHosts: [PEER_HOST] } },
    ]);
  });

  it.each(FLAW_NAMES)(
    'enforced: nothing is sent where there is %s, and the report names it',
    async (flaw) => {
      const peer = await start({ policy: policy('enforce'), certificate: FLAWS[flaw] });
      const { outcome, tls } = await peer.send();
      expect(outcome).toMatchObject({ kind: 'deferred', status: '4.7.5' });
      expect(tls?.certificate).not.toBeNull();
      expect(peer.outcomes).toMatchObject([{ result: flaw, policy: { type: 'sts' } }]);
      expect(peer.office.events).toEqual([]);
    },
  );

  it.each(FLAW_NAMES)('testing: the mail goes, and the report names %s', async (flaw) => {
    const peer = await start({ policy: policy('testing'), certificate: FLAWS[flaw] });
    expect((await peer.send()).outcome.kind).toBe('relayed');
    expect(peer.outcomes).toMatchObject([{ result: flaw, policy: { type: 'sts' } }]);
  });

  it('enforced: a host that the policy does not name gets nothing', async () => {
    const peer = await start({ policy: policy('enforce', '*.elsewhere.example') });
    expect((await peer.send()).outcome).toMatchObject({
      kind: 'deferred',
      diagnostic: expect.stringContaining('not among the hosts') as string,
    });
    expect(peer.outcomes).toMatchObject([{ result: 'validation-failure', receivingMx: PEER_HOST }]);
  });
});

describe('DANE (RFC 7672)', () => {
  it.each([
    ['3 1 1', 0],
    ['2 1 1', 1],
  ])('TLSA %s proves the server, whatever authorities say', async (kind, depth) => {
    const peer = await start({
      policy: policy('enforce', 'other.example'),
      ...(depth === 0 && { certificate: selfSigned }),
      tlsa: (chain) => [`${kind} ${keyHash(chain[depth])}`],
    });
    const { outcome, tls } = await peer.send();
    expect(outcome.kind).toBe('relayed');
    expect(tls).toMatchObject({ policy: `DANE, TLSA ${kind}`, provedBy: `DANE ${kind}` });
    expect(peer.outcomes).toMatchObject([{ result: 'success', policy: { type: 'tlsa' } }]);
  });

  it('a key that DNS does not name gets nothing, though a known authority vouches for it', async () => {
    const peer = await start({ tlsa: () => [`3 1 1 ${'00'.repeat(32)}`] });
    const { outcome } = await peer.send();
    expect(outcome).toMatchObject({ kind: 'deferred', status: '4.7.5' });
    expect(peer.outcomes).toMatchObject([{ result: 'validation-failure', policy: { type: 'tlsa' } }]);
  });

  it('a domain whose records cannot be looked up waits', async () => {
    const peer = await start({ tlsa: (chain) => [`3 1 1 ${keyHash(chain[0])}`] });
    const name = Object.keys(peer.dns.zone).find((each) => each.startsWith('_')) ?? '';
    peer.publish(name, 'fails');
    expect((await peer.send()).outcome).toMatchObject({ kind: 'deferred', status: '4.7.5' });
    expect(peer.outcomes).toMatchObject([{ result: 'dnssec-invalid' }]);
  });

  it('is nothing where DNSSEC proves nothing', async () => {
    const peer = await start({ tlsa: () => [`3 1 1 ${'00'.repeat(32)}`] });
    peer.dns.isValidating = false;
    expect(await peer.send()).toMatchObject({ outcome: { kind: 'relayed' }, tls: { policy: 'none' } });
  });
});

describe('what the sender asks for (RFC 8689)', () => {
  it('REQUIRETLS is content with a certificate that DNS proves', async () => {
    const peer = await start({ certificate: selfSigned, tlsa: (chain) => [`3 1 1 ${keyHash(chain[0])}`] });
    expect((await peer.send({ requireTls: true })).outcome.kind).toBe('relayed');
  });

  it('REQUIRETLS fails at once where nothing proves the server', async () => {
    const peer = await start({ certificate: selfSigned });
    expect((await peer.send({ requireTls: true })).outcome).toMatchObject({
      kind: 'failed',
      status: '5.7.10',
    });
  });

  it('TLS-Required: No passes policies over, and REQUIRETLS goes before it', async () => {
    const peer = await start({
      policy: policy('enforce'),
      certificate: selfSigned,
      header: 'TLS-Required: No',
    });
    expect((await peer.send({ sizeBytes: 40 })).outcome.kind).toBe('relayed');
    expect((await peer.send({ sizeBytes: 40, requireTls: true })).outcome.kind).toBe('failed');
  });
});
