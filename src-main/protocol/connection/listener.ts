/**
 * Listener: one address and port, accepting connections for one protocol engine.
 *
 * Flow: the network → here (limits, implicit TLS) → engine. STARTTLS comes back here through startTls().
 * Invariants: an engine that fails costs its own connection, never the listener; every socket has an error handler.
 */
import { createServer, type Server, type Socket } from 'node:net';
import type { Logger } from '../../base/logger.ts';
import { err, ok, type Result } from '../../base/result.ts';
import type { AcceptedConnection, ServeConnection } from './accepted-connection.ts';
import { LISTEN_BACKLOG, MOST_CONNECTIONS, MOST_CONNECTIONS_PER_ADDRESS } from './limits.ts';
import type { TlsDetails } from './session.ts';
import { discardClearText, secureSocket, type SecureContextSource } from './tls-upgrade.ts';

export interface ListenerOptions {
  readonly serve: ServeConnection;
  readonly tlsMode: 'implicit' | 'starttls';
  readonly secureContext: SecureContextSource;
  /** What a client beyond the limits is told before it is let go, in its protocol's words; clear text only. */
  readonly busyLine: string;
  readonly logger: Logger;
}

export interface BindProblem {
  readonly kind: 'portTaken' | 'needsRights' | 'other';
  /** The system's own words. */
  readonly detail: string;
}

export class Listener {
  readonly #options: ListenerOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #perAddress = new Map<string, number>();

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#server = createServer({ noDelay: true, keepAlive: true }, (socket) => this.#accept(socket));
    this.#server.on('error', (error) => {
      // A port that cannot be had is the answer of listen(), not a failure.
      if (this.#server.listening) options.logger.error('listener failed', { error });
    });
  }

  get connectionCount(): number {
    return this.#sockets.size;
  }

  /** Port 0 takes any free one; the answer is the port in use. `null` as address means all, IPv6 and IPv4. */
  async listen(address: string | null, port: number): Promise<Result<number, BindProblem>> {
    if (address !== null) return this.#bind(address, port);
    const bound = await this.#bind('::', port);
    // A machine without IPv6 has no `::` to listen on.
    return bound.ok || bound.error.kind !== 'other' ? bound : this.#bind('0.0.0.0', port);
  }

  /** Stops accepting at once; open connections go on. */
  stopAccepting(): void {
    if (this.#server.listening) this.#server.close();
  }

  /** Ends what is still connected. */
  destroyConnections(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #bind(address: string, port: number): Promise<Result<number, BindProblem>> {
    return new Promise((resolve) => {
      const onError = (error: NodeJS.ErrnoException) => resolve(err(toProblem(error)));
      this.#server.once('error', onError);
      this.#server.listen({ host: address, port, ipv6Only: false, backlog: LISTEN_BACKLOG }, () => {
        this.#server.off('error', onError);
        const bound = this.#server.address();
        resolve(ok(typeof bound === 'object' && bound !== null ? bound.port : port));
      });
    });
  }

  #accept(socket: Socket): void {
    const remoteAddress = plainAddress(socket.remoteAddress);
    socket.on('error', () => socket.destroy());
    if (remoteAddress === null) return void socket.destroy();
    if (this.#isBusy(remoteAddress)) return this.#turnAway(socket);
    this.#count(socket, remoteAddress);
    this.#serve(socket, remoteAddress).catch((error: unknown) => {
      this.#options.logger.error('a session failed', { error, remoteAddress });
      socket.destroy();
    });
  }

  #isBusy(remoteAddress: string): boolean {
    if (this.#sockets.size >= MOST_CONNECTIONS) return true;
    if (isLoopback(remoteAddress)) return false;
    return (this.#perAddress.get(remoteAddress) ?? 0) >= MOST_CONNECTIONS_PER_ADDRESS;
  }

  #turnAway(socket: Socket): void {
    if (this.#options.tlsMode === 'implicit') socket.destroy();
    else socket.end(`${this.#options.busyLine}\r\n`);
  }

  #count(socket: Socket, remoteAddress: string): void {
    this.#sockets.add(socket);
    this.#perAddress.set(remoteAddress, (this.#perAddress.get(remoteAddress) ?? 0) + 1);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      const left = (this.#perAddress.get(remoteAddress) ?? 1) - 1;
      if (left > 0) this.#perAddress.set(remoteAddress, left);
      else this.#perAddress.delete(remoteAddress);
    });
  }

  async #serve(socket: Socket, remoteAddress: string): Promise<void> {
    const connection = new SocketConnection(socket, remoteAddress, this.#options.secureContext);
    if (this.#options.tlsMode === 'implicit') {
      try {
        await connection.shakeHands();
      } catch (error) {
        this.#options.logger.debug('TLS handshake failed', { error, remoteAddress });
        return;
      }
    }
    await this.#options.serve(connection);
  }
}

class SocketConnection implements AcceptedConnection {
  socket: AcceptedConnection['socket'];
  tls: TlsDetails | undefined;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  readonly #raw: Socket;
  readonly #context: SecureContextSource;

  constructor(socket: Socket, remoteAddress: string, context: SecureContextSource) {
    this.socket = socket;
    this.#raw = socket;
    this.#context = context;
    this.remoteAddress = remoteAddress;
    this.remotePort = socket.remotePort ?? 0;
    this.localAddress = plainAddress(socket.localAddress) ?? '';
    this.localPort = socket.localPort ?? 0;
  }

  startTls(): Promise<TlsDetails> {
    discardClearText(this.#raw);
    return this.shakeHands();
  }

  async shakeHands(): Promise<TlsDetails> {
    const { socket, tls } = await secureSocket(this.#raw, this.#context);
    this.socket = socket;
    this.tls = tls;
    return tls;
  }
}

/** IPv4 in its own form where the system maps it into IPv6; null when the peer is gone already. */
function plainAddress(address: string | undefined): string | null {
  return address === undefined ? null : address.replace(/^::ffff:(?=\d+\.)/iu, '');
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}

function toProblem(error: NodeJS.ErrnoException): BindProblem {
  const detail = error.message;
  if (error.code === 'EADDRINUSE') return { kind: 'portTaken', detail };
  return { kind: error.code === 'EACCES' ? 'needsRights' : 'other', detail };
}
