/** Search filling: keeps the search index near what has come, in the background: all mail at the start, later a while after mail. */
import type { Cancel, Clock } from '../base/clock.ts';
import type { MailStore } from '../mail/mailstore/port.ts';

/** So that a burst of mail is indexed when it is over, and deliveries have the processor for themselves. */
const REST_MS = 5_000;

export function startSearchFilling(options: {
  search: { fill(): Promise<void> };
  mailStore: Pick<MailStore, 'onChange'>;
  clock: Clock;
  onError: (error: unknown) => void;
}): Cancel {
  const { search, mailStore, clock, onError } = options;
  let cancel: Cancel | null = null;
  const fill = (): void => {
    cancel = null;
    search.fill().catch(onError);
  };
  const unsubscribe = mailStore.onChange(({ kind }) => {
    if (kind === 'messages') cancel ??= clock.after(REST_MS, fill);
  });
  fill();
  return () => {
    unsubscribe();
    cancel?.();
  };
}
