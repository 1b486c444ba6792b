/**
 * Queue handlers: what waits and why, as a window into a list of any length, in groups, or one entry; and orders to it.
 */
import type { Unsubscribe } from '../../base/emitter.ts';
import type { QueueEntry as EntryView, QueueGroups, QueuePage, QueueRow } from '../../contract/queue.ts';
import type {
  QueueDesk,
  QueueEntry,
  QueueFilter,
  QueueLine,
  QueuePlace,
  QueueRecipient,
  RecipientState,
} from '../../mail/queue/port.ts';
import { guardedCalls } from './base.ts';
import { unsubscribeAll, windowFeed } from './feed.ts';
import type { SteeringJobs } from './queue-steering.ts';
import type { ConsoleServices } from './services.ts';

const FEED_INTERVAL_MS = 700;
/** Grouping reads the whole queue. */
const GROUPS_INTERVAL_MS = 2000;
const ENTRY_INTERVAL_MS = 150;
const MOST_GROUPS = 500;

export interface FilterInput {
  readonly state: RecipientState | null;
  readonly text: string;
  readonly nextHop: string | null;
  readonly reply: string | null;
}

export function createQueueHandlers(services: ConsoleServices, jobs: SteeringJobs) {
  const { clock, queue, nextHops } = services;
  const watching = { clock, open: (changed: () => void) => onQueueChange({ services, jobs, changed }) };

  return {
    list: guardedCalls.queue.list.handler(({ input }) => listPage(services, input)),

    watch: guardedCalls.queue.watch.handler(({ input, signal }) =>
      windowFeed({
        ...watching,
        signal,
        intervalMs: FEED_INTERVAL_MS,
        snapshot: () => listPage(services, input),
      }),
    ),

    watchGroups: guardedCalls.queue.watchGroups.handler(({ input, signal }) =>
      windowFeed<QueueGroups>({
        ...watching,
        signal,
        intervalMs: GROUPS_INTERVAL_MS,
        snapshot: async () => ({
          items: await queue.groupLines(toFilter(input), input.by, MOST_GROUPS),
          depth: await queue.depth(),
        }),
      }),
    ),

    watchEntry: guardedCalls.queue.watchEntry.handler(({ input: { entryId }, signal }) =>
      windowFeed({
        clock,
        signal,
        intervalMs: ENTRY_INTERVAL_MS,
        snapshot: async () => toEntryView(queue, await queue.find(entryId)),
        open: (changed) => onQueueChange({ services, jobs, changed, entryId }),
      }),
    ),

    listRoutes: guardedCalls.queue.listRoutes.handler(async () => {
      const { routes } = await services.settings.read();
      return routes.map(({ name }) => name);
    }),

    watchNextHops: guardedCalls.queue.watchNextHops.handler(({ signal }) =>
      windowFeed({
        clock,
        signal,
        intervalMs: FEED_INTERVAL_MS,
        snapshot: () => Promise.resolve(nextHops.list()),
        open: nextHops.onChange,
      }),
    ),
  };
}

function onQueueChange(watch: {
  readonly services: ConsoleServices;
  readonly jobs: SteeringJobs;
  readonly changed: () => void;
  readonly entryId?: string;
}): Unsubscribe {
  const { services, jobs, changed, entryId } = watch;
  return unsubscribeAll(
    jobs.onProgress(changed),
    services.queue.onActivity((id) => {
      if (entryId === undefined || id === entryId) changed();
    }),
    services.meter.onEvent((event) => {
      if (event.type === 'refused' || event.type === 'read') return;
      if (entryId === undefined || event.traceId === entryId) changed();
    }),
  );
}

async function listPage(
  { queue }: ConsoleServices,
  input: FilterInput & { offset: number; limit: number; after?: QueuePlace },
): Promise<QueuePage> {
  const filter = toFilter(input);
  const { offset, limit, after } = input;
  const [lines, total, depth] = await Promise.all([
    queue.listLines(filter, { offset, limit, ...(after === undefined ? {} : { after }) }),
    queue.countLines(filter),
    queue.depth(),
  ]);
  return { offset, items: lines.map((line) => toRow(queue, line)), total, depth };
}

export function toFilter({ state, text, nextHop, reply }: FilterInput): QueueFilter {
  return {
    ...(state === null ? {} : { state }),
    ...(text === '' ? {} : { text }),
    ...(nextHop === null ? {} : { nextHop }),
    ...(reply === null ? {} : { reply }),
  };
}

function toRow(queue: QueueDesk, line: QueueLine): QueueRow {
  const { ordinal: _ordinal, client: _client, ...facts } = line;
  return { ...facts, recipient: toRecipientView(queue, line.entryId, line.recipient) };
}

function toEntryView(queue: QueueDesk, entry: QueueEntry | null): EntryView | null {
  if (entry === null) return null;
  const { id, recipients, sizeBytes, reversePath, receivedAt, origin } = entry;
  return {
    entryId: id,
    sizeBytes,
    reversePath,
    receivedAt,
    origin,
    recipients: recipients.map((recipient) => toRecipientView(queue, id, recipient)),
  };
}

function toRecipientView(
  queue: QueueDesk,
  entryId: string,
  recipient: QueueRecipient,
): QueueRow['recipient'] {
  const { ordinal, address, state, attempts, nextAttemptAt } = recipient;
  return {
    ordinal,
    address,
    state,
    attempts,
    nextAttemptAt,
    lastOutcome: recipient.lastOutcome ?? null,
    nextHop: recipient.nextHop ?? address.slice(address.lastIndexOf('@') + 1).toLowerCase(),
    chosenNextHop: recipient.chosenNextHop ?? null,
    heldBy: recipient.heldBy ?? null,
    moderatedGroup: recipient.moderatedGroup ?? null,
    progress: queue.progressOf({ entryId, ordinal }),
  };
}
