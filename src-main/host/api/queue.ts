/**
 * Queue handlers: what waits and why, as a window into a list of any length, in groups, or one entry; and orders to it.
 */
import type { Unsubscribe } from '../../base/emitter.ts';
import type { QueueEntry as EntryView, QueueGroups, QueuePage, QueueRow } from '../../contract/queue.ts';
import type {
  QueueEntry,
  QueueFilter,
  QueueLine,
  QueuePlace,
  QueueRecipient,
  RecipientState,
  SteeringOrder,
} from '../../mail/queue/port.ts';
import { guardedCalls, refusal } from './base.ts';
import { unsubscribeAll, windowFeed } from './feed.ts';
import type { SteeringJobs } from './queue-steering.ts';
import type { ConsoleServices } from './services.ts';

const FEED_INTERVAL_MS = 700;
/** Grouping reads the whole queue. */
const GROUPS_INTERVAL_MS = 2000;
const ENTRY_INTERVAL_MS = 150;
const MOST_GROUPS = 500;

interface FilterInput {
  readonly state: RecipientState | null;
  readonly text: string;
  readonly domain: string | null;
  readonly reply: string | null;
}

export function createQueueHandlers(services: ConsoleServices, jobs: SteeringJobs) {
  const { clock, steering, queue } = services;
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
          items: await steering.groupLines(toFilter(input), input.by, MOST_GROUPS),
          depth: await queue.depth(),
        }),
      }),
    ),

    watchEntry: guardedCalls.queue.watchEntry.handler(({ input: { entryId }, signal }) =>
      windowFeed({
        clock,
        signal,
        intervalMs: ENTRY_INTERVAL_MS,
        snapshot: async () => toEntryView(await queue.find(entryId)),
        open: (changed) => onQueueChange({ services, jobs, changed, entryId }),
      }),
    ),

    steer: guardedCalls.queue.steer.handler(({ input: { action, selection }, context }) =>
      jobs.begin({
        action,
        selection: toSelection(selection),
        by: context.administrator,
        at: clock.now(),
      }),
    ),

    undoSteering: guardedCalls.queue.undoSteering.handler(async ({ input, context }) => {
      const order = jobs.inverseOf(input.job);
      if (order === null) throw refusal('tooLateToUndo');
      return jobs.begin({ ...order, by: context.administrator, at: clock.now() });
    }),

    stopSteering: guardedCalls.queue.stopSteering.handler(({ input }) => jobs.stop(input.job)),
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
    services.meter.onEvent((event) => {
      if (event.type === 'refused' || event.type === 'read') return;
      if (entryId === undefined || event.traceId === entryId) changed();
    }),
  );
}

async function listPage(
  { queue, steering }: ConsoleServices,
  input: FilterInput & { offset: number; limit: number; after?: QueuePlace },
): Promise<QueuePage> {
  const filter = toFilter(input);
  const { offset, limit, after } = input;
  const [lines, total, depth] = await Promise.all([
    steering.listLines(filter, { offset, limit, ...(after === undefined ? {} : { after }) }),
    steering.countLines(filter),
    queue.depth(),
  ]);
  return { offset, items: lines.map(toRow), total, depth };
}

function toFilter({ state, text, domain, reply }: FilterInput): QueueFilter {
  return {
    ...(state === null ? {} : { state }),
    ...(text === '' ? {} : { text }),
    ...(domain === null ? {} : { domain }),
    ...(reply === null ? {} : { reply }),
  };
}

function toSelection(
  selection:
    | { readonly kind: 'filter'; readonly filter: FilterInput }
    | { readonly kind: 'places'; readonly places: readonly QueuePlace[] },
): SteeringOrder['selection'] {
  if (selection.kind === 'places') return selection;
  return { kind: 'filter', filter: toFilter(selection.filter) };
}

function toRow(line: QueueLine): QueueRow {
  const { ordinal: _, ...facts } = line;
  return { ...facts, recipient: toRecipientView(line.recipient) };
}

function toEntryView(entry: QueueEntry | null): EntryView | null {
  if (entry === null) return null;
  const { id, recipients, ...facts } = entry;
  return { ...facts, entryId: id, recipients: recipients.map(toRecipientView) };
}

function toRecipientView(recipient: QueueRecipient): QueueRow['recipient'] {
  return { ...recipient, lastOutcome: recipient.lastOutcome ?? null };
}
