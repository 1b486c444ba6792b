/** Random octets taken from a pool that is filled in one call: an id a message would else cost a call into the kernel each. */
import { randomFillSync } from 'node:crypto';
import type { RandomBytes } from '../base/ids.ts';

const POOL_OCTETS = 4_096;

/** Octets are handed out once; requests larger than the pool are filled on their own. */
export function createPooledRandom(): RandomBytes {
  let pool = new Uint8Array(0);
  let used = 0;
  return (length) => {
    if (length > POOL_OCTETS) return randomFillSync(new Uint8Array(length));
    if (used + length > pool.length) {
      pool = randomFillSync(new Uint8Array(POOL_OCTETS));
      used = 0;
    }
    used += length;
    return pool.slice(used - length, used);
  };
}
