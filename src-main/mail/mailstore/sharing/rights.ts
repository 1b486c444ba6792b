/** Rights as sets of letters, and what they come to: pure functions (RFC 4314 §2). */
import type { AccountId } from '../port.ts';
import { isGroup, type GroupGrantee } from './grantee.ts';
import type { Grant } from './port.ts';

/** RFC 4314 §2.1, in its order. */
const LETTERS = ['l', 'r', 's', 'w', 'i', 'p', 'k', 'x', 't', 'e', 'a'] as const;
export type Right = (typeof LETTERS)[number];

/** Letters of rights in their order, each once. */
export type Rights = string;
export const ALL_RIGHTS: Rights = LETTERS.join('');

export function hasRight(rights: Rights, right: Right): boolean {
  return rights.includes(right);
}

/** The letters that are rights, in order. */
export function inOrder(letters: string): Rights {
  return LETTERS.filter((letter) => letters.includes(letter)).join('');
}

/** The entry after a change. */
export function changeRights(rights: Rights, operation: 'replace' | 'add' | 'remove', given: Rights): Rights {
  switch (operation) {
    case 'replace':
      return inOrder(given);
    case 'add':
      return inOrder(rights + given);
    case 'remove':
      return LETTERS.filter((letter) => rights.includes(letter) && !given.includes(letter)).join('');
  }
}

/** What an account goes by besides its own name. */
export type GroupsOf = ReadonlySet<GroupGrantee>;

/**
 * RFC 4314 §2: what all entries give to an account that is not the owner, its own and those of its groups, less what negative ones
 * take away.
 */
export function effectiveRights(grants: readonly Grant[], account: AccountId, groups: GroupsOf): Rights {
  let given = '';
  let taken = '';
  for (const { grantee, isNegative, rights } of grants) {
    const isMeant = grantee === 'anyone' || grantee === account || (isGroup(grantee) && groups.has(grantee));
    if (!isMeant) continue;
    if (isNegative) taken += rights;
    else given += rights;
  }
  return changeRights(inOrder(given), 'remove', taken);
}

/** RFC 4314 §4: `s` is for \Seen, `t` for \Deleted, `w` for all others. */
export function permittedFlags(flags: readonly string[], rights: Rights): readonly string[] {
  return flags.filter((flag) => hasRight(rights, rightForFlag(flag)));
}

/** `flag` in any case. */
export function rightForFlag(flag: string): Right {
  switch (flag.toLowerCase()) {
    case '\\seen':
      return 's';
    case '\\deleted':
      return 't';
    default:
      return 'w';
  }
}
