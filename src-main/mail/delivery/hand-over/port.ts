/**
 * Hand-over: a message leaves our hands for a file, a folder, a program or another server's LMTP.
 *
 * Flow: courier → createHandOver() → mbox | maildir | pipe | lmtp → outcome → the queue's commit.
 * Invariants: `delivered` only once the other side has it for good (synced, exit code 0, 2yz); whatever else happens the message
 * stays in the queue or its sender is told. A crash between the hand-over and our commit can hand it over again, never lose it.
 */
import type { HandOverMethod } from '../../../directory/port.ts';

/** A whole message: the copy's own header fields, then the content. */
export interface HandedMessage {
  /** Empty for the null reverse-path. */
  readonly reversePath: string;
  /** The address that it is for: the account's or the alias's. */
  readonly address: string;
  /** The forward-path as it was given. */
  readonly recipient: string;
  /** Milliseconds since 1970 UTC. */
  readonly at: number;
  readonly sizeOctets: number;
  /** Opens the message anew, in pieces. */
  content(): AsyncIterable<Uint8Array>;
}

export interface HandOverOutcome {
  readonly kind: 'delivered' | 'deferred' | 'failed';
  /** Enhanced status code (RFC 3463). */
  readonly status: string;
  readonly diagnostic: string;
  /** The transcript, where there is one. */
  readonly sessionId?: string;
}

/** Hands a message over; does not reject. */
export type HandOver<Method extends HandOverMethod = HandOverMethod> = (
  method: Method,
  message: HandedMessage,
) => Promise<HandOverOutcome>;
