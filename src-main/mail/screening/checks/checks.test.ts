import { describe, expect, test } from 'vitest';
import { tell } from '../../../base/finding-texts.ts';
import { factsOf, PLAIN } from '../../../../test/support/screened-message.ts';
import type { LookUp } from '../../../protocol/dns/resolver.ts';
import { ManualClock } from '../../../base/clock.ts';
import { DnsListDesk } from '../dns-lists/dns-list-desk.ts';
import type { EnvelopeFacts } from '../port.ts';
import type { DnsListSetting, ScreeningRule } from '../settings.ts';
import { createClientNamesCheck, type NameLookUps } from './client-names-check.ts';
import { createClientListCheck, createLinkListCheck, findRefusingList } from './dns-list-checks.ts';
import { createHeaderCheck } from './header-check.ts';
import { createRuleCheck, findEnvelopeRule } from './rule-check.ts';

const NO_NAME = { kind: 'noSuchName' } as const;
const found = (...records: readonly string[]): LookUp<string> => ({ kind: 'found', records });

function names(zone: Readonly<Record<string, LookUp<string>>>): NameLookUps {
  const look = (key: string) => Promise.resolve(zone[key] ?? NO_NAME);
  return {
    a: (name) => look(`A ${name}`),
    aaaa: (name) => look(`AAAA ${name}`),
    ptr: (address) => look(`PTR ${address}`),
  };
}

const GOOD = {
  'A mx.server2.com': found('192.0.2.7'),
  'PTR 192.0.2.7': found('mx.server2.com'),
};

describe('the names of a client', () => {
  async function outcomes(
    client: Partial<EnvelopeFacts['client']>,
    zone: Readonly<Record<string, LookUp<string>>> = GOOD,
  ) {
    const check = createClientNamesCheck({
      resolver: names(zone),
      hostname: () => 'mail.server1.com',
      isEnabled: () => true,
    });
    const facts = factsOf(PLAIN, {
      client: { address: '192.0.2.7', hello: 'mx.server2.com', isTls: false, ...client },
    });
    return (await check.run(facts)).map(({ check: name, outcome }) => `${name}.${outcome}`);
  }

  test('one whose names fit has nothing against it', async () => {
    expect(await outcomes({})).toEqual([]);
  });

  test.each([
    ['mail.server1.com', 'hello.isOurName'],
    ['192.0.2.7', 'hello.isBareAddress'],
    ['[198.51.100.1]', 'hello.isOtherAddress'],
    ['localhost', 'hello.notFullyQualified'],
    ['pc.local', 'hello.notFullyQualified'],
    ['nowhere.example', 'hello.doesNotExist'],
  ])('HELO %s: %s', async (hello, outcome) => {
    expect(await outcomes({ hello })).toEqual([outcome]);
  });

  test('its own address in brackets is a good HELO (RFC 5321 §4.1.3)', async () => {
    expect(await outcomes({ hello: '[192.0.2.7]' })).toEqual([]);
  });

  test('an address without a name, one whose name leads elsewhere, one of a home', async () => {
    const hello = { 'A mx.server2.com': found('192.0.2.7') };
    expect(await outcomes({}, hello)).toEqual(['reverseName.none']);
    const other = {
      ...hello,
      'PTR 192.0.2.7': found('other.example'),
      'A other.example': found('198.51.100.1'),
    };
    expect(await outcomes({}, other)).toEqual(['reverseName.notConfirmed']);
    const home = '192-0-2-7.dynamic.isp.example';
    const dynamic = { ...hello, 'PTR 192.0.2.7': found(home), [`A ${home}`]: found('192.0.2.7') };
    expect(await outcomes({}, dynamic)).toEqual(['reverseName.looksDynamic']);
  });

  test('what DNS could not tell counts for nothing', async () => {
    const failure = { kind: 'temporaryFailure', reason: 'no answer' } as const;
    const zone = { 'A mx.server2.com': failure, 'PTR 192.0.2.7': failure };
    expect(await outcomes({}, zone)).toEqual(['reverseName.couldNotDetermine']);
  });
});

describe('a header section', () => {
  async function outcomes(text: string) {
    const isOurDomain = (domain: string) => Promise.resolve(domain === 'server1.com');
    const check = createHeaderCheck({ isEnabled: () => true, isOurDomain });
    return (await check.run(factsOf(text))).map(({ check: name, outcome }) => `${name}.${outcome}`);
  }

  test('a good one has nothing against it', async () => {
    expect(await outcomes(PLAIN)).toEqual([]);
  });

  test('what RFC 5322 asks for is missed', async () => {
    expect(await outcomes('Subject: x\n\nbody\n')).toEqual([
      'header.noAuthor',
      'header.noDate',
      'header.noMessageId',
    ]);
  });

  test.each([
    ['Date: Thu, 1 Jan 1998 00:00:00 +0000', /^Date.*$/m, 'header.dateFarOff'],
    ['From: "boss@bank.example" <x@evil.example>', /^From.*$/m, 'header.nameIsOtherAddress'],
    ['Subject: WIN MONEY NOW TODAY', /^Subject.*$/m, 'header.shouting'],
  ])('%s', async (field, instead, outcome) => {
    expect(await outcomes(PLAIN.replace(instead, field))).toEqual([outcome]);
  });

  test('a stranger who shows an address of ours is told twice', async () => {
    const text = PLAIN.replace(/^From.*$/m, 'From: "anna@server1.com" <x@evil.example>');
    expect(await outcomes(text)).toEqual(['header.nameIsOtherAddress', 'header.nameOfOurs']);
  });

  test('links that deceive', async () => {
    const html = PLAIN.replace(
      '\n\n',
      '\nContent-Type: text/html\n\n<a href="http://198.51.100.1/">www.bank.example</a>',
    );
    expect(await outcomes(html)).toEqual(['links.hiddenTarget', 'links.numericHost']);
  });
});

const LIST: DnsListSetting = {
  zone: 'zen.example',
  kind: 'client',
  isEnabled: true,
  meanings: [{ answers: '127.0.0.2', meaning: 'a source of junk', weight: 4, refuses: true }],
};
const GOOD_LIST: DnsListSetting = {
  ...LIST,
  zone: 'good.example',
  meanings: [{ answers: '127.0.0.*', meaning: 'known', weight: -2 }],
};
const LINKS: DnsListSetting = {
  ...LIST,
  zone: 'dbl.example',
  kind: 'domain',
  meanings: [{ answers: '127.0.1.2', meaning: 'a domain of junk', weight: 3 }],
};

describe('DNS lists', () => {
  function desk(zone: Readonly<Record<string, string>>) {
    const tests = {
      '2.0.0.127.zen.example': '127.0.0.2',
      'test.dbl.example': '127.0.1.2',
      ...zone,
    } as Record<string, string>;
    return new DnsListDesk({
      clock: new ManualClock(),
      resolver: {
        timedA: (name) => {
          const address = tests[name];
          return Promise.resolve(
            address === undefined ? NO_NAME : { kind: 'found', records: [{ address, ttlSeconds: 60 }] },
          );
        },
      },
    });
  }

  test('the client is told by list and meaning', async () => {
    const lists = () => [LIST, { ...LIST, zone: 'off.example', isEnabled: false }];
    const check = createClientListCheck({ desk: desk({ '7.2.0.192.zen.example': '127.0.0.2' }), lists });
    expect(await check.run(factsOf(PLAIN))).toEqual([
      {
        check: 'dnsList.zen.example',
        outcome: 'listed',
        weight: 4,
        detail: tell('listed', { key: '192.0.2.7', meaning: 'a source of junk' }),
      },
    ]);
  });

  test('a refusal says nothing about the client, and that is shown', async () => {
    const check = createClientListCheck({
      desk: desk({ '7.2.0.192.zen.example': '127.255.255.254' }),
      lists: () => [LIST],
    });
    expect(await check.run(factsOf(PLAIN))).toMatchObject([{ outcome: 'couldNotDetermine', weight: 0 }]);
  });

  test('addresses of the office are asked about nowhere', () => {
    const check = createClientListCheck({ desk: desk({}), lists: () => [LIST] });
    const client = { address: '192.168.1.4', hello: 'x', isTls: false };
    expect(check.applies(factsOf(PLAIN, { client }))).toBe(false);
  });

  test('a list refuses at RCPT where it is to, unless another knows the client to be good', async () => {
    const zone = { '7.2.0.192.zen.example': '127.0.0.2' };
    const bad = { desk: desk(zone), lists: () => [LIST, GOOD_LIST] };
    expect(await findRefusingList(bad, '192.0.2.7')).toMatchObject({ zone: 'zen.example' });
    const good = { ...bad, desk: desk({ ...zone, '7.2.0.192.good.example': '127.0.0.3' }) };
    expect(await findRefusingList(good, '192.0.2.7')).toBeNull();
  });

  test('domains of links are asked about, each once', async () => {
    const text = PLAIN.replace(
      'Shall',
      'http://www.junk.example/ http://a.junk.example/ http://ok.example/ Shall',
    );
    const check = createLinkListCheck({
      desk: desk({ 'junk.example.dbl.example': '127.0.1.2' }),
      lists: () => [LINKS],
    });
    expect(await check.run(factsOf(text))).toMatchObject([{ check: 'linkList.dbl.example', weight: 3 }]);
  });
});

describe('rules', () => {
  const RULE: ScreeningRule = { id: 'r1', name: 'Test', isEnabled: true, action: 'reject' };

  async function holds(rule: Partial<ScreeningRule>, text = PLAIN): Promise<boolean> {
    const check = createRuleCheck(() => [{ ...RULE, ...rule }]);
    return (await check.run(factsOf(text))).length > 0;
  }

  test.each<[string, Partial<ScreeningRule>, boolean]>([
    ['the reverse-path', { sender: 'jack@server2.com' }, true],
    ['the domain of the author', { sender: 'server2.com' }, true],
    ['another sender', { sender: 'server3.com' }, false],
    ['the recipient', { recipient: 'server1.com' }, true],
    ['the network of the client', { client: '192.0.2.0/24' }, true],
    ['a header field', { header: { name: 'Subject', pattern: 'lunch' } }, true],
    ['a word of the text', { body: 'have*tomorrow' }, true],
    ['a word that is not there', { body: 'casino' }, false],
    ['an attachment that is not there', { attachment: '*.pdf' }, false],
    ['the size', { largerThanBytes: 50 }, true],
    ['all that is asked', { sender: 'server2.com', body: 'casino' }, false],
    ['nothing', {}, false],
    ['what is switched off', { sender: 'server2.com', isEnabled: false }, false],
  ])('a rule about %s', async (_name, rule, expected) => {
    expect(await holds(rule)).toBe(expected);
  });

  test('a rule about points adds them and leaves the rest to the others', async () => {
    const check = createRuleCheck(() => [{ ...RULE, action: 'score', points: 3, sender: 'server2.com' }]);
    const [finding] = await check.run(factsOf(PLAIN));
    expect(finding).toMatchObject({ weight: 3 });
    expect(finding?.decides).toBeUndefined();
  });

  test('only rules that ask nothing of the content settle it at RCPT', () => {
    const rules = [
      { ...RULE, sender: 'server2.com', body: 'x' },
      { ...RULE, id: 'r2', sender: 'server2.com' },
    ];
    expect(findEnvelopeRule(rules, factsOf(PLAIN))?.id).toBe('r2');
  });
});
