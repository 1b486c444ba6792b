/** Answers that count for a while: mail comes in bursts for the same domains. A question that is under way is not asked again. */
import type { Clock } from '../../../base/clock.ts';

const MAX_REMEMBERED = 10_000;

export class Remembered<T> {
  readonly #clock: Clock;
  readonly #forMs: number;
  readonly #answers = new Map<string, { readonly answer: Promise<T>; readonly until: number }>();

  constructor(clock: Clock, forMs: number) {
    this.#clock = clock;
    this.#forMs = forMs;
  }

  /** The answer of a while ago, or a new one. */
  get(question: string, ask: () => Promise<T>): Promise<T> {
    const now = this.#clock.now();
    const known = this.#answers.get(question);
    if (known !== undefined && known.until > now) return known.answer;
    const answer = ask();
    this.#answers.delete(question);
    this.#answers.set(question, { answer, until: now + this.#forMs });
    answer.catch(() => this.#answers.delete(question));
    const [oldest] = this.#answers.keys();
    if (this.#answers.size > MAX_REMEMBERED && oldest !== undefined) this.#answers.delete(oldest);
    return answer;
  }
}
