/**
 * Timeline filling: keeps the search index of timelines near what has come: at the start, then a little after each piece of news, so that
 * under load one step serves many messages.
 */
import type { Cancel, Clock } from '../base/clock.ts';
import type { Subscribe } from '../base/emitter.ts';
import type { MailEvent, RefusalEvent } from '../mail/events.ts';

/** At a thousand messages a second a search looks at no more than two thousand of them one by one. */
const WAIT_MS = 2_000;

export interface TimelineFillingOptions {
  readonly timelines: { fill(): Promise<void> };
  readonly onMailEvent: Subscribe<MailEvent | RefusalEvent>;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

export function startTimelineFilling(options: TimelineFillingOptions): Cancel {
  const { timelines, onMailEvent, clock, onError } = options;
  let cancel: Cancel | null = null;
  const fill = (): void => {
    cancel = null;
    timelines.fill().catch(onError);
  };
  const unsubscribe = onMailEvent(({ type }) => {
    if (type === 'received' || type === 'attempted') cancel ??= clock.after(WAIT_MS, fill);
  });
  fill();
  return () => {
    unsubscribe();
    cancel?.();
  };
}
