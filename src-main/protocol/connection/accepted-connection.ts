/**
 * AcceptedConnection: what a listener hands to a protocol engine.
 *
 * Flow: listener (accept, PROXY protocol, implicit TLS done) → here → smtp, imap, pop3 engine.
 * Invariants: for implicit TLS the handshake is over and `tls` is set; the socket has an error handler already, so an
 * engine may ignore 'error' and wait for 'close'. After startTls() nothing that the client sent before the handshake is read.
 */
import type { Duplex } from 'node:stream';
import type { TlsDetails } from './session.ts';
import type { TlsChannel } from './tls-channel.ts';

export interface AcceptedConnection {
  /** Replaced by startTls(): always read it from here. */
  readonly socket: Duplex;
  readonly tls: TlsDetails | undefined;
  /** What signing in asks of the TLS connection; there with `tls`. */
  readonly channel?: TlsChannel | undefined;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  /**
   * STARTTLS, STLS: call after the go-ahead was written. Removes the engine's listeners from the clear-text socket,
   * discards what the client sent early (RFC 3207 §4.2 injection), shakes hands, and resolves with the new socket in place;
   * rejects, with the socket destroyed, when the handshake fails or takes longer than the limit.
   */
  startTls(): Promise<TlsDetails>;
}

/** Serves one connection; resolves when it is over. Never rejects. */
export type ServeConnection = (connection: AcceptedConnection) => Promise<void>;
