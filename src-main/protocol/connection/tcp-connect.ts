/**
 * Opens TCP connections for the client engines, and TLS on them.
 *
 * Invariants: TLS 1.2 at least (RFC 8996); connecting and handshakes are bounded in time.
 */
import { connect as connectSocket, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { Clock } from '../../base/clock.ts';
import { CONNECT_TIMEOUT_MS, TLS_HANDSHAKE_TIMEOUT_MS } from './limits.ts';
import type { Connect, ConnectTarget, OutgoingConnection, OutgoingTls } from './outgoing-connection.ts';
import { discardClearText } from './tls-upgrade.ts';

export function createTcpConnect(options: { clock: Clock }): Connect {
  return async (target) => {
    const isLocal = target.address.startsWith('/');
    const place = isLocal ? { path: target.address } : { host: target.address, port: target.port };
    const socket = connectSocket({ ...place, noDelay: true, keepAlive: true });
    await settled(socket, { event: 'connect', timeoutMs: CONNECT_TIMEOUT_MS, clock: options.clock });
    return new TcpConnection(socket, target, options.clock);
  };
}

class TcpConnection implements OutgoingConnection {
  socket: Socket;
  tls: OutgoingTls | undefined;
  tlsProblem: string | undefined;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  readonly #target: ConnectTarget;
  readonly #clock: Clock;

  constructor(socket: Socket, target: ConnectTarget, clock: Clock) {
    this.socket = socket;
    this.#target = target;
    this.#clock = clock;
    this.remoteAddress = target.address;
    this.remotePort = target.port;
    this.localAddress = socket.localAddress ?? '';
    this.localPort = socket.localPort ?? 0;
  }

  async startTls(): Promise<OutgoingTls> {
    discardClearText(this.socket);
    const { serverName, mustVerify } = this.#target;
    const secured = connectTls({
      socket: this.socket,
      minVersion: 'TLSv1.2',
      rejectUnauthorized: mustVerify,
      ...(serverName !== null && { servername: serverName }),
    });
    const limits = { event: 'secureConnect', timeoutMs: TLS_HANDSHAKE_TIMEOUT_MS, clock: this.#clock };
    try {
      await settled(secured, limits);
    } catch (error) {
      this.socket.destroy();
      this.tlsProblem = error instanceof Error ? error.message : String(error);
      throw error;
    }
    this.socket = secured;
    this.tls = describe(secured);
    return this.tls;
  }
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

function describe(socket: TLSSocket): OutgoingTls {
  const version = socket.getProtocol() ?? 'unknown';
  return { version, cipher: socket.getCipher().standardName, isVerified: socket.authorized };
}
