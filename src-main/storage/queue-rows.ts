/** Rows of the queue, and the entries and recipients they are. */
import type { RecipientOutcome } from '../mail/events.ts';
import type {
  ChosenNextHop,
  EntryClient,
  MessageDsn,
  QueueEntry,
  QueueRecipient,
  RecipientDsn,
  RecipientState,
} from '../mail/queue/port.ts';
import type { Verdict } from '../mail/verdict.ts';

export interface EntryRow {
  id: string;
  content_id: number;
  size_bytes: number;
  reverse_path: string;
  received_at: number;
  origin: QueueEntry['origin'];
  client: string | null;
  smtp_utf8: number;
  is_eight_bit: number;
  require_tls: number;
  is_bulk: number;
  dsn: string | null;
  prefix: string;
  verdict: string | null;
}

export interface RecipientRow {
  ordinal: number;
  address: string;
  state: RecipientState;
  attempts: number;
  next_attempt_at: number;
  last_outcome: string | null;
  dsn: string | null;
  is_delay_reported: number;
  next_hop: string | null;
  chosen_next_hop: string | null;
  held_by: string | null;
  moderated_group: string | null;
}

export function toEntry(row: EntryRow, recipients: QueueRecipient[]): QueueEntry {
  return {
    id: row.id,
    contentId: row.content_id,
    sizeBytes: row.size_bytes,
    reversePath: row.reverse_path,
    receivedAt: row.received_at,
    origin: row.origin,
    ...(row.client !== null && { client: toClient(row.client) }),
    smtpUtf8: row.smtp_utf8 === 1,
    ...(row.is_eight_bit === 1 && { isEightBit: true }),
    ...(row.require_tls === 1 && { requireTls: true }),
    ...(row.is_bulk === 1 && { isBulk: true }),
    ...(row.dsn !== null && { dsn: JSON.parse(row.dsn) as MessageDsn }),
    ...(row.prefix !== '' && { prefix: row.prefix }),
    ...(row.verdict !== null && { verdict: JSON.parse(row.verdict) as Verdict }),
    recipients,
  };
}

export function toRecipient(row: RecipientRow): QueueRecipient {
  return {
    ordinal: row.ordinal,
    address: row.address,
    state: row.state,
    attempts: row.attempts,
    nextAttemptAt: row.next_attempt_at,
    ...(row.last_outcome !== null && { lastOutcome: JSON.parse(row.last_outcome) as RecipientOutcome }),
    ...(row.dsn !== null && { dsn: JSON.parse(row.dsn) as RecipientDsn }),
    ...(row.is_delay_reported === 1 && { isDelayReported: true }),
    ...(row.next_hop !== null && { nextHop: row.next_hop }),
    ...(row.chosen_next_hop !== null && { chosenNextHop: toChosen(row.chosen_next_hop) }),
    ...(row.held_by !== null && { heldBy: row.held_by }),
    ...(row.moderated_group !== null && { moderatedGroup: row.moderated_group }),
  };
}

export function toChosen(json: string): ChosenNextHop {
  return JSON.parse(json) as ChosenNextHop;
}

export function toClient(json: string): EntryClient {
  return JSON.parse(json) as EntryClient;
}
