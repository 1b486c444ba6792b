import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { WorkerOnDemand } from './worker-on-demand.ts';

class FakeWorker {
  hasFailed = false;
  isClosed = false;
  readonly asked: string[] = [];
  hold: Promise<void> = Promise.resolve();

  async request(name: string): Promise<unknown> {
    this.asked.push(name);
    await this.hold;
    if (this.hasFailed) throw new Error('the thread has died');
    return `${name} answered`;
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}

const started: FakeWorker[] = [];
let onDemand: WorkerOnDemand;

beforeEach(() => {
  vi.useFakeTimers();
  started.length = 0;
  onDemand = new WorkerOnDemand(() => {
    started.push(new FakeWorker());
    return Promise.resolve(started.at(-1)!);
  }, 1_000);
});

afterEach(() => {
  vi.useRealTimers();
});

it('starts no worker before somebody asks, and one for many', async () => {
  expect(started).toHaveLength(0);
  const answers = await Promise.all([onDemand.request('a', null), onDemand.request('b', null)]);
  expect(answers).toEqual(['a answered', 'b answered']);
  expect(started.map(({ asked }) => asked)).toEqual([['a', 'b']]);
});

it('ends the worker after a rest, and starts another for the next', async () => {
  await onDemand.request('a', null);
  await vi.advanceTimersByTimeAsync(999);
  expect(started[0]?.isClosed).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(started[0]?.isClosed).toBe(true);
  expect(await onDemand.request('b', null)).toBe('b answered');
  expect(started).toHaveLength(2);
});

it('never ends a worker while a request is under way', async () => {
  await onDemand.request('a', null);
  let release = () => {};
  started[0]!.hold = new Promise((resolve) => (release = resolve));
  const slow = onDemand.request('slow', null);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(started[0]?.isClosed).toBe(false);
  release();
  expect(await slow).toBe('slow answered');
  await vi.advanceTimersByTimeAsync(1_000);
  expect(started[0]?.isClosed).toBe(true);
});

it('replaces a worker that died at the next request', async () => {
  await onDemand.request('a', null);
  started[0]!.hasFailed = true;
  await expect(onDemand.request('b', null)).rejects.toThrow('the thread has died');
  expect(await onDemand.request('c', null)).toBe('c answered');
  expect(started).toHaveLength(2);
});

it('starts anew where a start has failed', async () => {
  let starts = 0;
  const target = new WorkerOnDemand(() => {
    starts++;
    return starts === 1 ? Promise.reject(new Error('no memory')) : Promise.resolve(new FakeWorker());
  });
  await expect(target.request('a', null)).rejects.toThrow('no memory');
  expect(await target.request('a', null)).toBe('a answered');
  await target.close();
});

it('answers nothing once it is closed', async () => {
  await onDemand.request('a', null);
  await onDemand.close();
  expect(started[0]?.isClosed).toBe(true);
  await expect(onDemand.request('b', null)).rejects.toThrow('the storage is closed');
});
