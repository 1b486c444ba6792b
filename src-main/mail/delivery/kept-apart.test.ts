import { expect, test } from 'vitest';
import { DEFAULT_POP3_SETTINGS, NEW_ACCOUNT, type Account } from '../../directory/port.ts';
import type { QueueEntry } from '../queue/port.ts';
import { keepForAccount, keepForOffice } from './kept-apart.ts';

const verdict = { action: 'quarantine', score: 14, findings: [], decidedBy: 'score' } as const;
const recipient = { address: 'sales@server1.com', dsn: { notify: ['failure'] } } as const;
const entry: QueueEntry = {
  ...{ id: 'trace', contentId: 1, sizeBytes: 9, reversePath: 'me@elsewhere.example', receivedAt: 1 },
  ...{
    origin: 'reception',
    client: { address: '192.0.2.7' },
    smtpUtf8: true,
    prefix: 'X-Spam-Flag: YES\r\n',
  },
  verdict,
  recipients: [],
};
const content = { readIndex: () => Promise.resolve({ author: 'Me', subject: 'Hello' } as never) };
const anna: Account = {
  ...NEW_ACCOUNT,
  ...{
    id: 2,
    localPart: 'anna',
    domain: 'server1.com',
    address: 'anna@server1.com',
    name: '',
    kind: 'person',
  },
  ...{ isEnabled: true, createdAt: 0, quotaBytes: null, quotaMessages: null, quotaWarned: 0 },
  ...{ lastSignInAt: null, pop3: DEFAULT_POP3_SETTINGS },
};
const keep = (settings: Partial<Account>) =>
  keepForAccount(content, { entry, at: 5, recipient, account: { ...anna, ...settings }, verdict });

test('an account’s copy goes to its INBOX when it is released', async () => {
  const { copy, event } = await keep({});
  expect(copy).toEqual({
    ...{ accountId: 2, address: 'anna@server1.com', recipient: 'sales@server1.com' },
    ...{ author: 'Me', subject: 'Hello', verdict, way: { kind: 'inbox' } },
    prefix:
      'Return-Path: <me@elsewhere.example>\r\nDelivered-To: anna@server1.com\r\nX-Original-To: sales@server1.com\r\nX-Spam-Flag: YES\r\n',
  });
  expect(event).toMatchObject({
    type: 'quarantined',
    account: 'anna@server1.com',
    reason: { code: 'points', values: { score: 14 } },
  });
});

const onward = {
  ...{ kind: 'queue', recipientDsn: recipient.dsn, origin: 'reception', client: { address: '192.0.2.7' } },
  ...{ smtpUtf8: true, prefix: 'X-Spam-Flag: YES\r\n' },
};

test.each([
  ['hands its mail over', { delivery: { method: 'pipe', command: ['/bin/program'] } }],
  ['forwards its mail', { forwarding: { to: ['anna@home.example'], keepsCopy: false } }],
] satisfies [string, Partial<Account>][])(
  'an account that %s gets it as its other mail',
  async (_, settings) => {
    const { copy } = await keep(settings);
    expect(copy.way).toEqual({ ...onward, recipient: 'anna@server1.com' });
  },
);

test('what leads to no account is the office’s, and goes on to where it was going', async () => {
  const { copy, event } = await keepForOffice(content, {
    ...{ entry, at: 5, recipient, address: 'jack@server2.com', verdict },
  });
  expect(copy).toMatchObject({ accountId: null, address: 'jack@server2.com' });
  expect(copy.way).toEqual({ ...onward, recipient: 'jack@server2.com' });
  expect(event).toMatchObject({ type: 'quarantined', traceId: 'trace', account: 'jack@server2.com' });
});
