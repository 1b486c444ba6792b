/**
 * Tell timed: what a test finds, told while it happens; each event says when, counted from the beginning.
 *
 * Flow: connection and delivery tests → here → the console's feed. Invariants: the events end with the run, and fail with it.
 */
import type { Clock } from '../../../base/clock.ts';
import { EventChannel } from '../../../base/event-channel.ts';

/** `atMs` counts from the beginning. */
export type Timed<Event> = { readonly atMs: number } & Event;
export type Tell<Event> = (event: Event) => void;

export function tellTimed<Event>(
  clock: Clock,
  run: (tell: Tell<Event>) => Promise<void>,
): AsyncIterable<Timed<Event>> {
  const channel = new EventChannel<Timed<Event>>();
  const startedAt = clock.now();
  const tell: Tell<Event> = (event) => channel.push({ ...event, atMs: clock.now() - startedAt });
  run(tell).then(
    () => channel.end(),
    (error: unknown) => channel.end(error),
  );
  return channel;
}
