/**
 * Rights on the wire (RFC 4314 §2.1, §7): what SETACL gives or takes, and lists of rights in responses.
 *
 * Invariants: the two rights of RFC 2086 that are none any more are only spelling: `c` stands for `k` and `x`, `d` for `t` and `e`
 * (§2.1.1), here and nowhere else.
 */
import type { Cursor } from './cursor.ts';

const LETTERS = 'lrswipkxtea';
const VIRTUAL: Readonly<Record<string, string>> = { c: 'kx', d: 'te' };

export interface RightsChange {
  readonly operation: 'replace' | 'add' | 'remove';
  /** Letters of `lrswipkxtea`, in that order. */
  readonly rights: string;
}

export function parseRightsChange(cursor: Cursor): RightsChange {
  const text = cursor.astring();
  const operation = text.startsWith('+') ? 'add' : text.startsWith('-') ? 'remove' : 'replace';
  const letters = operation === 'replace' ? text : text.slice(1);
  // RFC 4314 §3.1: an unrecognized right must not be ignored.
  const given = [...letters].map((letter) =>
    LETTERS.includes(letter) ? letter : (VIRTUAL[letter] ?? cursor.fail(`rights of ${LETTERS}cd`)),
  );
  const all = given.join('');
  return { operation, rights: [...LETTERS].filter((letter) => all.includes(letter)).join('') };
}

/** With `c` and `d` where a member of theirs is among the rights, for clients of before RFC 4314. */
export function formatRights(rights: string): string {
  const hasAny = (letters: string): boolean => [...letters].some((letter) => rights.includes(letter));
  const virtual = Object.entries(VIRTUAL).flatMap(([letter, members]) => (hasAny(members) ? letter : []));
  const text = rights.replace('a', '') + virtual.join('') + (rights.includes('a') ? 'a' : '');
  return text === '' ? '""' : text;
}
