/** A program that looks at mail, in memory: what it does with a connection is a function of the test. */
import { duplexPair, type Duplex } from 'node:stream';
import type { Connect, ConnectTarget } from '../../src-main/protocol/connection/outgoing-connection.ts';

export type EngineManner = (socket: Duplex) => void;

export class FakeEngine {
  readonly targets: ConnectTarget[] = [];
  /** All that came, over all connections. */
  received = Buffer.alloc(0);
  /** Connections that are still open. */
  open = 0;
  readonly #manner: EngineManner;

  constructor(manner: EngineManner) {
    this.#manner = manner;
  }

  readonly connect: Connect = (target) => {
    this.targets.push(target);
    const [client, server] = duplexPair();
    client.on('error', () => undefined);
    server.on('error', () => undefined);
    this.open++;
    client.on('close', () => {
      this.open--;
      server.destroy();
    });
    server.on('data', (chunk: Buffer) => {
      this.received = Buffer.concat([this.received, chunk]);
    });
    this.#manner(server);
    return Promise.resolve({
      socket: client,
      tls: undefined,
      tlsProblem: undefined,
      remoteAddress: target.address,
      remotePort: target.port,
      localAddress: '127.0.0.1',
      localPort: 40_000,
      startTls: () => Promise.reject(new Error('there is no TLS')),
    });
  };
}

export const refusingConnect: Connect = () => Promise.reject(new Error('the host refused the connection'));

/** Answers once the text `until` has come. */
export function answerAfter(until: string, answer: string | Uint8Array): EngineManner {
  return (socket) => {
    let heard = '';
    socket.on('data', (chunk: Buffer) => {
      heard += chunk.toString('latin1');
      if (!heard.includes(until)) return;
      heard = '';
      socket.end(answer);
    });
  };
}

/** Never stops answering. */
export const endless: EngineManner = (socket) => {
  const line = `${'x'.repeat(999)}\n`;
  const pour = (): void => {
    while (!socket.destroyed && socket.write(line));
    if (!socket.destroyed) socket.once('drain', pour);
  };
  socket.resume();
  pour();
};

export const silent: EngineManner = (socket) => {
  socket.resume();
};

/** The message as one piece, or several. */
export async function* piecesOf(...pieces: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield await Promise.resolve(Buffer.from(piece));
}
