import { describe, expect, test } from 'vitest';
import { ManualClock } from '../../base/clock.ts';
import type { Account } from '../../directory/port.ts';
import type { QueueEntry } from '../queue/port.ts';
import type { Route } from '../routing/port.ts';
import { createDeliveryCourier } from './create-delivery-courier.ts';

const account = (id: number, localPart: string): Account => ({
  id,
  localPart,
  domain: 'server1.com',
  address: `${localPart}@server1.com`,
  name: '',
  isEnabled: true,
  createdAt: 0,
  quotaBytes: null,
  lastSignInAt: null,
});
const tom = account(1, 'tom');
const anna = account(2, 'anna');

const routes: Readonly<Record<string, Route>> = {
  'tom@server1.com': { kind: 'local', accounts: [tom], via: [] },
  'sales@server1.com': { kind: 'local', accounts: [tom, anna], via: ['sales@server1.com'] },
  'gone@server1.com': {
    kind: 'undeliverable',
    status: '5.1.1',
    reason: 'unknownRecipient',
    text: 'No such mailbox',
  },
  'off@server1.com': {
    kind: 'undeliverable',
    status: '5.2.1',
    reason: 'disabledAccount',
    text: 'Switched off',
  },
};

async function deliver(...addresses: string[]) {
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
  const router = { route: (address: string) => Promise.resolve(routes[address]!) };
  return createDeliveryCourier({ router, clock }).attempt(entry, entry.recipients);
}

describe('delivery', () => {
  test('puts one copy into the mailbox, with Return-Path and Delivered-To (RFC 5321 §4.4)', async () => {
    const report = await deliver('tom@server1.com');
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

  test('opens an alias, names it in X-Original-To, and tells what it led to', async () => {
    const report = await deliver('sales@server1.com');
    expect(report.deposits.map(({ accountId }) => accountId)).toEqual([1, 2]);
    expect(report.deposits[1]?.prefix).toContain('X-Original-To: sales@server1.com\r\n');
    expect(report.events.map(({ type }) => type)).toEqual(['expanded', 'attempted', 'attempted']);
    expect(report.events[0]).toMatchObject({ by: 'alias', into: ['tom@server1.com', 'anna@server1.com'] });
  });

  test('gives an account one copy even where several recipients lead to it', async () => {
    const report = await deliver('tom@server1.com', 'sales@server1.com');
    expect(report.deposits.map(({ accountId }) => accountId)).toEqual([1, 2]);
    expect(report.outcomes.map(({ outcome }) => outcome.kind)).toEqual(['delivered', 'delivered']);
  });

  test('fails a recipient that has become unknown, and lets one that is switched off wait', async () => {
    const report = await deliver('gone@server1.com', 'off@server1.com', 'tom@server1.com');
    expect(report.outcomes.map(({ outcome }) => [outcome.kind, outcome.status])).toEqual([
      ['failed', '5.1.1'],
      ['deferred', '4.2.1'],
      ['delivered', '2.1.5'],
    ]);
    expect(report.deposits).toHaveLength(1);
  });
});
