import { describe, expect, test } from 'vitest';
import type { Zone } from '../../../../test/support/dns-server.ts';
import { memoryResolver } from '../../../../test/support/memory-resolver.ts';
import { readRawFields } from '../dkim/canonical-header.ts';
import type { DkimFinding, SpfFinding } from '../findings.ts';
import { evaluateDmarc } from './evaluate.ts';

interface Given {
  readonly from?: string;
  readonly spf?: readonly [result: SpfFinding['result'], domain: string];
  readonly dkim?: readonly (readonly [result: DkimFinding['result'], domain: string])[];
  /** 0 to below 100 */
  readonly chance?: number;
}

function spfOf([result, domain]: readonly [SpfFinding['result'], string]): SpfFinding {
  const rest = { identity: 'mailfrom', steps: [], lookUps: 0, reason: `SPF of ${domain}` } as const;
  return { ...rest, result, domain, sender: `a@${domain}` };
}

function dkimOf([result, domain]: readonly [DkimFinding['result'], string]): DkimFinding {
  const rest = { selector: 's', identity: `@${domain}`, algorithm: 'rsa-sha256', signatureStart: 'x' };
  return { ...rest, result, domain, isTesting: false, reason: `DKIM of ${domain}` };
}

function evaluate(zone: Zone, given: Given) {
  const { from = 'a@example.com', spf = ['none', 'other.example'], dkim = [], chance = 0 } = given;
  const fields = readRawFields(from === '' ? '' : `From: ${from}\r\n`);
  return evaluateDmarc(
    { fields, spf: spfOf(spf), dkim: dkim.map(dkimOf) },
    { resolver: memoryResolver(zone), chance: () => chance },
  );
}

const policy = (text: string) => ({ TXT: [`v=DMARC1; ${text}`] });
const EXAMPLE: Zone = { '_dmarc.example.com': policy('p=reject; rua=mailto:dmarc@example.com') };

describe('identifier alignment (RFC 7489 appendix B.1)', () => {
  test.each([
    ['SPF: the same domain', { spf: ['pass', 'example.com'] }, 'pass'],
    ['SPF: the parent', { from: 'a@child.example.com', spf: ['pass', 'example.com'] }, 'pass'],
    ['SPF: another domain', { spf: ['pass', 'sample.net'] }, 'fail'],
    ['SPF: the same domain, which failed', { spf: ['fail', 'example.com'] }, 'fail'],
    ['DKIM: the same domain', { dkim: [['pass', 'example.com']] }, 'pass'],
    ['DKIM: a subdomain', { dkim: [['pass', 'mail.example.com']] }, 'pass'],
    ['DKIM: another domain', { dkim: [['pass', 'sample.net']] }, 'fail'],
    [
      'DKIM: one of two',
      {
        dkim: [
          ['fail', 'example.com'],
          ['pass', 'example.com'],
        ],
      },
      'pass',
    ],
    ['DKIM: a signature that is not acceptable', { dkim: [['policy', 'example.com']] }, 'fail'],
  ] as const)('%s', async (_, given, result) => {
    expect(await evaluate(EXAMPLE, given)).toMatchObject({ result });
  });

  test('strict alignment wants the very domain', async () => {
    const zone = { '_dmarc.example.com': policy('p=reject; adkim=s; aspf=s') };
    const from = 'a@example.com';
    expect(await evaluate(zone, { from, spf: ['pass', 'mail.example.com'] })).toMatchObject({
      result: 'fail',
    });
    expect(await evaluate(zone, { from, dkim: [['pass', 'mail.example.com']] })).toMatchObject({
      result: 'fail',
    });
    expect(await evaluate(zone, { from, dkim: [['pass', 'example.com']] })).toMatchObject({ result: 'pass' });
  });

  test('domains of two organizations below one public suffix do not align', async () => {
    const zone = {
      '_dmarc.one.co.example': policy('p=reject'),
      '_dmarc.two.co.example': policy('p=reject'),
    };
    const found = await evaluate(zone, { from: 'a@one.co.example', dkim: [['pass', 'two.co.example']] });
    expect(found).toMatchObject({ result: 'fail', isDkimAligned: false });
  });
});

describe('the policy that applies (RFC 9989 §4.7, §4.10)', () => {
  const zone: Zone = {
    '_dmarc.example.com': policy('p=quarantine; sp=reject; np=none'),
    'there.example.com': { A: ['192.0.2.1'] },
    '_dmarc.own.example.com': policy('p=none'),
  };

  test.each([
    ['a@example.com', 'p', 'quarantine'],
    ['a@there.example.com', 'sp', 'reject'],
    ['a@nowhere.example.com', 'np', 'none'],
    ['a@own.example.com', 'p', 'none'],
    ['a@below.own.example.com', 'np', 'none'],
  ])('%s: %s=%s', async (from, tag, asks) => {
    expect(await evaluate(zone, { from })).toMatchObject({
      result: 'fail',
      organizationalDomain: 'example.com',
      policy: { tag, asks },
      disposition: asks,
    });
  });

  test('a name that nobody could look up is taken to exist', async () => {
    const dead = { ...zone, 'dead.example.com': 'silent' as const };
    expect(await evaluate(dead, { from: 'a@dead.example.com' })).toMatchObject({ policy: { tag: 'sp' } });
  });

  test('psd=y makes the domain below it the organization (RFC 9989 §4.10.2)', async () => {
    const suffix = { '_dmarc.gov.example': policy('p=reject; psd=y; np=reject') };
    expect(await evaluate(suffix, { from: 'a@mail.tax.gov.example' })).toMatchObject({
      organizationalDomain: 'tax.gov.example',
      record: { domain: 'gov.example' },
    });
  });

  test('psd=n ends the walk', async () => {
    const university = {
      '_dmarc.uni.example': policy('p=reject'),
      '_dmarc.math.uni.example': policy('p=none; psd=n'),
    };
    expect(await evaluate(university, { from: 'a@x.math.uni.example' })).toMatchObject({
      organizationalDomain: 'math.uni.example',
      policy: { asks: 'none' },
    });
  });

  test('asks eight times at most, however long the name', async () => {
    const resolver = memoryResolver({});
    const domain = Array.from({ length: 40 }, (_, index) => `l${index}`).join('.');
    await evaluateDmarc(
      { fields: readRawFields(`From: a@${domain}\r\n`), spf: spfOf(['none', 'x.example']), dkim: [] },
      { resolver, chance: () => 0 },
    );
    expect(resolver.questions).toHaveLength(8);
    expect(resolver.questions[1]).toBe('TXT _dmarc.l33.l34.l35.l36.l37.l38.l39');
  });

  test.each([
    ['pct=30', 29, 'reject', undefined],
    ['pct=30', 30, 'quarantine', 'sampledOut'],
    ['pct=0', 0, 'quarantine', 'sampledOut'],
    ['pct=101', 99, 'reject', undefined],
    ['t=y', 0, 'quarantine', 'testing'],
  ])('%s with chance %d: %s', async (tags, chance, ...[disposition, eased]) => {
    const found = await evaluate({ '_dmarc.example.com': policy(`p=reject; ${tags}`) }, { chance });
    expect(found).toMatchObject({ result: 'fail', disposition });
    expect(found.eased).toBe(eased);
  });

  test.each([
    ['a policy that is none', 'p=maybe', 'none'],
    ['no policy', 'adkim=s', 'none'],
    ['no policy, but reports', 'rua=mailto:a@example.com', 'fail'],
  ])('a record with %s', async (_, tags, result) => {
    expect(await evaluate({ '_dmarc.example.com': policy(tags) }, {})).toMatchObject({ result });
  });

  test('two records are none', async () => {
    const twice = { '_dmarc.example.com': { TXT: ['v=DMARC1; p=reject', 'v=DMARC1; p=none'] } };
    expect(await evaluate(twice, {})).toMatchObject({ result: 'none' });
  });
});

describe('what nobody could say', () => {
  test('asks for nothing', async () => {
    expect(await evaluate({ '_dmarc.example.com': 'fails' }, {})).toMatchObject({
      result: 'temperror',
      disposition: 'none',
    });
    expect(await evaluate(EXAMPLE, { dkim: [['temperror', 'example.com']] })).toMatchObject({
      result: 'temperror',
      disposition: 'none',
    });
    expect(await evaluate(EXAMPLE, { spf: ['temperror', 'example.com'] })).toMatchObject({
      result: 'temperror',
    });
  });

  test('does not matter where it could not have helped', async () => {
    expect(await evaluate(EXAMPLE, { spf: ['temperror', 'other.example'] })).toMatchObject({
      result: 'fail',
    });
    const given = { spf: ['temperror', 'example.com'], dkim: [['pass', 'example.com']] } as const;
    expect(await evaluate(EXAMPLE, given)).toMatchObject({ result: 'pass' });
  });
});

describe('the author', () => {
  test('of several the strictest policy counts (RFC 7489 §6.6.1)', async () => {
    const zone = { ...EXAMPLE, '_dmarc.mild.example': policy('p=none') };
    const from = 'a@mild.example, b@example.com';
    expect(await evaluate(zone, { from, dkim: [['pass', 'mild.example']] })).toMatchObject({
      result: 'fail',
      domain: 'example.com',
      disposition: 'reject',
    });
  });

  test('a second From field hides nothing', async () => {
    const from = 'a@mild.example\r\nFrom: b@example.com';
    expect(await evaluate(EXAMPLE, { from })).toMatchObject({ result: 'fail', domain: 'example.com' });
  });

  test.each([
    '',
    'undisclosed:;',
    'a@[192.0.2.1]',
    'nobody',
    'a@b@',
    Array.from({ length: 9 }, (_, i) => `a@d${i}.example`).join(),
  ])('%j cannot be judged', async (from) => {
    expect(await evaluate(EXAMPLE, { from })).toMatchObject({ result: 'permerror', disposition: 'none' });
  });

  test('is found behind names, comments and in A-labels', async () => {
    const zone = { '_dmarc.xn--bcher-kva.example': policy('p=reject') };
    const from = '"x@example.com" (b@c.example) <a@B\xc3\xbccher.example>';
    expect(await evaluate(zone, { from })).toMatchObject({ domain: 'xn--bcher-kva.example', result: 'fail' });
  });
});
