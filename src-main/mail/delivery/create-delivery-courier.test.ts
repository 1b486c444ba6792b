import { describe, expect, test } from 'vitest';
import { createPlainDelivery, NO_RULES } from '../../../test/support/plain-delivery.ts';
import { ManualClock } from '../../base/clock.ts';
import { DEFAULT_POP3_SETTINGS, NEW_ACCOUNT, type Account } from '../../directory/port.ts';
import { createMessageIndexer } from '../../format/message-indexer.ts';
import { MemorySpool } from '../content/memory-spool.ts';
import { createMessageReceiver } from '../content/message-receiver.ts';
import type { CourierReport, QueueEntry } from '../queue/port.ts';
import type { LocalRoute, NoRoute } from '../routing/port.ts';
import type { HandOver } from './hand-over/port.ts';
import { KEPT, type AccountFilter, type AccountJudge, type FilterResult } from './port.ts';

const account = (id: number, localPart: string, settings: Partial<Account> = {}): Account => ({
  ...NEW_ACCOUNT,
  id,
  localPart,
  domain: 'server1.com',
  address: `${localPart}@server1.com`,
  name: '',
  kind: 'person',
  isEnabled: true,
  createdAt: 0,
  quotaBytes: null,
  quotaMessages: null,
  quotaWarned: 0,
  lastSignInAt: null,
  pop3: DEFAULT_POP3_SETTINGS,
  ...settings,
});
const tom = account(1, 'tom');
const anna = account(2, 'anna');

const local = (accounts: readonly Account[], more: Partial<LocalRoute> = {}): LocalRoute => ({
  kind: 'local',
  accounts,
  foreign: [],
  handOvers: [],
  via: [],
  by: null,
  moderatedGroup: null,
  ...more,
});

const program = { method: 'pipe', command: ['/usr/bin/program'] } as const;
const jane = { ...account(4, 'jane'), delivery: program };
const fred = account(5, 'fred', { forwarding: { to: ['fred@home.example'], keepsCopy: false } });
const faye = account(6, 'faye', { forwarding: { to: ['faye@home.example'], keepsCopy: true } });

const routes: Readonly<Record<string, LocalRoute | NoRoute>> = {
  'tom@server1.com': local([tom]),
  'tom+news@server1.com': local([tom]),
  'jane@server1.com': local([jane]),
  'jane+x@server1.com': local([jane]),
  'fred@server1.com': local([fred]),
  'faye@server1.com': local([faye]),
  'sales@server1.com': local([tom, anna], { via: ['sales@server1.com'], by: 'alias' }),
  'staff@server1.com': local([tom, jane], { via: ['staff@server1.com'], by: 'group' }),
  'board@server1.com': local([tom, anna], {
    via: ['board@server1.com'],
    by: 'group',
    moderatedGroup: 'board@server1.com',
  }),
  'team@server1.com': local([anna], {
    foreign: ['jack@server2.com', 'Tom@Elsewhere.example'],
    via: ['team@server1.com'],
    by: 'alias',
  }),
  'away@server1.com': local([], { foreign: ['jack@server2.com'], via: ['away@server1.com'], by: 'alias' }),
  'robot@server1.com': local([], {
    handOvers: [{ address: 'robot@server1.com', delivery: program }],
    via: ['robot@server1.com'],
    by: 'alias',
  }),
  'gone@server1.com': {
    kind: 'undeliverable',
    status: '5.1.1',
    reason: 'unknownRecipient',
    text: 'No such mailbox',
  },
  'info@server1.com': local([{ ...account(3, 'info'), kind: 'shared' }]),
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

interface Scene {
  /** The message; what arrives from another server. */
  readonly text?: string;
  readonly filter?: AccountFilter;
  readonly handOver?: HandOver;
  readonly judge?: AccountJudge;
  /** Where what rules have changed lies. */
  readonly spool?: MemorySpool;
  readonly entry?: Partial<QueueEntry>;
}

async function attempt(
  { text = MESSAGE, filter = NO_RULES, handOver, judge, spool: changed, entry: facts }: Scene,
  ...addresses: string[]
) {
  const clock = new ManualClock(5000);
  const spool = new MemorySpool();
  const receiver = createMessageReceiver({ spool, createIndexer: createMessageIndexer });
  const writer = receiver.begin();
  await writer.write(Buffer.from(text));
  const content = await writer.finish();
  const entry: QueueEntry = {
    id: 'trace',
    contentId: 1,
    sizeBytes: content.sizeBytes,
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
    ...facts,
  };
  const routed = entry.recipients.map((recipient) => ({
    recipient,
    route: routes[recipient.address] ?? ELSEWHERE,
  }));
  const reports: CourierReport[] = [];
  let ids = 0;
  const around = {
    clock,
    receiver,
    content: {
      readIndex: () => Promise.resolve(content.index),
      readRange: (_id: number, start: number, end: number) =>
        Promise.resolve(spool.bytesOf(content).subarray(start, end)),
    },
    makeId: () => `following-${++ids}`,
    directory: { isLocalDomain: (domain: string) => Promise.resolve(domain === 'server1.com') },
  };
  const courier = createPlainDelivery(around, {
    filter,
    ...(handOver && { handOver }),
    ...(judge && { judge }),
    ...(changed && { spool: changed }),
  });
  await courier.deliver(entry, routed, (report) => {
    reports.push(report);
    return Promise.resolve();
  });
  return reports;
}

const MESSAGE = 'Subject: hello\r\n\r\nGood morning.\r\n';

async function deliver(...addresses: string[]): Promise<CourierReport> {
  const [report] = await attempt({}, ...addresses);
  if (report === undefined) throw new Error('there is no report');
  return report;
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

  test('says of a shared mailbox that it is one', async () => {
    const report = await deliver('info@server1.com');
    expect(report.deposits).toMatchObject([{ accountId: 3, mailbox: 'INBOX' }]);
    expect(report.events).toMatchObject([
      { type: 'attempted', account: 'info@server1.com', mailbox: 'INBOX', isShared: true },
    ]);
  });

  test('opens an alias, names it in X-Original-To, and tells what it led to', async () => {
    const report = await deliver('sales@server1.com');
    expect(report.deposits.map(({ accountId }) => accountId)).toEqual([1, 2]);
    expect(report.deposits[1]?.prefix).toContain('X-Original-To: sales@server1.com\r\n');
    expect(report.events.map(({ type }) => type)).toEqual(['expanded', 'attempted', 'attempted']);
    expect(report.events[0]).toMatchObject({ by: 'alias', into: ['tom@server1.com', 'anna@server1.com'] });
  });

  test('names the detail of an address in X-Original-To, for filters to go by', async () => {
    expect((await deliver('tom+news@server1.com')).deposits[0]?.prefix).toBe(
      'Return-Path: <me@elsewhere.example>\r\nDelivered-To: tom@server1.com\r\nX-Original-To: tom+news@server1.com\r\n',
    );
    expect((await deliver('tom@server1.com')).deposits[0]?.prefix).not.toContain('X-Original-To');
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

  test('makes recipients of what an alias leads to elsewhere, and takes the alias away with the same report', async () => {
    const report = await deliver('team@server1.com');
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

  test('gives an address elsewhere one copy where the sender named it too, or two aliases do', async () => {
    const report = await deliver('away@server1.com', 'team@server1.com', 'tom@elsewhere.example');
    expect(report.newRecipients).toEqual([{ address: 'jack@server2.com' }]);
  });
});

describe('forwarding', () => {
  test('sends a copy on as a message of its own that shares the content, from a sender of ours', async () => {
    const report = await deliver('fred@server1.com');
    expect(report.deposits).toEqual([]);
    expect(report.following).toMatchObject([
      {
        id: 'following-1',
        content: { contentId: 1 },
        recipients: ['fred@home.example'],
        prefix: 'Delivered-To: fred@server1.com\r\n',
      },
    ]);
    expect(report.following?.[0]?.reversePath).toMatch(
      /^SRS0=[A-Z2-7]{6}=[A-Z2-7]{2}=elsewhere\.example=me@server1\.com$/u,
    );
    expect(report.outcomes).toMatchObject([{ outcome: { kind: 'delivered' } }]);
    expect(report.events).toMatchObject([
      { type: 'attempted', account: 'fred@server1.com' },
      { type: 'forwarded', to: ['fred@home.example'], followingTraceId: 'following-1' },
    ]);
  });

  test('keeps a copy where the account wants one', async () => {
    const report = await deliver('faye@server1.com');
    expect(report.deposits).toMatchObject([{ accountId: 6, mailbox: 'INBOX' }]);
    expect(report.following).toHaveLength(1);
  });

  test.each([
    ['the null reverse-path', ''],
    ['a sender of ours', 'tom@server1.com'],
  ])('leaves %s as it is', async (_what, reversePath) => {
    const [report] = await attempt({ entry: { reversePath } }, 'fred@server1.com');
    expect(report?.following?.[0]?.reversePath).toBe(reversePath);
  });

  test('keeps a message that comes round again, and sends it nowhere', async () => {
    const text = `Delivered-To: Fred@server1.com\r\n${MESSAGE}`;
    const [report] = await attempt({ text }, 'fred@server1.com');
    expect(report?.following).toBeUndefined();
    expect(report?.deposits).toMatchObject([{ accountId: 5, mailbox: 'INBOX' }]);
    expect(report?.events).toMatchObject([{ type: 'attempted' }, { type: 'forwardingLoop' }]);
  });

  test('does not send junk on: it goes into Junk', async () => {
    const verdict = { action: 'junk', score: 9, findings: [], decidedBy: 'score' } as const;
    const [report] = await attempt({ entry: { verdict } }, 'fred@server1.com');
    expect(report?.following).toBeUndefined();
    expect(report?.deposits).toMatchObject([{ accountId: 5, mailbox: 'Junk' }]);
  });
});

const filterOf = (result: Partial<FilterResult>): AccountFilter => ({
  hasRules: () => Promise.resolve(true),
  filter: () => Promise.resolve({ ...KEPT, ...result }),
});
const filed = (mailbox: string) => ({ mailbox, flags: ['\\Seen'], mayCreate: true });

describe('rules of an account', () => {
  test('file copies, send it on, answer, and are remembered with the delivery', async () => {
    const octets = Buffer.from('Subject: away\r\n\r\nBack on Monday.\r\n');
    const filter = filterOf({
      copies: [filed('News'), filed('Archive')],
      redirects: [{ to: ['jack@server2.com'] }],
      messages: [
        { kind: 'vacation', reversePath: '', recipients: ['me@elsewhere.example'], octets, smtpUtf8: false },
      ],
      marks: [{ kind: 'vacation', key: 'me@elsewhere.example', expiresAt: 9_000 }],
      rules: ['News'],
    });
    const [report] = await attempt({ filter }, 'tom@server1.com');
    expect(report?.deposits).toMatchObject([
      { mailbox: 'News', flags: ['\\Seen'] },
      { mailbox: 'Archive', flags: ['\\Seen'] },
    ]);
    expect(report?.following).toMatchObject([
      { recipients: ['jack@server2.com'] },
      { recipients: ['me@elsewhere.example'], reversePath: '' },
    ]);
    expect(report?.marks).toEqual([
      { accountId: 1, kind: 'vacation', key: 'me@elsewhere.example', expiresAt: 9_000 },
    ]);
    expect(report?.events.map(({ type }) => type)).toEqual([
      'attempted',
      'attempted',
      'filtered',
      'forwarded',
      'answered',
    ]);
  });

  test('change one copy and leave another as it came', async () => {
    const spool = new MemorySpool();
    const writer = createMessageReceiver({ spool, createIndexer: createMessageIndexer }).begin();
    await writer.write(Buffer.from('Subject: changed\r\n\r\n'));
    const content = await writer.finish();
    const filter = filterOf({ copies: [{ ...filed('News'), content }, filed('Archive')] });
    const [report] = await attempt({ filter }, 'tom@server1.com');
    expect(report?.deposits).toMatchObject([
      { mailbox: 'News', prefix: '', content },
      {
        mailbox: 'Archive',
        prefix: 'Return-Path: <me@elsewhere.example>\r\nDelivered-To: tom@server1.com\r\n',
      },
    ]);
  });

  test('that only send a message on keep it where it has come round again', async () => {
    const text = `Delivered-To: tom@server1.com\r\n${MESSAGE}`;
    const filter = filterOf({ copies: [], redirects: [{ to: ['jack@server2.com'] }] });
    const [report] = await attempt({ filter, text }, 'tom@server1.com');
    expect(report?.following).toBeUndefined();
    expect(report?.deposits).toMatchObject([{ accountId: 1, mailbox: 'INBOX' }]);
  });

  test('refuse a message, and its sender is told', async () => {
    const refusal = { status: '5.7.1', text: 'I want no advertising' };
    const [report] = await attempt({ filter: filterOf({ copies: [], refusal }) }, 'tom@server1.com');
    expect(report?.deposits).toEqual([]);
    expect(report?.outcomes).toMatchObject([
      { outcome: { kind: 'failed', status: '5.7.1', diagnostic: 'I want no advertising' } },
    ]);
  });

  test('refuse a message for one of several: only that one fails, under an address of its own', async () => {
    const refusal = { status: '5.7.1', text: 'Not me' };
    const filter: AccountFilter = {
      hasRules: ({ id }) => Promise.resolve(id === 2),
      filter: () => Promise.resolve({ ...KEPT, copies: [], refusal }),
    };
    const [report] = await attempt({ filter }, 'sales@server1.com');
    expect(report?.outcomes).toMatchObject([{ outcome: { kind: 'delivered' } }]);
    expect(report?.deposits).toMatchObject([{ accountId: 1 }]);
    expect(report?.newRecipients).toEqual([{ address: 'anna@server1.com' }]);
  });

  test('throw a message away only under the name of a rule', async () => {
    const filter = filterOf({ copies: [], discardedBy: 'Newsletters' });
    const [report] = await attempt({ filter }, 'tom@server1.com');
    expect(report?.deposits).toEqual([]);
    expect(report?.events).toMatchObject([
      { type: 'attempted' },
      { type: 'discarded', account: 'tom@server1.com', rule: 'Newsletters' },
    ]);
  });
});

describe('handing over', () => {
  const taken = { kind: 'delivered', status: '2.0.0', diagnostic: 'Taken' } as const;
  const later = { kind: 'deferred', status: '4.3.0', diagnostic: 'Not now' } as const;

  test('gives the program the whole message, and its answer is the outcome', async () => {
    let text = '';
    const handOver: HandOver = async (_method, message) => {
      for await (const piece of message.content()) text += Buffer.from(piece).toString();
      expect(Buffer.byteLength(text)).toBe(message.sizeOctets);
      return taken;
    };
    const reports = await attempt({ handOver }, 'jane@server1.com');
    expect(text).toBe(`Return-Path: <me@elsewhere.example>\r\nDelivered-To: jane@server1.com\r\n${MESSAGE}`);
    expect(reports).toMatchObject([
      {
        outcomes: [{ ordinal: 0, outcome: { kind: 'delivered', diagnostic: 'Taken' } }],
        deposits: [],
        events: [{ type: 'attempted', account: 'jane@server1.com', handedTo: '/usr/bin/program' }],
      },
    ]);
  });

  test('gives the program what the rules have changed, as they left it', async () => {
    const spool = new MemorySpool();
    const writer = createMessageReceiver({ spool, createIndexer: createMessageIndexer }).begin();
    await writer.write(Buffer.from('X-Seen: yes\r\nSubject: changed\r\n\r\n'));
    const content = await writer.finish();
    const filter = filterOf({ copies: [filed('News'), { ...filed('INBOX'), content }] });
    let text = '';
    const handOver: HandOver = async (_method, message) => {
      for await (const piece of message.content()) text += Buffer.from(piece).toString();
      expect(Buffer.byteLength(text)).toBe(message.sizeOctets);
      return taken;
    };
    await attempt({ handOver, filter, spool }, 'jane@server1.com');
    expect(text).toBe('X-Seen: yes\r\nSubject: changed\r\n\r\n');
  });

  test('waits for its own attempts where a group leads there: the others have their copies', async () => {
    const report = await deliver('staff@server1.com');
    expect(report.deposits).toMatchObject([{ accountId: 1 }]);
    expect(report.newRecipients).toEqual([{ address: 'jane@server1.com' }]);
  });

  test('of an alias waits for the program', async () => {
    const [taking] = await attempt({ handOver: () => Promise.resolve(taken) }, 'robot@server1.com');
    expect(taking?.outcomes).toMatchObject([{ outcome: { kind: 'delivered', status: '2.0.0' } }]);
    const [failed] = await attempt({ handOver: () => Promise.resolve(later) }, 'robot@server1.com');
    expect(failed?.outcomes).toMatchObject([{ outcome: { kind: 'deferred', status: '4.3.0' } }]);
  });

  test('happens once where several recipients lead there: the others become that address', async () => {
    const handed: string[] = [];
    const handOver: HandOver = (_method, { recipient }) => {
      handed.push(recipient);
      return Promise.resolve(taken);
    };
    const reports = await attempt({ handOver }, 'jane+x@server1.com', 'jane@server1.com');
    expect(handed).toEqual(['jane@server1.com']);
    expect(reports.map(({ outcomes, newRecipients }) => [outcomes.length, newRecipients])).toEqual([
      [1, []],
      [1, undefined],
    ]);
    const [alone] = await attempt({ handOver }, 'jane+x@server1.com');
    expect(alone?.outcomes).toMatchObject([{ outcome: { kind: 'delivered' } }]);
    expect(handed).toEqual(['jane@server1.com', 'jane+x@server1.com']);
  });

  test('keeps mailboxes from waiting: their copies are recorded first', async () => {
    const handOver: HandOver = () => Promise.resolve(later);
    const reports = await attempt({ handOver }, 'jane@server1.com', 'tom@server1.com');
    expect(reports.map(({ outcomes }) => outcomes.map(({ ordinal }) => ordinal))).toEqual([[1], [0]]);
  });
});

describe('what is to be kept apart', () => {
  const verdict = { action: 'quarantine', score: 15, findings: [], decidedBy: 'score' } as const;
  const nothing: HandOver = () => Promise.reject(new Error('handed over'));

  test.each([
    ['to addresses elsewhere', 'away@server1.com', ['jack@server2.com']],
    ['to a program', 'robot@server1.com', ['robot@server1.com']],
    [
      'here and elsewhere',
      'team@server1.com',
      ['anna@server1.com', 'jack@server2.com', 'Tom@Elsewhere.example'],
    ],
  ])('does not go on by an alias that leads %s', async (_where, alias, addresses) => {
    const [report] = await attempt({ entry: { verdict }, handOver: nothing }, alias);
    expect(report?.quarantined?.map(({ address }) => address)).toEqual(addresses);
    expect(report?.quarantined?.map(({ recipient }) => recipient)).toEqual(addresses.map(() => alias));
    expect(report?.newRecipients).toEqual([]);
    expect(report?.events.filter(({ type }) => type === 'quarantined')).toHaveLength(addresses.length);
  });

  test('is the office’s once, however many aliases lead there, and goes on as the address it was for', async () => {
    const [report] = await attempt({ entry: { verdict } }, 'away@server1.com', 'team@server1.com');
    const offices = report?.quarantined?.filter(({ accountId }) => accountId === null);
    expect(offices?.map(({ address }) => address)).toEqual(['jack@server2.com', 'Tom@Elsewhere.example']);
    expect(offices?.[0]?.way).toMatchObject({ kind: 'queue', recipient: 'jack@server2.com' });
  });

  test('is shown to no moderator: they are asked when it is released', async () => {
    const [report] = await attempt({ entry: { verdict } }, 'board@server1.com');
    expect(report?.quarantined).toMatchObject([{ accountId: null, address: 'board@server1.com' }]);
    expect(report?.awaitModeration).toBeUndefined();
    expect(report?.outcomes).toMatchObject([{ outcome: { kind: 'delivered' } }]);
  });

  test('is not handed over for an account, also where only the account’s own experience says so', async () => {
    const judge = { judge: () => Promise.resolve(verdict) };
    for (const scene of [{ entry: { verdict } }, { judge }]) {
      const [report] = await attempt({ ...scene, handOver: nothing }, 'jane@server1.com');
      expect(report?.quarantined).toMatchObject([{ accountId: 4, address: 'jane@server1.com' }]);
      expect(report?.outcomes).toMatchObject([{ outcome: { kind: 'delivered' } }]);
    }
  });
});
