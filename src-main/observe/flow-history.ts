/**
 * FlowHistory: keeps what the meter counts, minute by minute, for charts of days and weeks.
 *
 * Flow: meter, queue → here, once a minute → flow store. Invariants: a minute in which nothing happened and nothing waited is
 * not written, so that an idle server leaves its disk alone; what a crash loses is the minute that it happened in.
 */
import type { Cancel, Clock } from '../base/clock.ts';
import type { FlowBar, FlowHistoryStore, MailMeter } from './port.ts';

const MINUTE_MS = 60_000;
/** After a long sleep of the machine there is nothing more to catch up with: the meter counted nothing. */
const MOST_MINUTES_BEHIND = 60;

export interface FlowHistoryOptions {
  readonly meter: Pick<MailMeter, 'history'>;
  readonly store: FlowHistoryStore;
  readonly depth: () => Promise<QueueState>;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

interface QueueState {
  readonly queued: number;
  readonly active: number;
  readonly deferred: number;
  readonly held: number;
  readonly oldestReceivedAt: number | null;
}

export class FlowHistory {
  readonly #options: FlowHistoryOptions;
  #nextMinute: number;
  #cancel: Cancel = () => undefined;

  constructor(options: FlowHistoryOptions) {
    this.#options = options;
    this.#nextMinute = minuteOf(options.clock.now());
  }

  start(): void {
    const { clock, onError } = this.#options;
    const untilNext = MINUTE_MS - (clock.now() % MINUTE_MS);
    this.#cancel = clock.after(untilNext, () => {
      this.start();
      this.#write(minuteOf(clock.now())).catch(onError);
    });
  }

  /** Writes what the unfinished minute has so far. */
  async stop(): Promise<void> {
    this.#cancel();
    await this.#write(minuteOf(this.#options.clock.now()) + MINUTE_MS);
  }

  async #write(until: number): Promise<void> {
    const { meter, store, depth, clock } = this.#options;
    // A clock that was set back tells minutes again that were told already.
    const from = Math.min(this.#nextMinute, until);
    this.#nextMinute = until;
    const behind = Math.round((minuteOf(clock.now()) + MINUTE_MS - from) / MINUTE_MS);
    const minutes = meter.history(Math.min(behind, MOST_MINUTES_BEHIND));
    const waiting = stateOf(await depth(), clock.now());
    for (const { minuteStart, ...counts } of minutes) {
      if (minuteStart < from || minuteStart >= until) continue;
      const isQuiet = Object.values(counts).every((count) => count === 0) && waiting.mostWaiting === 0;
      if (!isQuiet) await store.add({ start: minuteStart, counts, ...waiting });
    }
  }
}

function minuteOf(at: number): number {
  return Math.floor(at / MINUTE_MS) * MINUTE_MS;
}

function stateOf(state: QueueState, now: number): Pick<FlowBar, 'mostWaiting' | 'oldestMs'> {
  const { queued, active, deferred, held, oldestReceivedAt } = state;
  return {
    mostWaiting: queued + active + deferred + held,
    oldestMs: oldestReceivedAt === null ? 0 : Math.max(0, now - oldestReceivedAt),
  };
}
