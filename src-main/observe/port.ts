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

export type SessionFeedEvent =
  | { readonly type: 'session'; readonly summary: SessionSummary }
  | { readonly type: 'lines'; readonly sessionId: string; readonly lines: readonly TranscriptLine[] };

export interface SessionFilter {
  readonly protocol?: MailProtocol;
  /** Part of an address, name or account. */
  readonly text?: string;
  readonly onlyWithErrors?: boolean;
  readonly limit: number;
  /** Only sessions older than the one of this id, for the next page. */
  readonly before?: string;
}

/** All transcripts, open ones included. */
export interface TranscriptBook {
  list(filter: SessionFilter): Promise<readonly SessionSummary[]>;
  read(sessionId: string): Promise<SessionRecord | null>;
  readonly openSessionCount: Readonly<Record<MailProtocol, number>>;
  /** When a session last began or ended, per protocol, in ms since 1970; 0 where there was none since the start. */
  readonly lastSessionAt: Readonly<Record<MailProtocol, number>>;
  readonly onSession: Subscribe<SessionFeedEvent>;
}

/** Where closed transcripts are kept; storage implements it. */
export interface TranscriptStore {
  save(records: readonly SessionRecord[]): Promise<void>;
  list(filter: SessionFilter): Promise<readonly SessionSummary[]>;
  read(sessionId: string): Promise<SessionRecord | null>;
  /** Deletes the oldest until both limits hold. */
  prune(limits: { startedBefore: number; maxBytes: number }): Promise<void>;
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

/** Message timelines; storage implements it (events of a commit are written by the commit itself). */
export interface TimelineStore {
  listMessages(filter: MessageFilter): Promise<MessagePage>;
  readTimeline(traceId: TraceId): Promise<MessageTimeline | null>;
  /** For events that belong to no commit of their own, such as `read`. */
  append(events: readonly MailEvent[]): Promise<void>;
}

/** Counts since start, and per minute for the last hour; for the overview. */
export interface FlowCounts {
  readonly received: number;
  readonly submitted: number;
  readonly refused: number;
  readonly delivered: number;
  readonly relayed: number;
  readonly deferred: number;
  /** Given up here. */
  readonly failed: number;
  /** Given up because the next hop said so. */
  readonly relayFailed: number;
  readonly read: number;
  /** Judged on their way in; of them into Junk, into quarantine, and refused for what they hold. */
  readonly screened: number;
  readonly foundJunk: number;
  readonly keptApart: number;
  readonly turnedAway: number;
}

export interface MailMeter {
  /** Totals since start. */
  totals(): FlowCounts;
  /** One bucket a minute, oldest first, the last one unfinished; at most `minutes`. */
  history(minutes: number): readonly (FlowCounts & { readonly minuteStart: number })[];
  readonly onEvent: Subscribe<MailEvent | RefusalEvent>;
}
