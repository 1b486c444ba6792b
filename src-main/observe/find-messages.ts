/**
 * Finds messages: by words, or by what a pasted bounce says.
 *
 * Flow: console → here → timeline store. Invariants: what is pasted is answered with one page: by what names the message (ids of ours,
 * Message-IDs), else by whom it did not reach and its subject, else by whom it did not reach.
 */
import type { TraceId } from '../mail/events.ts';
import { readPastedBounce, type PastedBounce } from './pasted-bounce.ts';
import type { MessageFilter, MessagePage, MessageSummary, TimelineStore } from './port.ts';

type Timelines = Pick<TimelineStore, 'listMessages'>;

export async function findMessages(timelines: Timelines, filter: MessageFilter): Promise<MessagePage> {
  const pasted = readPastedBounce(filter.text ?? '');
  if (pasted === null) return timelines.listMessages(filter);
  for (const texts of waysToFind(pasted)) {
    const items = await findEach(timelines, filter, texts);
    if (items.length > 0) return { items, next: null };
  }
  return { items: [], next: null };
}

/** By ids of ours and Message-IDs alone. */
export function findNamed(
  timelines: Timelines,
  { traceIds, messageIds }: PastedBounce,
  limit: number,
): Promise<readonly MessageSummary[]> {
  return findEach(timelines, { limit }, [...traceIds, ...messageIds]);
}

/** Texts to search for, the surest first. */
function waysToFind({
  traceIds,
  messageIds,
  recipients,
  subject,
}: PastedBounce): readonly (readonly string[])[] {
  const about = subject === null ? [] : recipients.map((recipient) => `${recipient} ${subject}`);
  return [[...traceIds, ...messageIds], about, recipients];
}

/** What any of the texts finds, in their order. */
async function findEach(
  timelines: Timelines,
  filter: MessageFilter,
  texts: readonly string[],
): Promise<readonly MessageSummary[]> {
  const found = new Map<TraceId, MessageSummary>();
  for (const text of texts) {
    const { items } = await timelines.listMessages({ ...filter, text });
    for (const item of items) if (!found.has(item.traceId)) found.set(item.traceId, item);
    if (found.size >= filter.limit) break;
  }
  return [...found.values()].slice(0, filter.limit);
}
