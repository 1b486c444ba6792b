/**
 * What every queue store does the same way, whatever it keeps the queue in: how a new entry begins, and what the timeline
 * hears of an order.
 */
import type { MailEvent, TraceId } from '../events.ts';
import { nameOfChosen, type FollowingEntry, type QueueEntry, type SteeringAction } from './port.ts';

/** The entry as it is read back. */
export function toQueueEntry(entry: FollowingEntry, contentId: number): QueueEntry {
  const { content, recipients, recipientDsn, heldBy, events: _events, ...facts } = entry;
  return {
    ...facts,
    contentId,
    sizeBytes: content.sizeBytes,
    recipients: recipients.map((address, ordinal) => ({
      ordinal,
      address,
      state: heldBy?.[ordinal] === undefined ? 'queued' : 'held',
      attempts: 0,
      nextAttemptAt: entry.receivedAt,
      ...(recipientDsn?.[ordinal] !== undefined && { dsn: recipientDsn[ordinal] }),
      ...(heldBy?.[ordinal] !== undefined && { heldBy: heldBy[ordinal] }),
    })),
  };
}

/** An attempt tells of itself; the rest is told on the timeline. `about`: whom the order was carried out on; `group`: its moderators were asked. */
export function eventsOfOrder(
  order: SteeringAction,
  by: string,
  { group, ...about }: { traceId: TraceId; at: number; recipient: string; group?: string | undefined },
): readonly MailEvent[] {
  switch (order.action) {
    case 'retryNow':
      return [];
    case 'hold':
      if (order.heldBy !== undefined) return [{ ...about, type: 'heldByRule', rule: order.heldBy }];
      return [{ ...about, type: 'held', by }];
    case 'changeNextHop': {
      const nextHop = order.nextHop === null ? null : nameOfChosen(order.nextHop);
      return [{ ...about, type: 'nextHopChanged', nextHop, by }];
    }
    case 'release':
      return [{ ...about, type: 'released', by, ...(group !== undefined && { group }) }];
    case 'remove':
      return [{ ...about, type: 'removed', by }];
  }
}
