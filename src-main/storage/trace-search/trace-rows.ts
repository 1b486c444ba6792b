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
  /** In the order in which there was something new to find it by. */
  readonly number: number;
  readonly trace_id: string;
  readonly received_at: number;
  readonly via: MessageSummary['via'];
  readonly size_bytes: number;
  readonly state: MessageSummary['state'];
  readonly facts: string;
  /** Words that came later. */
  readonly also: string | null;
}

export const READ_TRACES = `SELECT number, trace_id, received_at, via, size_bytes, state,
  unseal(facts, 'trace facts', trace_id) AS facts, unseal(also, 'trace also', trace_id) AS also FROM message_trace`;

/** All that a message is found by, folded; words never reach over a line's end. */
export function textOf({ facts, also }: Pick<TraceRow, 'facts' | 'also'>): string {
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
