/**
 * CATENATE (RFC 4469): what a URL names, to be put into a new message: a message or a part of one in the account's mailboxes.
 *
 * Invariants: nothing is read before it is wanted, and then piece by piece; \Seen is not set (RFC 4469 §3).
 */
import { parseImapUrl, type ImapUrl } from '../../../protocol/imap/grammar/imap-url.ts';
import type { Completion, LiteralContent } from '../../../protocol/imap/server/session.ts';
import { MAILBOX_DELIMITER } from '../../mailstore/port.ts';
import { hasRight } from '../../mailstore/sharing/port.ts';
import { refuse } from './completion.ts';
import { openSection } from './fetch-content.ts';
import type { ImapSession } from './imap-session.ts';
import { findMailbox, findReadable, type ReachableMailbox } from './reachable-mailbox.ts';

/** Null where the URL names nothing of this session's. */
export async function openUrl(session: ImapSession, text: string): Promise<LiteralContent | null> {
  const url = parseImapUrl(text);
  const mailbox = url === null ? null : await findNamed(session, url);
  if (url === null || mailbox === null) return null;
  if (url.uidValidity !== null && url.uidValidity !== mailbox.uidValidity) return null;
  if (!hasRight(mailbox.rights, 'r')) return null;
  const message = await session.options.mailStore.openMessage(mailbox.id, url.uid);
  return message === null ? null : openSection(message, url);
}

/** RFC 4469 §3: URLs are relative to the mailbox that is selected, if one is. */
async function findNamed(session: ImapSession, url: ImapUrl): Promise<ReachableMailbox | null> {
  const base = session.selected;
  if (url.mailbox === null) return base === null ? null : findReadable(session, base.id);
  const superiors = base?.name.split(MAILBOX_DELIMITER).slice(0, -1) ?? [];
  const name = url.isAbsolute ? url.mailbox : [...superiors, url.mailbox].join(MAILBOX_DELIMITER);
  return findMailbox(session, name);
}

/** RFC 4469 §4.1: with the URL, except for what cannot stand in a response code. */
export function refuseUrl(url: string): Completion {
  const shown = url.replace(/[^\x20-\x5c\x5e-\x7e]|["\\]/g, (character) => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
  });
  return refuse('This URL names nothing that can be appended', `BADURL "${shown}"`);
}
