/**
 * Collects garbage once a thread has come to rest: V8 keeps what a burst has filled, since it collects by what is allocated, and
 * a thread that rests allocates nothing. An office PC has other uses for it.
 *
 * Actor: the host's main thread and the storage worker, each for its own heap. Invariants: never while the thread works (a
 * collection takes some 50 ms); not again before it has worked enough to have left something.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Cancel } from '../base/clock.ts';

const LOOK_MS = 15_000;
/** Below 0.5 % of a processor between two looks. */
const RESTING_CPU_US = 75_000;
/** The writing thread uses this much to start. */
const WORTH_CPU_US = 100_000;

export interface ThreadAtWork {
  /** Processor time that the thread has used, µs. */
  cpuUs(): number;
  collect(): void;
}

/** Looks until the returned function is called. */
export function collectAtRest(thread: ThreadAtWork = ownThread()): Cancel {
  let seenUs = thread.cpuUs();
  let collectedUs = 0;
  const timer = setInterval(() => {
    const nowUs = thread.cpuUs();
    const isResting = nowUs - seenUs < RESTING_CPU_US;
    if (isResting && nowUs - collectedUs >= WORTH_CPU_US) {
      thread.collect();
      collectedUs = thread.cpuUs();
    }
    seenUs = thread.cpuUs();
  }, LOOK_MS);
  timer.unref();
  return () => clearInterval(timer);
}

export function ownThread(): ThreadAtWork {
  return {
    cpuUs: () => {
      const { user, system } = process.threadCpuUsage();
      return user + system;
    },
    collect: () => loadCollector()({ type: 'major', execution: 'sync', flavor: 'last-resort' }),
  };
}

/** What `node --expose-gc` gives: a context that is made after the flag was set has it. */
function loadCollector(): NodeJS.GCFunction {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as NodeJS.GCFunction;
}
