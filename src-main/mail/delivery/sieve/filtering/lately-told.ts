/**
 * What was told a moment ago: messages that arrive side by side find no mark yet, and would each tell of the same.
 *
 * Invariant: only for a moment, so that what was lost with a commit that failed is told with the next message.
 */
const MOMENT_MS = 60_000;
/** More scripts fail seldom in one minute. */
const MOST_KEYS = 1000;

export class LatelyTold {
  /** When it was told, in milliseconds since 1970 UTC, by what was told. */
  readonly #toldAt = new Map<string, number>();

  /** Whether it is to be told now; whoever asks tells it. */
  isFirst(key: string, now: number): boolean {
    const toldAt = this.#toldAt.get(key);
    if (toldAt !== undefined && now - toldAt < MOMENT_MS) return false;
    if (this.#toldAt.size >= MOST_KEYS) this.#toldAt.clear();
    this.#toldAt.set(key, now);
    return true;
  }
}
