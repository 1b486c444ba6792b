/** Searches and reports: reads that may take long, so they run in the reader worker, by name. */
import type { Connection } from './connection.ts';
import { readFlow } from './flow-store.ts';
import { findLongLogs } from './mail-store/expunged-log.ts';
import { countQueueLines, groupQueueLines, listQueueLines } from './queue-listing.ts';
import { findPlaces, measureTimelines, readTimeline } from './timeline-store.ts';
import { findTraces, traceIndexOf } from './trace-search/find-traces.ts';
import { findContentOf } from './screening/find-content.ts';
import { summarizeDmarc, summarizeTls } from './report-reads.ts';
import { listTranscripts, measureTranscripts, readTranscript } from './transcript-store.ts';
import { quickCheck } from './quick-check.ts';

export const reads = {
  countQueueLines,
  findContentOf,
  findLongLogs,
  findPlaces,
  findTraces,
  groupQueueLines,
  growTraceIndex: (connection: Connection, _: null) => traceIndexOf(connection).grow(),
  listQueueLines,
  listTranscripts,
  measureTimelines: (connection: Connection, _: null) => measureTimelines(connection),
  measureTranscripts: (connection: Connection, _: null) => measureTranscripts(connection),
  quickCheck,
  readFlow,
  readTimeline,
  readTranscript,
  summarizeDmarc,
  summarizeTls,
};

export type Reads = typeof reads;
export type ReadName = keyof Reads;
export type ReadArguments<Name extends ReadName> = Parameters<Reads[Name]>[1];
export type ReadAnswer<Name extends ReadName> = ReturnType<Reads[Name]>;

/** Runs a read by name; the types were checked where it was asked for. */
export function runRead(connection: Connection, name: string, args: unknown): unknown {
  const read = reads[name as ReadName] as (connection: Connection, args: unknown) => unknown;
  return read(connection, args);
}
