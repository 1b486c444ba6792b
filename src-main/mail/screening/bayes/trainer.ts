/**
 * Trainer: learns from what people do with their mail: moved into Junk it is junk, moved out or filed away it is not.
 *
 * Flow: mailstore's notice of a move → here → BayesFilter, sender history. Invariants: one lesson after the other, so that a client
 * that moves 10,000 messages holds nobody up; at most MOST_WAITING wait, the rest teach nothing; a message that is gone teaches nothing.
 */
import type { Clock } from '../../../base/clock.ts';
import type { Logger } from '../../../base/logger.ts';
import { octetsOfStored } from '../../content/octets-of.ts';
import type { ContentReader } from '../../content/port.ts';
import { authorOf } from '../author.ts';
import type { MailLesson, ReputationStore } from '../store-port.ts';
import type { BayesFilter } from './bayes-filter.ts';

const MOST_WAITING = 1000;

type Lesson = Pick<MailLesson, 'accountId' | 'contentId' | 'isJunk'>;

export interface TrainerOptions {
  readonly content: ContentReader;
  readonly bayes: BayesFilter;
  readonly reputation: ReputationStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class Trainer {
  readonly #options: TrainerOptions;
  readonly #waiting: Lesson[] = [];
  #working: Promise<void> | null = null;

  constructor(options: TrainerOptions) {
    this.#options = options;
  }

  /** Returns at once. */
  teach(lesson: Lesson): void {
    if (!this.#options.bayes.isEnabled || this.#waiting.length >= MOST_WAITING) return;
    this.#waiting.push(lesson);
    this.#working ??= this.#work().finally(() => (this.#working = null));
  }

  /** Resolves when all that waited has been learned. */
  async settled(): Promise<void> {
    await this.#working;
  }

  async #work(): Promise<void> {
    for (let lesson = this.#waiting.shift(); lesson !== undefined; lesson = this.#waiting.shift()) {
      try {
        await this.#learn(lesson);
      } catch (error) {
        this.#options.logger.warn('a message taught nothing', { contentId: lesson.contentId, error });
      }
    }
  }

  async #learn({ accountId, contentId, isJunk }: Lesson): Promise<void> {
    const { content, bayes, reputation, clock } = this.#options;
    const octets = await octetsOfStored(content, contentId);
    const at = clock.now();
    const learned = await bayes.learn(accountId, octets, { isJunk, at });
    const author = authorOf(octets.index);
    if (learned === 0 || author === null) return;
    const change = isJunk ? { junk: 1, mail: -1 } : { junk: -1, mail: 1 };
    await reputation.noteSender(accountId, author.domain, { ...change, at });
  }
}
