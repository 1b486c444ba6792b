/** The faults that are made quickly; `npm run test:faults` makes all of them. */
import { describe, expect, it } from 'vitest';
import { isInstalled } from '../support/installed.ts';
import { FAULTS } from './faults-of-machines.ts';
import { tryFault } from './trial.ts';

/** A disk is mounted, and other processes are traced. */
const mayTry = process.getuid?.() === 0 && isInstalled('strace');

describe.skipIf(!mayTry)('nothing acknowledged is lost, and mail is accepted again, when', () => {
  it.each(FAULTS.filter(({ isQuick }) => isQuick))('$name', async (fault) => {
    const report = await tryFault(fault);
    expect(report.problems).toEqual([]);
    expect(report.afterwards).toMatch(/^accepts again by itself|accepts after that$/u);
    expect(report.acknowledged).toBeGreaterThan(0);
  });
});
