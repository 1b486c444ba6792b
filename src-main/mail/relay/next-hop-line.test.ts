import { beforeEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../../base/clock.ts';
import { temporaryProblem } from '../../protocol/smtp/client/problem.ts';
import { MAX_LATER_MS, MAX_LINE_WAIT_MS, MAX_REST_MS, SHORT_LINE } from './limits.ts';
import { NextHopLine, type Admission } from './next-hop-line.ts';

const MINUTE = 60_000;
const BUSY = temporaryProblem('4.7.0', '421 4.7.0 Try again later');

let clock: ManualClock;
/** `name kind` as each one in line hears of it. */
let heard: string[];

beforeEach(() => {
  clock = new ManualClock(0);
  heard = [];
});

function makeLine(facts: { maxSessions?: number; messagesPerMinute?: number } = {}): NextHopLine {
  return new NextHopLine({
    clock,
    randomBytes: (length) => new Uint8Array(length),
    maxSessions: facts.maxSessions ?? 2,
    messagesPerMinute: facts.messagesPerMinute ?? null,
    firstRestMs: () => MINUTE,
    onChange: () => heard.push('changed'),
  });
}

async function enter(line: NextHopLine, name: string, isBulk = false): Promise<void> {
  void line.enter({ isBulk }).then((admission) => heard.push(`${name} ${admission.kind}`));
  await settle();
}

async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await Promise.resolve();
}

async function pass(ms: number): Promise<void> {
  clock.advance(ms);
  await settle();
}

describe('a line for a next hop', () => {
  test('lets in as many as the next hop takes, and then one for each that leaves', async () => {
    const line = makeLine();
    for (const name of ['a', 'b', 'c', 'd']) await enter(line, name);
    expect(heard).toEqual(['a turn', 'b turn']);
    line.leave();
    await settle();
    expect(heard.at(-1)).toBe('c turn');
    expect([line.sessions, line.waiting]).toEqual([2, 1]);
  });

  test('lets ordinary mail pass bulk, but not for ever', async () => {
    const line = makeLine({ maxSessions: 1 });
    await enter(line, 'first');
    await enter(line, 'bulk', true);
    await enter(line, 'note');
    line.leave();
    await settle();
    expect(heard.at(-1)).toBe('note turn');
    line.leave();
    await settle();
    expect(heard.at(-1)).toBe('bulk turn');
  });

  test('sends those away who had no turn for a while, and most newcomers until the line is short', async () => {
    const line = makeLine({ maxSessions: 1 });
    for (let i = 0; i < 100; i++) await enter(line, `early${i}`);
    expect(heard).toEqual(['early0 turn']);
    await pass(MAX_LINE_WAIT_MS);
    expect(heard.filter((each) => each.endsWith('later'))).toHaveLength(99);
    for (let i = 0; i < 100; i++) await enter(line, `late${i}`);
    expect(line.waiting).toBe(SHORT_LINE);
    for (let i = 0; i <= SHORT_LINE; i++) line.leave();
    await enter(line, 'next');
    expect(heard.at(-1)).toBe('next turn');
  });

  test('says to come back one after another, and never too late', async () => {
    const line = makeLine({ maxSessions: 1, messagesPerMinute: 1 });
    const times: number[] = [];
    const all = Array.from({ length: 50 }, () => line.enter({ isBulk: false }));
    clock.advance(MAX_LINE_WAIT_MS);
    for (const admission of await Promise.all(all)) {
      if (admission.kind === 'later') times.push(admission.until);
    }
    expect(times).toHaveLength(49);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBe(MINUTE);
    expect(Math.max(...times)).toBeLessThanOrEqual(clock.now() + MAX_LATER_MS);
  });

  test('keeps to the messages a minute, on one turn as well', async () => {
    const line = makeLine({ maxSessions: 5, messagesPerMinute: 60 });
    await enter(line, 'a');
    await enter(line, 'b');
    expect(heard).toEqual(['a turn']);
    await pass(1_000);
    expect(heard).toEqual(['a turn', 'b turn']);
    let paced = false;
    void line.pace().then(() => (paced = true));
    await pass(999);
    expect(paced).toBe(false);
    await pass(1);
    expect(paced).toBe(true);
  });

  test('rests after a refusal, tells everybody in line, and lets one try for all', async () => {
    const line = makeLine({ maxSessions: 5 });
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) await enter(line, name);
    line.refused(BUSY);
    line.leave();
    await enter(line, 'g');
    expect(heard.slice(-3)).toEqual(['changed', 'f rests', 'g rests']);
    expect(line.rest).toEqual({ until: MINUTE, problem: BUSY });
    for (let i = 0; i < 4; i++) line.leave();
    await pass(MINUTE);
    expect(heard.at(-1)).toBe('changed');
    await enter(line, 'h');
    await enter(line, 'i');
    expect(heard.at(-1)).toBe('h turn');
    line.succeeded();
    await settle();
    expect(heard.at(-1)).toBe('i turn');
  });

  test('rests longer each time, at most half an hour, until one message got through', async () => {
    const line = makeLine();
    const rests: number[] = [];
    for (let i = 0; i < 8; i++) {
      await enter(line, 'probe');
      line.refused(BUSY);
      // Another one that was under way says the same: that is no second refusal.
      line.refused(BUSY);
      line.leave();
      rests.push((line.rest?.until ?? 0) - clock.now());
      await pass(rests.at(-1) ?? 0);
    }
    expect(rests.map((rest) => rest / MINUTE)).toEqual([1, 2, 4, 8, 16, 30, 30, 30]);
    expect(Math.max(...rests)).toBe(MAX_REST_MS);
    line.succeeded();
    line.refused(BUSY);
    expect((line.rest?.until ?? 0) - clock.now()).toBe(MINUTE);
  });

  test('is tried at once where an administrator says so', async () => {
    const line = makeLine();
    line.refused(BUSY);
    await enter(line, 'a');
    line.tryNow();
    await enter(line, 'b');
    expect(heard).toEqual(['changed', 'a rests', 'changed', 'b turn']);
    expect(line.rest).toBeNull();
  });

  test('shares the news that there is no hope, and does not rest for it', async () => {
    const line = makeLine({ maxSessions: 1 });
    await enter(line, 'a');
    await enter(line, 'b');
    line.refused({ ...BUSY, isPermanent: true });
    await settle();
    expect(heard).toEqual(['a turn', 'b hopeless']);
    expect(line.rest).toBeNull();
  });

  test('remembers nothing once everybody has gone, except a refusal', async () => {
    const line = makeLine();
    await enter(line, 'a');
    expect(line.isForgettable).toBe(false);
    line.leave();
    expect(line.isForgettable).toBe(true);
    line.refused(BUSY);
    expect(line.isForgettable).toBe(false);
  });

  test('keeps a short line at a slow next hop, so that its sessions stay busy', async () => {
    const line = makeLine({ maxSessions: 1 });
    await enter(line, 'first');
    await enter(line, 'in vain');
    await pass(MAX_LINE_WAIT_MS - 1);
    await enter(line, 'in time');
    await pass(1);
    const admissions: Promise<Admission>[] = Array.from({ length: 50 }, () => line.enter({ isBulk: false }));
    await settle();
    expect(line.waiting).toBe(SHORT_LINE);
    line.leave();
    expect(await Promise.race(admissions)).toMatchObject({ kind: 'later' });
    expect(heard).toContain('in time turn');
  });
});
