import { beforeEach, describe, expect, it } from 'vitest';
import { DOMAIN, healthFacts, silentTools } from '../../test/support/health-scene.ts';
import { ManualClock } from '../base/clock.ts';
import { silentLogger } from '../base/logger.ts';
import { tell, type HealthCheckId } from '../health/finding-words.ts';
import { MemoryHealthStore } from '../health/memory-health-store.ts';
import type { CheckFinding, HealthCheck, HealthState } from '../health/port.ts';
import { RunningHealthDesk, type HealthNotice } from './health-desk.ts';

const HOUR_MS = 3_600_000;

class Scene {
  readonly clock = new ManualClock();
  readonly store = new MemoryHealthStore();
  readonly notices: HealthNotice[] = [];
  domains = [DOMAIN];
  /** What each check says, by its id and domain. */
  says: Record<string, HealthState | readonly CheckFinding[]> = {};
  asked: string[] = [];
  readonly checks = [this.#check('disk', 'server'), this.#check('mxExists', 'domain')];

  async open(): Promise<RunningHealthDesk> {
    const desk = await RunningHealthDesk.open({
      ...{ checks: this.checks, store: this.store, clock: this.clock, logger: silentLogger },
      gatherFacts: () =>
        Promise.resolve(healthFacts({ domains: this.domains.map((name) => ({ name, accounts: 1 })) })),
      tools: () => silentTools(),
      ports: { mx: 25, nameServer: 53 },
    });
    desk.onNotice((notice) => this.notices.push(notice));
    return desk;
  }

  #check(id: HealthCheckId, about: HealthCheck['about']): HealthCheck {
    const run: HealthCheck['run'] = (_, domain) => {
      this.asked.push(`${id} ${domain}`.trim());
      const said = this.says[`${id} ${domain}`.trim()] ?? 'ok';
      return Promise.resolve(
        typeof said === 'string' ? [{ state: said, text: tell('diskRoom', { free: said }) }] : said,
      );
    };
    return { id, card: 'safe', about, run };
  }
}

let scene: Scene;
let desk: RunningHealthDesk;

beforeEach(async () => {
  scene = new Scene();
  desk = await scene.open();
});

async function runAfterAnHour(): Promise<HealthNotice | undefined> {
  scene.clock.advance(HOUR_MS);
  await desk.run({ kind: 'all' });
  return scene.notices.pop();
}

const states = () =>
  desk
    .view()
    .rows.map(({ domain, finding }) => `${finding.check} ${domain} ${finding.state}`.replace('  ', ' '));

describe('a run over everything', () => {
  it('fills the page, and is kept over a restart', async () => {
    scene.says = { disk: 'warning' };
    await desk.run({ kind: 'all' });
    expect(states().sort()).toEqual(['disk warning', `mxExists ${DOMAIN} ok`]);
    const again = await scene.open();
    expect(again.view().rows).toEqual(desk.view().rows);
    expect(again.view().lastRun).toEqual(desk.view().lastRun);
  });

  it('tells its progress, and a second one joins it', async () => {
    const seen: (string | null)[] = [];
    desk.onChange(() => {
      const { progress } = desk.view();
      seen.push(progress && `${progress.done}/${progress.total}`);
    });
    await Promise.all([desk.run({ kind: 'all' }), desk.run({ kind: 'all' })]);
    expect(seen).toContain('1/2');
    expect(seen.at(-1)).toBeNull();
    expect(scene.asked).toHaveLength(2);
  });

  it('that is given up keeps what was there, and is no run', async () => {
    await desk.run({ kind: 'all' });
    const { lastRun } = desk.view();
    scene.clock.advance(HOUR_MS);
    const done = desk.run({ kind: 'all' });
    desk.cancel();
    await done;
    expect(desk.view()).toMatchObject({ lastRun, progress: null });
    expect(desk.view().rows).toHaveLength(2);
  });

  it('forgets domains that are not ours any more', async () => {
    scene.domains = [DOMAIN, 'old.example'];
    await desk.run({ kind: 'all' });
    scene.domains = [DOMAIN];
    await runAfterAnHour();
    expect(states().sort()).toEqual(['disk ok', `mxExists ${DOMAIN} ok`]);
    expect(await scene.store.list()).toHaveLength(2);
  });

  it('forgets subjects that a check does not speak of any more', async () => {
    scene.says = { disk: [{ subject: 'a', state: 'ok', text: tell('diskRoom', { free: '1' }) }] };
    await desk.run({ kind: 'all' });
    scene.says = { disk: [{ subject: 'b', state: 'ok', text: tell('diskRoom', { free: '1' }) }] };
    await runAfterAnHour();
    expect(
      desk
        .view()
        .rows.map(({ finding }) => finding.subject)
        .sort(),
    ).toEqual(['b', DOMAIN].sort());
  });
});

describe('what is told', () => {
  it('is nothing after the first run, which finds what was always so', async () => {
    scene.says = { disk: 'error' };
    await desk.run({ kind: 'all' });
    expect(scene.notices).toEqual([]);
  });

  it('is only what became worse or better', async () => {
    await desk.run({ kind: 'all' });
    expect(await runAfterAnHour()).toBeUndefined();
    scene.says = { disk: 'error' };
    expect(await runAfterAnHour()).toMatchObject({ worse: [{ finding: { check: 'disk' } }], better: [] });
    expect(await runAfterAnHour()).toBeUndefined();
    scene.says = { disk: 'warning' };
    expect(await runAfterAnHour()).toMatchObject({ worse: [], better: [{ finding: { state: 'warning' } }] });
  });

  it('is nothing where nobody could say, nor when they can again', async () => {
    scene.says = { disk: 'warning' };
    await desk.run({ kind: 'all' });
    scene.says = { disk: 'undetermined', [`mxExists ${DOMAIN}`]: 'undetermined' };
    expect(await runAfterAnHour()).toBeUndefined();
    scene.says = { disk: 'warning' };
    expect(await runAfterAnHour()).toBeUndefined();
    scene.says = { disk: 'undetermined' };
    await runAfterAnHour();
    scene.says = { disk: 'error' };
    expect(await runAfterAnHour()).toMatchObject({ worse: [{ settled: 'error' }] });
  });

  it('leaves out what is ignored, until that is over', async () => {
    await desk.run({ kind: 'all' });
    const key = { check: 'disk', domain: '', subject: '' };
    const until = scene.clock.now() + 90 * 60_000;
    await desk.ignore({ ...key, reason: 'a new disk comes', until, by: 'anna', at: scene.clock.now() });
    scene.says = { disk: 'error' };
    expect(await runAfterAnHour()).toBeUndefined();
    expect(desk.view().ignored).toHaveLength(1);
    scene.says = { disk: 'ok' };
    scene.clock.advance(HOUR_MS);
    expect(desk.view().ignored).toEqual([]);
    scene.says = { disk: 'error' };
    await runAfterAnHour();
    expect(desk.isIgnored(key)).toBe(false);
  });
});

describe('asking anew', () => {
  it('is about one check and domain', async () => {
    await desk.run({ kind: 'all' });
    scene.asked = [];
    await desk.run({ kind: 'check', check: 'mxExists', domain: DOMAIN });
    await desk.run({ kind: 'check', check: 'disk', domain: '' });
    expect(scene.asked).toEqual([`mxExists ${DOMAIN}`, 'disk']);
    expect(desk.view().checking).toEqual([]);
  });

  it('is about all of a domain, or of the server', async () => {
    await desk.run({ kind: 'domain', domain: DOMAIN });
    await desk.run({ kind: 'domain', domain: '' });
    await desk.run({ kind: 'domain', domain: 'not-ours.example' });
    expect(scene.asked).toEqual([`mxExists ${DOMAIN}`, 'disk']);
  });

  it('tells nobody: whoever asked is looking', async () => {
    await desk.run({ kind: 'all' });
    scene.says = { disk: 'error' };
    await desk.run({ kind: 'check', check: 'disk', domain: '' });
    expect(scene.notices).toEqual([]);
  });
});

describe('the history of a row', () => {
  it('has a step for each change of its state, newest first', async () => {
    for (const state of ['ok', 'ok', 'error', 'undetermined', 'ok'] as const) {
      scene.says = { disk: state };
      scene.clock.advance(HOUR_MS);
      await desk.run({ kind: 'all' });
    }
    const steps = await desk.history({ check: 'disk', domain: '', subject: '' });
    expect(steps.map(({ from, state }) => `${from} → ${state}`)).toEqual([
      'undetermined → ok',
      'error → undetermined',
      'ok → error',
      'null → ok',
    ]);
  });

  it('says since when it is in its state', async () => {
    await desk.run({ kind: 'all' });
    const [first] = desk.view().rows;
    await runAfterAnHour();
    const [second] = desk.view().rows;
    expect(second?.changedAt).toBe(first?.changedAt);
    expect(second?.checkedAt).toBe((first?.checkedAt ?? 0) + HOUR_MS);
  });
});
