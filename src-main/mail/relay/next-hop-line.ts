/**
 * NextHopLines: where attempts stand in line for a next hop, so that few sessions at once go there.
 *
 * Invariants: at most MAX_SESSIONS_PER_NEXT_HOP are let in at once, in the order they came. When a next hop turns out to be
 * out of reach, everybody who waits for it shares that news instead of finding it out one after another.
 */
import type { SessionProblem } from '../../protocol/smtp/client/problem.ts';
import { MAX_SESSIONS_PER_NEXT_HOP } from './limits.ts';

interface Line {
  inside: number;
  readonly waiting: ((news: SessionProblem | null) => void)[];
}

export class NextHopLines {
  readonly #lines = new Map<string, Line>();

  /** Resolves to null when it is one's turn, which ends with leave(); or to the reason why there is no point in it. */
  enter(key: string): Promise<SessionProblem | null> {
    const line = this.#lines.get(key) ?? { inside: 0, waiting: [] };
    this.#lines.set(key, line);
    if (line.inside >= MAX_SESSIONS_PER_NEXT_HOP) return new Promise((resolve) => line.waiting.push(resolve));
    line.inside++;
    return Promise.resolve(null);
  }

  leave(key: string): void {
    const line = this.#lines.get(key);
    if (line === undefined) return;
    const next = line.waiting.shift();
    if (next !== undefined) return next(null);
    line.inside--;
    if (line.inside === 0) this.#lines.delete(key);
  }

  /** Sends everybody away who waits. */
  dismiss(key: string, problem: SessionProblem): void {
    for (const tell of this.#lines.get(key)?.waiting.splice(0) ?? []) tell(problem);
  }
}
