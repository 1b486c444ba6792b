/**
 * OpenTranscript: one session's lines while it talks.
 *
 * Invariants: at most as many lines as the settings say, of MOST_LINE_CHARACTERS characters, are kept; what follows is counted, and the last
 * reply that refused something is remembered all the same. After close() nothing changes.
 */
import type {
  MailProtocol,
  SessionEnd,
  SessionStart,
  SessionTranscript,
  TranscriptPhase,
} from '../protocol/connection/session.ts';
import type { SessionRecord, SessionSummary, TranscriptLine, TranscriptLineKind } from './port.ts';
import { ContentExcerpt } from './content-excerpt.ts';
import type { RetentionSettings } from './retention.ts';

/** The longest lines an SMTP client may send (RFC 5321 §4.5.3.1.6). */
const MOST_LINE_CHARACTERS = 1_000;

/** Replies that refuse, per protocol: RFC 5321 §4.2.1, RFC 9051 §7.1, RFC 1939 §3. */
const REFUSALS: Readonly<Record<MailProtocol, RegExp>> = {
  smtp: /^[45]\d\d/u,
  submission: /^[45]\d\d/u,
  imap: /^\S+ (?:NO|BAD)(?: |$)/iu,
  pop3: /^-ERR/u,
  managesieve: /^(?:NO|BYE)/iu,
};

export interface OpenTranscriptOptions {
  readonly id: string;
  readonly now: () => number;
  readonly limits: Pick<RetentionSettings, 'linesPerSession' | 'contentKiB'>;
  readonly onChange: (transcript: OpenTranscript) => void;
  readonly onClose: (transcript: OpenTranscript) => void;
}

export class OpenTranscript implements SessionTranscript {
  readonly sessionId: string;
  readonly #options: OpenTranscriptOptions;
  readonly #lines: TranscriptLine[] = [];
  /** Only where content is recorded. */
  readonly passing?: (octets: Uint8Array) => void;
  readonly #excerpt: ContentExcerpt | null = null;
  #summary: SessionSummary;
  #phase: TranscriptPhase = 'connect';
  #omittedLines = 0;
  #lastError: string | null = null;

  constructor(start: SessionStart, options: OpenTranscriptOptions) {
    this.sessionId = options.id;
    this.#options = options;
    const { contentKiB } = options.limits;
    if (contentKiB > 0) {
      const excerpt = new ContentExcerpt(contentKiB * 1024);
      this.#excerpt = excerpt;
      this.passing = (octets) => excerpt.add(octets);
    }
    this.#summary = {
      id: options.id,
      protocol: start.protocol,
      direction: start.direction,
      remoteAddress: start.remoteAddress,
      remotePort: start.remotePort,
      localPort: start.localPort,
      remoteName: null,
      account: null,
      tls: null,
      startedAt: options.now(),
      endedAt: null,
      end: null,
      messages: 0,
      lastError: null,
      lineCount: 0,
    };
  }

  get summary(): SessionSummary {
    const lineCount = this.#lines.length + this.#omittedLines;
    return { ...this.#summary, lastError: this.#lastError, lineCount };
  }

  client(line: string): void {
    this.#add('client', line);
  }

  server(line: string): void {
    if (REFUSALS[this.#summary.protocol].test(line)) this.#lastError = cut(line);
    this.#add('server', line);
  }

  content(from: 'client' | 'server', octets: number): void {
    const excerpt = this.#excerpt?.take() ?? '';
    this.#add('content', excerpt === '' ? `${from} ${octets}` : `${from} ${octets}\n${excerpt}`);
  }

  note(text: string): void {
    this.#add('note', text);
  }

  phase(phase: TranscriptPhase): void {
    this.#phase = phase;
  }

  update(facts: Parameters<SessionTranscript['update']>[0]): void {
    if (this.#summary.endedAt !== null) return;
    this.#summary = { ...this.#summary, ...facts };
    this.#options.onChange(this);
  }

  close(end: SessionEnd): void {
    if (this.#summary.endedAt !== null) return;
    this.#summary = { ...this.#summary, endedAt: this.#options.now(), end };
    this.#options.onClose(this);
  }

  get protocol(): MailProtocol {
    return this.#summary.protocol;
  }

  get messages(): number {
    return this.#summary.messages;
  }

  /** Whether a line has the text, which is in lower case. */
  isSaid(text: string): boolean {
    return this.#lines.some((line) => line.text.toLowerCase().includes(text));
  }

  toRecord(): SessionRecord {
    return { summary: this.summary, lines: [...this.#lines], omittedLines: this.#omittedLines };
  }

  #add(kind: TranscriptLineKind, text: string): void {
    if (this.#summary.endedAt !== null) return;
    if (this.#lines.length >= this.#options.limits.linesPerSession) this.#omittedLines++;
    else {
      const offsetMs = this.#options.now() - this.#summary.startedAt;
      this.#lines.push({ offsetMs, kind, phase: this.#phase, text: kind === 'content' ? text : cut(text) });
    }
    this.#options.onChange(this);
  }
}

function cut(text: string): string {
  return text.length <= MOST_LINE_CHARACTERS ? text : `${text.slice(0, MOST_LINE_CHARACTERS)}…`;
}
