/** Rules and routes of an office that has some, for pictures and tests of the page. */
import { DEFAULT_RELAY_RULES, type RelayRule } from '../../src-main/mail/routing/relay-rules/port.ts';
import type { RouteSetting } from '../../src-main/mail/routing/port.ts';
import type { ConsoleWorld } from './console-world.ts';

const DAY_MS = 24 * 60 * 60_000;

export async function seedRelay(world: ConsoleWorld): Promise<void> {
  const now = world.clock.now();
  await world.settings.change({ relayRules: [...makeRules(now), ...DEFAULT_RELAY_RULES], routes: ROUTES });
}

function makeRules(now: number): readonly RelayRule[] {
  const accept = { kind: 'accept' } as const;
  return [
    {
      name: 'Scanner, second floor',
      isEnabled: true,
      clients: { kind: 'networks', networks: ['192.168.1.40'] },
      recipients: { kind: 'anywhere' },
      action: accept,
      expiresAt: now + 100 * DAY_MS,
      maxOctets: 20 * 1024 * 1024,
      messagesPerHour: 60,
      note: 'Sends as scanner@harbor-office.example; asked for by Sofia',
    },
    {
      name: 'Old fax gateway',
      isEnabled: true,
      clients: { kind: 'networks', networks: ['192.168.1.9', '192.168.7.0/24'] },
      recipients: { kind: 'domains', domains: ['fax.example'] },
      action: accept,
      expiresAt: now - 9 * DAY_MS,
    },
    {
      name: 'No mail to the competitor',
      isEnabled: false,
      clients: { kind: 'group', address: 'sales@harbor-office.example' },
      recipients: { kind: 'domains', domains: ['competitor.example', '*.competitor.example'] },
      action: { kind: 'refuse', text: 'Please call them instead' },
    },
    {
      name: 'Invoices through the archive',
      isEnabled: true,
      clients: { kind: 'accounts', addresses: ['billing@harbor-office.example'] },
      recipients: { kind: 'anywhere' },
      action: { kind: 'route', route: 'Archive' },
    },
  ];
}

const ROUTES: readonly RouteSetting[] = [
  {
    name: 'Archive',
    recipientDomain: '*',
    senderAccount: 'billing@harbor-office.example',
    hosts: ['archive.harbor-office.example:2500'],
    protocol: 'smtp',
    tls: 'required',
    verifyCertificate: true,
    user: 'office',
    password: 'not shown',
  },
  {
    name: 'partner.example',
    recipientDomain: 'partner.example',
    hosts: ['mx1.partner.example', 'mx2.partner.example:2525'],
    protocol: 'smtp',
    tls: 'opportunistic',
    verifyCertificate: false,
  },
];
