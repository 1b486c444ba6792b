/**
 * Rules of mailbox names and of a message that carries a prefix: pure, shared by every MailStore.
 *
 * RFC 9051 §5.1 (names, INBOX in any case), §2.3.1 (sizes and offsets count what the client sees).
 */
import { MAILBOX_DELIMITER, type SpecialUse } from './port.ts';

export { shiftIndex } from '../../format/shift-index.ts';

/** Longer than any client shows; keeps a LIST line within what clients read. */
const MOST_NAME_CHARACTERS = 500;
/** Deeper trees are a client gone wrong. */
const MOST_LEVELS = 32;

/** The mailboxes every account starts with; special uses: RFC 6154. */
export const FIRST_MAILBOXES: readonly { readonly name: string; readonly specialUse: SpecialUse | null }[] = [
  { name: 'INBOX', specialUse: null },
  { name: 'Drafts', specialUse: '\\Drafts' },
  { name: 'Sent', specialUse: '\\Sent' },
  { name: 'Archive', specialUse: '\\Archive' },
  { name: 'Junk', specialUse: '\\Junk' },
  { name: 'Trash', specialUse: '\\Trash' },
];

/** The name as it is stored (NFC, INBOX in capitals), or null for a name that no mailbox can have. */
export function canonicalMailboxName(name: string): string | null {
  const levels = name.normalize('NFC').split(MAILBOX_DELIMITER);
  if (name.length > MOST_NAME_CHARACTERS || levels.length > MOST_LEVELS) return null;
  if (levels.some((level) => level === '' || /\p{Cc}|\p{Cs}/u.test(level))) return null;
  const [first = '', ...rest] = levels;
  return [first.toUpperCase() === 'INBOX' ? 'INBOX' : first, ...rest].join(MAILBOX_DELIMITER);
}

/** Whether one mailbox lies beneath the other. */
export function isInferior(name: string, superior: string): boolean {
  return name.startsWith(superior + MAILBOX_DELIMITER);
}
