/**
 * Messages handlers: search, one person's mail, and one timeline per message.
 */
import type { MessagePage, MessageRow } from '../../contract/messages.ts';
import type { MailEvent, RefusalEvent, TraceId } from '../../mail/events.ts';
import { findMessages } from '../../observe/find-messages.ts';
import type { MessageFilter, MessageSummary } from '../../observe/port.ts';
import { guardedCalls, refusal } from './base.ts';
import { type ChangeBuffer, feed, windowFeed } from './feed.ts';
import { seesContent, showRow, showTimeline, withPlaces } from './message-rows.ts';
import type { Caller, ConsoleServices } from './services.ts';

const LIST_INTERVAL_MS = 700;
const TIMELINE_INTERVAL_MS = 150;

interface Query {
  readonly text: string;
  readonly state: MessageSummary['state'] | null;
  readonly person: string;
  readonly limit: number;
  readonly before?: string;
}

export function createMessagesHandlers(services: ConsoleServices) {
  const { clock, meter, timelines } = services;
  return {
    list: guardedCalls.messages.list.handler(({ input, context }) =>
      listPage(services, input, context.caller),
    ),

    watch: guardedCalls.messages.watch.handler(({ input, context, signal }) => {
      const shown = new Map<TraceId, string>();
      const read = () => listPage(services, input, context.caller);
      return feed({
        clock,
        signal,
        intervalMs: LIST_INTERVAL_MS,
        snapshot: async () => {
          const page = await read();
          shown.clear();
          newOrChanged(page.items, shown);
          return page;
        },
        open: (buffer: ChangeBuffer<TraceId>) => meter.onEvent((event) => note(event, buffer)),
        // The store applies the filter: the first page again, of which only what the page does not have is sent.
        resolve: async () => newOrChanged((await read()).items, shown),
      });
    }),

    timeline: guardedCalls.messages.timeline.handler(async ({ input, context }) => {
      const timeline = await timelines.readTimeline(input.traceId);
      if (timeline === null) throw refusal('noSuchMessage');
      return showTimeline(timeline, seesContent(context.caller));
    }),

    watchTimeline: guardedCalls.messages.watchTimeline.handler(({ input, context, signal }) =>
      windowFeed({
        clock,
        signal,
        intervalMs: TIMELINE_INTERVAL_MS,
        snapshot: async () => {
          const timeline = await timelines.readTimeline(input.traceId);
          return timeline === null ? null : showTimeline(timeline, seesContent(context.caller));
        },
        open: (changed) =>
          meter.onEvent((event) => {
            if (event.type !== 'refused' && event.traceId === input.traceId) changed();
          }),
      }),
    ),
  };
}

async function listPage(
  services: ConsoleServices,
  query: Query,
  caller: Caller | undefined,
): Promise<MessagePage> {
  const { timelines } = services;
  const { items, next } = await findMessages(timelines, toFilter(query));
  const rows = items.map((item) => showRow(item, seesContent(caller)));
  const shown = query.person === '' ? rows : await withPlaces(timelines, query.person, rows);
  return { items: shown, next, hasMore: next !== null };
}

function toFilter({ text, person, state, limit, before }: Query): MessageFilter {
  const wanted = `${text} ${person}`.trim();
  return {
    limit,
    ...(wanted === '' ? {} : { text: wanted }),
    ...(state === null ? {} : { state }),
    ...(before === undefined ? {} : { before }),
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
    const text = `${row.state} ${String(row.receivedAt)} ${row.recipients.join()} ${row.mailbox ?? ''}`;
    shown.set(row.traceId, text);
    return before.get(row.traceId) !== text;
  });
}
