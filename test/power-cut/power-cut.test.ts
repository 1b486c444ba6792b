/** A hundred cuts of a fresh recording, and each fault of a worse program; `npm run test:power-cut` makes ten thousand. */
import { beforeAll, describe, expect, it } from 'vitest';
import { isInstalled } from '../support/installed.ts';
import { FAULTS } from './faults-of-programs.ts';
import { RecordedRun } from './record.ts';
import { replay } from './replay.ts';

const CUTS = 100;
const CUTS_A_FAULT = 300;

describe.skipIf(!isInstalled('strace'))('a recorded run', () => {
  let run: RecordedRun;

  beforeAll(async () => {
    run = await RecordedRun.record({ name: 'two lives', seed: 1, livesMs: [1_000, 1_000] });
  });

  it('what was acknowledged is there once after a power cut, whatever the disk has made of what was not synced', async () => {
    const report = await replay(run, { cuts: CUTS, seed: Date.now() % 1_000_000 });
    expect(report.problems).toEqual([]);
    expect(report.uncertain).toBeGreaterThan(CUTS);
  });

  it.each(FAULTS)('a program that leaves out $name is found out', async ({ options }) => {
    const report = await replay(run, { ...options, cuts: CUTS_A_FAULT, seed: 1, endsAtFirst: true });
    expect(report.problems).not.toEqual([]);
  });
});
