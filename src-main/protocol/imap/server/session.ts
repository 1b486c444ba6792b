/**
 * Engine session: what the IMAP engine asks of whoever knows the mailboxes, and what it offers in return.
 *
 * Flow: connection → engine (grammar, literals, states' gate, replies, transcript) → EngineSession → Completion.
 * Invariants: a session handles one command at a time and never writes to a socket: it sends responses through CommandIo
 * and returns the completion. The engine alone writes, records and counts.
 */
import type { TlsDetails } from '../../connection/session.ts';
import type { AfterOctets } from '../grammar/append.ts';
import type { Command } from '../grammar/command.ts';
import type { ResponseCode } from '../response-codes.ts';

/** RFC 9051 §3 */
export type ImapState = 'notAuthenticated' | 'authenticated' | 'selected' | 'logout';

/** A literal in a response, written as it becomes available; exactly `octets` of it. */
export interface LiteralContent {
  readonly octets: number;
  /** literal8 (RFC 9051 §4.3) */
  readonly isBinary?: boolean;
  read(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/** Part of a response: `private` text is message data, which transcripts leave out. */
export type ResponsePart = string | { readonly private: string } | LiteralContent;

/** One response without its CRLF: a line, or a line with message data in it. */
export type Response = string | readonly ResponsePart[];

/** Many responses of one kind. */
export interface ResponseLines {
  /** All of them, each with its CRLF. */
  readonly octets: Uint8Array;
  /** As transcripts show the first of them. */
  readonly shown: readonly string[];
  /** How many, up to these, transcripts do not show; told once, with the last of them. */
  readonly unshown: number;
}

export interface Completion {
  readonly status: 'OK' | 'NO' | 'BAD';
  /** Response code without brackets, e.g. `READ-ONLY`. */
  readonly code?: ResponseCode;
  readonly text: string;
}

/** The octets of messages of an APPEND or REPLACE, on their way in. */
export interface IncomingMessages {
  /**
   * Passes the octets that come next to `sink`, and answers with what follows them. After `broken` (the client broke off, or
   * wrote what cannot stand there) nothing of the command may be kept.
   */
  receive(sink: (chunk: Uint8Array) => void | Promise<void>): Promise<AfterOctets | 'broken'>;
}

/** What one line of an exchange within a command brought. */
export type ExchangeLine = { readonly kind: 'line'; readonly text: string } | { readonly kind: 'lost' };

export interface CommandIo {
  /** Sends a response. Await what it returns: the client may be slow. */
  send(response: Response): void | Promise<void>;
  /** Sends many responses. Await what it returns. */
  sendLines(lines: ResponseLines): void | Promise<void>;
  /** Sends what is gathered now, e.g. updates while idling. */
  flush(): Promise<void>;
  /** `+ text`, then one line of the client; secrets never reach the transcript. */
  challenge(text: string, options: { readonly isSecret: boolean }): Promise<ExchangeLine>;
  /** The command's tag as a string of the grammar, for responses that name it. */
  readonly quotedTag: string;
  /** Only with APPEND and REPLACE. */
  readonly messages: IncomingMessages | null;
}

export interface EngineSession {
  readonly state: ImapState;
  /** The greeting after `* ` (RFC 9051 §7.1). */
  greeting(): string;
  /** Whether the command is allowed in this state (RFC 9051 §6). */
  isAllowed(name: Command['name']): boolean;
  handle(command: Command, io: CommandIo): Promise<Completion>;
  /**
   * The engine waits for the next command: until endWaiting() resolves, the session may send responses that belong to none
   * (RFC 5465 §3.1).
   */
  beginWaiting(sink: Pick<CommandIo, 'send' | 'flush'>): void;
  /** A command has begun to arrive. */
  endWaiting(): Promise<void> | undefined;
  /** STARTTLS is done. */
  secured(tls: TlsDetails): void;
  /** COMPRESS is done (RFC 4978). */
  compressed(): void;
  /** The account that is signed in, or null. */
  readonly accountId: number | null;
  /** Failed sign-ins so far. */
  readonly failedSignIns: number;
  /** The connection is over; never called twice. */
  close(): void;
}
