/**
 * Budget: what one run of a script may still cost; whoever loops pays (RFC 5228 §10).
 *
 * Invariant: a run ends, whatever script and message it was given.
 */
import {
  MAX_ACTIONS,
  MAX_ADDED_FIELDS,
  MAX_INCLUDED_CHARACTERS,
  MAX_INCLUDED_SCRIPTS,
  MAX_MATCH_STEPS,
  MAX_NOTIFICATIONS,
  MAX_REDIRECTS,
  MAX_STEPS,
} from '../limits.ts';

/** A script failed while it ran (RFC 5228 §2.10.6): the message is kept and the owner told. */
export class SieveRunError extends Error {
  override readonly name = 'SieveRunError';
}

const LIMITS = {
  step: { amount: MAX_STEPS, text: `more than ${MAX_STEPS} commands and tests were run` },
  match: { amount: MAX_MATCH_STEPS, text: 'the patterns take too long to compare' },
  action: { amount: MAX_ACTIONS, text: `more than ${MAX_ACTIONS} actions were asked for` },
  redirect: { amount: MAX_REDIRECTS, text: `more than ${MAX_REDIRECTS} redirects were asked for` },
  notification: {
    amount: MAX_NOTIFICATIONS,
    text: `more than ${MAX_NOTIFICATIONS} notifications were asked for`,
  },
  addedField: { amount: MAX_ADDED_FIELDS, text: `more than ${MAX_ADDED_FIELDS} header fields were added` },
  includedCharacter: {
    amount: MAX_INCLUDED_CHARACTERS,
    text: `the included scripts are longer than ${MAX_INCLUDED_CHARACTERS / 1024} KiB together`,
  },
  include: { amount: MAX_INCLUDED_SCRIPTS, text: `more than ${MAX_INCLUDED_SCRIPTS} scripts were included` },
} as const;

export type Expense = keyof typeof LIMITS;

export class Budget {
  readonly #spent = new Map<Expense, number>();

  /** Throws SieveRunError where there is no more. */
  spend(what: Expense, amount = 1): void {
    const spent = (this.#spent.get(what) ?? 0) + amount;
    this.#spent.set(what, spent);
    if (spent > LIMITS[what].amount) throw new SieveRunError(LIMITS[what].text);
  }
}
