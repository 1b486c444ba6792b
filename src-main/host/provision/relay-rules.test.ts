import { describe, expect, test } from 'vitest';
import { DEFAULT_RELAY_RULES } from '../../mail/routing/relay-rules/port.ts';
import { findProvisionProblem } from './check.ts';
import { toRelayRules } from './relay-rules.ts';
import { parseProvision, type Provision } from './schema.ts';

const NOTHING_YET = { domains: [], accounts: [], routes: [], relayRules: DEFAULT_RELAY_RULES };
const ROUTE = { name: 'archive', hosts: ['192.0.2.9'] };

function parse(provision: object): Provision {
  const parsed = parseProvision(JSON.stringify(provision));
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

describe('relay rules of a provision file', () => {
  test('mean what the stages know', () => {
    const { relayRules = [] } = parse({
      relayRules: [
        {
          name: 'printer',
          client: { network: '192.168.1.40' },
          recipients: { domains: 'partner.example' },
          action: 'accept',
          expiresAt: '2027-03-01T00:00:00Z',
          maxOctets: 1000,
          messagesPerHour: 5,
          note: 'second floor',
        },
        { client: { account: ['tom@a.test', 'anna@a.test'] }, recipients: 'ours', action: { refuse: 'No' } },
        { client: { group: 'sales@a.test' }, action: { route: 'archive' }, enabled: false },
      ],
    });
    expect(toRelayRules(relayRules)).toEqual([
      {
        name: 'printer',
        isEnabled: true,
        clients: { kind: 'networks', networks: ['192.168.1.40'] },
        recipients: { kind: 'domains', domains: ['partner.example'] },
        action: { kind: 'accept' },
        expiresAt: Date.UTC(2027, 2, 1),
        maxOctets: 1000,
        messagesPerHour: 5,
        note: 'second floor',
      },
      {
        name: 'Rule 2',
        isEnabled: true,
        clients: { kind: 'accounts', addresses: ['tom@a.test', 'anna@a.test'] },
        recipients: { kind: 'ours' },
        action: { kind: 'refuse', text: 'No' },
      },
      {
        name: 'Rule 3',
        isEnabled: false,
        clients: { kind: 'group', address: 'sales@a.test' },
        recipients: { kind: 'anywhere' },
        action: { kind: 'route', route: 'archive' },
      },
    ]);
  });

  test.each([
    [{ relayRules: [{ client: 'everybody', action: 'accept' }] }, 'relayRules[0].client'],
    [{ relayRules: [{ action: 'accept', until: 1 }] }, 'relayRules[0].until: unknown key'],
    [{ relayRules: [{ client: 'signed-in' }] }, 'relayRules[0].action'],
    [
      { relayRules: [{ client: 'signed-in', action: 'accept', expiresAt: 'March' }] },
      'relayRules[0].expiresAt',
    ],
    [
      { relayRules: [{ client: 'signed-in', action: 'accept', messagesPerHour: 0 }] },
      'relayRules[0].messagesPerHour',
    ],
    [{ routes: [{ ...ROUTE, protocol: 'uucp' }] }, 'routes[0].protocol'],
    [{ routes: [{ ...ROUTE, retry: { first: 1 } }] }, 'routes[0].retry.first: unknown key'],
  ])('of the wrong shape are refused with their path: %j', (provision, path) => {
    const parsed = parseProvision(JSON.stringify(provision));
    expect(parsed.ok ? '' : parsed.error).toContain(path);
  });

  test.each([
    [
      { relayRules: [{ action: 'accept', recipients: { domains: '*.example' } }] },
      'relayRules[0].client: this would be',
    ],
    [{ relayRules: [{ action: 'refuse', client: { network: 'x' } }] }, 'relayRules[0].client: "x" is not'],
    [{ routes: [{ ...ROUTE, senderDomain: 'a b' }] }, 'routes[0].senderDomain'],
    [{ routes: [{ ...ROUTE, senderAccount: 'tom' }] }, 'routes[0].senderAccount'],
    [{ routes: [{ ...ROUTE, user: 'office' }] }, 'routes[0].user'],
  ])('that cannot be are refused with their path: %j', (provision, path) => {
    expect(findProvisionProblem(parse(provision), NOTHING_YET)).toContain(path);
  });

  test('may be about domains and routes of the same file, or of before', () => {
    const wildcard = { recipients: { domains: '*.a.test' }, action: 'accept' };
    const through = { client: 'signed-in', action: { route: 'archive' } };
    const file = { domains: [{ name: 'A.test' }], routes: [ROUTE], relayRules: [wildcard, through] };
    expect(findProvisionProblem(parse(file), NOTHING_YET)).toBeNull();
    const { domains: _, ...rest } = file;
    expect(findProvisionProblem(parse(rest), { ...NOTHING_YET, domains: ['a.test'] })).toBeNull();
  });

  test('keep a route from going that they lead through', () => {
    const relayRules = toRelayRules(
      parse({ relayRules: [{ client: 'signed-in', action: { route: 'archive' } }] }).relayRules ?? [],
    );
    expect(findProvisionProblem(parse({ routes: [] }), { ...NOTHING_YET, relayRules })).toBe(
      'relayRules[0].action: there is no route "archive"',
    );
  });
});
