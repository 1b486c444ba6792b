/** Mailbox scopes: which mailboxes a filter of NOTIFY (RFC 5465 §6) or ESEARCH (RFC 7377 §2.2) means, whenever it is asked. */
import type { MailboxFilter } from '../../../protocol/imap/grammar/mailbox-filter.ts';
import type { Mailbox } from '../../mailstore/port.ts';
import { MAILBOX_DELIMITER } from '../../mailstore/port.ts';
import type { ImapSession } from './imap-session.ts';
import { isOthersName } from './shared-names.ts';

/** What a filter looks at. */
export type ScopedMailbox = Pick<Mailbox, 'name' | 'isSubscribed'>;

/** For mailboxes that the client may read; `selected` and `selected-delayed` are the caller's matter. */
export type MailboxScope = (mailbox: ScopedMailbox) => boolean;

export function makeScope(session: ImapSession, filter: MailboxFilter): MailboxScope {
  switch (filter.kind) {
    case 'selected':
    case 'selectedDelayed':
      return () => false;
    // RFC 5465 §6.3: mail may be delivered into any mailbox of one's own.
    case 'inboxes':
    case 'personal':
      return ({ name }) => !isOthersName(name);
    case 'subscribed':
      return ({ isSubscribed }) => isSubscribed;
    case 'mailboxes': {
      const names = new Set(readNames(session, filter.mailboxes));
      return ({ name }) => names.has(name);
    }
    case 'subtree': {
      const names = readNames(session, filter.mailboxes);
      return ({ name }) => names.some((each) => name === each || isInferior(name, each));
    }
    case 'subtreeOne': {
      const names = new Set(readNames(session, filter.mailboxes));
      return ({ name }) => names.has(name) || names.has(superiorOf(name) ?? '');
    }
  }
}

function readNames(session: ImapSession, wireNames: readonly string[]): string[] {
  return wireNames.map((wireName) => canonicalName(session.readName(wireName)));
}

/** As the mailstore spells it: NFC, INBOX in capitals. */
export function canonicalName(name: string): string {
  return name.normalize('NFC').replace(/^inbox(?=$|\/)/i, 'INBOX');
}

export function isInferior(name: string, superior: string): boolean {
  return name.startsWith(superior + MAILBOX_DELIMITER);
}

/** Null for a name of one level. */
export function superiorOf(name: string): string | null {
  const at = name.lastIndexOf(MAILBOX_DELIMITER);
  return at < 0 ? null : name.slice(0, at);
}
