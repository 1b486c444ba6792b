import { expect, test } from 'vitest';
import { octetsOfText, PLAIN } from '../../../test/support/screened-message.ts';
import { ManualClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/logger.ts';
import type { Account } from '../../directory/port.ts';
import type { QueueEntry } from '../queue/port.ts';
import type { Finding, Verdict } from '../verdict.ts';
import { createAccountScreening } from './account-screening.ts';
import { BayesFilter } from './bayes/bayes-filter.ts';
import { MemoryBayesStore } from './bayes/memory-bayes-store.ts';
import { DEFAULT_SCREENING } from './default-settings.ts';
import { MemorySenderListStore } from './sender-lists/memory-sender-list-store.ts';
import type { SenderLists } from './sender-lists/port.ts';
import type { SenderHistory } from './store-port.ts';

const PROVEN: Finding = { check: 'dmarc', outcome: 'pass', weight: 0, detail: 'it passes' };
const points = (weight: number): Finding => ({ check: 'test', outcome: 'points', weight, detail: 'x' });

interface Known extends Partial<SenderLists> {
  readonly friends?: readonly string[];
  readonly history?: SenderHistory;
  readonly verdict?: Partial<Verdict>;
  readonly reversePath?: string;
}

function judge(findings: readonly Finding[], known: Known = {}) {
  const octets = octetsOfText(PLAIN);
  const senderLists = new MemorySenderListStore();
  void senderLists.replace(1, { allow: known.allow ?? [], block: known.block ?? [] });
  const setting = () => ({ isEnabled: true, weight: 5, minimumTrained: 1 });
  const judging = createAccountScreening({
    content: {
      readIndex: () => Promise.resolve(octets.index),
      readRange: (_id, start, end) => octets.readRange(start, end),
    },
    bayes: new BayesFilter({ store: new MemoryBayesStore(), setting }),
    reputation: {
      isCorrespondent: (_id, address) => Promise.resolve(known.friends?.includes(address) ?? false),
      historyOf: () => Promise.resolve(known.history ?? null),
      unknownOf: () => Promise.resolve([]),
      noteCorrespondents: () => Promise.resolve(),
      noteSender: () => Promise.resolve(),
    },
    senderLists,
    settings: () => DEFAULT_SCREENING,
    clock: new ManualClock(),
    logger: silentLogger,
  });
  const score = findings.reduce((sum, { weight }) => sum + weight, 0);
  const verdict: Verdict = { action: 'junk', score, findings, decidedBy: 'score', ...known.verdict };
  return judging.judge(
    { contentId: 1, verdict, reversePath: known.reversePath ?? 'jack@server2.com' } as QueueEntry,
    { id: 1, address: 'tom@server1.com' } as Account,
  );
}

test('whom the account writes to is no junk, where DMARC proves the sender', async () => {
  const friends = ['jack@server2.com'];
  expect(await judge([PROVEN, points(6)], { friends })).toMatchObject({ action: 'accept', score: 0 });
  expect(await judge([points(6)], { friends })).toMatchObject({ action: 'junk', score: 6 });
});

test('what was kept before speaks for a domain, what was called junk against it', async () => {
  const good = await judge([PROVEN, points(5.5)], { history: { mail: 9, junk: 0 } });
  expect(good).toMatchObject({ action: 'accept', score: 4.5 });
  const bad = await judge([PROVEN, points(3)], {
    history: { mail: 0, junk: 9 },
    verdict: { action: 'accept' },
  });
  expect(bad).toMatchObject({ action: 'junk', score: 5.5 });
});

test('what a rule decided stays so', async () => {
  const verdict = { decidedBy: 'rule.1', action: 'junk' as const };
  expect(await judge([PROVEN, points(0)], { friends: ['jack@server2.com'], verdict })).toMatchObject(verdict);
});

const proved = { provenDomain: 'server2.com' };

test.each([['jack@server2.com'], ['server2.com']])(
  'the account’s list lets %s in where it is proved',
  async (pattern) => {
    const allow = [pattern];
    const judged = await judge([points(6)], { allow, verdict: proved });
    expect(judged).toMatchObject({ action: 'accept', decidedBy: 'ownList.allowed' });
    const forged = await judge([points(6)], { allow });
    expect(forged).toMatchObject({ action: 'junk', decidedBy: 'score' });
    expect(forged?.findings.at(-1)).toMatchObject({ check: 'ownList', outcome: 'notProved' });
  },
);

test('the account’s list does not let in what something else decided', async () => {
  const verdict = { ...proved, action: 'quarantine', decidedBy: 'attachment.isProgram' } as const;
  expect(await judge([], { allow: ['server2.com'], verdict })).toMatchObject(verdict);
});

test.each([
  ['the author', {}],
  ['the reverse-path', { reversePath: 'bounce@news.shop.example', block: ['shop.example'] }],
  ['one whom the office’s list lets in', { verdict: { ...proved, decidedBy: 'officeList.allowed' } }],
])('what the account has blocked goes to Junk: %s', async (_, known) => {
  const verdict = { action: 'accept' as const, ...('verdict' in known ? known.verdict : {}) };
  const judged = await judge([], { block: ['jack@server2.com'], ...known, verdict });
  expect(judged).toMatchObject({ action: 'junk', decidedBy: 'ownList.blocked' });
});

test('an address counts more than its domain', async () => {
  const lists = { allow: ['jack@server2.com'], block: ['server2.com'] };
  expect(await judge([points(6)], { ...lists, verdict: proved, reversePath: '' })).toMatchObject({
    action: 'accept',
  });
});
