import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isInNetwork, parseIpNetwork } from '../../../format/ip-network.ts';
import { decideByRules } from './create-rule-book.ts';
import { describeRuleProblem, findRuleProblem } from './find-rule-problem.ts';
import { DEFAULT_RELAY_RULES, EVERYTHING_ELSE_RULE, type RelayRule, type RuleClients } from './port.ts';

const OFFICE = { ownDomains: ['server1.com'], routeNames: ['archive'] };

function rule(given: Partial<RelayRule>): RelayRule {
  return {
    name: 'a rule',
    isEnabled: true,
    clients: { kind: 'signedIn' },
    recipients: { kind: 'anywhere' },
    action: { kind: 'accept' },
    ...given,
  };
}

const networks = (...list: readonly string[]): RuleClients => ({ kind: 'networks', networks: list });
const domains = (...list: readonly string[]) => ({ kind: 'domains', domains: list }) as const;
const ANYONE = { kind: 'anyone' } as const;

describe('a list of rules that would make an open relay', () => {
  test.each([
    ['anyone to anywhere', { clients: ANYONE }],
    ['anyone through a route', { clients: ANYONE, action: { kind: 'route', route: 'archive' } }],
    ['anyone to all', { clients: ANYONE, recipients: domains('server1.com', '*') }],
    ['anyone to a wildcard that is not ours', { clients: ANYONE, recipients: domains('*.com') }],
    ['the whole of IPv4', { clients: networks('0.0.0.0/0') }],
    ['the whole of IPv6', { clients: networks('::/0') }],
    ['half of it, beside a printer', { clients: networks('192.168.1.40', '128.0.0.0/1') }],
    ['a private network and more', { clients: networks('10.0.0.0/7') }],
    ['a public network of several parties', { clients: networks('198.51.100.0/23') }],
    ['the same of IPv6', { clients: networks('2001:db8::/47') }],
    ['mapped addresses', { clients: networks('::ffff:0.0.0.0/96') }],
  ] satisfies [string, Partial<RelayRule>][])('is refused: %s', (_title, given) => {
    expect(findRuleProblem([...DEFAULT_RELAY_RULES, rule(given)], OFFICE)).toMatchObject({
      index: 1,
      field: 'clients',
      fault: 'openRelay',
    });
  });

  test.each([
    ['anyone to a domain that is named', { clients: ANYONE, recipients: domains('partner.example') }],
    ['anyone to all below a domain of ours', { clients: ANYONE, recipients: domains('*.Server1.com') }],
    ['anyone to ours', { clients: ANYONE, recipients: { kind: 'ours' } }],
    ['anyone refused', { clients: ANYONE, action: { kind: 'refuse' } }],
    ['anyone, switched off', { clients: ANYONE, isEnabled: false }],
    ['one public address', { clients: networks('203.0.113.9') }],
    ['a public network of one office', { clients: networks('203.0.113.0/24', '2001:db8::/48') }],
    ['a private network of any width', { clients: networks('10.0.0.0/8', '127.0.0.0/8', 'fc00::/7') }],
    ['whoever has signed in', {}],
  ] satisfies [string, Partial<RelayRule>][])('is not this: %s', (_title, given) => {
    expect(findRuleProblem([rule(given)], OFFICE)).toBeNull();
  });
});

describe('a rule that is none', () => {
  test.each([
    ['without a name', { name: ' ' }, 'nameMissing'],
    ['with the name of a fixed one', { name: EVERYTHING_ELSE_RULE.toUpperCase() }, 'nameTaken'],
    ['for no network', { clients: networks() }, 'notNetwork'],
    ['for a network that is none', { clients: networks('10.0.0.0/8', 'printer') }, 'notNetwork'],
    [
      'for accounts that are no addresses',
      { clients: { kind: 'accounts', addresses: ['tom'] } },
      'notAddress',
    ],
    ['for a group that is no address', { clients: { kind: 'group', address: '' } }, 'notAddress'],
    ['to a domain that is none', { recipients: domains('a b') }, 'notDomain'],
    ['through a route that is not there', { action: { kind: 'route', route: 'x' } }, 'noSuchRoute'],
    [
      'that would send our own mail away',
      { recipients: { kind: 'ours' }, action: { kind: 'route', route: 'archive' } },
      'ownRecipientsStay',
    ],
  ] satisfies [string, Partial<RelayRule>, string][])('%s', (_title, given, fault) => {
    const problem = findRuleProblem([rule(given)], OFFICE);
    expect(problem).toMatchObject({ index: 0, fault });
    if (problem !== null) expect(describeRuleProblem(problem)).toMatch(/^(?:a|"|there|mail)/u);
  });

  test('with the name of another', () => {
    expect(findRuleProblem([rule({}), rule({ name: 'A rule ' })], OFFICE)).toMatchObject({
      index: 1,
      fault: 'nameTaken',
    });
  });
});

describe('a list without a problem', () => {
  const network = fc.oneof(
    fc.tuple(fc.ipV4(), fc.nat(32)).map(([address, length]) => `${address}/${length}`),
    fc.tuple(fc.ipV6(), fc.nat(128)).map(([address, length]) => `${address}/${length}`),
    fc.constantFrom('192.168.1.40', '10.0.0.0/8', '0.0.0.0/0', '::/0'),
  );
  const clients: fc.Arbitrary<RuleClients> = fc.oneof(
    fc.constantFrom<RuleClients>(
      ANYONE,
      { kind: 'signedIn' },
      { kind: 'accounts', addresses: ['tom@server1.com'] },
    ),
    fc.array(network, { minLength: 1, maxLength: 3 }).map((list) => networks(...list)),
  );
  const recipients = fc.oneof(
    fc.constantFrom({ kind: 'ours' } as const, { kind: 'anywhere' } as const),
    fc
      .array(fc.constantFrom('*', '*.example', '*.server1.com', 'partner.example', 'server1.com'), {
        minLength: 1,
        maxLength: 3,
      })
      .map((list) => domains(...list)),
  );
  const action = fc.constantFrom<RelayRule['action']>(
    { kind: 'accept' },
    { kind: 'refuse' },
    { kind: 'route', route: 'archive' },
  );
  const anyRule = fc.record({ isEnabled: fc.boolean(), clients, recipients, action });
  const stranger = fc.oneof(fc.ipV4(), fc.ipV6());

  /** Networks that an administrator may name; wider ones make a list with a problem. */
  function isNamed(rules: readonly RelayRule[], address: string): boolean {
    return rules.some(
      ({ clients: of }) =>
        of.kind === 'networks' &&
        of.networks.some((text) => {
          const parsed = parseIpNetwork(text);
          return parsed !== null && isInNetwork(address, parsed);
        }),
    );
  }

  test('lets no stranger send to a domain that is neither ours nor named', async () => {
    let checked = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(anyRule, { maxLength: 5 }), stranger, async (parts, address) => {
        const rules = parts.map((part, index) => ({ ...part, name: `rule ${index}` }));
        fc.pre(findRuleProblem(rules, OFFICE) === null && !isNamed(rules, address));
        checked++;
        const query = { client: { address }, domain: 'victim.example', isOurs: false, at: 0 };
        const directory = { resolve: () => Promise.resolve({ kind: 'foreign' as const }) };
        expect((await decideByRules(query, rules, directory)).isAllowed).toBe(false);
      }),
      { numRuns: 500 },
    );
    expect(checked).toBe(500);
  });
});
