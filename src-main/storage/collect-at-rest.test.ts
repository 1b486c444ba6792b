import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { collectAtRest, ownThread } from './collect-at-rest.ts';

const LOOK_MS = 15_000;
let usedUs: number;
let collections: number;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  usedUs = 0;
  collections = 0;
});

afterEach(() => {
  vi.useRealTimers();
});

function dropSomething(): WeakRef<object> {
  return new WeakRef({ letter: 'x'.repeat(1_000) });
}

function begin() {
  return collectAtRest({ cpuUs: () => usedUs, collect: () => collections++ });
}

it('collects when a thread that has worked comes to rest, once', () => {
  begin();
  usedUs += 2_000_000;
  vi.advanceTimersByTime(LOOK_MS);
  expect(collections).toBe(0);
  vi.advanceTimersByTime(LOOK_MS);
  expect(collections).toBe(1);
  vi.advanceTimersByTime(100 * LOOK_MS);
  expect(collections).toBe(1);
});

it('never collects while the thread works', () => {
  begin();
  for (let look = 0; look < 100; look++) {
    usedUs += 500_000;
    vi.advanceTimersByTime(LOOK_MS);
  }
  expect(collections).toBe(0);
});

it('collects again after the next burst', () => {
  begin();
  for (let burst = 0; burst < 2; burst++) {
    usedUs += 1_000_000;
    vi.advanceTimersByTime(2 * LOOK_MS);
  }
  expect(collections).toBe(2);
});

it('looks no more once it is cancelled', () => {
  const cancel = begin();
  usedUs += 2_000_000;
  cancel();
  vi.advanceTimersByTime(10 * LOOK_MS);
  expect(collections).toBe(0);
});

it('gives back what this thread has dropped', async () => {
  const dropped = dropSomething();
  // A reference holds what it refers to until the job that made it ends.
  await new Promise((resolve) => setImmediate(resolve));
  collectAtRest({ ...ownThread(), cpuUs: () => usedUs });
  usedUs += 2_000_000;
  vi.advanceTimersByTime(2 * LOOK_MS);
  expect(dropped.deref()).toBeUndefined();
});

it('knows what this thread has used of the processor', () => {
  const { cpuUs } = ownThread();
  const before = cpuUs();
  while (cpuUs() - before < 1_000) randomBytes(1_000);
  expect(cpuUs()).toBeGreaterThan(before);
});
