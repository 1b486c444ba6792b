/**
 * Expunged log: which UIDs have left a mailbox, for clients that come back (RFC 7162 §3.2).
 *
 * Invariants: the log is bounded. Who asks from a MODSEQ that it does not reach back to is told every UID that the mailbox gave
 * out and does not have: more than is needed, never less (RFC 7162 §3.2.5.2, §5).
 */
import type { MailboxChanges, MailboxId, ModSeq, Uid } from '../../mail/mailstore/port.ts';
import type { Connection } from '../connection.ts';
import type { Write } from '../transaction.ts';

/** UIDs that are kept of each mailbox: months of a busy one, about 3 MiB. */
export const MOST_EXPUNGED_KEPT = 100_000;
/** Deletions in one commit, for some milliseconds. */
const ROWS_A_COMMIT = 2_000;

interface LogState {
  readonly forgottenUpTo: ModSeq;
  readonly uidNext: Uid;
}

/** Whether the log reaches back to this MODSEQ. */
export function reachesBack(connection: Connection, id: MailboxId, since: ModSeq): boolean {
  return since >= (readState(connection, id)?.forgottenUpTo ?? 0);
}

/** UIDs that are gone since then, rising. */
export function readVanished(connection: Connection, id: MailboxId, since: ModSeq): Uid[] {
  const state = readState(connection, id);
  if (state !== undefined && since < state.forgottenUpTo) return listAbsent(connection, id, state.uidNext);
  return connection
    .rows<readonly [Uid]>(
      'SELECT uid FROM expunged WHERE mailbox_id = ? AND mod_seq > ? ORDER BY uid',
      id,
      since,
    )
    .map(([uid]) => uid);
}

/** The same with the highest MODSEQ there is. */
export function readVanishedWithHighest(
  connection: Connection,
  id: MailboxId,
  since: ModSeq,
): Omit<MailboxChanges, 'changed'> {
  const row = connection.get<{ highest: number }>(
    'SELECT highest_mod_seq AS highest FROM mailbox WHERE id = ?',
    id,
  );
  return { vanished: readVanished(connection, id, since), highestModSeq: row?.highest ?? since };
}

function readState(connection: Connection, id: MailboxId): LogState | undefined {
  return connection.get<LogState>(
    'SELECT forgotten_up_to AS forgottenUpTo, uid_next AS uidNext FROM mailbox WHERE id = ?',
    id,
  );
}

function listAbsent(connection: Connection, id: MailboxId, uidNext: Uid): Uid[] {
  const absent: Uid[] = [];
  let next = 1;
  const present = connection.rows<readonly [Uid]>(
    'SELECT uid FROM message WHERE mailbox_id = ? ORDER BY uid',
    id,
  );
  for (const [uid] of [...present, [uidNext] as const]) {
    while (next < uid) absent.push(next++);
    next = uid + 1;
  }
  return absent;
}

/** What is to be forgotten of a mailbox. */
export interface LongLog {
  readonly mailboxId: MailboxId;
  readonly upTo: ModSeq;
}

/** Mailboxes whose logs are longer than `most`. */
export function findLongLogs(connection: Connection, most: number): readonly LongLog[] {
  const long = connection.all<{ mailboxId: MailboxId }>(
    'SELECT mailbox_id AS mailboxId FROM expunged GROUP BY mailbox_id HAVING count(*) > ?',
    most,
  );
  return long.map(({ mailboxId }) => {
    const row = connection.get<{ upTo: ModSeq }>(
      'SELECT mod_seq AS upTo FROM expunged WHERE mailbox_id = ? ORDER BY mod_seq DESC LIMIT 1 OFFSET ?',
      mailboxId,
      most,
    );
    return { mailboxId, upTo: row?.upTo ?? 0 };
  });
}

/** Forgets a part of it; true while there is more. */
const trimExpunged: Write<LongLog, boolean> = ({ connection }, { mailboxId, upTo }) => {
  connection.run(
    'UPDATE mailbox SET forgotten_up_to = max(forgotten_up_to, ?) WHERE id = ?',
    upTo,
    mailboxId,
  );
  const { changes } = connection.run(
    `DELETE FROM expunged WHERE mailbox_id = ? AND (mod_seq, uid) IN
       (SELECT mod_seq, uid FROM expunged WHERE mailbox_id = ? AND mod_seq <= ? LIMIT ?)`,
    mailboxId,
    mailboxId,
    upTo,
    ROWS_A_COMMIT,
  );
  return changes === ROWS_A_COMMIT;
};

export const expungedWrites = { trimExpunged };
