import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { OfficeDirectory } from '../../../../test/support/mail-office.ts';
import { ManualClock } from '../../../base/clock.ts';
import { isInNetwork, parseIpNetwork } from '../../../format/ip-network.ts';
import { createRuleBook } from './create-rule-book.ts';
import {
  DEFAULT_RELAY_RULES,
  EVERYTHING_ELSE_RULE,
  OWN_RECIPIENTS_RULE,
  type RelayRule,
  type RuleQuery,
} from './port.ts';

const NOW = 1_000_000;
const [SIGNED_IN_RULE] = DEFAULT_RELAY_RULES;

function rule(given: Partial<RelayRule>): RelayRule {
  return {
    name: 'a rule',
    isEnabled: true,
    clients: { kind: 'anyone' },
    recipients: { kind: 'anywhere' },
    action: { kind: 'accept' },
    ...given,
  };
}

function book(...rules: readonly RelayRule[]) {
  const clock = new ManualClock(NOW);
  return { clock, ...createRuleBook({ directory: new OfficeDirectory(), clock, rules: () => rules }) };
}

function query(given: Partial<RuleQuery> & { from?: string; account?: string } = {}): RuleQuery {
  const { from = '198.51.100.9', account, ...rest } = given;
  const client = { address: from, ...(account !== undefined && { account }) };
  return { client, domain: 'elsewhere.example', isOurs: false, at: NOW, ...rest };
}

const PRINTER = rule({
  name: 'printer',
  clients: { kind: 'networks', networks: ['192.168.1.40', '192.168.2.0/24'] },
});

describe('the rule that decides', () => {
  test.each([
    ['a stranger to us', query({ domain: 'server1.com', isOurs: true }), true, OWN_RECIPIENTS_RULE],
    ['a stranger elsewhere', query(), false, EVERYTHING_ELSE_RULE],
    ['a user elsewhere', query({ account: 'tom@server1.com' }), true, SIGNED_IN_RULE?.name],
    ['the printer', query({ from: '192.168.1.40' }), true, 'printer'],
    [
      'the printer in the form of a listener for both families',
      query({ from: '::ffff:192.168.2.7' }),
      true,
      'printer',
    ],
    ['its neighbour', query({ from: '192.168.1.41' }), false, EVERYTHING_ELSE_RULE],
  ])('for %s', async (_title, asked, ...[isAllowed, name]) => {
    expect(await book(PRINTER, ...DEFAULT_RELAY_RULES).decide(asked)).toMatchObject({ isAllowed, name });
  });

  const tom = query({ account: 'tom@server1.com', from: '203.0.113.1' });
  test.each([
    ['anyone', rule({}), true],
    [
      'an account, whatever its letter case',
      rule({ clients: { kind: 'accounts', addresses: ['x@y.z', 'Tom@server1.com'] } }),
      true,
    ],
    ['another account', rule({ clients: { kind: 'accounts', addresses: ['anna@server1.com'] } }), false],
    [
      'a group that an alias leads to',
      rule({ clients: { kind: 'group', address: 'boss@server1.com' } }),
      true,
    ],
    ['a group without them', rule({ clients: { kind: 'group', address: 'nobody@server1.com' } }), false],
    ['a network', rule({ clients: { kind: 'networks', networks: ['203.0.113.0/24'] } }), true],
    [
      'certain domains',
      rule({ recipients: { kind: 'domains', domains: ['a.example', 'Elsewhere.example'] } }),
      true,
    ],
    ['a wildcard', rule({ recipients: { kind: 'domains', domains: ['*.example'] } }), true],
    ['other domains', rule({ recipients: { kind: 'domains', domains: ['*.elsewhere.example'] } }), false],
    ['our domains', rule({ recipients: { kind: 'ours' } }), false],
    ['nobody, being switched off', rule({ isEnabled: false }), false],
    ['nobody, having expired now', rule({ expiresAt: NOW }), false],
    ['anyone until a moment from now', rule({ expiresAt: NOW + 1 }), true],
  ])('one for %s', async (_title, only, fits) => {
    const { name } = await book(only).decide(tom);
    expect(name === 'a rule').toBe(fits);
  });

  it('is the first that fits, also where it refuses what a later one allows', async () => {
    const refusing = rule({
      name: 'no partner',
      recipients: { kind: 'domains', domains: ['elsewhere.example'] },
      action: { kind: 'refuse' },
    });
    expect(await book(refusing, rule({})).decide(query())).toMatchObject({
      isAllowed: false,
      name: 'no partner',
    });
    expect(await book(rule({}), refusing).decide(query())).toMatchObject({ isAllowed: true, name: 'a rule' });
  });

  it('may keep a client from our own recipients', async () => {
    const refusing = rule({
      clients: { kind: 'networks', networks: ['198.51.100.0/24'] },
      recipients: { kind: 'ours' },
      action: { kind: 'refuse' },
    });
    const asked = query({ domain: 'server1.com', isOurs: true });
    expect(await book(refusing).decide(asked)).toMatchObject({ isAllowed: false, name: 'a rule' });
    expect(await book(refusing).decide({ ...asked, client: { address: '::1' } })).toMatchObject({
      name: OWN_RECIPIENTS_RULE,
    });
  });
});

describe('whatever the rules', () => {
  const networks = fc.array(fc.constantFrom('192.0.2.0/24', '192.168.1.40', '10.0.0.0/8', '2001:db8::/64'), {
    minLength: 1,
    maxLength: 2,
  });
  const clients = fc.oneof(
    fc.constant({ kind: 'signedIn' as const }),
    fc.constant({ kind: 'accounts' as const, addresses: ['tom@server1.com'] }),
    fc.constant({ kind: 'group' as const, address: 'team@server1.com' }),
    networks.map((list) => ({ kind: 'networks' as const, networks: list })),
  );
  const recipients = fc.oneof(
    fc.constant({ kind: 'anywhere' as const }),
    fc.constant({ kind: 'ours' as const }),
    fc.constant({ kind: 'domains' as const, domains: ['*.example'] }),
  );
  const action = fc.constantFrom(
    { kind: 'accept' as const },
    { kind: 'refuse' as const },
    { kind: 'route' as const, route: 'r' },
  );
  const anyRule = fc.record({ name: fc.string(), isEnabled: fc.boolean(), clients, recipients, action });
  const address = fc.oneof(
    fc.constantFrom(
      '192.0.2.7',
      '192.168.1.40',
      '10.1.2.3',
      '2001:db8::7',
      '::ffff:192.0.2.9',
      'not an address',
      '',
    ),
    fc.ipV4(),
    fc.ipV6(),
  );

  it('nobody who has not signed in sends elsewhere from outside the networks that are named', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyRule, { maxLength: 6 }), address, async (rules, from) => {
        const { isAllowed } = await book(...rules).decide(query({ from }));
        const isNamed = rules.some(
          (one) =>
            one.clients.kind === 'networks' &&
            one.clients.networks.some((text) => {
              const network = parseIpNetwork(text);
              return network !== null && isInNetwork(from, network);
            }),
        );
        expect(isAllowed && !isNamed).toBe(false);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a trusted address', () => {
  it('is one that a rule in force lets in, not one that a rule refuses, nor anyone', () => {
    const refusing = { ...PRINTER, action: { kind: 'refuse' } } as const;
    expect(book(PRINTER).isTrusted('192.168.2.9')).toBe(true);
    expect(book(PRINTER).isTrusted('192.168.3.9')).toBe(false);
    expect(book({ ...PRINTER, expiresAt: NOW }).isTrusted('192.168.2.9')).toBe(false);
    expect(book(refusing).isTrusted('192.168.2.9')).toBe(false);
    expect(book(rule({})).isTrusted('192.168.2.9')).toBe(false);
  });
});

describe('the size a client may bring', () => {
  const printer = { address: '192.168.1.40' };
  const small = { ...PRINTER, maxOctets: 1000 };

  it('is bounded where one rule decides on all its recipients', async () => {
    expect(await book(small).sizeBound(printer)).toEqual({ name: 'printer', maxOctets: 1000 });
    const larger = { ...small, name: 'larger', recipients: { kind: 'ours' }, maxOctets: 5000 } as const;
    expect(await book(larger, small).sizeBound(printer)).toEqual({ name: 'larger', maxOctets: 5000 });
  });

  it('is not where some recipients have no bound', async () => {
    expect(await book({ ...small, recipients: { kind: 'ours' } }).sizeBound(printer)).toBeNull();
    expect(await book(PRINTER, small).sizeBound(printer)).toBeNull();
    expect(await book(small).sizeBound({ address: '192.0.2.1' })).toBeNull();
  });
});

describe('the rate of a rule', () => {
  const slow = { ...PRINTER, messagesPerHour: 3 };
  const printer = { address: '192.168.1.40' };

  it('counts each client by itself, and begins anew with the time', () => {
    const { clock, take, hasRoom } = book(slow);
    expect([1, 2, 3, 4].map(() => take(slow, printer))).toEqual([true, true, true, false]);
    expect(hasRoom(slow, printer)).toBe(false);
    expect(take(slow, { address: '192.168.2.1' })).toBe(true);
    expect(take(slow, { ...printer, account: 'tom@server1.com' })).toBe(true);
    clock.advance(2 * 60 * 60 * 1000);
    expect(take(slow, printer)).toBe(true);
  });

  it('takes the addresses of one IPv6 subnet for one client', () => {
    const { take } = book(slow);
    const taken = [1, 2, 3, 4].map((host) => take(slow, { address: `2001:db8::${host}` }));
    expect(taken).toEqual([true, true, true, false]);
    expect(take(slow, { address: '2001:db8:0:1::1' })).toBe(true);
  });

  it('never lets much more than it says pass in any hour', () => {
    const pauses = fc.array(fc.nat(30 * 60 * 1000), { minLength: 10, maxLength: 60 });
    fc.assert(
      fc.property(pauses, (waits) => {
        const { clock, take } = book(slow);
        const taken: number[] = [];
        for (const wait of waits) {
          clock.advance(wait);
          if (take(slow, printer)) taken.push(clock.now());
        }
        for (const from of taken) {
          const within = taken.filter((at) => at >= from && at < from + 60 * 60 * 1000);
          // The hour before is taken to be even: at worst it came all at its end.
          expect(within.length).toBeLessThanOrEqual(2 * slow.messagesPerHour);
        }
      }),
    );
  });

  it('forgets the clients it has not heard of the longest rather than fill memory', () => {
    const { take } = book(slow);
    for (let n = 0; n < 3; n++) take(slow, printer);
    for (let n = 0; n < 10_000; n++) take(slow, { address: `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}` });
    expect(take(slow, printer)).toBe(true);
  });
});
