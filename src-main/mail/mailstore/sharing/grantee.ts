/** Whom rights are given to (RFC 4314 §2: identifiers): an account, a group of the directory, or everybody. */
import type { AccountId } from '../port.ts';

/** A group by its address in lower case; `group:` as Cyrus has it. */
export type GroupGrantee = `group:${string}`;

/** `anyone` is everybody who signs in here. */
export type Grantee = AccountId | GroupGrantee | 'anyone';

export function isGroup(grantee: Grantee): grantee is GroupGrantee {
  return typeof grantee === 'string' && grantee !== 'anyone';
}

export function groupGrantee(address: string): GroupGrantee {
  return `group:${address.toLowerCase()}`;
}
