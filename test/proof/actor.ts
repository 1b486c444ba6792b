/** One who uses a service until it is gone: what all of the mixed load have in common. */
import type { Dice } from '../support/dice.ts';
import type { LineClient } from '../support/line-client.ts';
import type { Acknowledgement, IsAcknowledged, Promised } from './history.ts';
import type { Snapshot } from './snapshot.ts';

/** Where the service listens. */
export interface Doors {
  port(name: string): number;
}

/** How much time an actor takes between two deeds; it ends them when the signal says so. */
export interface Pace {
  readonly signal: AbortSignal;
  /** Milliseconds. */
  pause(): Promise<void>;
  /** Hears why a session ended; then another one begins. Without it a client whose session ends does no more. */
  goesOn?(reason: unknown): Promise<void>;
  /** Hears how long the server took for an acknowledged deed. */
  measured?(kind: 'submission' | 'imap' | 'pop3' | 'sieve', tookMs: number): void;
}

export interface Actor {
  /** One session, until the pace ends it or the connection is lost (ConnectionLostError). */
  work(doors: Doors, pace: Pace): Promise<void>;
  /** What a folder says that it must not, as far as this actor knows; every one is a sentence. */
  audit(snapshot: Snapshot, isAcknowledged: IsAcknowledged): readonly string[];
  promised(isAcknowledged: IsAcknowledged): readonly Promised[];
  /** Goes on from what there is, after an audit that found nothing. */
  settle(snapshot: Snapshot): void;
  /** How many things were acknowledged, since the beginning. */
  readonly acknowledged: number;
}

/** The server said no to what it has to do. */
export class UnexpectedReplyError extends Error {
  override name = 'UnexpectedReplyError' as const;
}

export function acknowledgementAt(line: LineClient): Acknowledgement {
  return { port: line.localPort, octets: line.octetsRead };
}

/** Sessions one after the other until the pace ends them; one alone where it does not go on. */
export async function workOn(session: () => Promise<void>, { signal, goesOn }: Pace): Promise<void> {
  do {
    try {
      await session();
    } catch (error) {
      if (goesOn === undefined) throw error;
      await goesOn(error);
    }
  } while (!signal.aborted && goesOn !== undefined);
}

export function someOf<T>(list: readonly T[], dice: Dice, most: number): readonly T[] {
  const from = dice.below(Math.max(1, list.length));
  return list.slice(from, from + 1 + dice.below(most));
}
