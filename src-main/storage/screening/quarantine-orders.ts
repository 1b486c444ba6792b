/**
 * What leaves the quarantine: into a mailbox, back on its way through the queue, or for good.
 *
 * Invariants: one bounded commit with its events; the reference on the content goes over to the mailbox or the queue entry.
 */
import type { MailEvent, TraceId } from '../../mail/events.ts';
import {
  releasedVerdict,
  type QuarantinedMessage,
  type QuarantineOrder,
} from '../../mail/screening/quarantine/port.ts';
import type { InterruptedWay } from '../../mail/queue/port.ts';
import { changeReferences } from '../content-store.ts';
import { depositMessage } from '../mail-store/message-writes.ts';
import { enqueue } from '../queue-writes.ts';
import { addEvents, toEventArguments } from '../timeline-store.ts';
import type { TraceFacts } from '../trace-search/trace-rows.ts';
import type { Transaction, Write } from '../transaction.ts';
import { selectQuarantined } from './quarantine-rows.ts';

export interface QuarantineOrderArguments extends QuarantineOrder {
  /** For what goes on through the queue; as many as one commit takes. */
  readonly traceIds: readonly TraceId[];
}

/** Answers what left. */
const carryOutQuarantine: Write<QuarantineOrderArguments, readonly QuarantinedMessage[]> = (
  transaction,
  order,
) => {
  const page = { offset: 0, limit: order.traceIds.length };
  const messages = selectQuarantined(transaction.connection, order.filter, page);
  messages.forEach((message, position) => {
    transaction.connection.run('DELETE FROM quarantine WHERE id = ?', message.id);
    const event =
      order.action === 'release'
        ? release(transaction, message, { ...order, traceId: order.traceIds[position] ?? '' })
        : remove(transaction, message, order);
    addEvents(transaction, toEventArguments([event]));
  });
  return messages;
};

function remove(
  transaction: Transaction,
  { contentId, traceId, address: account }: QuarantinedMessage,
  { by, at }: QuarantineOrder,
): MailEvent {
  changeReferences(transaction, contentId, -1);
  return { type: 'quarantineRemoved', traceId, at, account, by };
}

type Release = Pick<QuarantineOrder, 'by' | 'at'> & { readonly traceId: TraceId };

function release(transaction: Transaction, message: QuarantinedMessage, order: Release): MailEvent {
  const { accountId, way, prefix, contentId, sizeBytes, traceId, address: account } = message;
  const event = { type: 'quarantineReleased', traceId, at: order.at, account, by: order.by } as const;
  if (way.kind === 'queue' || accountId === null) {
    goOn(transaction, message, order);
    return { ...event, followingTraceId: order.traceId };
  }
  const deposit = { accountId, mailbox: 'INBOX', prefix, flags: [], savedAt: order.at, content: null };
  depositMessage(transaction, deposit, { contentId, sizeBytes, traceId });
  return event;
}

/** An entry of its own, for this one recipient; it takes the reference over. */
function goOn(transaction: Transaction, message: QuarantinedMessage, { traceId: id, at }: Release): void {
  const { contentId, sizeBytes, reversePath, author, subject, verdict } = message;
  const way = wayOf(message);
  const recipients = [way.recipient];
  const received = {
    type: 'received',
    traceId: id,
    at,
    via: way.origin,
    reversePath,
    recipients,
    sizeBytes,
  } as const;
  enqueue(transaction, {
    ...{ id, content: { contentId, sizeBytes }, reversePath, receivedAt: at, origin: way.origin },
    client: toJson(way.client),
    smtpUtf8: way.smtpUtf8,
    isEightBit: way.isEightBit === true,
    requireTls: way.requireTls === true,
    isBulk: false,
    dsn: toJson(way.dsn),
    prefix: way.prefix ?? '',
    verdict: JSON.stringify(releasedVerdict(verdict)),
    recipients: [{ address: way.recipient, dsn: toJson(way.recipientDsn), heldBy: null }],
    trace: {
      ...{ traceId: id, receivedAt: at, via: way.origin, sizeBytes },
      facts: JSON.stringify({
        ...{ reversePath, author, recipients, subject, messageId: messageIdOf(transaction, message.traceId) },
        remote: [way.client?.address, way.client?.account].filter((part) => part !== undefined).join(' '),
      } satisfies TraceFacts),
    },
    events: toEventArguments([
      received,
      { type: 'follows', traceId: id, at, as: 'release', originTraceId: message.traceId },
      { type: 'queued', traceId: id, at, recipients },
    ]),
  });
  changeReferences(transaction, contentId, -1);
}

/** The office has no mailbox: its copies go to whom they are for. */
function wayOf({ way, address }: QuarantinedMessage): Extract<InterruptedWay, { kind: 'queue' }> {
  if (way.kind === 'queue') return way;
  return { kind: 'queue', recipient: address, origin: 'reception', smtpUtf8: false };
}

function messageIdOf({ connection }: Transaction, traceId: TraceId): string | null {
  const row = connection.get<{ id: string | null }>(
    "SELECT unseal(facts, 'trace facts', trace_id) ->> '$.messageId' AS id FROM message_trace WHERE trace_id = ?",
    traceId,
  );
  return row?.id ?? null;
}

function toJson(value: object | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

export const quarantineWrites = { carryOutQuarantine };
