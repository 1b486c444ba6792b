import { describe, expect, test } from 'vitest';
import type { Zone } from '../../../../test/support/dns-server.ts';
import { memoryResolver } from '../../../../test/support/memory-resolver.ts';
import { checkHost } from './check-host.ts';
import { expandMacroString, parseMacroString } from './macro-string.ts';
import { macroValues } from './macro-values.ts';
import { SpfDns } from './spf-dns.ts';

/** RFC 7208 appendix A */
const APPENDIX: Zone = {
  'example.com': {
    A: ['192.0.2.10', '192.0.2.11'],
    MX: [
      [10, 'mail-a.example.com'],
      [20, 'mail-b.example.com'],
    ],
  },
  'amy.example.com': { A: ['192.0.2.65'] },
  'bob.example.com': { A: ['192.0.2.66'] },
  'mail-a.example.com': { A: ['192.0.2.129'] },
  'mail-b.example.com': { A: ['192.0.2.130'] },
  'example.org': { MX: [[10, 'mail-c.example.org']] },
  'mail-c.example.org': { A: ['192.0.2.140'] },
  '65.2.0.192.in-addr.arpa': { PTR: ['amy.example.com'] },
  '140.2.0.192.in-addr.arpa': { PTR: ['mail-c.example.org'] },
  '4.0.0.10.in-addr.arpa': { PTR: ['bob.example.com'] },
};

function ask(zone: Zone, clientAddress: string, sender = 'bob@example.com') {
  return checkHost(
    {
      identity: 'mailfrom',
      clientAddress,
      domain: sender.slice(sender.lastIndexOf('@') + 1),
      sender,
      heloName: 'mx.example.org',
      receivingHost: 'mail.server1.com',
      now: 0,
    },
    memoryResolver(zone),
  );
}

function withRecord(text: string, zone = APPENDIX): Zone {
  return { ...zone, 'example.com': { ...(zone['example.com'] as object), TXT: [text] } };
}

describe('check_host() with the zone of RFC 7208 appendix A', () => {
  const all = ['192.0.2.10', '192.0.2.65', '192.0.2.129', '192.0.2.131', '192.0.2.140', '10.0.0.4'];
  test.each([
    ['v=spf1 +all', all],
    ['v=spf1 a -all', ['192.0.2.10']],
    ['v=spf1 a:example.org -all', []],
    ['v=spf1 mx -all', ['192.0.2.129']],
    ['v=spf1 mx:example.org -all', ['192.0.2.140']],
    ['v=spf1 mx mx:example.org -all', ['192.0.2.129', '192.0.2.140']],
    ['v=spf1 mx/30 mx:example.org/30 -all', ['192.0.2.129', '192.0.2.131', '192.0.2.140']],
    ['v=spf1 ptr -all', ['192.0.2.65']],
    ['v=spf1 ip4:192.0.2.128/28 -all', ['192.0.2.129', '192.0.2.131', '192.0.2.140']],
  ])('%s passes %j', async (record, passing) => {
    for (const address of all) {
      const { result } = await ask(withRecord(record), address);
      expect([address, result]).toEqual([address, passing.includes(address) ? 'pass' : 'fail']);
    }
  });

  test('asks for the mobile user by name (A.3)', async () => {
    const zone = {
      ...withRecord('v=spf1 mx include:mobile-users._spf.%{d} -all'),
      'mobile-users._spf.example.com': { TXT: ['v=spf1 exists:%{l1r+}.%{d}'] },
      'mary.mobile-users._spf.example.com': { A: ['127.0.0.2'] },
    };
    expect(await ask(zone, '198.51.100.7', 'mary@example.com')).toMatchObject({ result: 'pass' });
    expect(await ask(zone, '198.51.100.7', 'joe@example.com')).toMatchObject({ result: 'fail' });
  });

  test('wants two things at once (A.4)', async () => {
    const zone = {
      ...withRecord('v=spf1 -include:ip4._spf.%{d} -include:ptr._spf.%{d} +all'),
      'ip4._spf.example.com': { TXT: ['v=spf1 -ip4:192.0.2.0/24 +all'] },
      'ptr._spf.example.com': { TXT: ['v=spf1 -ptr:example.com +all'] },
    };
    expect(await ask(zone, '192.0.2.65')).toMatchObject({ result: 'pass' });
    expect(await ask(zone, '192.0.2.140')).toMatchObject({ result: 'fail' });
    expect(await ask(zone, '10.0.0.4')).toMatchObject({ result: 'fail' });
  });
});

describe('check_host()', () => {
  test('tells an administrator its way to the result', async () => {
    const zone = {
      ...withRecord('v=spf1 include:_spf.provider.example -all exp=why.%{d}'),
      '_spf.provider.example': { TXT: ['v=spf1 ip6:2001:db8::/32 ~all'] },
      'why.example.com': { TXT: ['%{i} is not one of our servers'] },
    };
    expect(await ask(zone, '198.51.100.7')).toEqual({
      identity: 'mailfrom',
      sender: 'bob@example.com',
      domain: 'example.com',
      result: 'fail',
      reason: '"-all" of example.com decides about 198.51.100.7',
      explanation: '198.51.100.7 is not one of our servers',
      lookUps: 1,
      steps: [
        {
          domain: 'example.com',
          depth: 0,
          term: 'v=spf1 include:_spf.provider.example -all exp=why.%{d}',
          outcome: 'the record is read',
        },
        {
          domain: 'example.com',
          depth: 0,
          term: 'include:_spf.provider.example',
          outcome: '_spf.provider.example is asked',
        },
        {
          domain: '_spf.provider.example',
          depth: 1,
          term: 'v=spf1 ip6:2001:db8::/32 ~all',
          outcome: 'the record is read',
        },
        {
          domain: '_spf.provider.example',
          depth: 1,
          term: 'ip6:2001:db8::/32',
          outcome: 'no match',
          isMatch: false,
        },
        { domain: '_spf.provider.example', depth: 1, term: '~all', outcome: 'it matches', isMatch: true },
        {
          domain: 'example.com',
          depth: 0,
          term: 'include:_spf.provider.example',
          outcome: 'no match',
          isMatch: false,
        },
        { domain: 'example.com', depth: 0, term: '-all', outcome: 'it matches', isMatch: true },
      ],
    });
  });

  test('takes an IPv4 client of an IPv6 listener for what it is', async () => {
    const zone = withRecord('v=spf1 ip4:192.0.2.10 -all');
    expect(await ask(zone, '::ffff:192.0.2.10')).toMatchObject({ result: 'pass' });
  });

  test('never takes a dead name server for a missing record (RFC 7208 §4.4)', async () => {
    expect(await ask({ 'example.com': 'silent' }, '192.0.2.1')).toMatchObject({ result: 'temperror' });
    expect(await ask({}, '192.0.2.1')).toMatchObject({ result: 'none' });
    const zone = { ...withRecord('v=spf1 a:dead.example -all'), 'dead.example': 'silent' as const };
    expect(await ask(zone, '192.0.2.1')).toMatchObject({ result: 'temperror' });
  });

  test('stops at ten look-ups, whatever includes itself (RFC 7208 §4.6.4)', async () => {
    const resolver = memoryResolver(withRecord('v=spf1 include:example.com -all'));
    const question = {
      identity: 'helo' as const,
      clientAddress: '192.0.2.1',
      domain: 'example.com',
      sender: 'example.com',
      heloName: 'example.com',
      receivingHost: 'mail.server1.com',
      now: 0,
    };
    const found = await checkHost(question, resolver);
    expect(found).toMatchObject({ result: 'permerror', lookUps: 11 });
    expect(resolver.questions.length).toBeLessThanOrEqual(11);
  });

  test('stops at the third name that does not exist', async () => {
    const zone = withRecord('v=spf1 a:x1.example a:x2.example a:x3.example +all');
    expect(await ask(zone, '192.0.2.1')).toMatchObject({ result: 'permerror' });
  });
});

describe('macros', () => {
  const question = {
    identity: 'mailfrom' as const,
    clientAddress: '192.0.2.3',
    domain: 'email.example.com',
    sender: 'strong-bad@email.example.com',
    heloName: 'mx.example.org',
    receivingHost: 'mail.server1.com',
    now: 1_000_000,
  };

  async function expand(text: string, clientAddress = question.clientAddress): Promise<string> {
    const parsed = parseMacroString(text, { isExplanation: true });
    if (!parsed.ok) throw new Error(parsed.error);
    const values = macroValues(
      { ...question, clientAddress },
      question.domain,
      new SpfDns(memoryResolver({})),
    );
    return expandMacroString(parsed.value, values);
  }

  test.each([
    ['%{s}', 'strong-bad@email.example.com'],
    ['%{o}', 'email.example.com'],
    ['%{d}', 'email.example.com'],
    ['%{d4}', 'email.example.com'],
    ['%{d3}', 'email.example.com'],
    ['%{d2}', 'example.com'],
    ['%{d1}', 'com'],
    ['%{dr}', 'com.example.email'],
    ['%{d2r}', 'example.email'],
    ['%{l}', 'strong-bad'],
    ['%{l-}', 'strong.bad'],
    ['%{lr}', 'strong-bad'],
    ['%{lr-}', 'bad.strong'],
    ['%{l1r-}', 'strong'],
    ['%{ir}.%{v}._spf.%{d2}', '3.2.0.192.in-addr._spf.example.com'],
    ['%{lr-}.lp._spf.%{d2}', 'bad.strong.lp._spf.example.com'],
    ['%{lr-}.lp.%{ir}.%{v}._spf.%{d2}', 'bad.strong.lp.3.2.0.192.in-addr._spf.example.com'],
    ['%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}', '3.2.0.192.in-addr.strong.lp._spf.example.com'],
    ['%{d2}.trusted-domains.example.net', 'example.com.trusted-domains.example.net'],
    ['%{t} %{r} %{h} %{c} 100%%', '1000 mail.server1.com mx.example.org 192.0.2.3 100%'],
    ['%{S}', 'strong-bad%40email.example.com'],
  ])('%s is %s (RFC 7208 §7.4)', async (text, expanded) => {
    expect(await expand(text)).toBe(expanded);
  });

  test('writes IPv6 addresses as nibbles', async () => {
    expect(await expand('%{ir}.%{v}._spf.%{d2}', '2001:db8::cb01')).toBe(
      '1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6._spf.example.com',
    );
  });
});
