/**
 * TranscriptDesk: every session's dialogue, live while it is open, kept when it is closed.
 *
 * Flow: engines record lines → here → live feed of the console; closed sessions in batches → transcript store.
 * Invariants: recording is an array push: no I/O, no waiting, no throw. Memory is bounded per session and in all;
 * when the store cannot keep up the oldest unsaved transcripts are dropped, never a session held up.
 */
import type { Cancel, Clock } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import type { MakeId } from '../base/ids.ts';
import type {
  MailProtocol,
  SessionStart,
  SessionTranscript,
  TranscriptRecorder,
} from '../protocol/connection/session.ts';
import { OpenTranscript } from './open-transcript.ts';
import type {
  SessionFeedEvent,
  SessionFilter,
  SessionRecord,
  SessionSummary,
  TranscriptBook,
  TranscriptStore,
} from './port.ts';
import { matchesFilter } from './session-filter.ts';

/** People see "live" at this delay, and a busy session costs ten events a second instead of thousands. */
const FEED_INTERVAL_MS = 100;
/** Closed transcripts wait this long for company before they are saved. */
const SAVE_INTERVAL_MS = 500;
/** At some 4 KiB each, 20 MiB wait at most when the disk is slow. */
const MOST_UNSAVED = 5_000;
const PRUNE_INTERVAL_MS = 60 * 60_000;
const DAY_MS = 24 * 60 * 60_000;
const NONE: Readonly<Record<MailProtocol, number>> = {
  smtp: 0,
  submission: 0,
  imap: 0,
  pop3: 0,
  managesieve: 0,
};

export interface TranscriptLimits {
  readonly keepDays: number;
  readonly keepBytes: number;
}

/** A month, as long as people ask about a message; a quarter of a gigabyte, which no office PC misses. */
export const TRANSCRIPT_LIMITS: TranscriptLimits = { keepDays: 30, keepBytes: 256 * 1024 * 1024 };

export interface TranscriptDeskOptions {
  readonly store: TranscriptStore;
  readonly clock: Clock;
  readonly makeId: MakeId;
  readonly limits: TranscriptLimits;
  readonly onError: (error: unknown) => void;
}

export class TranscriptDesk implements TranscriptRecorder, TranscriptBook {
  readonly openSessionCount: Record<MailProtocol, number> = { ...NONE };
  readonly lastSessionAt: Record<MailProtocol, number> = { ...NONE };
  readonly #options: TranscriptDeskOptions;
  readonly #feed: Emitter<SessionFeedEvent>;
  readonly #open = new Map<string, OpenTranscript>();
  /** Closed, not yet known to be in the store; by id, oldest first. */
  readonly #unsaved = new Map<string, SessionRecord>();
  readonly #touched = new Set<OpenTranscript>();
  #feedTimer: Cancel | undefined;
  #saveTimer: Cancel | undefined;
  #pruneTimer: Cancel | undefined;

  constructor(options: TranscriptDeskOptions) {
    this.#options = options;
    this.#feed = new Emitter(options.onError);
  }

  get onSession() {
    return this.#feed.subscribe;
  }

  /** Begins to prune: now and every hour. */
  start(): void {
    this.#prune().catch(this.#options.onError);
    this.#pruneTimer = this.#options.clock.after(PRUNE_INTERVAL_MS, () => this.start());
  }

  /** Saves what is closed. */
  async stop(): Promise<void> {
    for (const cancel of [this.#feedTimer, this.#saveTimer, this.#pruneTimer]) cancel?.();
    await this.#save();
  }

  open(start: SessionStart): SessionTranscript {
    const transcript = new OpenTranscript(start, {
      id: this.#options.makeId(),
      now: () => this.#options.clock.now(),
      onChange: (changed) => this.#touch(changed),
      onClose: (closed) => this.#close(closed),
    });
    this.#open.set(transcript.sessionId, transcript);
    this.openSessionCount[start.protocol]++;
    this.lastSessionAt[start.protocol] = this.#options.clock.now();
    this.#touch(transcript);
    return transcript;
  }

  async list(filter: SessionFilter): Promise<readonly SessionSummary[]> {
    const here = [...this.#open.values(), ...this.#unsaved.values()].map((item) => item.summary);
    const stored = await this.#options.store.list(filter);
    const byId = new Map(stored.map((summary) => [summary.id, summary]));
    for (const summary of here) {
      if (matchesFilter(summary, filter)) byId.set(summary.id, summary);
    }
    const newestFirst = [...byId.values()].sort((a, b) => (a.id < b.id ? 1 : -1));
    return newestFirst.slice(0, filter.limit);
  }

  async read(sessionId: string): Promise<SessionRecord | null> {
    const here = this.#open.get(sessionId)?.toRecord() ?? this.#unsaved.get(sessionId);
    return here ?? this.#options.store.read(sessionId);
  }

  #touch(transcript: OpenTranscript): void {
    if (this.#feed.listenerCount === 0) return;
    this.#touched.add(transcript);
    this.#feedTimer ??= this.#options.clock.after(FEED_INTERVAL_MS, () => this.#feedTouched());
  }

  #feedTouched(): void {
    this.#feedTimer = undefined;
    for (const transcript of this.#touched) {
      const lines = transcript.takeNewLines();
      this.#feed.emit({ type: 'session', summary: transcript.summary });
      if (lines.length > 0) this.#feed.emit({ type: 'lines', sessionId: transcript.sessionId, lines });
    }
    this.#touched.clear();
  }

  #close(transcript: OpenTranscript): void {
    this.#open.delete(transcript.sessionId);
    const { protocol } = transcript.summary;
    this.openSessionCount[protocol]--;
    this.lastSessionAt[protocol] = this.#options.clock.now();
    this.#unsaved.set(transcript.sessionId, transcript.toRecord());
    this.#dropOldestUnsaved();
    this.#touch(transcript);
    this.#saveTimer ??= this.#options.clock.after(SAVE_INTERVAL_MS, () => {
      this.#saveTimer = undefined;
      this.#save().catch(this.#options.onError);
    });
  }

  #dropOldestUnsaved(): void {
    const [oldest] = this.#unsaved.keys();
    if (this.#unsaved.size > MOST_UNSAVED && oldest !== undefined) this.#unsaved.delete(oldest);
  }

  async #save(): Promise<void> {
    const records = [...this.#unsaved.values()];
    if (records.length === 0) return;
    await this.#options.store.save(records);
    for (const record of records) this.#unsaved.delete(record.summary.id);
  }

  #prune(): Promise<void> {
    const { keepDays, keepBytes } = this.#options.limits;
    const startedBefore = this.#options.clock.now() - keepDays * DAY_MS;
    return this.#options.store.prune({ startedBefore, maxBytes: keepBytes });
  }
}
