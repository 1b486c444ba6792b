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
import type { SenderHistory } from './store-port.ts';

const PROVEN: Finding = { check: 'dmarc', outcome: 'pass', weight: 0, detail: 'it passes' };
const points = (weight: number): Finding => ({ check: 'test', outcome: 'points', weight, detail: 'x' });

function judge(
  findings: readonly Finding[],
  known: { friends?: readonly string[]; history?: SenderHistory; verdict?: Partial<Verdict> } = {},
) {
  const octets = octetsOfText(PLAIN);
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
    settings: () => DEFAULT_SCREENING,
    clock: new ManualClock(),
    logger: silentLogger,
  });
  const score = findings.reduce((sum, { weight }) => sum + weight, 0);
  const verdict: Verdict = { action: 'junk', score, findings, decidedBy: 'score', ...known.verdict };
  return judging.judge(
    { contentId: 1, verdict } as QueueEntry,
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
