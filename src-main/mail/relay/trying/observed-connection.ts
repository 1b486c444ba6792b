/**
 * Connections whose TLS is looked at: what the certificate says, also where it is not in order.
 *
 * Invariants: the handshake itself takes any certificate, so that its facts are known; where it had to be verified, one that is
 * not in order ends the connection before anything is said over it.
 */
import type {
  Connect,
  OutgoingConnection,
  OutgoingTls,
} from '../../../protocol/connection/outgoing-connection.ts';

export interface CertificateFacts {
  readonly subject: string;
  readonly issuer: string;
  readonly notAfter: number;
  readonly names: readonly string[];
  readonly isVerified: boolean;
  /** In plain words; null where nothing is wrong. */
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
    const facts = describe(tls);
    if (facts !== null) this.#options.onCertificate(facts);
    if (tls.isVerified || !this.#options.mustVerify) return tls;
    this.#problem = `the certificate is not in order: ${facts?.problem ?? 'there is none'}`;
    this.#connection.socket.destroy();
    throw new Error(this.#problem);
  }
}

function describe({ certificate, isVerified, flaw }: OutgoingTls): CertificateFacts | null {
  if (certificate === null) return null;
  const { subject, issuer, notAfter, names } = certificate;
  const problem = flaw?.reason ?? null;
  return { subject: commonName(subject), issuer: commonName(issuer), notAfter, names, isVerified, problem };
}

/** Of `C=DE, O=Office, CN=mail.example.com` the last; where there is none, the organization. */
function commonName(name: string): string {
  return /(?:^|, )CN=([^,]*)/u.exec(name)?.[1] ?? /(?:^|, )O=([^,]*)/u.exec(name)?.[1] ?? '';
}
