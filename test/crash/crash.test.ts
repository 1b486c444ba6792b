import { expect, it } from 'vitest';
import { runCrashRounds } from './crash-rounds.ts';

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
