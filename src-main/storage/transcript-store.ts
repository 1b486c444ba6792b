/**
 * Transcripts of closed sessions: a small row each, and its dialogue beside it; found newest first, pruned by age and size.
 *
 * Invariants: a search takes about MOST_MS at a time and says how far back it looked; what carried messages goes last.
 */
import type {
  ClosedSession,
  KeptTranscripts,
  SessionFilter,
  SessionPage,
  SessionSummary,
  TranscriptLimits,
  TranscriptStore,
} from '../observe/port.ts';
import type { Connection, SqlValue } from './connection.ts';
import type { Reader } from './reader.ts';
import type { Write } from './transaction.ts';
import type { Writer } from './writer.ts';

/** Others who ask the reading thread wait no longer. */
const MOST_MS = 60;
const LOOKS_A_CLOCK = 16;
/** A search that finds little is answered after so many goes, with how far back it came. */
const MOST_GOES = 16;
const AFTER_ALL_IDS = '~';
/** A commit of so many deletions takes some milliseconds. */
const REMOVED_A_COMMIT = 500;

interface TranscriptArguments {
  readonly sessionId: string;
  readonly startedAt: number;
  readonly protocol: string;
  readonly hasError: boolean;
  readonly hasMessages: boolean;
  readonly summary: string;
  readonly lines: string;
  readonly omittedLines: number;
}

const saveTranscripts: Write<readonly TranscriptArguments[], void> = ({ connection }, transcripts) => {
  for (const transcript of transcripts) {
    const { sessionId, summary, lines } = transcript;
    connection.run(
      `INSERT OR REPLACE INTO transcript
         (session_id, started_at, protocol, has_error, has_messages, summary, omitted_lines, size_octets)
       VALUES (?, ?, ?, ?, ?, seal(?, 0, 'transcript summary', ?), ?, ?)`,
      sessionId,
      transcript.startedAt,
      transcript.protocol,
      transcript.hasError ? 1 : 0,
      transcript.hasMessages ? 1 : 0,
      summary,
      sessionId,
      transcript.omittedLines,
      summary.length + lines.length,
    );
    connection.run(
      "INSERT OR REPLACE INTO transcript_lines (session_id, lines) VALUES (?, seal(?, 0, 'transcript lines', ?))",
      sessionId,
      lines,
      sessionId,
    );
  }
};

/** Removes some of what is too old or too much, oldest first; answers whether there may be more. */
const pruneTranscripts: Write<TranscriptLimits, boolean> = ({ connection }, limits) => {
  const old = [
    ...oldest(connection, false).filter(({ started_at }) => started_at < limits.startedBefore),
    ...oldest(connection, true).filter(({ started_at }) => started_at < limits.carriedBefore),
  ];
  const going = old.length > 0 ? old : tooMuch(connection, limits.mostOctets);
  for (const { session_id } of going) {
    connection.run('DELETE FROM transcript WHERE session_id = ?', session_id);
    connection.run('DELETE FROM transcript_lines WHERE session_id = ?', session_id);
  }
  return going.length > 0;
};

interface UseRow {
  readonly session_id: string;
  readonly started_at: number;
  readonly size_octets: number;
}

function oldest(connection: Connection, hasMessages: boolean): readonly UseRow[] {
  return connection.all<UseRow>(
    'SELECT session_id, started_at, size_octets FROM transcript WHERE has_messages = ? ORDER BY session_id LIMIT ?',
    hasMessages ? 1 : 0,
    REMOVED_A_COMMIT,
  );
}

/** The oldest of those that carried nothing, then of the others, until the rest fits. */
function tooMuch(connection: Connection, mostOctets: number): readonly UseRow[] {
  let excess = measureTranscripts(connection).transcriptOctets - mostOctets;
  const idle = oldest(connection, false);
  return (idle.length > 0 ? idle : oldest(connection, true)).filter(({ size_octets }) => {
    const isExcess = excess > 0;
    if (isExcess) excess -= size_octets;
    return isExcess;
  });
}

export const transcriptWrites = { saveTranscripts, pruneTranscripts };

export function measureTranscripts(connection: Connection): KeptTranscripts {
  const row = connection.get<KeptTranscripts>(
    `SELECT count(*) AS transcripts, ifnull(sum(size_octets), 0) AS transcriptOctets, min(started_at) AS oldestTranscriptAt
       FROM transcript INDEXED BY transcript_use`,
  );
  return row ?? { transcripts: 0, transcriptOctets: 0, oldestTranscriptAt: null };
}

const CLEAR_SUMMARY = "unseal(summary, 'transcript summary', session_id) AS summary";

interface SummaryRow {
  readonly session_id: string;
  readonly started_at: number;
  readonly summary: string;
}

export type FoundTranscripts = SessionPage & { readonly isCut: boolean };

/** Newest first, since session ids sort by time. */
export function listTranscripts(connection: Connection, filter: SessionFilter): FoundTranscripts {
  const end = performance.now() + MOST_MS;
  const fits = compileFilter(connection, filter);
  const items: SessionSummary[] = [];
  let looks = 0;
  let last: SummaryRow | null = null;
  for (const row of rowsOf(connection, filter)) {
    // One more than fits on the page says that there is another.
    if (items.length === filter.limit) return toPage(items, last, false);
    const summary = JSON.parse(row.summary) as SessionSummary;
    if (fits(summary)) items.push(summary);
    last = row;
    if (++looks % LOOKS_A_CLOCK === 0 && performance.now() >= end) return toPage(items, last, true);
  }
  return { items, next: null, searchedTo: null, isCut: false };
}

function toPage(items: readonly SessionSummary[], last: SummaryRow | null, isCut: boolean): FoundTranscripts {
  return { items, next: last?.session_id ?? null, searchedTo: last?.started_at ?? null, isCut };
}

function* rowsOf(connection: Connection, filter: SessionFilter): Iterable<SummaryRow> {
  const conditions = ['session_id < ?'];
  const values: SqlValue[] = [];
  if (filter.protocol !== undefined) {
    conditions.push('protocol = ?');
    values.push(filter.protocol);
  }
  if (filter.onlyWithErrors === true) conditions.push('has_error = 1');
  const sql = `SELECT session_id, started_at, ${CLEAR_SUMMARY} FROM transcript
    WHERE ${conditions.join(' AND ')} ORDER BY session_id DESC LIMIT ${ROWS_A_READ}`;
  let before = filter.before ?? AFTER_ALL_IDS;
  for (;;) {
    const rows = connection.all<SummaryRow>(sql, before, ...values);
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined) return;
    before = last.session_id;
  }
}

const ROWS_A_READ = 128;

function compileFilter(
  connection: Connection,
  { text = '', said = '' }: SessionFilter,
): (summary: SessionSummary) => boolean {
  const words = text.toLowerCase().split(/\s+/u);
  // As it stands in the stored JSON.
  const stored = JSON.stringify(said.toLowerCase()).slice(1, -1);
  return (summary) => {
    const { remoteAddress, remoteName, account, id } = summary;
    const peer = [remoteAddress, remoteName, account, id].join(' ').toLowerCase();
    if (!words.every((word) => peer.includes(word))) return false;
    return stored === '' || linesOf(connection, summary.id).toLowerCase().includes(stored);
  };
}

function linesOf(connection: Connection, sessionId: string): string {
  const row = connection.get<{ lines: string }>(
    "SELECT unseal(lines, 'transcript lines', session_id) AS lines FROM transcript_lines WHERE session_id = ?",
    sessionId,
  );
  return row?.lines ?? '[]';
}

export function readTranscript(connection: Connection, sessionId: string): ClosedSession | null {
  const row = connection.get<{ summary: string; omitted_lines: number }>(
    `SELECT ${CLEAR_SUMMARY}, omitted_lines FROM transcript WHERE session_id = ?`,
    sessionId,
  );
  if (row === undefined) return null;
  const summary = JSON.parse(row.summary) as SessionSummary;
  return { summary, lines: linesOf(connection, sessionId), omittedLines: row.omitted_lines };
}

export class SqliteTranscriptStore implements TranscriptStore {
  readonly #writer: Writer;
  readonly #reader: Reader;

  constructor(writer: Writer, reader: Reader) {
    this.#writer = writer;
    this.#reader = reader;
  }

  save(sessions: readonly ClosedSession[]): Promise<void> {
    return this.#writer.run('saveTranscripts', sessions.map(toArguments));
  }

  async list(filter: SessionFilter): Promise<SessionPage> {
    const items: SessionSummary[] = [];
    let page: SessionPage = { items, next: filter.before ?? null, searchedTo: null };
    for (let goes = 0; goes < MOST_GOES; goes++) {
      const before = page.next === null ? {} : { before: page.next };
      const found = await this.#reader.run('listTranscripts', {
        ...filter,
        ...before,
        limit: filter.limit - items.length,
      });
      items.push(...found.items);
      page = { items, next: found.next, searchedTo: found.searchedTo };
      if (!found.isCut || items.length === filter.limit) return page;
    }
    return page;
  }

  read(sessionId: string): Promise<ClosedSession | null> {
    return this.#reader.run('readTranscript', sessionId);
  }

  measure(): Promise<KeptTranscripts> {
    return this.#reader.run('measureTranscripts', null);
  }

  async prune(limits: TranscriptLimits): Promise<void> {
    let hasMore = true;
    while (hasMore) hasMore = await this.#writer.run('pruneTranscripts', limits);
  }
}

function toArguments({ summary, lines, omittedLines }: ClosedSession): TranscriptArguments {
  return {
    sessionId: summary.id,
    startedAt: summary.startedAt,
    protocol: summary.protocol,
    hasError: summary.lastError !== null,
    hasMessages: summary.messages > 0,
    summary: JSON.stringify(summary),
    lines,
    omittedLines,
  };
}
