/**
 * Connections whose TLS is looked at: what the certificate says, also where it is not in order.
 *
 * Invariants: the handshake itself takes any certificate, so that its facts are known; where it had to be verified, one that is
 * not in order ends the connection before anything is said over it.
 */
import type { TLSSocket } from 'node:tls';
import type {
  Connect,
  OutgoingConnection,
  OutgoingTls,
} from '../../protocol/connection/outgoing-connection.ts';

export interface CertificateFacts {
  readonly subject: string;
  readonly issuer: string;
  readonly notAfter: number;
  readonly names: readonly string[];
  readonly isVerified: boolean;
  /** In the words of the TLS library; null where nothing is wrong. */
  readonly problem: string | null;
}

export type OnCertificate = (certificate: CertificateFacts) => void;

export function observeTls(connect: Connect, onCertificate: OnCertificate): Connect {
  return async (target) => {
    const connection = await connect({ ...target, mustVerify: false });
    return new ObservedConnection(connection, { mustVerify: target.mustVerify, onCertificate });
  };
}

class ObservedConnection implements OutgoingConnection {
  readonly #connection: OutgoingConnection;
  readonly #options: { readonly mustVerify: boolean; readonly onCertificate: OnCertificate };
  #problem: string | undefined;

  constructor(
    connection: OutgoingConnection,
    options: { readonly mustVerify: boolean; readonly onCertificate: OnCertificate },
  ) {
    this.#connection = connection;
    this.#options = options;
  }

  get socket() {
    return this.#connection.socket;
  }
  get tls() {
    return this.#problem === undefined ? this.#connection.tls : undefined;
  }
  get tlsProblem() {
    return this.#problem ?? this.#connection.tlsProblem;
  }
  get remoteAddress() {
    return this.#connection.remoteAddress;
  }
  get remotePort() {
    return this.#connection.remotePort;
  }
  get localAddress() {
    return this.#connection.localAddress;
  }
  get localPort() {
    return this.#connection.localPort;
  }

  async startTls(): Promise<OutgoingTls> {
    const tls = await this.#connection.startTls();
    const facts = describeCertificate(this.#connection.socket as TLSSocket);
    this.#options.onCertificate(facts);
    if (tls.isVerified || !this.#options.mustVerify) return tls;
    this.#problem = `the certificate is not in order: ${facts.problem ?? 'unknown reason'}`;
    this.#connection.socket.destroy();
    throw new Error(this.#problem);
  }
}

function describeCertificate(socket: TLSSocket): CertificateFacts {
  const { subject, issuer, valid_to: validTo, subjectaltname = '' } = socket.getPeerCertificate();
  const { authorizationError: error } = socket as { authorizationError?: Error | string | null };
  return {
    subject: nameOf(subject),
    issuer: nameOf(issuer),
    notAfter: Date.parse(validTo),
    names: subjectaltname.split(', ').flatMap((name) => (name === '' ? [] : [name.replace(/^[^:]*:/u, '')])),
    isVerified: socket.authorized,
    problem: socket.authorized ? null : String(error instanceof Error ? error.message : error),
  };
}

function nameOf(name: { CN?: string | string[]; O?: string | string[] } | undefined): string {
  return [name?.CN ?? name?.O ?? ''].flat().join(', ');
}
