import { beforeEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../../base/clock.ts';
import { LONGEST_WAIT_MS, MOST_WAITING, MOST_WAITING_OF_ADDRESS } from './limits.ts';
import { WaitingRoom, type Turn } from './waiting-room.ts';

describe('the waiting room', () => {
  let clock: ManualClock;
  let room: WaitingRoom;
  let free: number;
  const order: string[] = [];

  const enter = (name: string, address = name) =>
    room.enter(address, (hasWaited): Turn<string> => {
      if (free === 0) return { kind: 'wait' };
      free--;
      order.push(name);
      return { kind: 'done', value: hasWaited ? 'waited' : 'at once' };
    });

  beforeEach(() => {
    clock = new ManualClock();
    room = new WaitingRoom(clock);
    free = 1;
    order.length = 0;
  });

  test('lets them go on in their order, as soon as there is room', async () => {
    expect(await enter('a')).toBe('at once');
    const waiting = [enter('b'), enter('c')];
    free = 1;
    room.lookAgain();
    expect(order).toEqual(['a', 'b']);
    free = 1;
    room.lookAgain();
    expect(await Promise.all(waiting)).toEqual(['waited', 'waited']);
    expect(order).toEqual(['a', 'b', 'c']);
  });

  test('keeps nobody for long', async () => {
    free = 0;
    const waiting = enter('a');
    clock.advance(LONGEST_WAIT_MS);
    expect(await waiting).toBeNull();
    free = 1;
    room.lookAgain();
    expect(order).toEqual([]);
  });

  test('is bounded, for an address and for all, and who has most in it gives way', async () => {
    free = 0;
    const greedy = Array.from({ length: MOST_WAITING_OF_ADDRESS }, () => enter('a'));
    expect(await enter('a')).toBeNull();
    const others = Array.from({ length: MOST_WAITING - MOST_WAITING_OF_ADDRESS }, (_, at) => enter(`b${at}`));
    const modest = enter('c');
    expect(await greedy.at(-1)).toBeNull();
    free = MOST_WAITING;
    room.lookAgain();
    expect(new Set(await Promise.all([...greedy.slice(0, -1), ...others, modest]))).toEqual(
      new Set(['waited']),
    );
  });

  test('makes no room for who has as many in it as anybody', async () => {
    free = 0;
    const all = Array.from({ length: MOST_WAITING }, (_, at) => enter(`a${at}`));
    expect(await enter('b')).toBeNull();
    free = MOST_WAITING;
    room.lookAgain();
    expect(new Set(await Promise.all(all))).toEqual(new Set(['waited']));
  });
});
