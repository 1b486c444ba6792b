/**
 * OutgoingConnection: a connection that we opened, as the client engines (SMTP, IMAP) see it; and how one is opened.
 *
 * Invariants: the socket has an error handler, so the engine waits for 'close'; after startTls() nothing that the server
 * sent before the handshake is read (RFC 3207 §4.2, RFC 9051 §6.2.1).
 */
import type { Duplex } from 'node:stream';
import type { TlsaTerms } from './dane.ts';
import type { PeerCertificate, TlsFailure } from './peer-certificate.ts';
import type { TlsDetails } from './session.ts';

export interface OutgoingTls extends TlsDetails {
  /** Whether the server proved who it is, by a known authority or by DNS. */
  readonly isVerified: boolean;
  /** What proved it, `WebPKI` (a known authority) or e.g. `DANE 3 1 1`; null: nothing. */
  readonly provedBy: string | null;
  /** null where the server showed none. */
  readonly certificate: PeerCertificate | null;
  /** Why it proves nothing; null: it does. */
  readonly flaw: TlsFlaw | null;
}

/** What is wrong with a server's certificate, or with the handshake. */
export interface TlsFlaw {
  readonly kind: TlsFailure;
  /** In plain words. */
  readonly reason: string;
}

export interface OutgoingConnection {
  /** Replaced by startTls(): always read it from here. */
  readonly socket: Duplex;
  readonly tls: OutgoingTls | undefined;
  /** Why the handshake failed, in plain words. */
  readonly tlsProblem: string | undefined;
  /** What the certificate was, where that ended the handshake. */
  readonly refusedTls?: OutgoingTls | undefined;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  /** Shakes hands as the client; rejects, with the socket destroyed, when that fails or takes too long. */
  startTls(): Promise<OutgoingTls>;
}

export interface ConnectTarget {
  /** An address or a host name; a path that begins with `/` is a local socket, whatever the port. */
  readonly address: string;
  readonly port: number;
  /** The name to present and to check the certificate against; null for a host known by its address alone. */
  readonly serverName: string | null;
  /** Whether a certificate that is not in order ends the handshake. */
  readonly mustVerify: boolean;
  /** What DNS says of the key (DANE): the certificate must fit it, and nothing else counts. */
  readonly tlsa?: TlsaTerms;
}

/** Opens a connection; rejects with an error whose message is plain words. */
export type Connect = (target: ConnectTarget) => Promise<OutgoingConnection>;
