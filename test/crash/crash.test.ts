import { expect, it } from 'vitest';
import { runCrashRounds } from './crash-rounds.ts';
import { runRelayRounds } from './relay-rounds.ts';

const ROUNDS = Number(process.env['POSTROOM_CRASH_ROUNDS'] ?? 50);
const TIMEOUT_MS = 60_000 + ROUNDS * 10_000;

it(
  `loses nothing acknowledged and doubles nothing when it is killed ${ROUNDS} times under load`,
  async () => {
    const report = await runCrashRounds(ROUNDS);
    console.log(
      `crash: ${report.rounds} kills, ${report.acknowledged} messages acknowledged (${report.copies} copies), ` +
        `${report.unanswered} unanswered, ${report.problems.length} problems`,
    );
    expect(report.problems).toEqual([]);
    expect(report.acknowledged).toBeGreaterThan(report.rounds);
  },
  TIMEOUT_MS,
);

it(
  `relays everything acknowledged, and nothing twice but in the stated window, when it is killed ${ROUNDS} times`,
  async () => {
    const report = await runRelayRounds(ROUNDS);
    console.log(
      `crash while relaying: ${report.rounds} kills, ${report.acknowledged} recipients acknowledged, ` +
        `${report.relayed} relayed, ${report.doubled} of them twice, their first 250 at most ` +
        `${report.longestWindowMs} ms before the kill; ${report.problems.length} problems`,
    );
    expect(report.problems).toEqual([]);
    expect(report.relayed).toBeGreaterThan(report.rounds);
  },
  TIMEOUT_MS,
);
