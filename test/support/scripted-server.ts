/**
 * An SMTP server that plays a script over a memory connection, for tests of the client.
 *
 * A script is a text of lines: `S: line` is said; `C: line` is awaited (`*` stands for anything); `CONTENT` reads to the line
 * with the single dot; `OCTETS n` reads so many; `TLS` shakes hands; `BROKEN TLS` fails to; `CLOSE` closes; `SILENCE` says nothing more and stays.
 */
import { duplexPair, type Duplex } from 'node:stream';
import type {
  Connect,
  ConnectTarget,
  OutgoingConnection,
  OutgoingTls,
} from '../../src-main/protocol/connection/outgoing-connection.ts';

const TLS = { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' };

export class ScriptedServer {
  /** Where the client did not keep to the script. */
  readonly surprises: string[] = [];
  readonly targets: ConnectTarget[] = [];
  /** The content of each transaction, as it came over the wire. */
  readonly contents: string[] = [];
  readonly #scripts: string[];

  /** One script a connection; a script `REFUSED` refuses it. */
  constructor(...scripts: string[]) {
    this.#scripts = scripts;
  }

  readonly connect: Connect = (target) => {
    this.targets.push(target);
    const script = this.#scripts.shift();
    if (script === undefined) this.surprises.push(`a connection to ${target.address}`);
    if (script === undefined || script.trim() === 'REFUSED') {
      return Promise.reject(new Error('the host refused the connection'));
    }
    const [client, server] = duplexPair();
    const connection = new MemoryConnection(client, target);
    const steps = script
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
    void new Player(server, steps, { server: this, connection }).play();
    return Promise.resolve(connection);
  };
}

class MemoryConnection implements OutgoingConnection {
  socket: Duplex;
  tls: OutgoingTls | undefined;
  tlsProblem: string | undefined;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress = '192.0.2.1';
  readonly localPort = 49152;
  readonly #mustVerify: boolean;
  #next: Duplex | null = null;
  #onHandshake: (result: OutgoingTls | Error) => void = () => undefined;
  readonly #handshake = new Promise<OutgoingTls | Error>((resolve) => {
    this.#onHandshake = resolve;
  });

  constructor(socket: Duplex, target: ConnectTarget) {
    this.socket = quiet(socket);
    this.#mustVerify = target.mustVerify;
    this.remoteAddress = target.address;
    this.remotePort = target.port;
  }

  /** The server's side of the handshake. */
  offerTls(socket: Duplex | null): void {
    this.#next = socket;
    // Whoever insists on a certificate gets a good one.
    const isVerified = this.#mustVerify;
    this.#onHandshake(
      socket === null ? new Error('wrong version number') : { ...TLS, isVerified, ...UNSEEN },
    );
  }

  async startTls(): Promise<OutgoingTls> {
    const result = await this.#handshake;
    if (result instanceof Error || this.#next === null) {
      this.socket.destroy();
      this.tlsProblem = 'wrong version number';
      throw new Error(this.tlsProblem);
    }
    this.socket = quiet(this.#next);
    this.tls = result;
    return result;
  }
}

/** No certificate is looked at here. */
const UNSEEN = { provedBy: null, certificate: null, flaw: null };

function quiet(socket: Duplex): Duplex {
  return socket.on('error', () => undefined);
}

class Player {
  #socket: Duplex;
  readonly #steps: readonly string[];
  readonly #server: ScriptedServer;
  readonly #connection: MemoryConnection;
  #received = '';
  #isEnded = false;
  #wake: () => void = () => undefined;

  constructor(
    socket: Duplex,
    steps: readonly string[],
    ends: { server: ScriptedServer; connection: MemoryConnection },
  ) {
    this.#socket = socket;
    this.#steps = steps;
    this.#server = ends.server;
    this.#connection = ends.connection;
    this.#listen();
  }

  async play(): Promise<void> {
    for (const step of this.#steps) {
      if (!(await this.#take(step))) return;
    }
    if (this.#steps.at(-1) !== 'SILENCE') this.#socket.end();
  }

  async #take(step: string): Promise<boolean> {
    if (step.startsWith('S:')) return this.#socket.write(`${step.slice(3)}\r\n`) || true;
    if (step.startsWith('C:')) return this.#expect(step.slice(3));
    if (step.startsWith('OCTETS')) return this.#readOctets(Number(step.slice(7)));
    switch (step) {
      case 'CONTENT':
        return this.#readContent();
      case 'TLS':
        return this.#changeSocket();
      case 'BROKEN TLS':
        this.#connection.offerTls(null);
        return false;
      case 'CLOSE':
        this.#socket.destroy();
        this.#connection.socket.destroy();
        return false;
      case 'SILENCE':
        return false;
      default:
        throw new Error(`no such step: ${step}`);
    }
  }

  async #expect(pattern: string): Promise<boolean> {
    const line = await this.#read('\r\n');
    const [before = '', ...after] = pattern.split('*');
    const isRight =
      line !== null &&
      (after.length === 0 ? line === pattern : line.startsWith(before) && line.endsWith(after.at(-1) ?? ''));
    if (!isRight) {
      this.#server.surprises.push(`expected "${pattern}", heard ${JSON.stringify(line)}`);
      this.#socket.destroy();
      this.#connection.socket.destroy();
    }
    return isRight;
  }

  async #readContent(): Promise<boolean> {
    if (this.#received.startsWith('.\r\n')) this.#received = `\r\n${this.#received}`;
    const content = await this.#read('\r\n.\r\n');
    if (content !== null) this.#server.contents.push(`${content}\r\n`);
    return content !== null;
  }

  async #readOctets(count: number): Promise<boolean> {
    while (this.#received.length < count && !this.#isEnded) await this.#wait();
    if (this.#received.length < count) return false;
    this.#server.contents.push(this.#received.slice(0, count));
    this.#received = this.#received.slice(count);
    return true;
  }

  #wait(): Promise<void> {
    return new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  async #read(end: string): Promise<string | null> {
    for (;;) {
      const at = this.#received.indexOf(end);
      if (at >= 0) {
        const text = this.#received.slice(0, at);
        this.#received = this.#received.slice(at + end.length);
        return text;
      }
      if (this.#isEnded) return null;
      await this.#wait();
    }
  }

  #changeSocket(): boolean {
    const [client, server] = duplexPair();
    this.#socket = server;
    this.#received = '';
    this.#listen();
    this.#connection.offerTls(client);
    return true;
  }

  #listen(): void {
    const socket = this.#socket;
    socket.on('data', (chunk: Buffer) => {
      this.#received += chunk.toString('utf8');
      this.#wake();
    });
    const onEnd = (): void => {
      if (socket !== this.#socket) return;
      this.#isEnded = true;
      this.#wake();
    };
    quiet(socket).on('end', onEnd).on('close', onEnd);
  }
}
