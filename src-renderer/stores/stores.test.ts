// @vitest-environment node
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { FeedEvent } from '../../src-main/contract/feed.ts';
import type { MessagePage, MessageRow } from '../../src-main/contract/messages.ts';
import { Connection } from '../host/connection.ts';
import { type Console, type ConsoleClient, installConsole } from '../host/console.ts';
import type { Transport } from '../host/transport.ts';
import { useMessagesStore } from './messages.ts';
import { mergeRows } from './paged-list.ts';
import { problemOf } from './problem.ts';
import { ORPCError } from '@orpc/client';
import { ConnectionLostError } from '../host/connection.ts';

const settle = async (): Promise<void> => {
  for (let i = 0; i < 12; i++) await Promise.resolve();
};

function row(traceId: string, receivedAt: number, facts: Partial<MessageRow> = {}): MessageRow {
  return {
    traceId,
    receivedAt,
    via: 'submission',
    reversePath: 'tom@server1.com',
    author: 'Tom',
    recipients: ['anna@server1.com'],
    subject: 'Lunch',
    messageId: null,
    sizeBytes: 1,
    state: 'waiting',
    ...facts,
  };
}

type MessageEvent = FeedEvent<MessagePage, MessageRow>;

/** A feed that the test speaks through; each opening is a new one. */
class FakeFeed {
  readonly openings: { say: (event: MessageEvent) => void; fail: (error: Error) => void }[] = [];

  open = (signal: AbortSignal): AsyncIterable<MessageEvent> => {
    const queue: MessageEvent[] = [];
    let wake: (() => void) | null = null;
    let failure = null as Error | null;
    this.openings.push({
      say: (event) => {
        queue.push(event);
        wake?.();
      },
      fail: (error) => {
        failure = error;
        wake?.();
      },
    });
    signal.addEventListener('abort', () => wake?.());
    return {
      async *[Symbol.asyncIterator]() {
        while (!signal.aborted) {
          const event = queue.shift();
          if (event !== undefined) yield event;
          else if (failure !== null) throw failure;
          else await new Promise<void>((resolve) => (wake = resolve));
        }
      },
    };
  };
}

function openTransport(): Transport {
  return {
    link: { call: () => Promise.reject(new Error('not used')) },
    opened: Promise.resolve(),
    lost: new Promise(() => undefined),
    close: () => undefined,
  };
}

let feed: FakeFeed;
let list: ReturnType<typeof vi.fn>;

beforeEach(async () => {
  vi.useFakeTimers();
  setActivePinia(createPinia());
  feed = new FakeFeed();
  list = vi.fn();
  const connection = new Connection(openTransport, () => undefined);
  const client = {
    messages: {
      watch: (_: unknown, { signal }: { signal: AbortSignal }) => Promise.resolve(feed.open(signal)),
      list,
    },
  };
  const console: Console = { client: client as unknown as ConsoleClient, connection, isDesktop: false };
  installConsole(console);
  connection.open();
  await settle();
});

const page = (items: readonly MessageRow[], hasMore = false): MessagePage => ({ items, hasMore });

describe('a list that lives', () => {
  it('shows the snapshot, then puts changes in their place', async () => {
    const store = useMessagesStore();
    store.list.start({});
    await settle();
    expect(store.list.status).toBe('loading');
    feed.openings[0]?.say({ type: 'snapshot', seq: 0, snapshot: page([row('a', 1)]) });
    feed.openings[0]?.say({
      type: 'changes',
      seq: 1,
      changes: [row('b', 2), row('a', 1, { state: 'done' })],
    });
    await settle();
    expect(store.list.status).toBe('live');
    expect(store.list.view?.items.map((each) => [each.traceId, each.state])).toEqual([
      ['b', 'waiting'],
      ['a', 'done'],
    ]);
    store.list.stop();
  });

  it('opens the feed anew after a gap, and calls what it shows stale until then', async () => {
    const store = useMessagesStore();
    store.list.start({});
    await settle();
    feed.openings[0]?.say({ type: 'snapshot', seq: 0, snapshot: page([row('a', 1)]) });
    feed.openings[0]?.say({ type: 'changes', seq: 2, changes: [row('c', 3)] });
    await settle();
    expect(store.list.status).toBe('stale');
    expect(store.list.view?.items).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(600);
    expect(feed.openings).toHaveLength(2);
    feed.openings[1]?.say({ type: 'snapshot', seq: 0, snapshot: page([row('c', 3), row('a', 1)]) });
    await settle();
    expect(store.list.status).toBe('live');
    expect(store.list.view?.items).toHaveLength(2);
    store.list.stop();
  });

  it('says what failed, and tries again when asked', async () => {
    const store = useMessagesStore();
    store.list.start({});
    await settle();
    feed.openings[0]?.fail(new ORPCError('INTERNAL_SERVER_ERROR'));
    await settle();
    expect(store.list.status).toBe('failed');
    store.list.retry();
    await settle();
    expect(feed.openings).toHaveLength(2);
    store.list.stop();
  });

  it('fetches the next page from the last row, once', async () => {
    const store = useMessagesStore();
    store.list.start({ text: 'lunch' });
    await settle();
    feed.openings[0]?.say({ type: 'snapshot', seq: 0, snapshot: page([row('b', 2), row('a', 1)], true) });
    await settle();
    list.mockResolvedValue(page([row('a', 1), row('0', 0)]));
    await Promise.all([store.list.loadMore(), store.list.loadMore()]);
    expect(list.mock.calls).toEqual([[{ text: 'lunch', before: 'a' }]]);
    expect(store.list.view).toMatchObject({
      hasMore: false,
      items: [{ traceId: 'b' }, { traceId: 'a' }, { traceId: '0' }],
    });
    store.list.stop();
  });

  it('forgets the feed of the filter before', async () => {
    const store = useMessagesStore();
    store.list.start({ text: 'a' });
    await settle();
    store.list.start({ text: 'b' });
    await settle();
    feed.openings[0]?.say({ type: 'snapshot', seq: 0, snapshot: page([row('old', 1)]) });
    feed.openings[1]?.say({ type: 'snapshot', seq: 0, snapshot: page([row('new', 1)]) });
    await settle();
    expect(store.list.view?.items.map((each) => each.traceId)).toEqual(['new']);
    store.list.stop();
  });
});

describe('the connection', () => {
  function losable() {
    const lose = Promise.withResolvers<{ isSignedOut: boolean }>();
    return { lose, transport: { ...openTransport(), lost: lose.promise } };
  }

  it('heals by itself, with growing pauses', async () => {
    const attempts: ReturnType<typeof losable>[] = [];
    const connection = new Connection(
      () => {
        const attempt = losable();
        attempts.push(attempt);
        return attempt.transport;
      },
      () => undefined,
    );
    connection.open();
    await settle();
    expect(connection.state).toBe('open');
    attempts[0]?.lose.resolve({ isSignedOut: false });
    await settle();
    expect(connection.state).toBe('lost');
    await vi.advanceTimersByTimeAsync(450);
    expect(connection.state).toBe('open');
    expect(attempts).toHaveLength(2);
    connection.close();
  });

  it('asks who we are when the host has signed us out', async () => {
    const { lose, transport } = losable();
    const onSignedOut = vi.fn();
    const connection = new Connection(() => transport, onSignedOut);
    connection.open();
    await settle();
    lose.resolve({ isSignedOut: true });
    await settle();
    expect(onSignedOut).toHaveBeenCalledOnce();
    connection.close();
  });

  it('lets a call wait a little and then fail', async () => {
    const connection = new Connection(openTransport, () => undefined);
    const waiting = expect(connection.whenOpen()).rejects.toBeInstanceOf(ConnectionLostError);
    await vi.advanceTimersByTimeAsync(5001);
    await waiting;
  });
});

describe('pure pieces', () => {
  it('merges rows newest first, each once', () => {
    const options = { key: (each: MessageRow) => each.traceId, order: (each: MessageRow) => each.receivedAt };
    const merged = mergeRows(
      [row('b', 2), row('a', 1)],
      [row('c', 3), row('a', 1, { state: 'done' })],
      options,
    );
    expect(merged.map((each) => [each.traceId, each.state])).toEqual([
      ['c', 'waiting'],
      ['b', 'waiting'],
      ['a', 'done'],
    ]);
  });

  it('has a sentence for every kind of problem', () => {
    const refused = new ORPCError('REFUSED', { data: { reason: 'addressTaken' } });
    const throttled = new ORPCError('TOO_MANY_ATTEMPTS', { data: { retryAfterMs: 61_000 } });
    expect(problemOf(refused).key).toBe('refusals.addressTaken');
    expect(problemOf(throttled)).toEqual({ key: 'problems.tooMany', params: { minutes: 2 } });
    expect(problemOf(new ORPCError('UNAUTHORIZED')).key).toBe('problems.signedOut');
    expect(problemOf(new ConnectionLostError()).key).toBe('problems.lost');
    expect(problemOf(new ORPCError('INTERNAL_SERVER_ERROR')).key).toBe('problems.fault');
  });
});
