/**
 * BayesFilter: judges messages by what people here have called junk, and learns.
 *
 * Flow: check, account judge → probability(); trainer → learn(). Invariants: an owner that has learned too little says nothing; a
 * message teaches once, and what it taught is moved when it turns out to be the other.
 */
import { tell } from '../../../base/finding-texts.ts';
import type { MessageOctets } from '../../content/message-octets.ts';
import { readMessageText, type MessageText } from '../content/message-text.ts';
import type { CheckFinding, MessageCheck } from '../facts.ts';
import { CHECK_TIMEOUT_MS } from '../limits.ts';
import type { BayesSetting } from '../settings.ts';
import { OFFICE, type BayesOwner, type BayesStore, type Correction, type HeldAs } from '../store-port.ts';
import { junkProbability } from './classify.ts';
import { messageKey, tokensOf } from './tokens.ts';
import type { OutcomeOf } from '../findings.ts';

/** Between these it is anybody's guess. */
const SURELY_MAIL = 0.35;
const SURELY_JUNK = 0.65;

export class BayesFilter {
  readonly #store: BayesStore;
  readonly #setting: () => BayesSetting;

  constructor(options: { store: BayesStore; setting: () => BayesSetting }) {
    this.#store = options.store;
    this.#setting = options.setting;
  }

  get isEnabled(): boolean {
    return this.#setting().isEnabled;
  }

  /** From 0 to 1; null where the owner has learned too little. */
  async probability(owner: BayesOwner, octets: MessageOctets, text: MessageText): Promise<number | null> {
    const totals = await this.#store.totals(owner);
    const { minimumTrained } = this.#setting();
    if (totals.junk < minimumTrained || totals.mail < minimumTrained) return null;
    const counts = await this.#store.counts(owner, tokensOf(octets, text));
    return junkProbability(counts.values(), totals);
  }

  /** What the owner's experience says; null: nothing. */
  async judge(owner: BayesOwner, octets: MessageOctets, text: MessageText): Promise<CheckFinding | null> {
    const probability = await this.probability(owner, octets, text);
    if (probability === null) return null;
    const percent = Math.round(100 * probability);
    const code = owner === OFFICE ? 'learnedByOffice' : 'learnedByAccount';
    const finding = { check: 'bayes', detail: tell(code, { percent }) };
    if (probability > SURELY_MAIL && probability < SURELY_JUNK)
      return { ...finding, outcome: 'unsure' satisfies OutcomeOf<'bayes'>, weight: 0 };
    const weight = this.#setting().weight * (2 * probability - 1);
    return {
      ...finding,
      outcome: (probability > 0.5 ? 'junk' : 'mail') satisfies OutcomeOf<'bayes'>,
      weight,
    };
  }

  /** For the account and for the office; answers how many of them learned something new. */
  async learn(
    accountId: number,
    octets: MessageOctets,
    lesson: { isJunk: boolean; at: number },
  ): Promise<number> {
    const tokens = tokensOf(octets, await readMessageText(octets));
    const owners = accountId === OFFICE ? [OFFICE] : [OFFICE, accountId];
    return this.#store.learn({ ...lesson, owners, message: messageKey(octets, tokens), tokens });
  }

  /** What a person says of a message to one owner; answers what it was held to be before. */
  async correct(
    octets: MessageOctets,
    { owner, as, at }: Pick<Correction, 'owner' | 'as' | 'at'>,
  ): Promise<HeldAs> {
    const tokens = tokensOf(octets, await readMessageText(octets));
    return this.#store.correct({ owner, as, at, message: messageKey(octets, tokens), tokens });
  }
}

export function createBayesCheck(filter: BayesFilter): MessageCheck {
  return {
    name: 'bayes',
    timeoutMs: CHECK_TIMEOUT_MS,
    applies: ({ origin }) => filter.isEnabled && origin === 'reception',
    run: async (facts) => {
      const finding = await filter.judge(OFFICE, facts.octets, await facts.text());
      return finding === null ? [] : [finding];
    },
  };
}
