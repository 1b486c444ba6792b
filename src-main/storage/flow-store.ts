/**
 * Flow history: how much mail flowed and how much waited, per minute and per quarter of an hour.
 *
 * Flow: observe/flow-history.ts, once a minute → writer; charts → reader worker.
 * Invariants: a minute that is told twice (before and after a restart) is summed; both widths are written in one commit, so
 * they never disagree; nothing of a message stands here.
 */
import { COARSE_ROW_MS, COARSE_ROWS_KEPT_MS, FINE_ROW_MS, FINE_ROWS_KEPT_MS } from '../observe/flow-span.ts';
import { sumFlow } from '../observe/flow-kinds.ts';
import type { FlowBar, FlowHistoryStore, FlowQuery } from '../observe/port.ts';
import type { Connection } from './connection.ts';
import type { Reader } from './reader.ts';
import type { Write } from './transaction.ts';
import type { Writer } from './writer.ts';

const WIDTHS = [
  { spanMs: FINE_ROW_MS, keptMs: FINE_ROWS_KEPT_MS },
  { spanMs: COARSE_ROW_MS, keptMs: COARSE_ROWS_KEPT_MS },
] as const;

interface FlowRow {
  readonly start: number;
  readonly counts: string;
  readonly most_waiting: number;
  readonly oldest_ms: number;
}

const addFlow: Write<FlowBar, void> = ({ connection }, minute) => {
  for (const { spanMs, keptMs } of WIDTHS) {
    const start = Math.floor(minute.start / spanMs) * spanMs;
    const before = connection.get<FlowRow>(
      'SELECT start, counts, most_waiting, oldest_ms FROM flow_count WHERE span_ms = ? AND start = ?',
      spanMs,
      start,
    );
    const bar = before === undefined ? minute : joinBars(toBar(before), minute);
    connection.run(
      'INSERT OR REPLACE INTO flow_count (span_ms, start, counts, most_waiting, oldest_ms) VALUES (?, ?, ?, ?, ?)',
      spanMs,
      start,
      JSON.stringify(withoutZeros(bar.counts)),
      bar.mostWaiting,
      bar.oldestMs,
    );
    connection.run('DELETE FROM flow_count WHERE span_ms = ? AND start < ?', spanMs, start - keptMs);
  }
};

export const flowWrites = { addFlow };

/** Bars with nothing in them are left out. */
export function readFlow(connection: Connection, query: FlowQuery): readonly FlowBar[] {
  const bars = new Map<number, FlowBar>();
  const rows = connection.all<FlowRow>(
    `SELECT start, counts, most_waiting, oldest_ms FROM flow_count
      WHERE span_ms = ? AND start >= ? ORDER BY start`,
    query.rowMs,
    query.since,
  );
  for (const row of rows) {
    const start = Math.floor(row.start / query.barMs) * query.barMs;
    const bar = { ...toBar(row), start };
    const before = bars.get(start);
    bars.set(start, before === undefined ? bar : joinBars(before, bar));
  }
  return [...bars.values()];
}

function withoutZeros(counts: FlowBar['counts']): FlowBar['counts'] {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

function toBar(row: FlowRow): FlowBar {
  const counts = JSON.parse(row.counts) as FlowBar['counts'];
  return { start: row.start, counts, mostWaiting: row.most_waiting, oldestMs: row.oldest_ms };
}

/** Of what waited the most, since it waited in both. */
function joinBars(a: FlowBar, b: FlowBar): FlowBar {
  return {
    start: a.start,
    counts: sumFlow(a.counts, b.counts),
    mostWaiting: Math.max(a.mostWaiting, b.mostWaiting),
    oldestMs: Math.max(a.oldestMs, b.oldestMs),
  };
}

export class SqliteFlowStore implements FlowHistoryStore {
  readonly #writer: Writer;
  readonly #reader: Reader;

  constructor(writer: Writer, reader: Reader) {
    this.#writer = writer;
    this.#reader = reader;
  }

  add(minute: FlowBar): Promise<void> {
    return this.#writer.run('addFlow', minute);
  }

  read(query: FlowQuery): Promise<readonly FlowBar[]> {
    return this.#reader.run('readFlow', query);
  }
}
