import { createHash, X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeAuthority, type TestAuthority } from '../../../test/support/test-authority.ts';
import { describeTlsa, findProof, isUsable, type TlsaData } from './dane.ts';

const NOW = Date.UTC(2026, 5, 1);
const HOST = 'mx.example.com';
let authority: TestAuthority;
let chain: X509Certificate[];

const read = (pem: string) => new X509Certificate(pem);

beforeAll(async () => {
  authority = await makeAuthority(NOW);
  const { certificate } = await authority.issue([HOST]);
  chain = [read(certificate), read(authority.intermediate), read(authority.root)];
});

function recordFor(certificate: X509Certificate | undefined, kind: string): TlsaData {
  const [usage = 0, selector = 0, matchingType = 0] = kind.split(' ').map(Number);
  if (certificate === undefined) throw new Error('no certificate');
  const octets =
    selector === 0 ? certificate.raw : certificate.publicKey.export({ type: 'spki', format: 'der' });
  const hash = (name: string) => createHash(name).update(octets).digest('hex');
  const data = [octets.toString('hex'), hash('sha256'), hash('sha512')][matchingType] ?? '';
  return { usage, selector, matchingType, data };
}

/** With what is different from the usual. */
const proofOf = (
  records: readonly TlsaData[],
  unusual: { names?: readonly string[]; chain?: readonly X509Certificate[]; now?: number } = {},
) => {
  const terms = { records, names: unusual.names ?? [HOST] };
  const proof = findProof(unusual.chain ?? chain, terms, unusual.now ?? NOW);
  return proof === null ? null : describeTlsa(proof);
};

describe('usage 3: the key of the server itself (RFC 7672 §3.1.1)', () => {
  it.each(['3 0 0', '3 0 1', '3 0 2', '3 1 0', '3 1 1', '3 1 2'])('%s', (kind) => {
    expect(proofOf([recordFor(chain[0], kind)])).toBe(kind);
    expect(proofOf([recordFor(chain[1], kind)])).toBeNull();
  });

  it('counts whatever the name, and after the end of the certificate', () => {
    const record = recordFor(chain[0], '3 1 1');
    expect(proofOf([record], { names: ['other.example'] })).toBe('3 1 1');
    expect(proofOf([record], { now: NOW + 10 ** 12 })).toBe('3 1 1');
  });
});

describe('usage 2: an authority above the server (RFC 7672 §3.1.2)', () => {
  it.each(['2 0 0', '2 0 1', '2 0 2', '2 1 0', '2 1 1', '2 1 2'])('%s', (kind) => {
    expect(proofOf([recordFor(chain[1], kind)])).toBe(kind);
    expect(proofOf([recordFor(chain[2], kind)])).toBe(kind);
  });

  it('wants one of the names of §3.2.3', () => {
    const record = recordFor(chain[1], '2 1 1');
    expect(proofOf([record], { names: ['example.com', HOST] })).toBe('2 1 1');
    expect(proofOf([record], { names: ['other.example'] })).toBeNull();
  });

  it('wants certificates that are valid now', () => {
    expect(proofOf([recordFor(chain[1], '2 1 1')], { now: NOW + 100 * 24 * 3_600_000 })).toBeNull();
  });

  it('wants signatures that hold: an authority that is only put beside proves nothing', async () => {
    const stranger = await makeAuthority(NOW);
    const { certificate } = await stranger.issue([HOST]);
    const forged = [read(certificate), ...chain.slice(1)];
    expect(proofOf([recordFor(chain[1], '2 1 1')], { chain: forged })).toBeNull();
  });

  it('is not the server itself', () => {
    expect(proofOf([recordFor(chain[0], '2 1 1')])).toBeNull();
  });
});

describe('records', () => {
  it('of which one proves the server are enough, as while keys change (RFC 7671 §8.1)', () => {
    const other = { ...recordFor(chain[0], '3 1 1'), data: '00'.repeat(32) };
    expect(proofOf([other, recordFor(chain[0], '3 1 1')])).toBe('3 1 1');
    expect(proofOf([other])).toBeNull();
  });

  it.each([
    ['0 1 1', 'ab'.repeat(32)],
    ['1 1 1', 'ab'.repeat(32)],
    ['3 2 1', 'ab'.repeat(32)],
    ['3 1 3', 'ab'.repeat(32)],
    ['3 1 1', 'ab'.repeat(31)],
    ['3 1 2', 'ab'.repeat(32)],
    ['3 1 0', ''],
  ])('%s with %j cannot be used', (kind, data) => {
    const [usage = 0, selector = 0, matchingType = 0] = kind.split(' ').map(Number);
    expect(isUsable({ usage, selector, matchingType, data })).toBe(false);
  });

  it('of any kind prove nothing by chance', () => {
    const octet = fc.integer({ min: 0, max: 255 });
    const data = fc.uint8Array({ maxLength: 80 }).map((octets) => Buffer.from(octets).toString('hex'));
    fc.assert(
      fc.property(fc.record({ usage: octet, selector: octet, matchingType: octet, data }), (record) => {
        expect(proofOf([record])).toBeNull();
      }),
    );
  });
});
