/**
 * Training by hand: an administrator says what a message is, to an account, to the office, or to both; and takes it back.
 *
 * Flow: console → here → BayesFilter. Invariants: it waits for the lesson, so that the page can say how much has been learned; where
 * the message is nowhere any more nothing is learned.
 */
import type { Clock } from '../../../base/clock.ts';
import { octetsOfStored } from '../../content/octets-of.ts';
import type { ContentId, ContentReader } from '../../content/port.ts';
import type { TraceId } from '../../events.ts';
import type { BayesOwner, HeldAs } from '../store-port.ts';
import type { BayesFilter } from './bayes-filter.ts';

export interface HandTrainingOptions {
  readonly content: ContentReader;
  readonly bayes: BayesFilter;
  /** Wherever a copy of the message lies; null where there is none. */
  readonly findContent: (traceId: TraceId) => Promise<ContentId | null>;
  readonly clock: Clock;
}

export interface OwnersLesson {
  readonly owner: BayesOwner;
  readonly as: HeldAs;
}

/** Answers what each held it to be before, in their order; null where the message is nowhere any more. */
export async function teachByHand(
  { content, bayes, findContent, clock }: HandTrainingOptions,
  traceId: TraceId,
  lessons: readonly OwnersLesson[],
): Promise<readonly HeldAs[] | null> {
  const contentId = await findContent(traceId);
  if (contentId === null) return null;
  const octets = await octetsOfStored(content, contentId);
  const before: HeldAs[] = [];
  for (const { owner, as } of lessons)
    before.push(await bayes.correct(octets, { owner, as, at: clock.now() }));
  return before;
}
