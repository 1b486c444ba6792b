/**
 * Session: the life of one connection, as every protocol engine, the transcripts and the console speak of it.
 *
 * Flow: a listener accepts → opens a session's transcript → the engine talks → the transcript is closed with an outcome.
 * Invariants: what goes into a transcript is already masked; a transcript holds message content only where the settings ask for it.
 */
export type MailProtocol = 'smtp' | 'submission' | 'imap' | 'pop3' | 'managesieve';

export interface TlsDetails {
  /** e.g. `TLSv1.3` */
  readonly version: string;
  /** e.g. `TLS_AES_256_GCM_SHA384` */
  readonly cipher: string;
}

export interface SessionStart {
  readonly protocol: MailProtocol;
  /** `in`: a client came to us. `out`: we went to a server. */
  readonly direction: 'in' | 'out';
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
}

export type TranscriptPhase = 'connect' | 'tls' | 'sign-in' | 'envelope' | 'content' | 'mailbox' | 'close';

/** How a session ended. `lost`: the peer went away in the middle. `refused`: we would not talk. `failed`: our fault. */
export type SessionEnd = 'closed' | 'lost' | 'timeout' | 'refused' | 'failed';

/** Records one session's dialogue. Every call is cheap and never throws. */
export interface SessionTranscript {
  readonly sessionId: string;
  /** A line from the client, without its line end, secrets masked by the engine. */
  client(line: string): void;
  /** A line from the server, without its line end. */
  server(line: string): void;
  /** Content as it passes, before content() counts it; absent where it is not recorded. */
  readonly passing?: (octets: Uint8Array) => void;
  /** Content or literals that passed, counted, and kept only where the administrator asks for it. */
  content(from: 'client' | 'server', octets: number): void;
  /** A remark in plain words, e.g. `TLS is on: TLSv1.3 TLS_AES_256_GCM_SHA384`. */
  note(text: string): void;
  /** The dialogue enters a phase; lines that follow belong to it. */
  phase(phase: TranscriptPhase): void;
  /** Whom a trusted proxy speaks for, the name the client gave (EHLO, ID), the account it signed in as, TLS, messages accepted so far. */
  update(facts: {
    remoteAddress?: string;
    remoteName?: string;
    account?: string;
    tls?: TlsDetails;
    messages?: number;
  }): void;
  close(end: SessionEnd): void;
}

export interface TranscriptRecorder {
  open(start: SessionStart): SessionTranscript;
}

/** What clients see instead of a password, in transcripts and logs. */
export const MASKED = '[hidden]';
