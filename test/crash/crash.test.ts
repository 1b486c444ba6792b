/** Some cuts of each kind; `npm run test:crash` makes a thousand. */
import { expect, it } from 'vitest';
import { runMigrationRounds } from './migration-rounds.ts';
import { runMixedRounds } from './mixed-rounds.ts';
import { runRelayRounds } from './relay-rounds.ts';

const MIXED_ROUNDS = 15;
const MIGRATION_ROUNDS = 5;
const RELAY_ROUNDS = 5;

it('loses nothing acknowledged and doubles nothing when it is killed under mixed load', async () => {
  const report = await runMixedRounds(MIXED_ROUNDS);
  expect(report.problems).toEqual([]);
  expect(report.acknowledged).toBeGreaterThan(MIXED_ROUNDS);
});

it('ends a migration that was killed, and keeps a whole copy from before', async () => {
  const report = await runMigrationRounds(MIGRATION_ROUNDS);
  expect(report.problems).toEqual([]);
  expect(report.cuts).toBeGreaterThan(0);
});

it('relays everything acknowledged, and nothing twice but in the stated window, when it is killed', async () => {
  const report = await runRelayRounds(RELAY_ROUNDS);
  expect(report.problems).toEqual([]);
  expect(report.relayed).toBeGreaterThan(RELAY_ROUNDS);
});
