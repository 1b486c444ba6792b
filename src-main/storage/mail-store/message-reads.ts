/** Reads of many messages at once: entries for lists, indexes for envelopes and structures. */
import type { MessageIndex } from '../../format/message-index.ts';
import { shiftIndex } from '../../mail/mailstore/mailbox-rules.ts';
import type { MailboxId, MessageEntry, SummaryPart, Uid, UidRange } from '../../mail/mailstore/port.ts';
import type { Connection } from '../connection.ts';
import { MESSAGE_INDEX } from '../content-store.ts';
import { ENTRY_COLUMNS, PREFIX, toEntry, type EntryRow } from './rows.ts';

interface IndexRow {
  uid: number;
  prefix: string;
  message_index: string;
}

const INDEX_QUERY = `SELECT message.uid, ${PREFIX} AS prefix, ${MESSAGE_INDEX} AS message_index FROM message
  JOIN content ON content.id = message.content_id JOIN content_body AS body ON body.content_id = message.content_id
 WHERE message.mailbox_id = ? AND message.uid BETWEEN ? AND ? ORDER BY message.uid`;

export function readEntries(
  connection: Connection,
  id: MailboxId,
  ranges: readonly UidRange[],
): readonly MessageEntry[] {
  return ranges.flatMap((range) => readRange(connection, id, range).map(toEntry));
}

/** `uids` rise; those that are missing are left out. */
export function readEntriesOf(
  connection: Connection,
  id: MailboxId,
  uids: readonly Uid[],
): readonly EntryRow[] {
  return toRuns(uids).flatMap((range) => readRange(connection, id, range));
}

function readRange(connection: Connection, id: MailboxId, { first, last }: UidRange): EntryRow[] {
  return connection.all<EntryRow>(
    `SELECT ${ENTRY_COLUMNS} FROM message WHERE mailbox_id = ? AND uid BETWEEN ? AND ? ORDER BY uid`,
    id,
    first,
    last,
  );
}

/** Rising UIDs as ranges. */
function toRuns(uids: readonly Uid[]): UidRange[] {
  const runs: UidRange[] = [];
  for (const uid of uids) {
    const run = runs.at(-1);
    if (run?.last === uid - 1) runs[runs.length - 1] = { first: run.first, last: uid };
    else runs.push({ first: uid, last: uid });
  }
  return runs;
}

/** `uids` rise; those that are missing are left out. One query for each run of UIDs. */
export function readIndexes(
  connection: Connection,
  id: MailboxId,
  uids: readonly Uid[],
): ReadonlyMap<Uid, MessageIndex> {
  const indexes = new Map<Uid, MessageIndex>();
  for (const { first, last } of toRuns(uids)) {
    for (const row of connection.all<IndexRow>(INDEX_QUERY, id, first, last)) {
      const index = JSON.parse(row.message_index) as MessageIndex;
      indexes.set(row.uid, shiftIndex(index, Buffer.byteLength(row.prefix)));
    }
  }
  return indexes;
}

function clearPart(part: SummaryPart): string {
  return `unseal(summary.${part}, 'summary ${part}', summary.content_id)`;
}

/** `uids` rise; what is not there is left out. One query for each run of UIDs. */
export function readSummaries(
  connection: Connection,
  id: MailboxId,
  { uids, parts }: { uids: readonly Uid[]; parts: readonly SummaryPart[] },
): ReadonlyMap<Uid, readonly (string | null)[]> {
  // The parts are names of columns.
  const sql = `SELECT ${parts.map(clearPart).join(', ')}, message.uid FROM message
    JOIN content_summary AS summary ON summary.content_id = message.content_id
   WHERE message.mailbox_id = ? AND message.uid BETWEEN ? AND ?`;
  const summaries = new Map<Uid, readonly (string | null)[]>();
  for (const { first, last } of toRuns(uids))
    for (const row of connection.rows<readonly (string | null)[]>(sql, id, first, last))
      summaries.set(Number(row[parts.length]), row);
  return summaries;
}
