/** Rows of timelines: what is known of a message, and the text that it is found by. */
import { foldText } from '../../mail/mailstore/search/port.ts';
import type { MessageSummary } from '../../observe/port.ts';

/** What is sealed of a message, as JSON. */
export interface TraceFacts {
  readonly reversePath: string;
  readonly author: string;
  readonly recipients: readonly string[];
  readonly subject: string;
  readonly messageId: string | null;
  /** Name and address of the client, and the account. */
  readonly remote: string;
}

export interface TraceRow {
  readonly trace_id: string;
  readonly received_at: number;
  readonly via: MessageSummary['via'];
  readonly size_bytes: number;
  readonly state: MessageSummary['state'];
  readonly facts: string;
}

export interface PlaceRow extends TraceRow {
  readonly number: number;
  /** Words that came later. */
  readonly also: string | null;
}

const TRACE_COLUMNS = `message_trace.trace_id, received_at, via, size_bytes, state,
  unseal(facts, 'trace facts', message_trace.trace_id) AS facts`;

export const READ_TRACES = `SELECT ${TRACE_COLUMNS} FROM message_trace`;

const PLACE_COLUMNS = `${TRACE_COLUMNS}, trace_place.number, unseal(also, 'trace also', trace_place.number) AS also`;

export const READ_PLACES = `SELECT ${PLACE_COLUMNS}
  FROM trace_place CROSS JOIN message_trace ON message_trace.trace_id = trace_place.trace_id`;

/** All that a message is found by, folded; words never reach over a line's end. */
export function textOf({ facts, also }: Pick<PlaceRow, 'facts' | 'also'>): string {
  const { reversePath, author, recipients, subject, messageId, remote } = JSON.parse(facts) as TraceFacts;
  const parts = [reversePath, author, ...recipients, subject, messageId ?? '', remote, also ?? ''];
  return foldText(parts.join('\n'));
}

export function toSummary(row: TraceRow): MessageSummary {
  const { reversePath, author, recipients, subject, messageId } = JSON.parse(row.facts) as TraceFacts;
  return {
    traceId: row.trace_id,
    receivedAt: row.received_at,
    via: row.via,
    reversePath,
    author,
    recipients,
    subject,
    messageId,
    sizeBytes: row.size_bytes,
    state: row.state,
  };
}
