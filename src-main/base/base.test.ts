import { describe, expect, it } from 'vitest';
import { ManualClock } from './clock.ts';
import { Emitter } from './emitter.ts';
import { createIdMaker } from './ids.ts';

describe('a manual clock', () => {
  it('runs timers in the order they fall due, at their times, and not the cancelled ones', () => {
    const clock = new ManualClock(1_000);
    const ran: string[] = [];
    clock.after(300, () => ran.push(`c at ${clock.now()}`));
    clock.after(100, () => {
      ran.push(`a at ${clock.now()}`);
      clock.after(100, () => ran.push(`b at ${clock.now()}`));
    });
    clock.after(50, () => ran.push('never'))();
    clock.advance(250);
    expect(ran).toEqual(['a at 1100', 'b at 1200']);
    clock.advance(50);
    expect(ran).toEqual(['a at 1100', 'b at 1200', 'c at 1300']);
  });
});

describe('ids', () => {
  it('are sixteen safe characters that sort by time', () => {
    let now = Date.UTC(2026, 0, 1);
    const makeId = createIdMaker(
      () => now,
      (length) => new Uint8Array(length).fill(255),
    );
    const ids = Array.from({ length: 50 }, () => {
      now += 977_777_777;
      return makeId();
    });
    expect(ids.every((id) => /^[0-9a-z]{16}$/u.test(id))).toBe(true);
    expect([...ids].sort()).toEqual(ids);
  });
});

describe('an emitter', () => {
  it('tells the others when a listener throws, and nobody who left', () => {
    const errors: unknown[] = [];
    const heard: number[] = [];
    const emitter = new Emitter<number>((error) => errors.push(error));
    emitter.subscribe(() => {
      throw new Error('broken');
    });
    const leave = emitter.subscribe((event) => heard.push(event));
    emitter.emit(1);
    leave();
    emitter.emit(2);
    expect(heard).toEqual([1]);
    expect(errors).toHaveLength(2);
    expect(emitter.listenerCount).toBe(1);
  });
});
