/**
 * Messages handlers: search and one timeline per message.
 */
import type { MessageRow } from '../../contract/messages.ts';
import type { MailEvent, RefusalEvent, TraceId } from '../../mail/events.ts';
import { findMessages } from '../../observe/find-messages.ts';
import type { MessageFilter, MessageSummary } from '../../observe/port.ts';
import { guardedCalls, refusal } from './base.ts';
import { type ChangeBuffer, feed, windowFeed } from './feed.ts';
import type { ConsoleServices } from './services.ts';

const LIST_INTERVAL_MS = 700;
const TIMELINE_INTERVAL_MS = 150;

interface Query {
  readonly text: string;
  readonly state: MessageSummary['state'] | null;
  readonly limit: number;
  readonly before?: string;
}

export function createMessagesHandlers(services: ConsoleServices) {
  const { clock, meter, timelines } = services;
  return {
    list: guardedCalls.messages.list.handler(({ input }) => listPage(services, input)),

    watch: guardedCalls.messages.watch.handler(({ input, signal }) => {
      const shown = new Map<TraceId, string>();
      return feed({
        clock,
        signal,
        intervalMs: LIST_INTERVAL_MS,
        snapshot: async () => {
          const page = await listPage(services, input);
          shown.clear();
          newOrChanged(page.items, shown);
          return page;
        },
        open: (buffer: ChangeBuffer<TraceId>) => meter.onEvent((event) => note(event, buffer)),
        // The store applies the filter: the first page again, of which only what the page does not have is sent.
        resolve: async () => newOrChanged((await listPage(services, input)).items, shown),
      });
    }),

    timeline: guardedCalls.messages.timeline.handler(async ({ input }) => {
      const timeline = await timelines.readTimeline(input.traceId);
      if (timeline === null) throw refusal('noSuchMessage');
      return timeline;
    }),

    watchTimeline: guardedCalls.messages.watchTimeline.handler(({ input, signal }) =>
      windowFeed({
        clock,
        signal,
        intervalMs: TIMELINE_INTERVAL_MS,
        snapshot: () => timelines.readTimeline(input.traceId),
        open: (changed) =>
          meter.onEvent((event) => {
            if (event.type !== 'refused' && event.traceId === input.traceId) changed();
          }),
      }),
    ),
  };
}

async function listPage(services: ConsoleServices, query: Query) {
  const { items, next } = await findMessages(services.timelines, toFilter(query));
  return { items, next, hasMore: next !== null };
}

function toFilter(query: Query): MessageFilter {
  return {
    limit: query.limit,
    ...(query.text === '' ? {} : { text: query.text }),
    ...(query.state === null ? {} : { state: query.state }),
    ...(query.before === undefined ? {} : { before: query.before }),
  };
}

function note(event: MailEvent | RefusalEvent, buffer: ChangeBuffer<TraceId>): void {
  // Reading changes no row of the list, and refused recipients never became a message.
  if (event.type === 'refused' || event.type === 'read') return;
  buffer.push(event.traceId, event.traceId);
}

/** The rows that differ from what was shown; remembers them as shown. */
function newOrChanged(rows: readonly MessageRow[], shown: Map<TraceId, string>): MessageRow[] {
  const before = new Map(shown);
  shown.clear();
  return rows.filter((row) => {
    const text = `${row.state} ${String(row.receivedAt)} ${row.recipients.join()}`;
    shown.set(row.traceId, text);
    return before.get(row.traceId) !== text;
  });
}
