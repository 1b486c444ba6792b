/** Where a message's content lies: in a mailbox, in the queue, in quarantine. Looks at every message: for the reader thread. */
import type { ContentId } from '../../mail/content/port.ts';
import type { TraceId } from '../../mail/events.ts';
import type { Connection } from '../connection.ts';

export function findContentOf(connection: Connection, traceId: TraceId): ContentId | null {
  const row = connection.get<{ id: ContentId }>(
    `SELECT content_id AS id FROM queue_entry WHERE id = ? UNION ALL
     SELECT content_id FROM quarantine WHERE trace_id = ? UNION ALL
     SELECT content_id FROM message WHERE trace_id = ? LIMIT 1`,
    traceId,
    traceId,
    traceId,
  );
  return row?.id ?? null;
}
