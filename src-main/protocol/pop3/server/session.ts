/**
 * What the POP3 engine asks of whoever knows the maildrop.
 *
 * Invariants: a session handles one command at a time and never writes to a socket: it returns a reply.
 */
import type { TlsDetails } from '../../connection/session.ts';
import type { Pop3Command } from '../command.ts';
import type { Language } from '../languages.ts';

/** RFC 1939 §3 */
export type Pop3State = 'authorization' | 'transaction' | 'over';

/** The lines of a multi-line response: texts, or a message's octets. */
export type ResponseBody =
  | { readonly kind: 'lines'; readonly lines: Iterable<string> }
  | {
      readonly kind: 'message';
      /** The octets of a message, in pieces. */
      readonly header: AsyncIterable<Uint8Array>;
      readonly body: AsyncIterable<Uint8Array>;
      /** TOP: so many lines of the body. */
      readonly bodyLines: number;
    };

export interface Pop3Reply {
  readonly isOk: boolean;
  /** Response code without brackets (RFC 2449 §8), e.g. `IN-USE`. */
  readonly code?: string;
  readonly text: string;
  readonly body?: ResponseBody;
}

/** `+ challenge`, then the client's line; null where the connection is lost. */
export type Challenge = (text: string) => Promise<string | null>;

export interface Pop3EngineSession {
  readonly state: Pop3State;
  /** The account that is signed in, or null. */
  readonly accountId: number | null;
  readonly failedSignIns: number;
  /** What texts are to come in (RFC 6856 §3). */
  readonly language: Language;
  greeting(): string;
  /** Whether the command is allowed in this state (RFC 1939 §4-6). */
  isAllowed(name: Pop3Command['name']): boolean;
  handle(command: Pop3Command, challenge: Challenge): Promise<Pop3Reply>;
  secured(tls: TlsDetails): void;
  /** The connection is over; without QUIT nothing is removed (RFC 1939 §6). */
  close(): void;
}
