/**
 * Opens TCP connections for the client engines, and TLS on them.
 *
 * Invariants: what is spoken is said in tls-settings.ts; connecting and handshakes are bounded in time. The handshake takes any
 * certificate, so that its facts are known; one that must be in order and is not ends the connection before anything is said over it.
 */
import { connect as connectSocket, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { Clock } from '../../base/clock.ts';
import { CONNECT_TIMEOUT_MS, TLS_HANDSHAKE_TIMEOUT_MS } from './limits.ts';
import { describeTlsa, findProof } from './dane.ts';
import type { Connect, ConnectTarget, OutgoingConnection, OutgoingTls } from './outgoing-connection.ts';
import { describeCertificate, failureOfCode, readPeerChain } from './peer-certificate.ts';
import { CLIENT_TLS } from './tls-settings.ts';
import { discardClearText } from './tls-upgrade.ts';

export interface TcpConnectOptions {
  readonly clock: Clock;
  /** Authorities to believe, PEM; absent: those that Node brings. */
  readonly trusted?: readonly string[];
}

export function createTcpConnect(options: TcpConnectOptions): Connect {
  return async (target) => {
    const isLocal = target.address.startsWith('/');
    const place = isLocal ? { path: target.address } : { host: target.address, port: target.port };
    const socket = connectSocket({ ...place, noDelay: true, keepAlive: true });
    await settled(socket, { event: 'connect', timeoutMs: CONNECT_TIMEOUT_MS, clock: options.clock });
    return new TcpConnection(socket, target, options);
  };
}

class TcpConnection implements OutgoingConnection {
  socket: Socket;
  tls: OutgoingTls | undefined;
  tlsProblem: string | undefined;
  refusedTls: OutgoingTls | undefined;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  readonly #target: ConnectTarget;
  readonly #options: TcpConnectOptions;

  constructor(socket: Socket, target: ConnectTarget, options: TcpConnectOptions) {
    this.socket = socket;
    this.#target = target;
    this.#options = options;
    this.remoteAddress = target.address;
    this.remotePort = target.port;
    this.localAddress = socket.localAddress ?? '';
    this.localPort = socket.localPort ?? 0;
  }

  async startTls(): Promise<OutgoingTls> {
    discardClearText(this.socket);
    const { serverName, mustVerify, tlsa } = this.#target;
    const { trusted, clock } = this.#options;
    const secured = connectTls({
      ...CLIENT_TLS,
      socket: this.socket,
      rejectUnauthorized: false,
      ...(trusted !== undefined && { ca: [...trusted] }),
      ...(serverName !== null && { servername: serverName }),
    });
    const limits = { event: 'secureConnect', timeoutMs: TLS_HANDSHAKE_TIMEOUT_MS, clock };
    try {
      await settled(secured, limits);
    } catch (error) {
      throw this.#refuse(error instanceof Error ? error.message : String(error));
    }
    const tls = this.#judge(secured);
    if (!tls.isVerified && (mustVerify || tlsa !== undefined)) {
      this.refusedTls = tls;
      secured.destroy();
      throw this.#refuse(tls.flaw?.reason ?? 'the certificate is not in order');
    }
    this.socket = secured;
    this.tls = tls;
    return tls;
  }

  #refuse(reason: string): Error {
    this.socket.destroy();
    this.tlsProblem = reason;
    return new Error(reason);
  }

  #judge(secured: TLSSocket): OutgoingTls {
    const chain = readPeerChain(secured);
    const [own] = chain;
    const certificate = own === undefined ? null : describeCertificate(own);
    const common = {
      version: secured.getProtocol() ?? 'unknown',
      cipher: secured.getCipher().standardName,
      certificate,
    };
    const { tlsa } = this.#target;
    if (tlsa === undefined) return { ...common, ...judgeByAuthority(secured) };
    const proof = findProof(chain, tlsa, this.#options.clock.now());
    if (proof !== null)
      return { ...common, isVerified: true, provedBy: `DANE ${describeTlsa(proof)}`, flaw: null };
    const reason = 'no TLSA record of the host fits its certificate';
    return { ...common, isVerified: false, provedBy: null, flaw: { kind: 'validation-failure', reason } };
  }
}

function judgeByAuthority(secured: TLSSocket): Pick<OutgoingTls, 'isVerified' | 'provedBy' | 'flaw'> {
  if (secured.authorized) return { isVerified: true, provedBy: 'WebPKI', flaw: null };
  // Its type says Error; Node sets the code as text.
  const { authorizationError } = secured as { authorizationError?: unknown };
  const code = codeOf(authorizationError);
  const reason = WORDS[code] ?? `the certificate is not in order (${code})`;
  return { isVerified: false, provedBy: null, flaw: { kind: failureOfCode(code), reason } };
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

/** Waits for the event; an error, an early end or the time limit destroy the socket and reject. */
function settled(socket: Socket, limits: { event: string; timeoutMs: number; clock: Clock }): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      cancel();
      socket.destroy();
      reject(new Error(inPlainWords(error)));
    };
    const onClose = (): void => fail(new Error('the host closed the connection'));
    const cancel = limits.clock.after(limits.timeoutMs, () => fail(new Error('the host did not answer')));
    socket.on('error', fail);
    socket.once('close', onClose);
    socket.once(limits.event, () => {
      cancel();
      socket.off('error', fail);
      socket.off('close', onClose);
      socket.on('error', () => socket.destroy());
      resolve();
    });
  });
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the host refused the connection',
  ECONNRESET: 'the host closed the connection',
  ETIMEDOUT: 'the host did not answer',
  EHOSTUNREACH: 'there is no way to the host',
  ENETUNREACH: 'there is no way to the network of the host',
  ENOTFOUND: 'there is no host of this name',
  EAI_AGAIN: 'DNS did not answer for the name of the host',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'the certificate is signed by an authority that is not trusted here',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the certificate is signed by an authority that is not trusted here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the certificate comes without the ones that it is signed with',
  CERT_HAS_EXPIRED: 'the certificate has expired',
  CERT_NOT_YET_VALID: 'the certificate is not valid yet; is the clock right?',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for another name',
};

function inPlainWords(error: NodeJS.ErrnoException): string {
  return WORDS[error.code ?? ''] ?? error.message;
}
