/** Transcripts of closed sessions: a row each, found by time, protocol, error and text; pruned by age and size. */
import type {
  SessionFilter,
  SessionRecord,
  SessionSummary,
  TranscriptLine,
  TranscriptStore,
} from '../observe/port.ts';
import type { Connection, SqlValue } from './connection.ts';
import type { Reader } from './reader.ts';
import { likePattern, words } from './timeline-store.ts';
import type { Write } from './transaction.ts';
import type { Writer } from './writer.ts';

interface TranscriptArguments {
  readonly sessionId: string;
  readonly startedAt: number;
  readonly protocol: string;
  readonly hasError: boolean;
  readonly searchText: string;
  readonly summary: string;
  readonly lines: string;
  readonly omittedLines: number;
}

const saveTranscripts: Write<readonly TranscriptArguments[], void> = ({ connection }, transcripts) => {
  for (const transcript of transcripts) {
    connection.run(
      `INSERT OR REPLACE INTO transcript
         (session_id, started_at, protocol, has_error, search_text, summary, lines, omitted_lines, size_octets)
       VALUES (?1, ?2, ?3, ?4, seal(?5, 0, 'transcript text', ?1), seal(?6, 0, 'transcript summary', ?1),
               seal(?7, 0, 'transcript lines', ?1), ?8, ?9)`,
      transcript.sessionId,
      transcript.startedAt,
      transcript.protocol,
      transcript.hasError ? 1 : 0,
      transcript.searchText,
      transcript.summary,
      transcript.lines,
      transcript.omittedLines,
      transcript.summary.length + transcript.lines.length,
    );
  }
};

const pruneTranscripts: Write<{ startedBefore: number; maxBytes: number }, void> = (
  { connection },
  limits,
) => {
  connection.run('DELETE FROM transcript WHERE started_at < ?', limits.startedBefore);
  connection.run(
    `DELETE FROM transcript WHERE session_id IN (
       SELECT session_id FROM (
         SELECT session_id, sum(size_octets) OVER (ORDER BY session_id DESC) AS total FROM transcript)
        WHERE total > ?)`,
    limits.maxBytes,
  );
};

export const transcriptWrites = { saveTranscripts, pruneTranscripts };

const CLEAR_TEXT = "unseal(search_text, 'transcript text', session_id)";
const CLEAR_SUMMARY = "unseal(summary, 'transcript summary', session_id) AS summary";

/** Newest first. Session ids sort by time. */
export function listTranscripts(connection: Connection, filter: SessionFilter): readonly SessionSummary[] {
  const conditions: string[] = [];
  const values: SqlValue[] = [];
  const add = (condition: string, value: SqlValue) => {
    conditions.push(condition);
    values.push(value);
  };
  if (filter.before !== undefined) add('session_id < ?', filter.before);
  if (filter.protocol !== undefined) add('protocol = ?', filter.protocol);
  if (filter.onlyWithErrors === true) add('has_error = ?', 1);
  for (const word of words(filter.text)) add(`${CLEAR_TEXT} LIKE ? ESCAPE '\\'`, likePattern(word));
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  const sql = `SELECT ${CLEAR_SUMMARY} FROM transcript ${where} ORDER BY session_id DESC LIMIT ?`;
  return connection
    .all<{ summary: string }>(sql, ...values, filter.limit)
    .map(({ summary }) => JSON.parse(summary) as SessionSummary);
}

export function readTranscript(connection: Connection, sessionId: string): SessionRecord | null {
  const row = connection.get<{ summary: string; lines: string; omitted_lines: number }>(
    `SELECT ${CLEAR_SUMMARY}, unseal(lines, 'transcript lines', session_id) AS lines, omitted_lines
       FROM transcript WHERE session_id = ?`,
    sessionId,
  );
  if (row === undefined) return null;
  return {
    summary: JSON.parse(row.summary) as SessionSummary,
    lines: JSON.parse(row.lines) as TranscriptLine[],
    omittedLines: row.omitted_lines,
  };
}

export class SqliteTranscriptStore implements TranscriptStore {
  readonly #writer: Writer;
  readonly #reader: Reader;

  constructor(writer: Writer, reader: Reader) {
    this.#writer = writer;
    this.#reader = reader;
  }

  save(records: readonly SessionRecord[]): Promise<void> {
    return this.#writer.run('saveTranscripts', records.map(toArguments));
  }

  list(filter: SessionFilter): Promise<readonly SessionSummary[]> {
    return this.#reader.run('listTranscripts', filter);
  }

  read(sessionId: string): Promise<SessionRecord | null> {
    return this.#reader.run('readTranscript', sessionId);
  }

  prune(limits: { startedBefore: number; maxBytes: number }): Promise<void> {
    return this.#writer.run('pruneTranscripts', limits);
  }
}

function toArguments(record: SessionRecord): TranscriptArguments {
  const { summary } = record;
  return {
    sessionId: summary.id,
    startedAt: summary.startedAt,
    protocol: summary.protocol,
    hasError: summary.lastError !== null,
    searchText: [summary.remoteAddress, summary.remoteName, summary.account]
      .filter((part) => part !== null)
      .join(' '),
    summary: JSON.stringify(summary),
    lines: JSON.stringify(record.lines),
    omittedLines: record.omittedLines,
  };
}
