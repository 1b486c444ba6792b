/** A client's side of a protocol of lines (SMTP, POP3, IMAP): reads line by line, writes, turns TLS on in the middle. */
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

export interface Endpoint {
  readonly port: number;
  readonly tls?: 'none' | 'starttls' | 'implicit';
  /** Loopback address to come from; the server's choice of words for us. */
  readonly localAddress?: string;
}

/** The connection went away; whatever was not answered is not acknowledged. */
export class ConnectionLostError extends Error {
  override name = 'ConnectionLostError' as const;
}

const CRLF_OCTETS = 2;

interface Waiting {
  readonly resolve: (line: string) => void;
  readonly reject: (error: Error) => void;
}

export class LineClient {
  #socket: Socket;
  #rest = '';
  #lines: string[] = [];
  #waiting: Waiting | undefined;
  #isLost = false;
  #octetsRead = 0;
  #localPort = 0;

  constructor(endpoint: Endpoint) {
    const { port, localAddress } = endpoint;
    const target = { port, host: '127.0.0.1', ...(localAddress !== undefined && { localAddress }) };
    this.#socket =
      endpoint.tls === 'implicit' ? connectTls({ ...target, rejectUnauthorized: false }) : connect(target);
    this.#socket.once('connect', () => (this.#localPort = this.#socket.localPort ?? 0));
    this.#listen();
  }

  /** The port it comes from; 0 before it is connected. */
  get localPort(): number {
    return this.#localPort;
  }

  /** Of the server's, up to the end of the line that was read last. */
  get octetsRead(): number {
    return this.#octetsRead;
  }

  /** The next line, without CRLF. Calls must not overlap. */
  async readLine(): Promise<string> {
    const line = await this.#nextLine();
    this.#octetsRead += line.length + CRLF_OCTETS;
    return line;
  }

  write(octets: string | Uint8Array): void {
    this.#socket.write(octets);
  }

  /** To be called when the server has said that it is ready for the handshake. */
  startTls(): void {
    const plain = this.#socket;
    plain.removeAllListeners('data');
    plain.removeAllListeners('close');
    this.#socket = connectTls({ socket: plain, rejectUnauthorized: false });
    this.#listen();
  }

  /** Resolves when the server has closed the connection too. */
  async closed(): Promise<void> {
    if (this.#isLost) return;
    await new Promise<void>((resolve) => this.#socket.once('close', () => resolve()));
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #nextLine(): Promise<string> {
    const line = this.#lines.shift();
    if (line !== undefined) return Promise.resolve(line);
    if (this.#isLost) return Promise.reject(new ConnectionLostError());
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  #listen(): void {
    // Two small writes in a row would wait for each other (Nagle's algorithm).
    this.#socket.setNoDelay();
    this.#socket.on('data', (octets: Buffer) => this.#hear(octets.toString('latin1')));
    this.#socket.on('error', () => this.#lose());
    this.#socket.on('close', () => this.#lose());
  }

  #hear(text: string): void {
    const lines = (this.#rest + text).split('\r\n');
    this.#rest = lines.pop() ?? '';
    this.#lines.push(...lines);
    if (this.#waiting === undefined || this.#lines.length === 0) return;
    const { resolve } = this.#waiting;
    this.#waiting = undefined;
    resolve(this.#lines.shift() ?? '');
  }

  #lose(): void {
    this.#isLost = true;
    this.#waiting?.reject(new ConnectionLostError());
    this.#waiting = undefined;
  }
}
