/**
 * What the ManageSieve engine asks of whoever knows accounts and scripts.
 *
 * Invariants: a session handles one command at a time and never writes to a socket: it returns a reply.
 */
import type { TlsDetails } from '../../connection/session.ts';
import type { ManageSieveCommand } from '../command.ts';

/** RFC 5804 §1.3 */
export interface ResponseCode {
  /** e.g. `QUOTA/MAXSIZE` */
  readonly name: string;
  /** A string that belongs to it, as of TAG. */
  readonly value?: string;
}

/** A line of data before the status: strings and words. */
export interface DataLine {
  readonly strings: readonly string[];
  /** A word after them, as ACTIVE. */
  readonly word?: string;
}

export interface ManageSieveReply {
  readonly status: 'OK' | 'NO' | 'BYE';
  readonly code?: ResponseCode;
  readonly text?: string;
  readonly data?: readonly DataLine[];
}

/** Sends a SASL challenge and answers the client's line, both in base64; null where the connection is lost. */
export type Challenge = (text: string) => Promise<string | null>;

export interface ManageSieveEngineSession {
  /** The account that is signed in, or null. */
  readonly accountId: number | null;
  readonly failedSignIns: number;
  readonly isOver: boolean;
  /** Octets that a literal may have now. */
  readonly maxLiteralOctets: number;
  capabilities(): readonly DataLine[];
  /** Whether the command is allowed in this state (RFC 5804 §1.7). */
  isAllowed(name: ManageSieveCommand['name']): boolean;
  handle(command: ManageSieveCommand, challenge: Challenge): Promise<ManageSieveReply>;
  secured(tls: TlsDetails): void;
  close(): void;
}
