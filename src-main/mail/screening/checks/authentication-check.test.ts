import { describe, expect, test } from 'vitest';
import { ENVELOPE, factsOf, PLAIN } from '../../../../test/support/screened-message.ts';
import type { AuthenticationOutcome } from '../authentication/port.ts';
import { createAuthenticationCheck, toFindings } from './authentication-check.ts';

/** SPF and DKIM say nothing good, and the author's domain asks to refuse such mail. */
function failing(domain: string): AuthenticationOutcome {
  const spf = {
    result: 'fail',
    reason: 'not listed',
    domain,
    steps: [],
  } as unknown as AuthenticationOutcome['spf']['helo'];
  const dmarc = { result: 'fail', domain, disposition: 'reject', reason: 'nothing is aligned' };
  return {
    spf: { helo: spf, mailFrom: spf },
    dkim: [],
    dmarc: dmarc as AuthenticationOutcome['dmarc'],
    arc: { result: 'none', sets: [], reason: '' } as unknown as AuthenticationOutcome['arc'],
    field: 'Authentication-Results: mail.server1.com; spf=fail\r\n',
  };
}

function check(domain: string, told: string[] = []) {
  return createAuthenticationCheck({
    authenticator: { authenticate: () => Promise.resolve(failing(domain)) },
    obeysDmarc: () => true,
    isOurDomain: (each) => Promise.resolve(each === 'server1.com'),
    onFound: ({ client }) => void told.push(client.address),
  });
}

const from = (address: string) => factsOf(PLAIN, { client: { ...ENVELOPE.client, address } });

async function decisionFor(domain: string, address: string): Promise<string | undefined> {
  const findings = await check(domain).run(from(address));
  return findings.find((finding) => finding.check === 'dmarc')?.decides?.action;
}

describe('the author’s domain', () => {
  type Facts = Partial<Record<'dmarc' | 'spf' | 'dkim', string>> & {
    spfDomain?: string;
    dkimDomain?: string;
  };

  function provenDomain({
    dmarc = 'none',
    spf = 'none',
    dkim = 'none',
    spfDomain = '',
    dkimDomain = '',
  }: Facts) {
    const outcome = failing('shop.server2.com');
    const found = {
      ...outcome,
      spf: { ...outcome.spf, mailFrom: { ...outcome.spf.mailFrom, result: spf, domain: spfDomain } },
      dkim: [{ result: dkim, domain: dkimDomain, reason: '' }],
      dmarc: { ...outcome.dmarc, result: dmarc, disposition: 'none' },
    } as unknown as AuthenticationOutcome;
    return toFindings(found, true).find((finding) => finding.provenDomain !== undefined)?.provenDomain;
  }

  test.each<[string, Facts]>([
    ['DMARC', { dmarc: 'pass' }],
    ['SPF of its own name, where DMARC asks for nothing', { spf: 'pass', spfDomain: 'shop.server2.com' }],
    ['DKIM of the name above it', { dkim: 'pass', dkimDomain: 'server2.com' }],
  ])('is proved by %s', (_, facts) => {
    expect(provenDomain(facts)).toBe('shop.server2.com');
  });

  test.each<[string, Facts]>([
    ['nothing', {}],
    ['SPF of another name', { spf: 'pass', spfDomain: 'bulk.example' }],
    ['a name that only ends alike', { dkim: 'pass', dkimDomain: 'erver2.com' }],
    ['a name below it', { dkim: 'pass', dkimDomain: 'evil.shop.server2.com' }],
    ['a signature that fails', { dkim: 'fail', dkimDomain: 'server2.com' }],
    ['anything, where DMARC fails', { dmarc: 'fail', dkim: 'pass', dkimDomain: 'server2.com' }],
  ])('is not proved by %s', (_, facts) => {
    expect(provenDomain(facts)).toBeUndefined();
  });
});

describe('authentication as a check', () => {
  test('refuses what the author’s domain asks to refuse (RFC 9989), wherever it comes from', async () => {
    expect(await decisionFor('server2.com', '192.0.2.7')).toBe('reject');
    expect(await decisionFor('server2.com', '127.0.0.1')).toBe('reject');
    expect(await decisionFor('server1.com', '192.0.2.7')).toBe('reject');
  });

  test('lets scripts and devices of the office write in our name', async () => {
    expect(await decisionFor('server1.com', '192.168.1.40')).toBeUndefined();
    expect(await decisionFor('server1.com', '127.0.0.1')).toBeUndefined();
  });

  test('says what it found above the message, of neighbours too', async () => {
    const findings = await check('server2.com').run(from('127.0.0.1'));
    expect(findings[0]?.fields).toMatch(/^Authentication-Results: /u);
  });

  test('tells reports of servers that the world knows', async () => {
    const told: string[] = [];
    await check('server2.com', told).run(from('10.0.0.1'));
    await check('server2.com', told).run(from('192.0.2.7'));
    expect(told).toEqual(['192.0.2.7']);
  });

  test('is not asked about users who signed in, nor about devices that a rule lets in', () => {
    const { applies } = check('server2.com');
    expect(applies(factsOf(PLAIN))).toBe(true);
    expect(applies(factsOf(PLAIN, { origin: 'submission' }))).toBe(false);
    expect(applies(factsOf(PLAIN, { isFromDevice: true }))).toBe(false);
  });
});
