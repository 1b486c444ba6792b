import { expect, it } from 'vitest';
import { ManualClock } from '../base/clock.ts';
import { silentLogger } from '../base/logger.ts';
import { DiskWatch, RESERVED_OCTETS } from './disk-watch.ts';

it('finds no room from the reserve down, room again above it, and stays with what it knew when it cannot tell', async () => {
  const clock = new ManualClock();
  let free: number | Error = RESERVED_OCTETS + 1;
  const warnings: string[] = [];
  const watch = new DiskWatch({
    freeOctets: () => (free instanceof Error ? Promise.reject(free) : Promise.resolve(free)),
    clock,
    logger: { ...silentLogger, warn: (message) => warnings.push(message) },
  });
  const lookAgain = async () => {
    clock.advance(1_000);
    await new Promise((resolve) => setImmediate(resolve));
  };
  await watch.start();
  expect(watch.hasRoom()).toBe(true);
  free = RESERVED_OCTETS;
  await lookAgain();
  expect(watch.hasRoom()).toBe(false);
  free = new Error('no such device');
  await lookAgain();
  expect(watch.hasRoom()).toBe(false);
  free = RESERVED_OCTETS * 2;
  await lookAgain();
  expect(watch.hasRoom()).toBe(true);
  expect(warnings).toEqual(['the disk is nearly full: new mail is refused', 'the disk has room again']);
  watch.stop();
  free = 0;
  await lookAgain();
  expect(watch.hasRoom()).toBe(true);
});
