import { describe, expect, test } from 'vitest';
import { ENVELOPE, octetsOfText, PLAIN } from '../../../test/support/screened-message.ts';
import { answerAfter, FakeEngine, silent } from '../../../test/support/fake-engine.ts';
import { ManualClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/logger.ts';
import { createMessageScreening } from './create-message-screening.ts';
import { DEFAULT_SCREENING } from './default-settings.ts';
import { DnsListDesk } from './dns-lists/dns-list-desk.ts';
import { RANK, type MessageCheck } from './facts.ts';
import { MemoryGreylistStore } from './greylist/memory-greylist-store.ts';
import type { EnvelopeFacts } from './port.ts';
import { MemorySenderListStore } from './sender-lists/memory-sender-list-store.ts';
import type { SenderLists } from './sender-lists/port.ts';
import type { EngineSetting, ScreeningSettings } from './settings.ts';

const CLAMAV: EngineSetting = {
  id: 'clamav',
  kind: 'clamav',
  name: 'ClamAV',
  isEnabled: true,
  target: { kind: 'tcp', host: '127.0.0.1', port: 3310 },
  timeoutMs: 30_000,
  maxOctets: 1_000_000,
  whenUnavailable: 'defer',
};

interface Office {
  readonly settings?: Partial<ScreeningSettings>;
  readonly engine?: FakeEngine;
  readonly checks?: readonly MessageCheck[];
  readonly lists?: Partial<SenderLists>;
}

function makeScreening({ settings, engine, checks = [], lists }: Office = {}) {
  const senderLists = new MemorySenderListStore();
  void senderLists.replace(0, { allow: [], block: [], ...lists });
  const clock = new ManualClock();
  const nothing = () => Promise.resolve({ kind: 'noSuchName' } as const);
  const screening = createMessageScreening({
    settings: () => ({ ...DEFAULT_SCREENING, dnsLists: [], checksHello: false, ...settings }),
    resolver: { a: nothing, aaaa: nothing, ptr: nothing },
    dnsLists: new DnsListDesk({ resolver: { timedA: nothing }, clock }),
    senderLists,
    greylistStore: new MemoryGreylistStore(),
    isOurDomain: (domain) => Promise.resolve(domain === 'server1.com'),
    isVouchedFor: () => Promise.resolve(false),
    furtherChecks: checks,
    connect: engine?.connect ?? (() => Promise.reject(new Error('the host refused the connection'))),
    hostname: () => 'mail.server1.com',
    clock,
    logger: silentLogger,
  });
  const screen = (change: Partial<EnvelopeFacts> = {}, text = PLAIN) =>
    screening.screenMessage({ ...ENVELOPE, ...change, traceId: 'id1' }, octetsOfText(text));
  return { screening, clock, screen };
}

const JUNK = 'Subject: x\n\nhttp://198.51.100.7/\n';
const withPoints = (weight: number): MessageCheck => ({
  name: 'test',
  timeoutMs: 1000,
  applies: () => true,
  run: () => Promise.resolve([{ check: 'test', outcome: 'points', weight, detail: 'points for a test' }]),
});

test('a good message is accepted, and its header says why', async () => {
  const screened = await makeScreening().screen();
  expect(screened).toMatchObject({
    verdict: { action: 'accept', score: 0, decidedBy: 'score' },
    refusal: null,
  });
  expect(screened.prefix).toBe(
    'X-Spam-Score: 0.0\r\n' +
      'X-Spam-Status: No, score=0.0 required=5.0 tests=none\r\n' +
      'X-Postroom-Verdict: accept (score 0.0, junk from 5.0); decided by the score\r\n',
  );
  expect(screened.events).toMatchObject([{ type: 'screened', action: 'accept', traceId: 'id1' }]);
});

test('junk is told in the fields that filters look for, folded', async () => {
  const { verdict, prefix } = await makeScreening({ checks: [withPoints(4)] }).screen({}, JUNK);
  expect(verdict.action).toBe('junk');
  expect(prefix).toMatch(
    /^X-Spam-Flag: YES\r\nX-Spam-Score: 8\.5\r\nX-Spam-Status: Yes, score=8\.5 required=5\.0/,
  );
  for (const line of prefix.split('\r\n')) expect(line.length).toBeLessThanOrEqual(78);
  expect(prefix.replace(/\r\n /g, ' ')).toContain('test.points +4.0: points for a test');
});

test.each([
  ['a check that never ends', () => new Promise<never>(() => undefined)],
  ['a check that throws', () => Promise.reject(new Error('boom'))],
])('%s costs a bounded time and counts for nothing', async (_name, run) => {
  const check: MessageCheck = { name: 'slow', timeoutMs: 5000, applies: () => true, run };
  const { screen, clock } = makeScreening({ checks: [check] });
  const screened = screen();
  await new Promise((resolve) => setImmediate(resolve));
  clock.advance(5000);
  expect((await screened).verdict).toMatchObject({
    action: 'accept',
    findings: [{ check: 'slow', outcome: 'couldNotDetermine', weight: 0 }],
  });
});

test('malicious content is refused from anybody, whatever rules say', async () => {
  const rules = [
    { id: 'r', name: 'Friends', isEnabled: true, action: 'accept' as const, sender: 'server2.com' },
  ];
  for (const origin of ['reception', 'submission'] as const) {
    const engine = new FakeEngine(answerAfter('\0\0\0\0', 'stream: Eicar FOUND\0'));
    const { screen } = makeScreening({ settings: { rules, engines: [CLAMAV] }, engine });
    const { refusal, verdict } = await screen({ origin });
    expect(refusal).toMatchObject({ code: 550, text: 'The message holds malicious content: Eicar' });
    expect(verdict.decidedBy).toBe('ClamAV.malicious');
  }
});

test('a virus engine that is down defers, where it may be skipped nothing happens', async () => {
  const down = await makeScreening({ settings: { engines: [CLAMAV] } }).screen();
  expect(down.refusal).toMatchObject({ code: 451, enhanced: '4.7.1' });
  const skipped = { ...CLAMAV, whenUnavailable: 'skip' as const };
  const { refusal, verdict } = await makeScreening({ settings: { engines: [skipped] } }).screen();
  expect(refusal).toBeNull();
  expect(verdict.findings).toMatchObject([{ check: 'ClamAV', outcome: 'unavailable' }]);
});

test('an engine that says nothing costs the time that it has', async () => {
  const { screen, clock } = makeScreening({
    settings: { engines: [CLAMAV] },
    engine: new FakeEngine(silent),
  });
  const screened = screen();
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  clock.advance(30_000);
  expect((await screened).refusal).toMatchObject({ code: 451 });
});

test('who signed in is judged by no score, and told at once what is forbidden', async () => {
  const { screen } = makeScreening({ checks: [withPoints(50)] });
  expect(await screen({ origin: 'submission' })).toMatchObject({ refusal: null, prefix: '' });
  const attached = `From: a@server1.com
Content-Type: application/octet-stream; name=run.exe

x
`;
  expect((await screen({ origin: 'submission' }, attached)).refusal).toMatchObject({ code: 550 });
  expect((await screen({}, attached)).verdict.action).toBe('quarantine');
});

test('postmaster hears everybody (RFC 5321 §4.5.1)', async () => {
  const settings = { thresholds: { junk: 5, quarantine: 10, reject: 15 } };
  const { screen } = makeScreening({ checks: [withPoints(50)], settings });
  expect((await screen()).refusal).toMatchObject({ code: 550 });
  expect(await screen({ recipients: ['postmaster@server1.com'] })).toMatchObject({
    refusal: null,
    verdict: { action: 'junk' },
  });
});

test('switched off, screening says nothing', async () => {
  const { screen } = makeScreening({ settings: { isEnabled: false }, checks: [withPoints(50)] });
  expect(await screen()).toEqual({
    verdict: { action: 'accept', score: 0, findings: [], decidedBy: 'score' },
    prefix: '',
    refusal: null,
    events: [],
  });
});

test('at RCPT a stranger is asked to come back, postmaster is not asked for anything', async () => {
  const greylisting = { ...DEFAULT_SCREENING.greylisting, isEnabled: true };
  const { screening } = makeScreening({ settings: { greylisting } });
  expect(await screening.screenRecipient(ENVELOPE)).toMatchObject({ code: 450, enhanced: '4.7.1' });
  expect(await screening.screenRecipient({ ...ENVELOPE, recipients: ['postmaster'] })).toBeNull();
  expect(await screening.screenRecipient({ ...ENVELOPE, origin: 'submission' })).toBeNull();
  expect(await screening.screenRecipient({ ...ENVELOPE, at: ENVELOPE.at + 300_000 })).toBeNull();
});

describe('the office’s lists of senders', () => {
  const proof: MessageCheck = {
    ...withPoints(9),
    run: () =>
      Promise.resolve([
        { check: 'dmarc', outcome: 'pass', weight: 9, detail: '', provenDomain: 'server2.com' },
      ]),
  };

  test('refuse whom they block at RCPT, by reverse-path or client, with 5.7.1', async () => {
    const { screening } = makeScreening({ lists: { block: ['server2.com', '198.51.100.0/24'] } });
    const bySender = await screening.screenRecipient({ ...ENVELOPE, reversePath: 'x@mail.server2.com' });
    expect(bySender).toMatchObject({ code: 550 });
    expect(JSON.stringify(bySender)).toContain('5.7.1');
    const client = { ...ENVELOPE.client, address: '198.51.100.9' };
    expect(await screening.screenRecipient({ ...ENVELOPE, reversePath: '', client })).toMatchObject({
      code: 550,
    });
    const other = { ...ENVELOPE, reversePath: 'x@server3.com' };
    expect(await screening.screenRecipient(other)).toBeNull();
    expect(
      await screening.screenRecipient({ ...ENVELOPE, recipients: ['postmaster@server1.com'] }),
    ).toBeNull();
    expect(await screening.screenRecipient({ ...ENVELOPE, origin: 'submission' })).toBeNull();
  });

  test('refuse a message whose author they block', async () => {
    const lists = { block: ['jack@server2.com'] };
    const { verdict, refusal } = await makeScreening({ lists }).screen({ reversePath: 'x@server3.com' });
    expect(verdict).toMatchObject({ action: 'reject', decidedBy: 'officeList.blocked' });
    expect(refusal?.code).toBe(550);
  });

  test('let in whom they allow, against points, where the author is proved', async () => {
    const lists = { allow: ['server2.com'] };
    const { verdict } = await makeScreening({ lists, checks: [proof] }).screen();
    expect(verdict).toMatchObject({
      action: 'accept',
      decidedBy: 'officeList.allowed',
      provenDomain: 'server2.com',
    });
    const { verdict: forged } = await makeScreening({ lists, checks: [withPoints(9)] }).screen();
    expect(forged).toMatchObject({ action: 'junk', decidedBy: 'score' });
    expect(forged.findings.at(-1)).toMatchObject({ check: 'officeList', outcome: 'notProved' });
  });

  test('do not let in what is forbidden or disowned', async () => {
    const disowned: MessageCheck = {
      ...proof,
      run: async (facts) => [
        ...(await proof.run(facts)),
        {
          check: 'dmarc',
          outcome: 'fail',
          detail: '',
          decides: { action: 'reject', rank: RANK.authentication },
        },
      ],
    };
    const { verdict } = await makeScreening({
      lists: { allow: ['192.0.2.0/24'] },
      checks: [disowned],
    }).screen();
    expect(verdict).toMatchObject({ action: 'reject', decidedBy: 'dmarc.fail' });
  });
});
