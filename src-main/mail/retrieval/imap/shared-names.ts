/** Names of others' mailboxes as a reader sees them (RFC 2342 §5): pure functions. */
import type { Account } from '../../../directory/port.ts';
import { MAILBOX_DELIMITER } from '../../mailstore/port.ts';

export const OTHER_USERS_PREFIX = `Other Users${MAILBOX_DELIMITER}`;
export const SHARED_PREFIX = `Shared${MAILBOX_DELIMITER}`;

const INBOX = 'INBOX';
/** Looks like the delimiter, which a local-part may hold. */
const DIVISION_SLASH = '\u2215';

type Named = Pick<Account, 'localPart' | 'domain' | 'address' | 'kind'>;

/** Where an account's mailboxes begin for a reader: its INBOX has this name, the others lie beneath. */
export function rootOf(owner: Named, reader: Pick<Account, 'domain'>): string {
  const isNear = owner.domain === reader.domain;
  const label = (isNear ? owner.localPart : owner.address).replaceAll(MAILBOX_DELIMITER, DIVISION_SLASH);
  return (owner.kind === 'shared' ? SHARED_PREFIX : OTHER_USERS_PREFIX) + label;
}

export function nameAt(root: string, storedName: string): string {
  return storedName === INBOX ? root : root + MAILBOX_DELIMITER + storedName;
}

/** Whether the name lies in a namespace of others, where nobody has mailboxes of their own. */
export function isOthersName(name: string): boolean {
  return [OTHER_USERS_PREFIX, SHARED_PREFIX].some((prefix) =>
    `${name}${MAILBOX_DELIMITER}`.startsWith(prefix),
  );
}
