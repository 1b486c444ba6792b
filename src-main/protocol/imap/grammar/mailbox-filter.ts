/** Mailbox filters: the mailboxes that NOTIFY watches (RFC 5465 §6) and ESEARCH searches (RFC 7377 §2.2), parsed. */
import type { WireName } from './command.ts';
import type { Cursor } from './cursor.ts';

export type MailboxFilter =
  | { readonly kind: 'selected' | 'selectedDelayed' | 'inboxes' | 'personal' | 'subscribed' }
  | {
      readonly kind: 'subtree' | 'subtreeOne' | 'mailboxes';
      /** No wildcards: names as they are (RFC 5465 §6.6). */
      readonly mailboxes: readonly WireName[];
    };

const PLAIN = {
  SELECTED: 'selected',
  'SELECTED-DELAYED': 'selectedDelayed',
  INBOXES: 'inboxes',
  PERSONAL: 'personal',
  SUBSCRIBED: 'subscribed',
} as const;

const NAMING = { SUBTREE: 'subtree', 'SUBTREE-ONE': 'subtreeOne', MAILBOXES: 'mailboxes' } as const;

/** `IN (filter filter …) ` (RFC 7377 §4 esearch-source-opts), or null. No scope options are defined. */
export function parseSources(cursor: Cursor): MailboxFilter[] | null {
  if (!cursor.take('IN ')) return null;
  const sources = cursor.list(() => parseMailboxFilter(cursor));
  // RFC 7377 §2.2
  if (sources.some(({ kind }) => kind === 'selectedDelayed')) cursor.fail('SELECTED');
  cursor.space();
  return sources;
}

export function parseMailboxFilter(cursor: Cursor): MailboxFilter {
  const name = cursor.keyword();
  if (name in PLAIN) return { kind: PLAIN[name as keyof typeof PLAIN] };
  if (!(name in NAMING)) return cursor.fail('a mailbox filter');
  cursor.space();
  const mailboxes = cursor.sees('(') ? cursor.list(() => cursor.astring()) : [cursor.astring()];
  return { kind: NAMING[name as keyof typeof NAMING], mailboxes };
}
