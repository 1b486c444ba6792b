import { describe, expect, it } from 'vitest';
import { ManualClock } from '../base/clock.ts';
import { defaultSettings } from './default-settings.ts';
import type { HealthDesk, HealthView } from './health-desk.ts';
import { startHealthSchedule } from './health-schedule.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

function start(options: { chance?: number; isSetUp?: boolean; everyHours?: number } = {}) {
  const clock = new ManualClock();
  const { chance = 10, isSetUp = true, everyHours = 24 } = options;
  const settings = { ...defaultSettings('mail.example.com'), isSetUp };
  let view = { lastRun: null } as unknown as HealthView;
  const runs: number[] = [];
  const desk = {
    view: () => view,
    run: () => {
      runs.push(clock.now());
      view = { ...view, lastRun: { startedAt: clock.now(), endedAt: clock.now() } };
      return Promise.resolve();
    },
  } as unknown as HealthDesk;
  const schedule = startHealthSchedule({
    ...{ desk, clock, randomBytes: () => Uint8Array.of(chance) },
    settings: () => ({ ...settings, health: { ...settings.health, everyHours } }),
    checkDatabase: () => Promise.resolve(),
    onError: (error) => {
      throw error;
    },
  });
  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= MINUTE_MS) {
      clock.advance(Math.min(left, MINUTE_MS));
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { clock, runs, schedule, pass };
}

describe('health is looked at by itself', () => {
  it('soon after the first start, and then once a day, spread', async () => {
    const { runs, pass, clock } = start({ chance: 10 });
    const begin = clock.now();
    await pass(26 * HOUR_MS);
    expect(runs.map((at) => (at - begin) / MINUTE_MS)).toEqual([2, 2 + 24 * 60 + 10]);
  });

  it('as often as the settings say, or never', async () => {
    const often = start({ everyHours: 6, chance: 0 });
    await often.pass(13 * HOUR_MS);
    expect(often.runs).toHaveLength(3);
    const never = start({ everyHours: 0 });
    await never.pass(30 * HOUR_MS);
    expect(never.runs).toEqual([]);
    expect(never.schedule.nextRunAt()).toBeNull();
  });

  it('only once the server is set up', async () => {
    const { runs, pass } = start({ isSetUp: false });
    await pass(3 * HOUR_MS);
    expect(runs).toEqual([]);
  });

  it('no more once it is stopped', async () => {
    const { runs, pass, schedule } = start();
    schedule.stop();
    await pass(3 * HOUR_MS);
    expect(runs).toEqual([]);
  });
});
