/** NOTIFY (RFC 5465 §8), parsed. */
import type { Cursor } from './cursor.ts';
import { parseFetchItems, type FetchItem } from './fetch-item.ts';
import { parseMailboxFilter, type MailboxFilter } from './mailbox-filter.ts';

export const MESSAGE_EVENTS = ['MessageNew', 'MessageExpunge', 'FlagChange'] as const;
export const NOTIFY_EVENTS = [
  ...MESSAGE_EVENTS,
  'MailboxName',
  'SubscriptionChange',
  'MailboxMetadataChange',
  'ServerMetadataChange',
] as const;
export type NotifyEvent = (typeof NOTIFY_EVENTS)[number];

export interface NotifyGroup {
  readonly filter: MailboxFilter;
  /** Empty: NONE. */
  readonly events: ReadonlySet<NotifyEvent>;
  /** What a FETCH response tells of each new message in the selected mailbox; empty where only EXISTS is wanted. */
  readonly newItems: readonly FetchItem[];
}

export interface NotifyCommand {
  readonly name: 'NOTIFY';
  /** null: NOTIFY NONE. */
  readonly groups: readonly NotifyGroup[] | null;
  readonly withStatus: boolean;
  /** Events that we do not know, as they were written: not a mistake, but refused (RFC 5465 §3.1). */
  readonly unsupported: readonly string[];
}

interface Events {
  readonly events: Set<NotifyEvent>;
  readonly unsupported: string[];
  newItems: readonly FetchItem[];
}

export function parseNotify(cursor: Cursor): NotifyCommand {
  cursor.space();
  if (cursor.take('NONE')) return { name: 'NOTIFY', groups: null, withStatus: false, unsupported: [] };
  cursor.expect('SET ');
  const withStatus = cursor.take('STATUS ');
  const groups: NotifyGroup[] = [];
  const unsupported: string[] = [];
  do {
    const { filter, events } = parseGroup(cursor);
    groups.push({ filter, events: events.events, newItems: events.newItems });
    for (const event of events.unsupported) unsupported.push(event);
  } while (cursor.take(' '));
  // RFC 5465 §6.1
  if (groups.filter(({ filter }) => isOfSelected(filter)).length > 1) cursor.fail('one SELECTED');
  return { name: 'NOTIFY', groups, withStatus, unsupported };
}

/** `(filter events)` */
function parseGroup(cursor: Cursor): { filter: MailboxFilter; events: Events } {
  cursor.expect('(');
  const filter = parseMailboxFilter(cursor);
  if (filter.kind === 'subtreeOne') cursor.fail('SUBTREE');
  cursor.space();
  const events = parseEvents(cursor);
  cursor.expect(')');
  checkEvents(cursor, filter, events);
  return { filter, events };
}

function parseEvents(cursor: Cursor): Events {
  const events: Events = { events: new Set(), unsupported: [], newItems: [] };
  if (cursor.sees('(')) {
    cursor.list(() => parseEvent(cursor, events));
  } else if (!cursor.take('NONE')) {
    // RFC 5465's first example leaves the parentheses out.
    do parseEvent(cursor, events);
    while (cursor.take(' '));
  }
  return events;
}

function parseEvent(cursor: Cursor, into: Events): void {
  const written = cursor.atom();
  const event = NOTIFY_EVENTS.find((each) => each.toUpperCase() === written.toUpperCase());
  if (event === undefined) into.unsupported.push(written);
  else into.events.add(event);
  if (event !== 'MessageNew' || !cursor.seesAfter(' ', /\(/)) return;
  cursor.space();
  into.newItems = parseFetchItems(cursor);
}

/** RFC 5465 §5, §6.1, §8 */
function checkEvents(cursor: Cursor, filter: MailboxFilter, { events, newItems }: Events): void {
  const [isNew, isExpunge] = [events.has('MessageNew'), events.has('MessageExpunge')];
  if (isNew !== isExpunge) cursor.fail('MessageNew and MessageExpunge together');
  if (events.has('FlagChange') && !isNew) cursor.fail('MessageNew and MessageExpunge with FlagChange');
  if (!isOfSelected(filter)) {
    if (newItems.length > 0) cursor.fail('fetch items with SELECTED only');
    return;
  }
  const others = [...events].filter((event) => !MESSAGE_EVENTS.some((each) => each === event));
  if (others.length > 0) cursor.fail('message events with SELECTED');
}

function isOfSelected({ kind }: MailboxFilter): boolean {
  return kind === 'selected' || kind === 'selectedDelayed';
}
