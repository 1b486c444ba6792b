/** What was learned, in memory, for tests of the stage. */
import { Emitter } from '../../../base/emitter.ts';
import type {
  BayesOwner,
  BayesStore,
  BayesTotals,
  Correction,
  HeldAs,
  Lesson,
  MailLesson,
  TokenCounts,
} from '../store-port.ts';

interface Learned {
  junk: number;
  mail: number;
  readonly tokens: Map<number, { junk: number; mail: number }>;
  readonly messages: Map<number, 'junk' | 'mail'>;
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

  learn({ owners, isJunk, ...lesson }: Lesson): Promise<number> {
    const as = isJunk ? 'junk' : 'mail';
    return Promise.resolve(owners.filter((owner) => this.#hold({ ...lesson, owner, as }) !== as).length);
  }

  correct(correction: Correction): Promise<HeldAs> {
    return Promise.resolve(this.#hold(correction));
  }

  forget(owner: BayesOwner): Promise<void> {
    this.#owners.delete(owner);
    return Promise.resolve();
  }

  #hold({ owner, message, as, tokens }: Correction): HeldAs {
    const learned = this.#of(owner);
    const before = learned.messages.get(message) ?? null;
    if (before === as) return before;
    if (before !== null) count(learned, tokens, { as: before, by: -1 });
    if (as === null) learned.messages.delete(message);
    else {
      count(learned, tokens, { as, by: 1 });
      learned.messages.set(message, as);
    }
    return before;
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
  { as, by }: { as: 'junk' | 'mail'; by: number },
): void {
  learned[as] += by;
  for (const token of tokens) {
    const counts = learned.tokens.get(token) ?? { junk: 0, mail: 0 };
    counts[as] += by;
    learned.tokens.set(token, counts);
  }
}
