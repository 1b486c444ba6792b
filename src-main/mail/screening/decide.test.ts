import fc from 'fast-check';
import { expect, test } from 'vitest';
import { smtpReply } from '../../protocol/smtp/server/reply.ts';
import { decide } from './decide.ts';
import { DEFAULT_SCREENING } from './default-settings.ts';
import { RANK, type CheckFinding } from './facts.ts';

const settings = { ...DEFAULT_SCREENING, thresholds: { junk: 5, quarantine: 10, reject: 20 } };

function points(weight: number): CheckFinding {
  return { check: 'test', outcome: 'points', weight, detail: 'points' };
}

function deciding(action: 'accept' | 'junk' | 'quarantine' | 'reject' | 'defer', rank: number): CheckFinding {
  return { check: 'test', outcome: action, weight: 0, detail: action, decides: { action, rank } };
}

function judge(findings: readonly CheckFinding[], countsScore = true) {
  return decide(findings, { settings, countsScore });
}

test.each([
  [4.9, 'accept'],
  [5, 'junk'],
  [10, 'quarantine'],
  [20, 'reject'],
] as const)('%s points: %s', (weight, action) => {
  expect(judge([points(weight)])).toMatchObject({ action, score: weight, decidedBy: 'score' });
});

test('of users who signed in no score counts', () => {
  expect(judge([points(100)], false)).toMatchObject({ action: 'accept' });
});

test('a rule that accepts has its way against any score', () => {
  const verdict = judge([points(100), deciding('accept', RANK.rule)]);
  expect(verdict).toMatchObject({ action: 'accept', decidedBy: 'test.accept' });
});

test('of two rules the first has its way', () => {
  const verdict = judge([deciding('reject', RANK.rule + 1), deciding('accept', RANK.rule)]);
  expect(verdict.action).toBe('accept');
});

test('no rule lets malicious content in', () => {
  const virus = { ...deciding('reject', RANK.virus), outcome: 'malicious' };
  expect(judge([deciding('accept', RANK.rule), virus]).decidedBy).toBe('test.malicious');
});

test('what an engine or DMARC asks for counts where it is more severe than the score', () => {
  expect(judge([points(6), deciding('reject', RANK.authentication)]).action).toBe('reject');
  expect(judge([points(12), deciding('junk', RANK.engine)])).toMatchObject({
    action: 'quarantine',
    decidedBy: 'score',
  });
});

test('weights are those of the table until the administrator changes them', () => {
  const finding = { check: 'hello', outcome: 'isOurName', detail: 'x' };
  expect(judge([finding]).score).toBe(4);
  const changed = { ...settings, weights: { 'hello.isOurName': 0.5 } };
  expect(decide([finding], { settings: changed, countsScore: true }).score).toBe(0.5);
});

test('the deciding finding brings its reply along', () => {
  const reply = smtpReply(550, '5.7.1', 'No');
  const finding = {
    ...deciding('reject', RANK.engine),
    decides: { action: 'reject' as const, rank: 1, reply },
  };
  expect(judge([finding]).reply).toBe(reply);
});

test('the order of findings never changes the action', () => {
  const action = fc.constantFrom('accept' as const, 'junk', 'quarantine', 'reject', 'defer');
  const finding = fc.oneof(
    fc.double({ min: -50, max: 50, noNaN: true }).map(points),
    fc.tuple(action, fc.integer({ min: 0, max: 1100 })).map(([each, rank]) => deciding(each, rank)),
  );
  fc.assert(
    fc.property(fc.array(finding), (findings) => {
      expect(judge(findings.toReversed()).action).toBe(judge(findings).action);
    }),
  );
});
