/**
 * TranscriptDesk: every session's dialogue, live while it is open, kept when it is closed.
 *
 * Flow: engines record lines → here → live feed of the console; closed sessions in batches → transcript store.
 * Invariants: recording is an array push: no I/O, no waiting, no throw. Memory is bounded per session and in all; when there are more
 * sessions than are shown or kept, or the store cannot keep up, that is counted and told (recording()), never a session held up.
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
  KeptTranscripts,
  RecordingState,
  SessionFilter,
  SessionPage,
  SessionRecord,
  SessionSummary,
  TranscriptBook,
  TranscriptStore,
} from './port.ts';
import type { RetentionSettings } from './retention.ts';
import { compileFilter } from './session-filter.ts';
import { SessionRate } from './session-rate.ts';
import { UnrecordedSession } from './unrecorded-session.ts';
import { decodeLines, encodeLines } from './transcript-lines.ts';

/** People see "live" at this delay, and a busy session costs ten events a second instead of thousands. */
const FEED_INTERVAL_MS = 100;
/** Closed transcripts wait this long for company before they are saved. */
const SAVE_INTERVAL_MS = 500;
/** So many go to the store at once: a commit of some milliseconds. */
const SAVED_AT_ONCE = 250;
/** At some 4 KiB each, 20 MiB wait at most when the disk is slow. */
const MOST_UNSAVED = 5_000;
const PRUNE_INTERVAL_MS = 60 * 60_000;
const DAY_MS = 24 * 60 * 60_000;
const MIB = 1024 * 1024;
const NONE: Readonly<Record<MailProtocol, number>> = {
  smtp: 0,
  submission: 0,
  imap: 0,
  pop3: 0,
  managesieve: 0,
};

export interface TranscriptDeskOptions {
  readonly store: TranscriptStore;
  readonly clock: Clock;
  readonly makeId: MakeId;
  readonly retention: () => RetentionSettings;
  readonly onError: (error: unknown) => void;
}

export class TranscriptDesk implements TranscriptRecorder, TranscriptBook {
  readonly openSessionCount: Record<MailProtocol, number> = { ...NONE };
  readonly lastSessionAt: Record<MailProtocol, number> = { ...NONE };
  readonly #options: TranscriptDeskOptions;
  readonly #feed: Emitter<SessionSummary>;
  readonly #rate = new SessionRate();
  readonly #open = new Map<string, OpenTranscript>();
  /** Closed, not yet known to be in the store; by id, oldest first. */
  readonly #unsaved = new Map<string, OpenTranscript>();
  readonly #touched = new Set<OpenTranscript>();
  readonly #shown = new WeakSet<OpenTranscript>();
  readonly #followers = new Map<string, Set<() => void>>();
  #dropped = 0;
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
    this.prune();
    this.#pruneTimer = this.#options.clock.after(PRUNE_INTERVAL_MS, () => this.start());
  }

  /** Forgets what the settings do not keep any more. */
  prune(): void {
    const { transcriptDays, transcriptMiB, timelineDays } = this.#options.retention();
    const now = this.#options.clock.now();
    const limits = {
      startedBefore: now - transcriptDays * DAY_MS,
      carriedBefore: now - Math.max(transcriptDays, timelineDays) * DAY_MS,
      mostOctets: transcriptMiB * MIB,
    };
    this.#options.store.prune(limits).catch(this.#options.onError);
  }

  /** Saves what is closed. */
  async stop(): Promise<void> {
    for (const cancel of [this.#feedTimer, this.#saveTimer, this.#pruneTimer]) cancel?.();
    await this.#save();
  }

  open(start: SessionStart): SessionTranscript {
    const { makeId, clock, retention } = this.#options;
    if (!retention().recordsSessions) return this.#openUnrecorded(start);
    const transcript = new OpenTranscript(start, {
      id: makeId(),
      now: () => clock.now(),
      limits: retention(),
      onChange: this.#touch,
      onClose: this.#close,
    });
    this.#open.set(transcript.sessionId, transcript);
    this.openSessionCount[start.protocol]++;
    this.lastSessionAt[start.protocol] = clock.now();
    if (this.#rate.begin(clock.now())) this.#shown.add(transcript);
    this.#touch(transcript);
    return transcript;
  }

  /** Counted, and nothing else. */
  #openUnrecorded({ protocol }: SessionStart): SessionTranscript {
    const { makeId, clock } = this.#options;
    this.openSessionCount[protocol]++;
    this.lastSessionAt[protocol] = clock.now();
    return new UnrecordedSession(makeId(), () => {
      this.openSessionCount[protocol]--;
      this.lastSessionAt[protocol] = clock.now();
    });
  }

  async list(filter: SessionFilter): Promise<SessionPage> {
    const fits = compileFilter(filter);
    const here = [...this.#open.values(), ...this.#unsaved.values()].filter(fits);
    const stored = await this.#options.store.list(filter);
    const byId = new Map(stored.items.map((summary) => [summary.id, summary]));
    // What is older than this page's end comes with the page that has it.
    for (const { summary } of here)
      if (stored.next === null || summary.id > stored.next) byId.set(summary.id, summary);
    const newestFirst = [...byId.values()].sort((a, b) => (a.id < b.id ? 1 : -1));
    const items = newestFirst.slice(0, filter.limit);
    if (newestFirst.length <= filter.limit) return { ...stored, items };
    const last = items.at(-1);
    return { items, next: last?.id ?? null, searchedTo: last?.startedAt ?? null };
  }

  async read(sessionId: string): Promise<SessionRecord | null> {
    const here = this.#open.get(sessionId) ?? this.#unsaved.get(sessionId);
    if (here !== undefined) return here.toRecord();
    const stored = await this.#options.store.read(sessionId);
    return stored === null ? null : { ...stored, lines: decodeLines(stored.lines) };
  }

  measure(): Promise<KeptTranscripts> {
    return this.#options.store.measure();
  }

  recording(): RecordingState {
    const { perSecond, shownOneOf, leftOut } = this.#rate.look(this.#options.clock.now());
    return { sessionsPerSecond: perSecond, shownOneOf, leftOut, dropped: this.#dropped };
  }

  follow(sessionId: string, onGrown: () => void): () => void {
    const followers = this.#followers.get(sessionId) ?? new Set();
    this.#followers.set(sessionId, followers.add(onGrown));
    return () => {
      followers.delete(onGrown);
      if (followers.size === 0) this.#followers.delete(sessionId);
    };
  }

  readonly #touch = (transcript: OpenTranscript): void => {
    const isShown = this.#feed.listenerCount > 0 && this.#shown.has(transcript);
    if (!isShown && (this.#followers.size === 0 || !this.#followers.has(transcript.sessionId))) return;
    this.#touched.add(transcript);
    this.#feedTimer ??= this.#options.clock.after(FEED_INTERVAL_MS, () => this.#feedTouched());
  };

  #feedTouched(): void {
    this.#feedTimer = undefined;
    for (const transcript of this.#touched) {
      if (this.#shown.has(transcript)) this.#feed.emit(transcript.summary);
      for (const onGrown of this.#followers.get(transcript.sessionId) ?? []) onGrown();
    }
    this.#touched.clear();
  }

  readonly #close = (transcript: OpenTranscript): void => {
    const { clock, retention } = this.#options;
    const now = clock.now();
    this.#open.delete(transcript.sessionId);
    this.openSessionCount[transcript.protocol]--;
    this.lastSessionAt[transcript.protocol] = now;
    this.#touch(transcript);
    if (transcript.messages === 0 && !this.#rate.keeps(now, retention().sessionsPerSecond)) return;
    this.#unsaved.set(transcript.sessionId, transcript);
    this.#dropOldestUnsaved();
    this.#saveTimer ??= clock.after(SAVE_INTERVAL_MS, () => {
      this.#saveTimer = undefined;
      this.#save().catch(this.#options.onError);
    });
  };

  #dropOldestUnsaved(): void {
    if (this.#unsaved.size <= MOST_UNSAVED) return;
    const [oldest] = this.#unsaved.keys();
    if (oldest !== undefined && this.#unsaved.delete(oldest)) this.#dropped++;
  }

  async #save(): Promise<void> {
    const closed = [...this.#unsaved.values()];
    for (let from = 0; from < closed.length; from += SAVED_AT_ONCE) {
      const some = closed.slice(from, from + SAVED_AT_ONCE);
      await this.#options.store.save(
        some.map((transcript) => {
          const { summary, lines, omittedLines } = transcript.toRecord();
          return { summary, lines: encodeLines(lines), omittedLines };
        }),
      );
      for (const { sessionId } of some) this.#unsaved.delete(sessionId);
    }
  }
}
