/** What filters, groups and orders mean, without a database: the reference that the contract suite holds storage against. */
import type { MailEvent } from '../events.ts';
import type {
  QueueEntry,
  QueueFilter,
  QueueGroup,
  QueueLine,
  QueuePlace,
  QueueRecipient,
  SteeringOrder,
} from './port.ts';

export function linesOf(entry: QueueEntry): readonly QueueLine[] {
  const { id, sizeBytes, reversePath, receivedAt, origin } = entry;
  return entry.recipients.map((recipient) => ({
    entryId: id,
    ordinal: recipient.ordinal,
    recipient,
    sizeBytes,
    reversePath,
    receivedAt,
    origin,
  }));
}

export function comparePlaces(a: QueuePlace, b: QueuePlace): number {
  if (a.entryId !== b.entryId) return a.entryId < b.entryId ? -1 : 1;
  return a.ordinal - b.ordinal;
}

function domainOf({ recipient }: QueueLine): string {
  return recipient.address.slice(recipient.address.lastIndexOf('@') + 1).toLowerCase();
}

/** Empty before the first attempt. */
function replyOf({ recipient: { lastOutcome } }: QueueLine): string {
  return lastOutcome === undefined ? '' : `${lastOutcome.status} ${lastOutcome.diagnostic}`;
}

export function matches(line: QueueLine, filter: QueueFilter): boolean {
  const { recipient } = line;
  if (filter.state !== undefined && recipient.state !== filter.state) return false;
  if (filter.domain !== undefined && domainOf(line) !== filter.domain) return false;
  if (filter.reply !== undefined && replyOf(line) !== filter.reply) return false;
  const places = [line.entryId, recipient.address, line.reversePath, recipient.lastOutcome?.remoteMta];
  const searched = [...places, replyOf(line)].map((text) => text?.toLowerCase() ?? '');
  const words = (filter.text ?? '').toLowerCase().split(/\s+/u);
  return words.every((word) => searched.some((text) => text.includes(word)));
}

export function groupLines(lines: readonly QueueLine[], by: 'domain' | 'reply'): QueueGroup[] {
  const members = Map.groupBy(lines, by === 'domain' ? domainOf : replyOf);
  return [...members]
    .sort(([keyA, a], [keyB, b]) => b.length - a.length || (keyA < keyB ? -1 : 1))
    .map(([key, group]) => toGroup(key, group));
}

function toGroup(key: string, lines: readonly QueueLine[]): QueueGroup {
  const counts = { queued: 0, active: 0, deferred: 0, held: 0 };
  for (const { recipient } of lines) counts[recipient.state]++;
  const replies = Map.groupBy(lines.map(replyOf), (reply) => reply);
  replies.delete('');
  const [mostFrequent] = [...replies].sort(([, a], [, b]) => b.length - a.length);
  const oldestReceivedAt = Math.min(...lines.map((line) => line.receivedAt));
  return { key, ...counts, oldestReceivedAt, reply: mostFrequent?.[0] ?? null };
}

export function appliesTo({ action, at }: SteeringOrder, recipient: QueueRecipient): boolean {
  switch (action) {
    case 'retryNow':
      return recipient.state !== 'held' && recipient.nextAttemptAt > at;
    case 'hold':
      return recipient.state !== 'held';
    case 'release':
      return recipient.state === 'held';
    case 'remove':
      return true;
  }
}

/** The recipient after the order; null where it leaves the queue. */
export function steered({ action, at }: SteeringOrder, recipient: QueueRecipient): QueueRecipient | null {
  switch (action) {
    case 'retryNow':
      return { ...recipient, nextAttemptAt: at };
    case 'hold':
      return { ...recipient, state: 'held' };
    case 'release':
      return { ...recipient, state: recipient.attempts === 0 ? 'queued' : 'deferred' };
    case 'remove':
      return null;
  }
}

const EVENT_TYPES = { hold: 'held', release: 'released', remove: 'removed' } as const;

/** An attempt tells of itself; the rest is told on the timeline. */
export function eventsOf({ action, by, at }: SteeringOrder, line: QueueLine): readonly MailEvent[] {
  if (action === 'retryNow') return [];
  return [{ type: EVENT_TYPES[action], traceId: line.entryId, at, recipient: line.recipient.address, by }];
}
