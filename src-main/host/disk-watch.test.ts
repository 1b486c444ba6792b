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
  await watch.look();
  expect(watch.hasRoom()).toBe(true);
  free = RESERVED_OCTETS;
  await watch.look();
  expect(watch.hasRoom()).toBe(false);
  free = new Error('no such device');
  await watch.look();
  expect(watch.hasRoom()).toBe(false);
  free = RESERVED_OCTETS * 2;
  expect(watch.hasRoom()).toBe(false);
  clock.advance(100);
  watch.hasRoom();
  await expect.poll(() => watch.hasRoom()).toBe(true);
  expect(warnings).toEqual(['the disk is nearly full: new mail is refused', 'the disk has room again']);
});
