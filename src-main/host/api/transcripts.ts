/**
 * Transcripts handlers: sessions as they open and change, and one session's dialogue as it goes on.
 */
import type { Cancel, Clock } from '../../base/clock.ts';
import type { SessionTranscript, TranscriptGrowth } from '../../contract/transcripts.ts';
import type { MailProtocol } from '../../protocol/connection/session.ts';
import type { SessionFilter, SessionSummary, TranscriptBook } from '../../observe/port.ts';
import { guardedCalls, refusal } from './base.ts';
import { type ChangeBuffer, feed, windowFeed } from './feed.ts';
import type { ConsoleServices } from './services.ts';

const LIST_INTERVAL_MS = 300;
const DIALOGUE_INTERVAL_MS = 150;
const RECORDING_INTERVAL_MS = 1_000;

interface Query {
  readonly protocol: MailProtocol | null;
  readonly text: string;
  readonly said: string;
  readonly onlyWithErrors: boolean;
  readonly limit: number;
  readonly before?: string;
}

export function createTranscriptsHandlers({ clock, transcripts }: ConsoleServices) {
  return {
    list: guardedCalls.transcripts.list.handler(({ input }) => listPage(transcripts, input)),

    watch: guardedCalls.transcripts.watch.handler(({ input, signal }) =>
      feed({
        clock,
        signal,
        intervalMs: LIST_INTERVAL_MS,
        snapshot: () => listPage(transcripts, input),
        open: (buffer: ChangeBuffer<SessionSummary>) =>
          transcripts.onSession((summary) => {
            // What was said is looked up where it is kept.
            if (input.said === '' && matches(summary, input)) buffer.push(summary.id, summary);
          }),
        resolve: (summaries) => Promise.resolve(summaries),
      }),
    ),

    watchRecording: guardedCalls.transcripts.watchRecording.handler(({ signal }) =>
      windowFeed({
        ...{ clock, signal, intervalMs: RECORDING_INTERVAL_MS },
        snapshot: () => Promise.resolve(transcripts.recording()),
        open: (changed) => everySecond(clock, changed),
      }),
    ),

    read: guardedCalls.transcripts.read.handler(async ({ input }) => {
      const transcript = await transcripts.read(input.sessionId);
      if (transcript === null) throw refusal('noSuchSession');
      return transcript;
    }),

    watchSession: guardedCalls.transcripts.watchSession.handler(({ input, signal }) => {
      const reader = new GrowthReader(transcripts, input.sessionId);
      return feed({
        clock,
        signal,
        intervalMs: DIALOGUE_INTERVAL_MS,
        snapshot: () => reader.readAll(),
        open: (buffer: ChangeBuffer<true>) =>
          transcripts.follow(input.sessionId, () => buffer.push('grown', true)),
        resolve: () => reader.readGrowth(),
      });
    }),
  };
}

function everySecond(clock: Clock, changed: () => void): Cancel {
  let cancel: Cancel;
  const tick = (): void => {
    changed();
    cancel = clock.after(RECORDING_INTERVAL_MS, tick);
  };
  cancel = clock.after(RECORDING_INTERVAL_MS, tick);
  return () => cancel();
}

/** Whether a session belongs into a filtered list; the stores filter past sessions by the same rules. */
export function matches(summary: SessionSummary, query: Omit<Query, 'limit' | 'before' | 'said'>): boolean {
  if (query.protocol !== null && summary.protocol !== query.protocol) return false;
  if (query.onlyWithErrors && summary.lastError === null) return false;
  if (query.text === '') return true;
  const text = query.text.toLowerCase();
  return [summary.remoteAddress, summary.remoteName, summary.account, summary.id].some(
    (field) => field?.toLowerCase().includes(text) === true,
  );
}

/**
 * Reads a dialogue and then what was added. It counts lines instead of trusting events, which may tell of lines that the
 * record already has.
 */
class GrowthReader {
  readonly #transcripts: TranscriptBook;
  readonly #sessionId: string;
  #sentLines = 0;
  #omittedLines = 0;

  constructor(transcripts: TranscriptBook, sessionId: string) {
    this.#transcripts = transcripts;
    this.#sessionId = sessionId;
  }

  async readAll(): Promise<SessionTranscript | null> {
    const record = await this.#transcripts.read(this.#sessionId);
    this.#sentLines = record?.lines.length ?? 0;
    this.#omittedLines = record?.omittedLines ?? 0;
    return record;
  }

  /** null where lines were left out meanwhile, so that positions mean nothing any more. */
  async readGrowth(): Promise<readonly TranscriptGrowth[] | null> {
    const record = await this.#transcripts.read(this.#sessionId);
    if (record?.omittedLines !== this.#omittedLines || record.lines.length < this.#sentLines) return null;
    const lines = record.lines.slice(this.#sentLines);
    this.#sentLines = record.lines.length;
    return [{ summary: record.summary, lines }];
  }
}

async function listPage(transcripts: TranscriptBook, query: Query) {
  const page = await transcripts.list(toFilter(query));
  return { ...page, hasMore: page.next !== null };
}

function toFilter(query: Query): SessionFilter {
  return {
    limit: query.limit,
    onlyWithErrors: query.onlyWithErrors,
    ...(query.protocol === null ? {} : { protocol: query.protocol }),
    ...(query.text === '' ? {} : { text: query.text }),
    ...(query.said === '' ? {} : { said: query.said }),
    ...(query.before === undefined ? {} : { before: query.before }),
  };
}
