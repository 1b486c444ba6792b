/**
 * Search filling: keeps the search index near what has come, in the background: all mail at the start, later when mail has
 * stopped coming for a while.
 */
import type { Cancel, Clock } from '../base/clock.ts';
import type { MailStore } from '../mail/mailstore/port.ts';

/** So that a burst of mail is indexed when it is over, and deliveries have the processor for themselves. */
const REST_MS = 5_000;
/** A burst without end is not waited for any longer: searches would have more and more to read. */
const MOST_WAIT_MS = 60_000;

export interface SearchFillingOptions {
  readonly search: { fill(): Promise<void> };
  readonly mailStore: Pick<MailStore, 'onChange'>;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

export function startSearchFilling({ search, mailStore, clock, onError }: SearchFillingOptions): Cancel {
  let cancel: Cancel | null = null;
  let firstAt = 0;
  let lastAt = 0;
  const fill = (): void => {
    cancel = null;
    search.fill().catch(onError);
  };
  const wait = (delayMs: number): void => {
    cancel = clock.after(delayMs, () => {
      const dueAt = Math.min(lastAt + REST_MS, firstAt + MOST_WAIT_MS);
      if (clock.now() >= dueAt) fill();
      else wait(dueAt - clock.now());
    });
  };
  const unsubscribe = mailStore.onChange(({ kind }) => {
    if (kind !== 'messages') return;
    lastAt = clock.now();
    if (cancel !== null) return;
    firstAt = lastAt;
    wait(REST_MS);
  });
  fill();
  return () => {
    unsubscribe();
    cancel?.();
  };
}
