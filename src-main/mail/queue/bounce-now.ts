/**
 * Bounce now: recipients fail by an administrator's order, before their time, and their senders are told.
 *
 * Flow: order → pages of recipients, by entry → bounce stage → recordAttempt(): the failure, its DSN and the timeline in one
 * commit for each entry. Invariants: an entry is not attempted meanwhile, so nothing is delivered and bounced; what is under
 * way is left alone. A null reverse-path is never answered (RFC 5321 §6.1): there the recipient only leaves, and the timeline
 * says so.
 */
import type { MailEvent } from '../events.ts';
import type { BounceOrder, QueueEntry, QueuePlace, RecordedOutcome, SteeringBatch } from './port.ts';
import type { SteeredQueueOptions } from './steered-queue.ts';

/** Each entry is a commit with a DSN; as many as share one group commit. */
const ENTRIES_AT_ONCE = 50;
const PAGE_SIZE = 500;

export async function* bounceNow(
  given: BounceOrder,
  options: SteeredQueueOptions,
): AsyncGenerator<SteeringBatch, void, void> {
  // It becomes a field of the DSN (RFC 3464 §2.3.6): one line.
  const order = { ...given, reason: given.reason.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim() };
  for await (const places of selectPlaces(order, options)) {
    const ordinals = Map.groupBy(places, ({ entryId }) => entryId);
    const ids = [...ordinals.keys()];
    for (let i = 0; i < ids.length; i += ENTRIES_AT_ONCE) {
      let batches: readonly SteeringBatch[] = [];
      await options.queue.withoutAttempts(ids.slice(i, i + ENTRIES_AT_ONCE), async (free) => {
        batches = await Promise.all(free.map((id) => bounceEntry(ordinals.get(id) ?? [], order, options)));
      });
      yield join(batches);
    }
  }
}

/** Page by page behind the last place, so that it ends whatever leaves meanwhile; without the DSNs that it makes itself. */
async function* selectPlaces(
  { selection, at }: BounceOrder,
  { steering }: SteeredQueueOptions,
): AsyncGenerator<readonly QueuePlace[], void, void> {
  if (selection.kind === 'places') return yield selection.places;
  let after: QueuePlace | undefined;
  for (;;) {
    const page = { limit: PAGE_SIZE, ...(after !== undefined && { after }) };
    const lines = await steering.listLines(selection.filter, page);
    const asked = lines.filter(({ origin, receivedAt }) => origin !== 'bounce' || receivedAt < at);
    if (asked.length > 0) yield asked;
    after = lines.at(-1);
    if (after === undefined || lines.length < PAGE_SIZE) return;
  }
}

/** Of recipients of one entry. */
async function bounceEntry(
  places: readonly QueuePlace[],
  order: BounceOrder,
  { store, bounces, events: sink }: SteeredQueueOptions,
): Promise<SteeringBatch> {
  const entry = await store.find(places[0]?.entryId ?? '');
  const outcomes = entry === null ? [] : failuresOf(entry, places, order);
  if (entry === null || outcomes.length === 0) return { changed: [], events: [] };
  const { at } = order;
  const told = await bounces.report(entry, { outcomes, at, retriedUntil: at });
  const { bounce } = told;
  const events = [...returnsOf(entry, outcomes, order), ...told.events, ...endOf(entry, outcomes, at)];
  const record = { entryId: entry.id, outcomes, deposits: [], events, at };
  try {
    await store.recordAttempt({ ...record, ...(bounce !== undefined && { bounce }) });
  } catch (error) {
    await bounces.discard(bounce === undefined ? [] : [bounce.content]);
    throw error;
  }
  for (const event of [...events, ...(bounce?.events ?? [])]) sink(event);
  return { changed: outcomes.map(({ ordinal }) => ({ entryId: entry.id, ordinal })), events };
}

/** RFC 3463 §3.1: X.0.0; what the administrator means stands in the words. §3.8: X.7.2, a list that does not take it. */
function failuresOf(
  { recipients }: QueueEntry,
  places: readonly QueuePlace[],
  { reason, at }: BounceOrder,
): readonly RecordedOutcome[] {
  return recipients
    .filter((recipient) => places.some(({ ordinal }) => ordinal === recipient.ordinal))
    .map(({ ordinal, address, moderatedGroup }) => {
      const status = moderatedGroup === undefined ? '5.0.0' : '5.7.2';
      return { ordinal, outcome: { kind: 'failed', recipient: address, status, diagnostic: reason, at } };
    });
}

function returnsOf(
  entry: QueueEntry,
  outcomes: readonly RecordedOutcome[],
  { by, at, reason }: BounceOrder,
): readonly MailEvent[] {
  return outcomes.map(({ outcome }) => ({
    type: 'returned',
    traceId: entry.id,
    at,
    recipient: outcome.recipient,
    reason,
    by,
  }));
}

/** The event that ends a timeline, where nobody is left. */
function endOf(
  { id, recipients }: QueueEntry,
  outcomes: readonly RecordedOutcome[],
  at: number,
): readonly MailEvent[] {
  return outcomes.length === recipients.length ? [{ type: 'finished', traceId: id, at }] : [];
}

function join(batches: readonly SteeringBatch[]): SteeringBatch {
  return {
    changed: batches.flatMap(({ changed }) => changed),
    events: batches.flatMap(({ events }) => events),
  };
}
