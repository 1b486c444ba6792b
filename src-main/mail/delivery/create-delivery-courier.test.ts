import { describe, expect, test } from 'vitest';
import { ManualClock } from '../../base/clock.ts';
import { DEFAULT_POP3_SETTINGS, type Account } from '../../directory/port.ts';
import type { QueueEntry } from '../queue/port.ts';
import type { LocalRoute, NoRoute } from '../routing/port.ts';
import { createDeliveryCourier } from './create-delivery-courier.ts';

const account = (id: number, localPart: string): Account => ({
  id,
  localPart,
  domain: 'server1.com',
  address: `${localPart}@server1.com`,
  name: '',
  kind: 'person',
  isEnabled: true,
  createdAt: 0,
  quotaBytes: null,
  lastSignInAt: null,
  pop3: DEFAULT_POP3_SETTINGS,
});
const tom = account(1, 'tom');
const anna = account(2, 'anna');

const routes: Readonly<Record<string, LocalRoute | NoRoute>> = {
  'tom@server1.com': { kind: 'local', accounts: [tom], foreign: [], via: [] },
  'tom+news@server1.com': { kind: 'local', accounts: [tom], foreign: [], via: [] },
  'sales@server1.com': { kind: 'local', accounts: [tom, anna], foreign: [], via: ['sales@server1.com'] },
  'team@server1.com': {
    kind: 'local',
    accounts: [anna],
    foreign: ['jack@server2.com', 'Tom@Elsewhere.example'],
    via: ['team@server1.com'],
  },
  'away@server1.com': {
    kind: 'local',
    accounts: [],
    foreign: ['jack@server2.com'],
    via: ['away@server1.com'],
  },
  'gone@server1.com': {
    kind: 'undeliverable',
    status: '5.1.1',
    reason: 'unknownRecipient',
    text: 'No such mailbox',
  },
  'info@server1.com': {
    kind: 'local',
    accounts: [{ ...account(3, 'info'), kind: 'shared' }],
    foreign: [],
    via: [],
  },
  'off@server1.com': {
    kind: 'undeliverable',
    status: '5.2.1',
    reason: 'disabledAccount',
    text: 'Switched off',
  },
};

const ELSEWHERE: NoRoute = {
  kind: 'undeliverable',
  status: '5.7.1',
  reason: 'relayingOff',
  text: 'Elsewhere',
};

function deliver(...addresses: string[]) {
  const clock = new ManualClock(5000);
  const entry: QueueEntry = {
    id: 'trace',
    contentId: 1,
    sizeBytes: 10,
    reversePath: 'me@elsewhere.example',
    receivedAt: 0,
    origin: 'reception',
    smtpUtf8: false,
    recipients: addresses.map((address, ordinal) => ({
      ordinal,
      address,
      state: 'queued',
      attempts: 0,
      nextAttemptAt: 0,
    })),
  };
  const routed = entry.recipients.map((recipient) => ({
    recipient,
    route: routes[recipient.address] ?? ELSEWHERE,
  }));
  return createDeliveryCourier({ clock }).deliver(entry, routed);
}

describe('delivery', () => {
  test('puts one copy into the mailbox, with Return-Path and Delivered-To (RFC 5321 §4.4)', () => {
    const report = deliver('tom@server1.com');
    expect(report.deposits).toEqual([
      {
        accountId: 1,
        mailbox: 'INBOX',
        prefix: 'Return-Path: <me@elsewhere.example>\r\nDelivered-To: tom@server1.com\r\n',
        flags: [],
      },
    ]);
    expect(report.outcomes).toMatchObject([{ ordinal: 0, outcome: { kind: 'delivered', status: '2.1.5' } }]);
    expect(report.events).toMatchObject([
      {
        type: 'attempted',
        traceId: 'trace',
        at: 5000,
        attempt: 1,
        account: 'tom@server1.com',
        mailbox: 'INBOX',
      },
    ]);
  });

  test('says of a shared mailbox that it is one', () => {
    const report = deliver('info@server1.com');
    expect(report.deposits).toMatchObject([{ accountId: 3, mailbox: 'INBOX' }]);
    expect(report.events).toMatchObject([
      { type: 'attempted', account: 'info@server1.com', mailbox: 'INBOX', isShared: true },
    ]);
  });

  test('opens an alias, names it in X-Original-To, and tells what it led to', () => {
    const report = deliver('sales@server1.com');
    expect(report.deposits.map(({ accountId }) => accountId)).toEqual([1, 2]);
    expect(report.deposits[1]?.prefix).toContain('X-Original-To: sales@server1.com\r\n');
    expect(report.events.map(({ type }) => type)).toEqual(['expanded', 'attempted', 'attempted']);
    expect(report.events[0]).toMatchObject({ by: 'alias', into: ['tom@server1.com', 'anna@server1.com'] });
  });

  test('names the detail of an address in X-Original-To, for filters to go by', () => {
    expect(deliver('tom+news@server1.com').deposits[0]?.prefix).toBe(
      'Return-Path: <me@elsewhere.example>\r\nDelivered-To: tom@server1.com\r\nX-Original-To: tom+news@server1.com\r\n',
    );
    expect(deliver('tom@server1.com').deposits[0]?.prefix).not.toContain('X-Original-To');
  });

  test('gives an account one copy even where several recipients lead to it', () => {
    const report = deliver('tom@server1.com', 'sales@server1.com');
    expect(report.deposits.map(({ accountId }) => accountId)).toEqual([1, 2]);
    expect(report.outcomes.map(({ outcome }) => outcome.kind)).toEqual(['delivered', 'delivered']);
  });

  test('fails a recipient that has become unknown, and lets one that is switched off wait', () => {
    const report = deliver('gone@server1.com', 'off@server1.com', 'tom@server1.com');
    expect(report.outcomes.map(({ outcome }) => [outcome.kind, outcome.status])).toEqual([
      ['failed', '5.1.1'],
      ['deferred', '4.2.1'],
      ['delivered', '2.1.5'],
    ]);
    expect(report.deposits).toHaveLength(1);
  });

  test('makes recipients of what an alias leads to elsewhere, and takes the alias away with the same report', () => {
    const report = deliver('team@server1.com');
    expect(report.deposits.map(({ accountId }) => accountId)).toEqual([2]);
    expect(report.newRecipients).toEqual([
      { address: 'jack@server2.com' },
      { address: 'Tom@Elsewhere.example' },
    ]);
    expect(report.outcomes).toMatchObject([{ ordinal: 0, outcome: { kind: 'delivered' } }]);
    expect(report.events[0]).toMatchObject({
      type: 'expanded',
      into: ['anna@server1.com', 'jack@server2.com', 'Tom@Elsewhere.example'],
    });
  });

  test('gives an address elsewhere one copy where the sender named it too, or two aliases do', () => {
    const report = deliver('away@server1.com', 'team@server1.com', 'tom@elsewhere.example');
    expect(report.newRecipients).toEqual([{ address: 'jack@server2.com' }]);
  });
});
