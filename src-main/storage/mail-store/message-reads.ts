/** Reads of many messages at once: entries for lists, indexes for envelopes and structures. */
import type { MessageIndex } from '../../format/message-index.ts';
import { shiftIndex } from '../../mail/mailstore/mailbox-rules.ts';
import type { MailboxId, MessageEntry, Uid, UidRange } from '../../mail/mailstore/port.ts';
import type { Connection } from '../connection.ts';
import { ENTRY_COLUMNS, toEntry, type EntryRow } from './rows.ts';

interface IndexRow {
  uid: number;
  prefix: string;
  message_index: string;
}

const INDEX_QUERY = `SELECT message.uid, message.prefix, body.message_index FROM message
  JOIN content_body AS body ON body.content_id = message.content_id
 WHERE message.mailbox_id = ? AND message.uid BETWEEN ? AND ? ORDER BY message.uid`;

export function readEntries(
  connection: Connection,
  id: MailboxId,
  ranges: readonly UidRange[],
): readonly MessageEntry[] {
  return ranges.flatMap(({ first, last }) =>
    connection
      .all<EntryRow>(
        `SELECT ${ENTRY_COLUMNS} FROM message WHERE mailbox_id = ? AND uid BETWEEN ? AND ? ORDER BY uid`,
        id,
        first,
        last,
      )
      .map(toEntry),
  );
}

/** `uids` rise; those that are missing are left out. One query for each run of UIDs. */
export function readIndexes(
  connection: Connection,
  id: MailboxId,
  uids: readonly Uid[],
): ReadonlyMap<Uid, MessageIndex> {
  const indexes = new Map<Uid, MessageIndex>();
  for (let from = 0; from < uids.length;) {
    const first = uids[from] ?? 0;
    let to = from;
    while (uids[to + 1] === first + (to + 1 - from)) to++;
    for (const row of connection.all<IndexRow>(INDEX_QUERY, id, first, uids[to] ?? first)) {
      const index = JSON.parse(row.message_index) as MessageIndex;
      indexes.set(row.uid, shiftIndex(index, Buffer.byteLength(row.prefix)));
    }
    from = to + 1;
  }
  return indexes;
}
