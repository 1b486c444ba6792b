/**
 * What a move or copy says about messages: into Junk they are junk; out of Junk, or filed away from INBOX, they are not.
 *
 * Flow: copy, move → here → change notice after the commit → screening learns. Invariants: two reads of mailbox rows for an order,
 * nothing for each message but a notice; what goes to Trash says nothing.
 */
import type { MailboxId } from '../../mail/mailstore/port.ts';
import type { Transaction } from '../transaction.ts';
import type { MailboxCounts } from './mailbox-counts.ts';
import type { MessageRow } from './rows.ts';

/** Of one order; whoever moves more has made their point. */
const MOST_LESSONS = 500;

interface Place {
  readonly name: string;
  readonly special_use: string | null;
}

/** Answers what is learned. */
export function noteLessons(
  transaction: Transaction,
  target: Pick<MailboxCounts, 'id' | 'accountId'>,
  rows: readonly MessageRow[],
): 'junk' | 'notJunk' | null {
  const [first] = rows;
  if (first === undefined) return null;
  const isJunk = lessonOf(readPlace(transaction, first.mailbox_id), readPlace(transaction, target.id));
  if (isJunk === null) return null;
  for (const { content_id: contentId } of rows.slice(0, MOST_LESSONS)) {
    transaction.changes.push({ kind: 'lesson', accountId: target.accountId, contentId, isJunk });
  }
  return isJunk ? 'junk' : 'notJunk';
}

function readPlace({ connection }: Transaction, id: MailboxId): Place | undefined {
  return connection.get<Place>('SELECT name, special_use FROM mailbox WHERE id = ?', id);
}

/** Null: it says nothing. */
function lessonOf(from: Place | undefined, to: Place | undefined): boolean | null {
  if (
    from === undefined ||
    to === undefined ||
    (from.special_use === to.special_use && from.special_use !== null)
  )
    return null;
  if (to.special_use === '\\Junk') return true;
  const isKept = to.special_use === null || to.special_use === '\\Archive' || to.special_use === '\\Flagged';
  const isFiled = from.special_use === '\\Junk' || (from.name === 'INBOX' && to.name !== 'INBOX');
  return isKept && isFiled ? false : null;
}
