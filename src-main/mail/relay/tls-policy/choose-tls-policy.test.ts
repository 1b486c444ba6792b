import { describe, expect, it } from 'vitest';
import type { DnssecResolver, Proved, TlsaRecord } from '../../../protocol/dns/dnssec-resolver.ts';
import type { SessionTarget } from '../../../protocol/smtp/client/open-session.ts';
import { createTlsPolicyFinder } from './choose-tls-policy.ts';
import { findDane, type DaneFinding } from './dane-finder.ts';
import type { MtaStsFinding } from './mta-sts-finder.ts';

const target = (host: string): SessionTarget => ({
  host,
  address: '192.0.2.25',
  port: 25,
  tls: 'opportunistic',
  mustVerify: false,
});
const RECORD = { usage: 3, selector: 1, matchingType: 1, data: 'ab'.repeat(32) };
const USABLE: DaneFinding = { kind: 'usable', terms: { records: [RECORD], names: ['mx.example.com'] } };
const NO_STS: MtaStsFinding = { policy: null, failure: null };
const sts = (mode: 'enforce' | 'testing' | 'none', mx = ['mx.example.com']): MtaStsFinding => ({
  policy: { mode, mx, maxAgeSeconds: 86_400 },
  failure: null,
});

function apply(dane: DaneFinding, found: MtaStsFinding, hosts = ['mx.example.com']) {
  const finder = createTlsPolicyFinder({
    findDane: () => Promise.resolve(dane),
    findMtaSts: () => Promise.resolve(found),
  });
  return finder.apply('example.com', hosts.map(target));
}

describe('which TLS a host must have', () => {
  it('any, where the domain asks for nothing', async () => {
    const { targets, problems } = await apply({ kind: 'none' }, NO_STS);
    expect(targets[0]).toMatchObject({
      tls: 'opportunistic',
      mustVerify: false,
      policy: { type: 'no-policy-found' },
    });
    expect(problems).toEqual([]);
  });

  it('of a known authority, where a policy is enforced (RFC 8461 §5)', async () => {
    const { targets } = await apply({ kind: 'none' }, sts('enforce'));
    expect(targets[0]).toMatchObject({ tls: 'required', mustVerify: true, policy: { type: 'sts' } });
  });

  it('none of hosts that an enforced policy does not name; the others go on', async () => {
    const { targets, problems, outcomes } = await apply({ kind: 'none' }, sts('enforce'), [
      'evil.example',
      'mx.example.com',
    ]);
    expect(targets.map(({ host }) => host)).toEqual(['mx.example.com']);
    expect(problems[0]).toMatchObject({ status: '4.7.5', isPermanent: false });
    expect(outcomes[0]).toMatchObject({
      result: 'validation-failure',
      receivingMx: 'evil.example',
      policy: { type: 'sts' },
    });
  });

  it('any in testing mode; what would be wrong is known', async () => {
    const { targets } = await apply({ kind: 'none' }, sts('testing'), ['evil.example']);
    expect(targets[0]).toMatchObject({
      tls: 'opportunistic',
      policy: { isTesting: true, isHostMissing: true },
    });
    expect((await apply({ kind: 'none' }, sts('none'))).targets[0]?.policy?.type).toBe('no-policy-found');
  });

  it('of the key that DNS names, before any policy (RFC 7672 §1.3, RFC 8461 §2)', async () => {
    const { targets } = await apply(USABLE, sts('enforce', ['other.example']));
    expect(targets[0]).toMatchObject({
      tls: 'required',
      mustVerify: false,
      tlsa: { records: [RECORD] },
      policy: { type: 'tlsa' },
    });
  });

  it('some, where no record can be used (RFC 7672 §2.2)', async () => {
    const { targets } = await apply({ kind: 'unusable' }, NO_STS);
    expect(targets[0]).toMatchObject({ tls: 'required', mustVerify: false });
    expect(targets[0]?.tlsa).toBeUndefined();
  });

  it('none for now, where DNS could not be asked, though a policy would do (RFC 7672 §2.1.3)', async () => {
    const { targets, problems, outcomes } = await apply(
      { kind: 'failed', reason: 'SERVFAIL' },
      sts('enforce'),
    );
    expect(targets).toEqual([]);
    expect(problems).toHaveLength(1);
    expect(outcomes[0]).toMatchObject({ result: 'dnssec-invalid', policy: { type: 'tlsa' } });
  });

  it('tells a policy that could not be fetched', async () => {
    const failure = { kind: 'sts-policy-fetch-error', reason: 'nobody answers' } as const;
    const { targets, outcomes } = await apply({ kind: 'none' }, { policy: null, failure });
    expect(targets).toHaveLength(1);
    expect(outcomes).toEqual([
      expect.objectContaining({ domain: 'example.com', result: 'sts-policy-fetch-error', receivingMx: '' }),
    ]);
  });
});

type Answers = Readonly<Record<string, Proved<unknown>>>;

function fakeResolver(answers: Answers, isTrusted = true): DnssecResolver {
  const ask =
    (type: string) =>
    (name: string): Promise<Proved<never>> => {
      const nothing = { answer: { kind: 'noData' }, isProved: true, canonicalName: name } as const;
      return Promise.resolve((answers[`${type} ${name}`] ?? nothing) as Proved<never>);
    };
  return { isTrusted: () => isTrusted, mx: ask('mx'), a: ask('a'), aaaa: ask('aaaa'), tlsa: ask('tlsa') };
}

const HOST = { domain: 'example.com', host: 'mx.example.com', port: 25 };
const found = <T>(record: T, isProved = true, canonicalName = 'mx.example.com'): Proved<T> => ({
  answer: { kind: 'found', records: [record] },
  isProved,
  canonicalName,
});
const unsaid: Proved<unknown> = {
  answer: { kind: 'temporaryFailure', reason: 'SERVFAIL' },
  isProved: false,
  canonicalName: '',
};
const TLSA: TlsaRecord = RECORD;
const SECURE: Answers = {
  'mx example.com': found('mx.example.com'),
  'a mx.example.com': found('192.0.2.25'),
  'tlsa _25._tcp.mx.example.com': found(TLSA),
};

describe('TLSA records of an MX host (RFC 7672 §2)', () => {
  const find = (change: Answers, isTrusted = true) =>
    findDane(HOST, fakeResolver({ ...SECURE, ...change }, isTrusted));

  it('count where DNSSEC proves every step', async () => {
    expect(await find({})).toEqual({
      kind: 'usable',
      terms: { records: [TLSA], names: ['mx.example.com', 'example.com'] },
    });
  });

  it.each([
    ['the resolver is not trusted', {}, false],
    ['the MX records are not proved', { 'mx example.com': found('mx.example.com', false) }, true],
    ['the addresses are not proved', { 'a mx.example.com': found('192.0.2.25', false) }, true],
    ['they are not proved themselves', { 'tlsa _25._tcp.mx.example.com': found(TLSA, false) }, true],
  ])('do not count where %s', async (_, change, isTrusted) => {
    expect(await find(change, isTrusted)).toEqual({ kind: 'none' });
  });

  it.each([['mx example.com'], ['tlsa _25._tcp.mx.example.com']])(
    'keep the host from use where nobody can say %s',
    async (question) => {
      expect(await find({ [question]: unsaid })).toMatchObject({ kind: 'failed' });
    },
  );

  it('are looked for where an alias leads, and then at the name itself (§2.2.2)', async () => {
    const led = { 'a mx.example.com': found('192.0.2.25', true, 'host.provider.example') };
    expect(await find(led)).toMatchObject({ kind: 'usable' });
    const there = { ...led, 'tlsa _25._tcp.host.provider.example': found(TLSA) };
    const finding = await find(there);
    expect(finding.kind === 'usable' && finding.terms.names).toEqual([
      'host.provider.example',
      'mx.example.com',
      'example.com',
    ]);
  });

  it('of usages that prove nothing here make TLS a must', async () => {
    const useless = { 'tlsa _25._tcp.mx.example.com': found({ ...TLSA, usage: 1 }) };
    expect(await find(useless)).toEqual({ kind: 'unusable' });
  });

  it('are no matter for a host that DNSSEC proves to be none of the domain', async () => {
    expect(await find({ 'mx example.com': found('other.example') })).toMatchObject({ kind: 'failed' });
  });
});
