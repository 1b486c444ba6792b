import { beforeEach, expect, it } from 'vitest';
import { ManualClock } from '../base/clock.ts';
import type { QuietHours } from '../base/quiet-hours.ts';
import type { Attention } from '../contract/overview.ts';
import { NoticeDesk } from './notice-desk.ts';

const DISK: Attention = { kind: 'diskLow', severity: 'warning', freeBytes: 4 };
const FULL: Attention = { kind: 'diskLow', severity: 'error', freeBytes: 1 };
const SELF_SIGNED: Attention = { kind: 'certificateSelfSigned', severity: 'notice' };
const failed = (listener: string): Attention => ({
  ...{ kind: 'listenerFailed', severity: 'error', listener, port: 25 },
});

let clock: ManualClock;
let needs: readonly Attention[];
let quiet: QuietHours | null;
let told: Attention[];
let desk: NoticeDesk;

beforeEach(() => {
  clock = new ManualClock(new Date('2026-11-21T12:00:00').getTime());
  needs = [];
  quiet = null;
  told = [];
  let serial = 0;
  desk = new NoticeDesk({
    ...{ look: () => Promise.resolve({ attention: needs, waiting: 3 }), quietHours: () => quiet, clock },
    ...{ makeId: () => String(serial++), onError: (error) => expect(error).toBeNull() },
  });
  desk.onNotice(({ item }) => told.push(item));
});

async function lookAt(...items: readonly Attention[]): Promise<void> {
  needs = items;
  await desk.look();
}

it('what was there at the start is not news', async () => {
  await lookAt(DISK);
  await lookAt(DISK, failed('smtp'));
  expect(told).toEqual([failed('smtp')]);
});

it('a thing is told once, whatever its figures do, and again when it was gone', async () => {
  await lookAt();
  await lookAt(DISK);
  await lookAt({ ...DISK, freeBytes: 3 });
  expect(told).toHaveLength(1);
  await lookAt();
  await lookAt(DISK);
  expect(told).toHaveLength(2);
});

it('a warning that becomes an error is told again', async () => {
  await lookAt();
  await lookAt(DISK);
  await lookAt(FULL);
  expect(told).toEqual([DISK, FULL]);
});

it('two things of a kind are two', async () => {
  await lookAt();
  await lookAt(failed('smtp'));
  await lookAt(failed('smtp'), failed('imap'));
  expect(told).toEqual([failed('smtp'), failed('imap')]);
});

it('hints need nobody at once', async () => {
  await lookAt();
  await lookAt(SELF_SIGNED);
  expect(told).toEqual([]);
  expect(desk.state()).toEqual({ waiting: 3, errors: 0, warnings: 0 });
});

it('in quiet hours warnings wait until they end, and errors do not', async () => {
  quiet = { fromMinute: 11 * 60, untilMinute: 13 * 60, holdsErrors: false };
  await lookAt();
  await lookAt(DISK, failed('smtp'));
  expect(told).toEqual([failed('smtp')]);
  clock.advance(60 * 60_000);
  await lookAt(DISK, failed('smtp'));
  expect(told).toEqual([failed('smtp'), DISK]);
});

it('what is over before quiet hours end is never told', async () => {
  quiet = { fromMinute: 11 * 60, untilMinute: 13 * 60, holdsErrors: true };
  await lookAt();
  await lookAt(failed('smtp'));
  clock.advance(60 * 60_000);
  await lookAt();
  expect(told).toEqual([]);
});

it('keeps the newest for a page that was away', async () => {
  await lookAt();
  for (let i = 0; i < 30; i++) await lookAt(failed(`listener${String(i)}`));
  expect(desk.recent()).toHaveLength(20);
  expect(desk.recent().at(-1)?.item).toEqual(failed('listener29'));
});
