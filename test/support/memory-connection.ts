/**
 * A connection without a network: what a listener would hand to an engine, and the client's end of it.
 *
 * startTls() changes to a fresh pair of streams, as a handshake changes the socket: what the client had sent before is gone.
 */
import { duplexPair } from 'node:stream';
import type { Duplex } from 'node:stream';
import type {
  AcceptedConnection,
  ServeConnection,
} from '../../src-main/protocol/connection/accepted-connection.ts';
import type { TlsDetails } from '../../src-main/protocol/connection/session.ts';

const TLS: TlsDetails = { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' };

export interface MemoryClientOptions {
  readonly tls?: boolean;
  readonly remoteAddress?: string;
}

/** The client's end. */
export class MemoryClient {
  /** Resolves when the engine has ended the session. */
  readonly over: Promise<void>;
  readonly #accepted: MemoryAcceptedConnection;
  #socket: Duplex;
  #received = '';
  #isEnded = false;
  #wakers: (() => void)[] = [];

  constructor(serve: ServeConnection, options: MemoryClientOptions = {}) {
    const [client, server] = duplexPair();
    this.#socket = this.#listen(client);
    this.#accepted = new MemoryAcceptedConnection(server, options, () => this.#changeSocket());
    this.over = serve(this.#accepted);
  }

  write(text: string | Uint8Array): void {
    this.#socket.write(typeof text === 'string' ? Buffer.from(text, 'utf8') : text);
  }

  /** Closes the client's side. */
  end(): void {
    this.#socket.end();
  }

  /** Goes away without a word: both ends break, as by a TCP reset. */
  destroy(): void {
    this.#socket.destroy();
    this.#accepted.socket.destroy();
  }

  /** Whether the server has closed its side. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** The next line from the server, without its line end; null where it closes instead. */
  async readLine(): Promise<string | null> {
    for (;;) {
      const end = this.#received.indexOf('\r\n');
      if (end !== -1) {
        const line = this.#received.slice(0, end);
        this.#received = this.#received.slice(end + 2);
        return line;
      }
      if (this.#isEnded) return null;
      await new Promise<void>((resolve) => this.#wakers.push(resolve));
    }
  }

  /** All lines of the next reply; empty where the server closes instead. */
  async readReply(): Promise<string[]> {
    const lines: string[] = [];
    for (;;) {
      const line = await this.readLine();
      if (line === null) return lines;
      lines.push(line);
      if (line.charAt(3) !== '-') return lines;
    }
  }

  /** Sends a line and reads the reply. */
  async command(line: string): Promise<string> {
    this.write(`${line}\r\n`);
    return (await this.readReply()).join('\n');
  }

  #listen(socket: Duplex): Duplex {
    socket.on('data', (chunk: Buffer) => {
      this.#received += chunk.toString('utf8');
      this.#wake();
    });
    const ended = () => {
      if (socket !== this.#socket) return;
      this.#isEnded = true;
      this.#wake();
    };
    socket.on('end', ended);
    socket.on('close', ended);
    socket.on('error', ended);
    return socket;
  }

  #changeSocket(): Duplex {
    const [client, server] = duplexPair();
    this.#socket = this.#listen(client);
    return server;
  }

  #wake(): void {
    const wakers = this.#wakers;
    this.#wakers = [];
    for (const wake of wakers) wake();
  }
}

class MemoryAcceptedConnection implements AcceptedConnection {
  socket: Duplex;
  tls: TlsDetails | undefined;
  readonly remoteAddress: string;
  readonly remotePort = 49152;
  readonly localAddress = '192.0.2.25';
  readonly localPort = 25;
  readonly #changeSocket: () => Duplex;

  constructor(socket: Duplex, options: MemoryClientOptions, changeSocket: () => Duplex) {
    this.socket = this.#quiet(socket);
    this.tls = options.tls === true ? TLS : undefined;
    this.remoteAddress = options.remoteAddress ?? '192.0.2.7';
    this.#changeSocket = changeSocket;
  }

  startTls(): Promise<TlsDetails> {
    this.socket.removeAllListeners();
    this.socket = this.#quiet(this.#changeSocket());
    this.tls = TLS;
    return Promise.resolve(TLS);
  }

  #quiet(socket: Duplex): Duplex {
    socket.on('error', () => undefined);
    return socket;
  }
}
