/**
 * Whether a message may be answered by a machine: never to lists, bulk mail, bounces, other machines or oneself.
 *
 * RFC 3834 §2, RFC 5230 §4.5 and §4.6. Flow: vacation, notices → here.
 */
import { parseAddressList } from '../../../../format/address-list.ts';
import type { Verdict } from '../../../verdict.ts';
import type { EditedHeader } from '../running/edited-header.ts';

/** RFC 5230 §4.6: names behind which nobody reads, and those of lists. */
const UNATTENDED_LOCAL_PART =
  /^(?:owner-.*|.*-owner|.*-request|.*-bounces?(?:\+.*)?|bounces?(?:[+=-].*)?|mailer(?:-daemon)?|listserv|majordomo|no-?_?reply(?:[+-].*)?|do-?not-?reply(?:[+-].*)?|postmaster-noreply)$/i;

/** RFC 2369, RFC 2919 */
const LIST_FIELDS = [
  'List-Id',
  'List-Help',
  'List-Subscribe',
  'List-Unsubscribe',
  'List-Post',
  'List-Owner',
  'List-Archive',
  'Mailing-List',
];

/** RFC 5230 §4.5 */
const RECIPIENT_FIELDS = ['To', 'Cc', 'Bcc', 'Resent-To', 'Resent-Cc', 'Resent-Bcc'];

/** Whether the sender is somebody who could want an answer. */
export function isAttended(address: string): boolean {
  if (address === '') return false;
  const at = address.lastIndexOf('@');
  return !UNATTENDED_LOCAL_PART.test(at < 0 ? address : address.slice(0, at));
}

/** Whether the message was made or sent by a machine, or to many. */
export function isAutomatic(header: EditedHeader): boolean {
  const values = (name: string) => header.named(name).map(({ value }) => value.toLowerCase());
  // RFC 3834 §2: a value other than "no".
  if (values('Auto-Submitted').some((value) => !/^no\s*(?:;|$)/.test(value))) return true;
  if (LIST_FIELDS.some((name) => header.named(name).length > 0)) return true;
  if (values('Precedence').some((value) => /^(?:bulk|list|junk|auto_reply)/.test(value))) return true;
  return values('X-Auto-Response-Suppress').some((value) => /\b(?:all|oof|autoreply)\b/.test(value));
}

export function isJunk(header: EditedHeader, verdict: Verdict | undefined): boolean {
  if (verdict !== undefined) return verdict.action !== 'accept';
  return header.named('X-Spam-Flag').some(({ value }) => /^yes/i.test(value));
}

/** The addresses that the message says it is for, in lower case. */
export function namedRecipients(header: EditedHeader): ReadonlySet<string> {
  const fields = RECIPIENT_FIELDS.flatMap((name) => header.named(name));
  const addresses = fields.flatMap(({ value }) => parseAddressList(value));
  return new Set(
    addresses.flatMap(({ mailbox, host }) =>
      mailbox === null || host === null ? [] : [`${mailbox}@${host}`.toLowerCase()],
    ),
  );
}
