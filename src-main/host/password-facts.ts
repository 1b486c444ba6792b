/**
 * What can honestly be known of passwords: how strong each was when it was chosen, wherever it came from (console, imports, provision
 * file). Of those chosen before nothing is known, and whether two are the same cannot be told from hashes with salts of their own.
 */
import { strengthOf } from '../base/password-strength.ts';
import type { AccountId, DirectoryAdmin } from '../directory/port.ts';
import type { HealthFacts } from '../health/facts.ts';
import type { PasswordStrengthStore } from '../health/store-port.ts';

/** Below this a password is guessed offline in hours (base/password-strength.ts). */
const STRONG_SCORE = 3;

export interface ChosenPassword {
  readonly id: AccountId;
  readonly address: string;
  readonly name: string;
  readonly password: string;
}

/** Keeps the score of a password that was chosen just now. Never rejects: the password is set, whatever becomes of this. */
export function judgePasswords(
  store: PasswordStrengthStore,
  onError: (error: unknown) => void,
): (chosen: ChosenPassword) => Promise<void> {
  return async ({ id, address, name, password }) => {
    const { score } = strengthOf(password, [address, name]);
    await store.keep({ accountId: id, score }).catch(onError);
  };
}

export async function readPasswordFacts(
  store: PasswordStrengthStore,
  directory: Pick<DirectoryAdmin, 'listAccounts'>,
): Promise<HealthFacts['passwords']> {
  const [strengths, accounts] = await Promise.all([store.list(), directory.listAccounts()]);
  const scores = new Map(strengths.map(({ accountId, score }) => [accountId, score]));
  const people = accounts.filter(({ kind, isEnabled }) => kind === 'person' && isEnabled);
  const judged = people.flatMap(({ id, address }) => {
    const score = scores.get(id);
    return score === undefined ? [] : [{ name: address, score }];
  });
  return {
    weak: judged.filter(({ score }) => score < STRONG_SCORE),
    judged: judged.length,
    unknown: people.length - judged.length,
  };
}
