/**
 * Observe, as the host's handlers and the storage see it: transcripts, timelines, live numbers.
 *
 * Flow: engines record transcripts, stages emit mail events → here → console, database.
 * Invariants: observing never slows a session or a stage down and never makes one fail: buffers are bounded, and a
 * subscriber that cannot keep up loses events (and sees a gap in `seq`) instead of holding up the rest.
 */
import type { Subscribe } from '../base/emitter.ts';
import type {
  MailProtocol,
  SessionEnd,
  TlsDetails,
  TranscriptPhase,
} from '../protocol/connection/session.ts';
import type { FlowKind } from './flow-kinds.ts';
import type { MailEvent, RefusalEvent, TraceId } from '../mail/events.ts';

export type TranscriptLineKind = 'client' | 'server' | 'content' | 'note';

export interface TranscriptLine {
  /** Milliseconds since the session began. */
  readonly offsetMs: number;
  readonly kind: TranscriptLineKind;
  readonly phase: TranscriptPhase;
  readonly text: string;
}

/** A row of the transcripts list. */
export interface SessionSummary {
  readonly id: string;
  readonly protocol: MailProtocol;
  readonly direction: 'in' | 'out';
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localPort: number;
  readonly remoteName: string | null;
  readonly account: string | null;
  readonly tls: TlsDetails | null;
  readonly startedAt: number;
  /** null while it is open. */
  readonly endedAt: number | null;
  readonly end: SessionEnd | null;
  readonly messages: number;
  /** The last reply that refused something, or null. */
  readonly lastError: string | null;
  readonly lineCount: number;
}

export interface SessionRecord {
  readonly summary: SessionSummary;
  readonly lines: readonly TranscriptLine[];
  /** Lines left out because the session said more than is kept. */
  readonly omittedLines: number;
}

/** A session as it is stored; `lines` as transcript-lines.ts writes them. */
export interface ClosedSession {
  readonly summary: SessionSummary;
  readonly lines: string;
  readonly omittedLines: number;
}

export interface SessionFilter {
  readonly protocol?: MailProtocol;
  /** Parts of an address, name, account, or a session id. */
  readonly text?: string;
  /** Part of a line that was said. */
  readonly said?: string;
  readonly onlyWithErrors?: boolean;
  readonly limit: number;
  /** `next` of the page before. */
  readonly before?: string;
}

export interface SessionPage {
  /** Newest first. */
  readonly items: readonly SessionSummary[];
  /** Where the next page goes on; null: there is none. */
  readonly next: string | null;
  /** How far back it was looked, in milliseconds since 1970 UTC; null: to the beginning. */
  readonly searchedTo: number | null;
}

/** How much of what is said is recorded and shown just now. */
export interface RecordingState {
  /** Sessions that began within the last whole second. */
  readonly sessionsPerSecond: number;
  /** One of so many that begin is shown as it goes on; the others when the list is opened again. */
  readonly shownOneOf: number;
  /** Sessions since the start that were not kept: there were more a second than the settings allow. */
  readonly leftOut: number;
  /** Sessions since the start that were lost: the disk did not keep up. */
  readonly dropped: number;
}

/** All transcripts, open ones included. */
export interface TranscriptBook {
  list(filter: SessionFilter): Promise<SessionPage>;
  read(sessionId: string): Promise<SessionRecord | null>;
  measure(): Promise<KeptTranscripts>;
  recording(): RecordingState;
  readonly openSessionCount: Readonly<Record<MailProtocol, number>>;
  /** When a session last began or ended, per protocol, in ms since 1970; 0 where there was none since the start. */
  readonly lastSessionAt: Readonly<Record<MailProtocol, number>>;
  /** Sessions that began or changed; a part of them where there are many. */
  readonly onSession: Subscribe<SessionSummary>;
  /** Calls when one session has said more, or ended; the function that is answered ends that. */
  follow(sessionId: string, onGrown: () => void): () => void;
}

export interface KeptTranscripts {
  readonly transcripts: number;
  readonly transcriptOctets: number;
  /** Milliseconds since 1970 UTC; null: there is none. */
  readonly oldestTranscriptAt: number | null;
}

export interface TranscriptLimits {
  /** Milliseconds since 1970 UTC: what began before goes. */
  readonly startedBefore: number;
  /** The same for sessions that carried messages. */
  readonly carriedBefore: number;
  /** What carried no message goes first. */
  readonly mostOctets: number;
}

/** Where closed transcripts are kept; storage implements it. */
export interface TranscriptStore {
  save(sessions: readonly ClosedSession[]): Promise<void>;
  list(filter: SessionFilter): Promise<SessionPage>;
  read(sessionId: string): Promise<ClosedSession | null>;
  measure(): Promise<KeptTranscripts>;
  /** Deletes the oldest until all limits hold. */
  prune(limits: TranscriptLimits): Promise<void>;
}

/** A row of the messages list. */
export interface MessageSummary {
  readonly traceId: TraceId;
  readonly receivedAt: number;
  readonly via: 'submission' | 'reception' | 'bounce';
  readonly reversePath: string;
  /** The author as the From field has it, decoded. */
  readonly author: string;
  readonly recipients: readonly string[];
  readonly subject: string;
  readonly messageId: string | null;
  readonly sizeBytes: number;
  /** Where it stands: every recipient delivered or relayed, some still waiting, some failed, or none left but by deletion. */
  readonly state: 'waiting' | 'done' | 'failed' | 'deleted';
}

export interface MessageFilter {
  /** Words looked for in addresses, subject, Message-ID, names and addresses of hosts, their ids for it; or a trace id. */
  readonly text?: string;
  readonly state?: MessageSummary['state'];
  readonly limit: number;
  /** `next` of the page before. */
  readonly before?: string;
}

export interface MessagePage {
  /** Newest first. */
  readonly items: readonly MessageSummary[];
  /** Where the next page goes on; null: there is none. */
  readonly next: string | null;
}

export interface MessageTimeline {
  readonly summary: MessageSummary;
  /** Oldest first. */
  readonly events: readonly MailEvent[];
}

export interface KeptTimelines {
  readonly timelines: number;
  /** Milliseconds since 1970 UTC; null: there is none. */
  readonly oldestTimelineAt: number | null;
}

/** Message timelines; storage implements it (events of a commit are written by the commit itself). */
export interface TimelineStore {
  listMessages(filter: MessageFilter): Promise<MessagePage>;
  readTimeline(traceId: TraceId): Promise<MessageTimeline | null>;
  measure(): Promise<KeptTimelines>;
  /** Where messages lie in an account's mailboxes now; those that do not are not among them. */
  findPlaces(account: string, traceIds: readonly TraceId[]): Promise<ReadonlyMap<TraceId, string>>;
  /** For events that belong to no commit of their own, such as `read`. */
  append(events: readonly MailEvent[]): Promise<void>;
}

/** Counts since start, and per minute for the last hour; for the overview. */
export type FlowCounts = Readonly<Record<FlowKind, number>>;

/** What flowed in one bar of a chart; a kind that is missing did not happen. */
export interface FlowBar {
  readonly start: number;
  readonly counts: Partial<FlowCounts>;
  /** Recipients in the queue at its fullest, and the greatest age of what waited there. */
  readonly mostWaiting: number;
  readonly oldestMs: number;
}

export interface FlowQuery {
  readonly rowMs: number;
  readonly barMs: number;
  readonly since: number;
}

/** Counts of days and weeks; storage implements it. */
export interface FlowHistoryStore {
  /** Adds a minute, also to one that was told before. */
  add(minute: FlowBar): Promise<void>;
  /** Oldest first; bars with nothing in them are left out. */
  read(query: FlowQuery): Promise<readonly FlowBar[]>;
}

export interface MailMeter {
  /** Totals since start. */
  totals(): FlowCounts;
  /** One bucket a minute, oldest first, the last one unfinished; at most `minutes`. */
  history(minutes: number): readonly (FlowCounts & { readonly minuteStart: number })[];
  readonly onEvent: Subscribe<MailEvent | RefusalEvent>;
}
