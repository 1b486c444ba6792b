/**
 * Listener: one address and port, accepting connections for one protocol engine.
 *
 * Flow: the network → here (PROXY header, limits, implicit TLS) → engine. STARTTLS comes back here through startTls().
 * Invariants: an engine that fails costs its own connection, never the listener; every socket has an error handler; a proxy is
 * believed only where the settings name its address, and then it must say whom it speaks for.
 */
import { createServer, type Server, type Socket } from 'node:net';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import { err, ok, type Result } from '../../base/result.ts';
import type { AcceptedConnection, ServeConnection } from './accepted-connection.ts';
import {
  DEFAULT_CONNECTION_LIMITS,
  FAREWELL_MS,
  LISTEN_BACKLOG,
  MOST_CONNECTIONS,
  type ConnectionLimits,
} from './limits.ts';
import { HandshakeRoom } from './handshake-room.ts';
import { isLoopback } from './network-list.ts';
import type { ProxiedEnds } from './proxy-header.ts';
import { clientKey, RateLimiter } from './rate-limiter.ts';
import { readProxyHeader } from './read-proxy-header.ts';
import type { TlsDetails } from './session.ts';
import { channelOf, type TlsChannel } from './tls-channel.ts';
import { discardClearText, secureSocket, type SecureContextSource, type ServerTls } from './tls-upgrade.ts';

export interface ListenerOptions {
  readonly serve: ServeConnection;
  readonly tlsMode: 'implicit' | 'starttls';
  readonly secureContext: SecureContextSource;
  /** Names of what is spoken here (RFC 7301); absent: clients may offer what they like. */
  readonly applicationProtocols?: readonly string[];
  /** Shared by all listeners; absent: one of its own. */
  readonly handshakes?: HandshakeRoom;
  /** Whether clients may show a certificate; absent: they are not asked. */
  readonly asksForCertificate?: () => boolean;
  /** What a client beyond the limits is told before it is let go, in its protocol's words; clear text only. */
  readonly busyLine: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether connections from there begin with a PROXY header; absent: none. */
  readonly isProxy?: (address: string) => boolean;
  /** Of each address; absent: DEFAULT_CONNECTION_LIMITS. */
  readonly limits?: () => ConnectionLimits;
  /** Who is not even greeted for a while. */
  readonly isShutOut?: (address: string) => boolean;
  /** Whom the limits do not bind, besides this machine. */
  readonly isExempt?: (address: string) => boolean;
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
  readonly #rate: RateLimiter;
  readonly #tls: ServerTls;

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#tls = { applicationProtocols: [], handshakes: new HandshakeRoom(), ...options };
    this.#server = createServer({ noDelay: true, keepAlive: true }, (socket) => this.#accept(socket));
    this.#rate = new RateLimiter({
      clock: options.clock,
      perPeriod: () => this.#limits.connectionsPerMinute,
      periodMs: 60_000,
    });
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

  get #limits(): ConnectionLimits {
    return this.#options.limits?.() ?? DEFAULT_CONNECTION_LIMITS;
  }

  #accept(socket: Socket): void {
    const ends = endsOf(socket);
    socket.on('error', () => socket.destroy());
    if (ends === null) return void socket.destroy();
    if (this.#sockets.size >= MOST_CONNECTIONS) return this.#turnAway(socket);
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    this.#admit(socket, ends).catch((error: unknown) => {
      this.#options.logger.error('a session failed', { error, remoteAddress: ends.remoteAddress });
      socket.destroy();
    });
  }

  async #admit(socket: Socket, peer: ProxiedEnds): Promise<void> {
    const ends =
      this.#options.isProxy?.(peer.remoteAddress) === true ? await this.#unwrap(socket, peer) : peer;
    if (ends === null || socket.destroyed) return void socket.destroy();
    const isShutOut = this.#options.isShutOut?.(ends.remoteAddress) ?? false;
    if (isShutOut || this.#isCrowded(ends.remoteAddress)) return this.#turnAway(socket);
    this.#count(socket, ends.remoteAddress);
    await this.#serve(socket, ends);
  }

  /** The ends of the client's own connection to the proxy; null where the header is none. */
  async #unwrap(socket: Socket, peer: ProxiedEnds): Promise<ProxiedEnds | null> {
    const header = await readProxyHeader(socket, this.#options.clock);
    if (header.kind === 'read') return header.ends ?? peer;
    const { remoteAddress } = peer;
    this.#options.logger.warn('a proxy did not say whom it speaks for', { remoteAddress, why: header.kind });
    return null;
  }

  #isCrowded(remoteAddress: string): boolean {
    if (isLoopback(remoteAddress) || this.#options.isExempt?.(remoteAddress) === true) return false;
    const count = this.#perAddress.get(clientKey(remoteAddress)) ?? 0;
    return count >= this.#limits.connections || !this.#rate.take(remoteAddress);
  }

  #turnAway(socket: Socket): void {
    if (this.#options.tlsMode === 'implicit') return void socket.destroy();
    socket.end(`${this.#options.busyLine}\r\n`);
    // What it says is let through unread: a socket that is not read never hears that its peer has gone.
    socket.resume();
    const cancel = this.#options.clock.after(FAREWELL_MS, () => socket.destroy());
    socket.once('close', cancel);
  }

  #count(socket: Socket, remoteAddress: string): void {
    const key = clientKey(remoteAddress);
    this.#perAddress.set(key, (this.#perAddress.get(key) ?? 0) + 1);
    socket.once('close', () => {
      const left = (this.#perAddress.get(key) ?? 1) - 1;
      if (left > 0) this.#perAddress.set(key, left);
      else this.#perAddress.delete(key);
    });
  }

  async #serve(socket: Socket, ends: ProxiedEnds): Promise<void> {
    const connection = new SocketConnection(socket, ends, this.#tls);
    if (this.#options.tlsMode === 'implicit') {
      try {
        await connection.shakeHands();
      } catch (error) {
        this.#options.logger.debug('TLS handshake failed', { error, remoteAddress: ends.remoteAddress });
        return;
      }
    }
    await this.#options.serve(connection);
  }
}

class SocketConnection implements AcceptedConnection {
  socket: AcceptedConnection['socket'];
  tls: TlsDetails | undefined;
  channel: TlsChannel | undefined;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  readonly #raw: Socket;
  readonly #tls: ServerTls;

  constructor(socket: Socket, ends: ProxiedEnds, tls: ServerTls) {
    this.socket = socket;
    this.#raw = socket;
    this.#tls = tls;
    this.remoteAddress = ends.remoteAddress;
    this.remotePort = ends.remotePort;
    this.localAddress = ends.localAddress;
    this.localPort = ends.localPort;
  }

  startTls(): Promise<TlsDetails> {
    discardClearText(this.#raw);
    return this.shakeHands();
  }

  async shakeHands(): Promise<TlsDetails> {
    const { socket, tls } = await secureSocket(this.#raw, this.#tls);
    this.socket = socket;
    this.tls = tls;
    this.channel = channelOf(socket);
    return tls;
  }
}

/** null when the peer is gone already. */
function endsOf(socket: Socket): ProxiedEnds | null {
  const { remoteAddress, remotePort = 0, localAddress = '', localPort = 0 } = socket;
  if (remoteAddress === undefined) return null;
  return {
    remoteAddress: plainAddress(remoteAddress),
    remotePort,
    localAddress: plainAddress(localAddress),
    localPort,
  };
}

/** IPv4 in its own form where it is mapped into IPv6. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/iu, '');
}

function toProblem(error: NodeJS.ErrnoException): BindProblem {
  const detail = error.message;
  if (error.code === 'EADDRINUSE') return { kind: 'portTaken', detail };
  return { kind: error.code === 'EACCES' ? 'needsRights' : 'other', detail };
}
