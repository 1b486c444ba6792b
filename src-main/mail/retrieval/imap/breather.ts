/** Breather: lets other sessions have their turn during long work (the engine serves all of them on one thread). */
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../../base/clock.ts';
import { TIME_SLICE_MS } from './limits.ts';

/** Returns a function to be called between pieces of work. */
export function breather(clock: Clock): () => Promise<void> | void {
  let since = clock.now();
  return () => {
    if (clock.now() - since < TIME_SLICE_MS) return;
    return setImmediate().then(() => {
      since = clock.now();
    });
  };
}
