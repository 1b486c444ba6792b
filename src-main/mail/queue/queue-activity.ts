/**
 * QueueActivity: which recipients are under way now, and how far each is.
 *
 * Flow: runner begins and ends, couriers tell → console. Invariants: memory only, so that a crash leaves nothing behind;
 * as much of it as there are attempts under way.
 */
import { Emitter, type Unsubscribe } from '../../base/emitter.ts';
import type { TraceId } from '../events.ts';
import type { AttemptProgress, QueuePlace, QueueRecipient } from './port.ts';

interface ActiveRecipient {
  readonly storedState: QueueRecipient['state'];
  progress: AttemptProgress;
}

const BEGINNING: AttemptProgress = { phase: 'waiting' };

export class QueueActivity {
  readonly #entries = new Map<TraceId, Map<number, ActiveRecipient>>();
  readonly #changed = new Emitter<TraceId>();

  /** Hears the id of an entry of which something began, moved or ended. */
  onChange(listener: (entryId: TraceId) => void): Unsubscribe {
    return this.#changed.subscribe(listener);
  }

  begin(entryId: TraceId, recipients: readonly QueueRecipient[]): void {
    const active = recipients.map(
      ({ ordinal, state }) => [ordinal, { storedState: state, progress: BEGINNING }] as const,
    );
    this.#entries.set(entryId, new Map(active));
    this.#changed.emit(entryId);
  }

  tell(entryId: TraceId, ordinals: readonly number[], progress: AttemptProgress): void {
    const active = this.#entries.get(entryId);
    if (active === undefined) return;
    for (const ordinal of ordinals) {
      const recipient = active.get(ordinal);
      if (recipient !== undefined) recipient.progress = progress;
    }
    this.#changed.emit(entryId);
  }

  /** Some are dealt with; the others go on. */
  settle(entryId: TraceId, ordinals: readonly number[]): void {
    for (const ordinal of ordinals) this.#entries.get(entryId)?.delete(ordinal);
    this.#changed.emit(entryId);
  }

  end(entryId: TraceId): void {
    this.#entries.delete(entryId);
    this.#changed.emit(entryId);
  }

  isUnderWay(entryId: TraceId): boolean {
    return this.#entries.has(entryId);
  }

  /** null where it is not under way. */
  progressOf({ entryId, ordinal }: QueuePlace): AttemptProgress | null {
    return this.#entries.get(entryId)?.get(ordinal)?.progress ?? null;
  }

  places(): readonly QueuePlace[] {
    return [...this.#entries].flatMap(([entryId, active]) =>
      [...active.keys()].map((ordinal) => ({ entryId, ordinal })),
    );
  }

  /** How many under way stand in the store as this state. */
  countOf(state: QueueRecipient['state']): number {
    let count = 0;
    for (const active of this.#entries.values()) {
      for (const { storedState } of active.values()) if (storedState === state) count++;
    }
    return count;
  }
}
