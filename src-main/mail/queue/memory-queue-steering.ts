/** What filters, groups and orders mean, without a database: the reference that the contract suite holds storage against. */
import type { MailEvent } from '../events.ts';
import {
  nameOfChosen,
  type QueueEntry,
  type QueueFilter,
  type QueueGroup,
  type QueueLine,
  type QueuePlace,
  type QueueRecipient,
  type RecipientEdit,
  type SteeringOrder,
} from './port.ts';

/** Recipients as they are shown: those under way are active, unless they are held. */
export function linesOf(entry: QueueEntry, underWay: readonly QueuePlace[] = []): readonly QueueLine[] {
  const { id, sizeBytes, reversePath, receivedAt, origin, client } = entry;
  const active = new Set(underWay.filter(({ entryId }) => entryId === id).map(({ ordinal }) => ordinal));
  return entry.recipients.map((recipient) => ({
    entryId: id,
    ordinal: recipient.ordinal,
    recipient:
      active.has(recipient.ordinal) && recipient.state !== 'held'
        ? { ...recipient, state: 'active' }
        : recipient,
    sizeBytes,
    reversePath,
    receivedAt,
    origin,
    ...(client !== undefined && { client }),
  }));
}

export function comparePlaces(a: QueuePlace, b: QueuePlace): number {
  if (a.entryId !== b.entryId) return a.entryId < b.entryId ? -1 : 1;
  return a.ordinal - b.ordinal;
}

function nextHopOf({ recipient }: QueueLine): string {
  if (recipient.nextHop !== undefined) return recipient.nextHop;
  return recipient.address.slice(recipient.address.lastIndexOf('@') + 1).toLowerCase();
}

/** Empty before the first attempt. */
function replyOf({ recipient: { lastOutcome } }: QueueLine): string {
  return lastOutcome === undefined ? '' : `${lastOutcome.status} ${lastOutcome.diagnostic}`;
}

export function matches(line: QueueLine, filter: QueueFilter): boolean {
  const { recipient } = line;
  if (filter.state !== undefined && recipient.state !== filter.state) return false;
  if (filter.nextHop !== undefined && nextHopOf(line) !== filter.nextHop) return false;
  if (filter.reply !== undefined && replyOf(line) !== filter.reply) return false;
  if (filter.heldBy !== undefined && line.recipient.heldBy !== filter.heldBy) return false;
  const { nextHop, lastOutcome } = recipient;
  const places = [line.entryId, recipient.address, line.reversePath, nextHop, lastOutcome?.remoteMta];
  const searched = [...places, replyOf(line)].map((text) => text?.toLowerCase() ?? '');
  const words = (filter.text ?? '').toLowerCase().split(/\s+/u);
  return words.every((word) => searched.some((text) => text.includes(word)));
}

export function groupLines(lines: readonly QueueLine[], by: 'nextHop' | 'reply'): QueueGroup[] {
  const members = Map.groupBy(lines, by === 'nextHop' ? nextHopOf : replyOf);
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

export function appliesTo(order: SteeringOrder, recipient: QueueRecipient): boolean {
  switch (order.action) {
    case 'retryNow':
      return recipient.state !== 'held' && recipient.nextAttemptAt > order.at;
    case 'hold':
      return recipient.state !== 'held';
    case 'release':
      return recipient.state === 'held';
    case 'changeNextHop':
      return JSON.stringify(recipient.chosenNextHop ?? null) !== JSON.stringify(order.nextHop);
    case 'remove':
      return true;
  }
}

/** The recipient after the order; null where it leaves the queue. */
export function steered(order: SteeringOrder, recipient: QueueRecipient): QueueRecipient | null {
  switch (order.action) {
    case 'retryNow':
      return { ...recipient, nextAttemptAt: order.at };
    case 'hold':
      return {
        ...recipient,
        state: 'held',
        ...(order.heldBy !== undefined && { heldBy: order.heldBy }),
      };
    case 'release': {
      const { heldBy: _, ...rest } = recipient;
      return { ...rest, state: recipient.lastOutcome === undefined ? 'queued' : 'deferred' };
    }
    case 'changeNextHop': {
      const { chosenNextHop: _chosen, nextHop: _nextHop, ...rest } = recipient;
      const { nextHop } = order;
      return {
        ...rest,
        nextAttemptAt: order.at,
        ...(nextHop !== null && { chosenNextHop: nextHop, nextHop: nameOfChosen(nextHop) }),
      };
    }
    case 'remove':
      return null;
  }
}

/** The entry's recipients after an edit, with the ordinals that changed; null where one that it names has left. */
export function edited(
  { recipients }: QueueEntry,
  { change, add, remove, at }: RecipientEdit,
): { recipients: readonly QueueRecipient[]; ordinals: readonly number[] } | null {
  const named = [...change.map(({ ordinal }) => ordinal), ...remove];
  if (named.some((ordinal) => recipients.every((each) => each.ordinal !== ordinal))) return null;
  const changed = recipients.map((recipient): QueueRecipient => {
    const found = change.find(({ ordinal }) => ordinal === recipient.ordinal);
    return found === undefined ? recipient : begunAnew(recipient, found.address, at);
  });
  const first = Math.max(...recipients.map(({ ordinal }) => ordinal)) + 1;
  const added = add.map((address, index): QueueRecipient => ({
    ordinal: first + index,
    address,
    state: 'queued',
    attempts: 0,
    nextAttemptAt: at,
  }));
  const left = [...changed, ...added].filter(({ ordinal }) => !remove.includes(ordinal));
  return { recipients: left, ordinals: [...named, ...added.map(({ ordinal }) => ordinal)] };
}

function begunAnew(recipient: QueueRecipient, address: string, at: number): QueueRecipient {
  const { lastOutcome: _outcome, nextHop: _hop, chosenNextHop: _chosen, ...kept } = recipient;
  const { moderatedGroup: _group, ...rest } = kept;
  const state = recipient.state === 'held' ? 'held' : 'queued';
  return { ...rest, address, state, attempts: 0, nextAttemptAt: at };
}

export function eventsOfEdit({ recipients }: QueueEntry, edit: RecipientEdit): readonly MailEvent[] {
  const about = { traceId: edit.entryId, at: edit.at, by: edit.by };
  const addressOf = (ordinal: number): string =>
    recipients.find((each) => each.ordinal === ordinal)?.address ?? '';
  return [
    ...edit.change.map(({ ordinal, address }) => ({
      ...about,
      type: 'recipientChanged' as const,
      recipient: addressOf(ordinal),
      into: address,
    })),
    ...edit.add.map((recipient) => ({ ...about, type: 'recipientAdded' as const, recipient })),
    ...edit.remove.map((ordinal) => ({ ...about, type: 'removed' as const, recipient: addressOf(ordinal) })),
  ];
}
