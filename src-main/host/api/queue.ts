/**
 * Queue handlers: what waits, and why. Reading only.
 */
import type { QueuePage, QueueRow } from '../../contract/queue.ts';
import type { QueueEntry } from '../../mail/queue/port.ts';
import { guardedCalls } from './base.ts';
import { windowFeed } from './feed.ts';
import type { ConsoleServices } from './services.ts';

const FEED_INTERVAL_MS = 700;

export function createQueueHandlers(services: ConsoleServices) {
  return {
    list: guardedCalls.queue.list.handler(({ input }) => listQueue(services, input)),

    watch: guardedCalls.queue.watch.handler(({ input, signal }) =>
      windowFeed({
        clock: services.clock,
        signal,
        intervalMs: FEED_INTERVAL_MS,
        snapshot: () => listQueue(services, input),
        open: (changed) =>
          services.meter.onEvent((event) => {
            if (event.type !== 'refused' && event.type !== 'read') changed();
          }),
      }),
    ),
  };
}

async function listQueue(
  services: ConsoleServices,
  page: { offset: number; limit: number },
): Promise<QueuePage> {
  const [entries, depth] = await Promise.all([
    services.queue.list({ offset: page.offset, limit: page.limit + 1 }),
    services.queue.depth(),
  ]);
  return { items: entries.slice(0, page.limit).map(toRow), hasMore: entries.length > page.limit, depth };
}

function toRow(entry: QueueEntry): QueueRow {
  return {
    ...entry,
    recipients: entry.recipients.map((recipient) => ({
      ...recipient,
      lastOutcome: recipient.lastOutcome ?? null,
    })),
  };
}
