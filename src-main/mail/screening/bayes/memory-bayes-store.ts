/** What was learned, in memory, for tests of the stage. */
import { Emitter } from '../../../base/emitter.ts';
import type { BayesOwner, BayesStore, BayesTotals, Lesson, MailLesson, TokenCounts } from '../store-port.ts';

interface Learned {
  junk: number;
  mail: number;
  readonly tokens: Map<number, { junk: number; mail: number }>;
  readonly messages: Map<number, boolean>;
}

export class MemoryBayesStore implements BayesStore {
  readonly #owners = new Map<BayesOwner, Learned>();
  readonly lessons = new Emitter<MailLesson>();
  readonly onLesson = this.lessons.subscribe;

  totals(owner: BayesOwner): Promise<BayesTotals> {
    const { junk, mail, tokens } = this.#of(owner);
    return Promise.resolve({ junk, mail, tokens: tokens.size });
  }

  counts(owner: BayesOwner, tokens: readonly number[]): Promise<ReadonlyMap<number, TokenCounts>> {
    const known = this.#of(owner).tokens;
    return Promise.resolve(
      new Map(
        tokens.flatMap((token) => {
          const counts = known.get(token);
          return counts === undefined ? [] : [[token, counts] as const];
        }),
      ),
    );
  }

  learn(lesson: Lesson): Promise<number> {
    return Promise.resolve(lesson.owners.filter((owner) => this.#learn(this.#of(owner), lesson)).length);
  }

  forget(owner: BayesOwner): Promise<void> {
    this.#owners.delete(owner);
    return Promise.resolve();
  }

  #learn(learned: Learned, { message, isJunk, tokens }: Lesson): boolean {
    const known = learned.messages.get(message);
    if (known === isJunk) return false;
    if (known !== undefined) count(learned, tokens, { isJunk: known, by: -1 });
    count(learned, tokens, { isJunk, by: 1 });
    learned.messages.set(message, isJunk);
    return true;
  }

  #of(owner: BayesOwner): Learned {
    const known = this.#owners.get(owner);
    if (known !== undefined) return known;
    const learned = { junk: 0, mail: 0, tokens: new Map(), messages: new Map() };
    this.#owners.set(owner, learned);
    return learned;
  }
}

function count(
  learned: Learned,
  tokens: readonly number[],
  { isJunk, by }: { isJunk: boolean; by: number },
): void {
  const kind = isJunk ? 'junk' : 'mail';
  learned[kind] += by;
  for (const token of tokens) {
    const counts = learned.tokens.get(token) ?? { junk: 0, mail: 0 };
    counts[kind] += by;
    learned.tokens.set(token, counts);
  }
}
