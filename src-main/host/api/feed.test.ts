import { expect, it } from 'vitest';
import { ManualClock } from '../../base/clock.ts';
import { ChangeBuffer, feed } from './feed.ts';

const settle = async (): Promise<void> => {
  for (let i = 0; i < 5; i++) await Promise.resolve();
};

function setUp() {
  const clock = new ManualClock();
  const abort = new AbortController();
  let buffer: ChangeBuffer<string> | null = null;
  let closed = 0;
  let version = 0;
  const stream = feed<number, string, string>({
    clock,
    signal: abort.signal,
    intervalMs: 100,
    snapshot: () => Promise.resolve(version++),
    open: (opened) => {
      buffer = opened;
      return () => closed++;
    },
    resolve: (changes) => Promise.resolve(changes),
  });
  return { clock, abort, stream, buffer: () => buffer, closed: () => closed };
}

it('joins what happens within an interval into one event, the latest of each key', async () => {
  const { clock, stream, buffer } = setUp();
  expect((await stream.next()).value).toEqual({ type: 'snapshot', seq: 0, snapshot: 0 });
  const next = stream.next();
  buffer()?.push('a', 'a1');
  buffer()?.push('b', 'b1');
  buffer()?.push('a', 'a2');
  await settle();
  clock.advance(100);
  expect((await next).value).toEqual({ type: 'changes', seq: 1, changes: ['a2', 'b1'] });
});

it('ends, and stops watching, when the subscriber has gone while it waits', async () => {
  const { abort, stream, closed } = setUp();
  await stream.next();
  const next = stream.next();
  abort.abort();
  expect(await next).toEqual({ done: true, value: undefined });
  expect(closed()).toBe(1);
});

it('stops watching when the subscriber returns without waiting', async () => {
  const { stream, closed } = setUp();
  await stream.next();
  await stream.return();
  expect(closed()).toBe(1);
});

it('keeps a bounded number of changes and then asks for a snapshot', () => {
  const buffer = new ChangeBuffer<number>();
  for (let i = 0; i < 2000; i++) buffer.push(String(i), i);
  expect(buffer.take()).toEqual({ kind: 'reset' });
  expect(buffer.take()).toEqual({ kind: 'changes', changes: [] });
});
