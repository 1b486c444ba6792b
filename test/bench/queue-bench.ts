/**
 * How a long queue answers the console: lists, counts, groups and orders over many waiting recipients, on a real database.
 *
 * node test/bench/queue-bench.ts [--entries 100000]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { createMessageIndexer } from '../../src-main/format/message-indexer.ts';
import { createMessageReceiver } from '../../src-main/mail/content/message-receiver.ts';
import type { Storage } from '../../src-main/storage/open-storage.ts';
import { openTestStorage } from '../contract/mail-stores.ts';

const NEXT_HOPS = ['gmail.example', 'outlook.example', 'yahoo.example', 'partner.example', 'slow.example'];
const REPLIES = [
  '421 4.7.0 Try again later',
  '452 4.2.2 Mailbox full',
  '450 4.7.1 Greylisted for 300 seconds',
];
/** Enqueued at once, so that they share commits. */
const TOGETHER = 500;
/** So recent that nobody has given up on them, or is to be warned. */
const RECENT_MS = 1_800_000;
const FAR_FUTURE = 10 ** 14;

if (import.meta.main) {
  const { values } = parseArgs({ options: { entries: { type: 'string', default: '100000' } } });
  const folder = await mkdtemp(join(tmpdir(), 'postroom-queue-bench-'));
  const storage = await openTestStorage(folder);
  const entries = Number(values.entries);
  await timed(`seed ${String(entries)} entries`, () => fillQueue(storage, entries));
  await measureReads(storage, entries);
  for (const action of ['retryNow', 'hold', 'release', 'remove'] as const)
    await measureOrder(storage, action);
  await storage.close();
  await rm(folder, { recursive: true });
}

async function timed<T>(name: string, act: () => Promise<T>): Promise<T> {
  const from = performance.now();
  const result = await act();
  console.log(`${name.padEnd(44)} ${(performance.now() - from).toFixed(0).padStart(7)} ms`);
  return result;
}

/** Entries that were deferred once, each to one of a few hundred domains; due in a far future, or at once. */
export async function fillQueue(
  storage: Storage,
  entries: number,
  { isDue = false }: { readonly isDue?: boolean } = {},
): Promise<void> {
  const receiver = createMessageReceiver({ spool: storage.spool, createIndexer: createMessageIndexer });
  for (let from = 0; from < entries; from += TOGETHER) {
    const numbers = Array.from({ length: Math.min(TOGETHER, entries - from) }, (_, i) => from + i);
    await Promise.all(numbers.map((number) => queueOne(storage, receiver, { number, isDue })));
  }
}

async function queueOne(
  storage: Storage,
  receiver: ReturnType<typeof createMessageReceiver>,
  { number, isDue }: { readonly number: number; readonly isDue: boolean },
): Promise<void> {
  const writer = receiver.begin();
  await writer.write(Buffer.from(`Subject: number ${String(number)}\r\n\r\nGood morning.\r\n`));
  const nextHop = NEXT_HOPS[number % 7] ?? `office-${String(number % 300)}.example`;
  const recipient = `person-${String(number)}@${nextHop}`;
  const id = `q${String(number).padStart(10, '0')}`;
  const at = Date.now() + number - RECENT_MS;
  await storage.queue.enqueue({
    id,
    content: await writer.finish(),
    reversePath: `sender-${String(number % 40)}@server1.example`,
    receivedAt: at,
    origin: 'submission',
    smtpUtf8: false,
    recipients: [recipient],
    events: [],
  });
  const diagnostic = REPLIES[number % 3] ?? '';
  const remoteMta = `mx.${nextHop}`;
  const outcome = {
    kind: 'deferred',
    recipient,
    status: diagnostic.slice(4, 9),
    remoteMta,
    diagnostic,
    at,
  } as const;
  const outcomes = [{ ordinal: 0, outcome, nextAttemptAt: isDue ? at : FAR_FUTURE }];
  await storage.queue.recordAttempt({ entryId: id, at, outcomes, deposits: [], events: [] });
}

async function measureReads({ queueSteering: queue }: Storage, entries: number): Promise<void> {
  const first = await timed('first 200 rows', () => queue.listLines({}, { limit: 200 }));
  await timed('count', () => queue.countLines({}));
  await timed('200 rows from the middle (by offset)', () =>
    queue.listLines({}, { offset: Math.floor(entries / 2), limit: 200 }),
  );
  await timed('last 200 rows (by offset)', () => queue.listLines({}, { offset: entries - 200, limit: 200 }));
  const after = first.at(-1) ?? { entryId: '', ordinal: 0 };
  await timed('200 rows by place', () => queue.listLines({}, { after, limit: 200 }));
  await timed('first 200 rows of a text', () =>
    queue.listLines({ text: 'office greylisted' }, { limit: 200 }),
  );
  await timed('count of a text', () => queue.countLines({ text: 'office greylisted' }));
  await timed('count of a domain', () => queue.countLines({ nextHop: 'gmail.example' }));
  await timed('groups by next hop', () => queue.groupLines({}, 'nextHop', 500));
  await timed('groups by reply', () => queue.groupLines({}, 'reply', 500));
}

type PlainAction = 'retryNow' | 'hold' | 'release' | 'remove';

async function measureOrder(storage: Storage, action: PlainAction): Promise<void> {
  let longestMs = 0;
  let from = performance.now();
  await timed(`${action} on everything`, async () => {
    const selection = { kind: 'filter', filter: {} } as const;
    for await (const batch of storage.queueSteering.steer({
      action,
      selection,
      by: 'bench',
      at: 5_000_000,
    })) {
      if (batch.changed.length === 0) continue;
      longestMs = Math.max(longestMs, performance.now() - from);
      from = performance.now();
    }
  });
  console.log(`  longest commit ${longestMs.toFixed(0)} ms`);
}
